"""Where the labels of a figure go, so that none lies on another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Box(NamedTuple):
    """A rectangle; ``left`` < ``right`` and ``low`` < ``high``."""

    left: float
    low: float
    right: float
    high: float

    def overlap(self, other: Box) -> float:
        """The area that both cover."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.high, other.high) - max(self.low, other.low)
        return width * height if width > 0 and height > 0 else 0.0

    def inside(self, other: Box) -> bool:
        """Whether it lies within another."""
        return (
            other.left <= self.left and self.right <= other.right and other.low <= self.low and self.high <= other.high
        )


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Positions as near to those wanted as can be, at least ``gap`` apart and within ``low`` and ``high``.

    ``wanted`` is sorted upwards, and so is what comes back. Positions that collide move apart evenly around where they
    wanted to be. Where there is no room for all, they stand evenly from ``low`` to ``high``.
    """
    count = len(wanted)
    if count > 1 and gap * (count - 1) > high - low:
        return [low + (high - low) * number / (count - 1) for number in range(count)]
    # Each block is a run of labels that touch: where its first one wants to be on average, and how many they are.
    blocks: list[tuple[float, int]] = []
    for position in wanted:
        start, size = position, 1
        while blocks and blocks[-1][0] + gap * blocks[-1][1] > start:
            before, members = blocks.pop()
            start = (before * members + (start - gap * members) * size) / (members + size)
            size += members
        blocks.append((start, size))
    positions = [start + gap * number for start, size in blocks for number in range(size)]
    # One pass from each end brings in what stands outside; what it pushes keeps its distance.
    floor = low
    for number, position in enumerate(positions):
        positions[number] = floor = max(position, floor)
        floor += gap
    ceiling = high
    for number in reversed(range(count)):
        positions[number] = ceiling = min(positions[number], ceiling)
        ceiling -= gap
    return positions


class Label(NamedTuple):
    """A label for a point: its width and height with a margin, and whether its left end, its middle or its right end
    is what ``x`` says (-1, 0, 1).
    """

    x: float
    y: float
    align: int


def place_labels(
    points: Sequence[tuple[float, float]],
    sizes: Sequence[tuple[float, float]],
    frame: Box,
    *,
    radius: float,
    bars: Sequence[Box] = (),
) -> list[Label | None]:
    """For each point a place beside it for a label of its size, None where there is no free one.

    Earlier points choose first. A label keeps inside ``frame`` and off the points (circles of ``radius``) and the
    labels before it; among free places it takes the one that hides least of ``bars``.
    """
    dots = [Box(x - radius, y - radius, x + radius, y + radius) for x, y in points]
    taken: list[Box] = []
    placed: list[Label | None] = []
    for (x, y), (width, height) in zip(points, sizes, strict=True):
        best: tuple[float, Label, Box] | None = None
        for label in _places(x, y, height, radius):
            left = label.x - width * (label.align + 1) / 2
            box = Box(left, label.y - height / 2, left + width, label.y + height / 2)
            if not box.inside(frame) or any(box.overlap(other) for other in (*dots, *taken)):
                continue
            hidden = sum(box.overlap(bar) for bar in bars)
            if best is None or hidden < best[0]:
                best = hidden, label, box
        if best is not None:
            taken.append(best[2])
        placed.append(None if best is None else best[1])
    return placed


def _places(x: float, y: float, height: float, radius: float) -> list[Label]:
    aside, above = radius * 1.2, radius + height / 2
    return [
        Label(x + aside, y, -1),
        Label(x - aside, y, 1),
        Label(x, y + above, 0),
        Label(x, y - above, 0),
        *(Label(x + side * aside, y + way * above, -side) for side in (1, -1) for way in (1, -1)),
        *(Label(x + side * aside, y + way * (above + height * 0.6), -side) for side in (1, -1) for way in (1, -1)),
    ]


__all__ = ["Box", "Label", "place_labels", "spread"]
