"""The colours of figures, each for light and for dark paper.

Neighbours in the list differ in lightness as well as hue, so that they stay apart for people who see few colours;
figures tell series apart by marker and dash besides.
"""

from __future__ import annotations

PAPER = "#ffffff"
INK = "#1c2430"
MUTED = "#566072"
GRID = "#dde1e7"
OTHER = "#8791a1"
"""The line of a series that has no colour of its own."""
SHADE = "#f3f5f8"

SERIES = ("#0b78d0", "#c86400", "#45186e", "#1f9a80", "#a0184f", "#54471a")
"""The colours of series, best first."""

DARK = {
    PAPER: "#14181f",
    INK: "#e6eaf0",
    MUTED: "#a8b1bf",
    GRID: "#2f3742",
    OTHER: "#7c8797",
    SHADE: "#1d232c",
    **dict(
        zip(SERIES, ("#4d9df0", "#f5a742", "#d9ccff", "#4fdcb0", "#e0528f", "#b08d4a"), strict=True),
    ),
}
"""What each colour becomes on dark paper."""

MARKERS = ("o", "s", "^", "D", "v", "P")
"""The marker of each series, in the same order."""

__all__ = ["DARK", "GRID", "INK", "MARKERS", "MUTED", "OTHER", "PAPER", "SERIES", "SHADE"]
