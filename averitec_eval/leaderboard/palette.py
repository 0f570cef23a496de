"""The colours of figures, each for light and for dark paper.

Neighbours in the list differ in lightness as well as hue, so that they stay apart for people who see few colours;
figures tell series apart by marker and dash besides. Paper and ink are those of the site's style sheet.
"""

from __future__ import annotations

PAPER = "#ffffff"
INK = "#1a232b"
MUTED = "#525e68"
GRID = "#d8dddb"
OTHER = "#84909a"
"""The line of a series that has no colour of its own."""
SHADE = "#eef1f0"

SERIES = ("#0b78d0", "#c86400", "#45186e", "#1f9a80", "#a0184f", "#54471a")
"""The colours of series, best first."""

DARK = {
    PAPER: "#182026",
    INK: "#e6ebed",
    MUTED: "#a4b1b9",
    GRID: "#313d45",
    OTHER: "#7f8c95",
    SHADE: "#1f2930",
    **dict(
        zip(SERIES, ("#4d9df0", "#f5a742", "#d9ccff", "#4fdcb0", "#e0528f", "#b08d4a"), strict=True),
    ),
}
"""What each colour becomes on dark paper."""

MARKERS = ("o", "s", "^", "D", "v", "P")
"""The marker of each series, in the same order."""

__all__ = ["DARK", "GRID", "INK", "MARKERS", "MUTED", "OTHER", "PAPER", "SERIES", "SHADE"]
