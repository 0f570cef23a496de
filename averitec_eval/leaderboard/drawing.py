"""Figures drawn with matplotlib, which is imported when one is drawn.

Lengths are in points, from the lower left corner of the figure. Names come from strangers: they are never read as
mathematics.
"""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from averitec_eval.errors import ResourceError, UsageError
from averitec_eval.leaderboard.formats import FIGURE_FORMATS
from averitec_eval.leaderboard.palette import DARK, GRID, INK, MARKERS, MUTED, OTHER, PAPER, SERIES, SHADE
from averitec_eval.leaderboard.placing import Box, place_labels, spread
from averitec_eval.leaderboard.svg import tidy_svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.transforms import Transform

    from averitec_eval.leaderboard.charts import Chart

PNG_DPI = 200

_SETTINGS: Any = {  # matplotlib's types know only the names of its newest version
    "font.family": ["DejaVu Sans"],  # comes with matplotlib, so that figures are laid out alike on every machine
    "font.size": 8.5,
    "text.color": INK,
    "text.parse_math": False,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.unicode_minus": False,
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "xtick.major.size": 3,
    "ytick.major.size": 0,
    "xtick.minor.size": 0,
    "svg.fonttype": "none",
    "svg.hashsalt": "averitec-eval",
    "pdf.fonttype": 42,
}
_INSTALL = "install it with pip install 'averitec-eval[figures]'"
_SMALL = 7.5
_DASHED = (0.0, (4.0, 2.0))


@dataclass(frozen=True, slots=True)
class Series:
    """One system of a figure: its name, the number before it (its rank, or a dash), whether it takes a rank, and which
    colour and marker it has (None: those of the rest).
    """

    name: str
    number: str
    ranked: bool
    style: int | None

    @property
    def color(self) -> str:
        """The colour of its line and marker."""
        return OTHER if self.style is None else SERIES[self.style]

    @property
    def marker(self) -> str:
        """The shape of its marker."""
        return "o" if self.style is None else MARKERS[self.style]

    @property
    def label(self) -> str:
        """What stands beside its curve or point."""
        return f"{self.number} {self.name}"


@dataclass(frozen=True, slots=True)
class Curve:
    """A system's points of x, y and the ends of y's interval, None where it has none."""

    series: Series
    points: tuple[tuple[float, float, float | None, float | None], ...]


@dataclass(frozen=True, slots=True)
class LevelsData:
    """What a figure of score against level shows. ``ranks_at`` is the level that ranks, ``bands`` whether intervals
    are drawn.
    """

    curves: tuple[Curve, ...]
    ranks_at: float | None
    x_title: str
    y_title: str
    bands: bool


@dataclass(frozen=True, slots=True)
class RuntimeData:
    """What a figure of score against runtime shows: each curve is one point; ``filled`` says whose weights are open."""

    curves: tuple[Curve, ...]
    filled: tuple[bool, ...]
    x_title: str
    y_title: str


@dataclass(frozen=True, slots=True)
class ForestData:
    """What a figure of scores with intervals shows: a row each, from the top; ``tiers`` are None without rank."""

    curves: tuple[Curve, ...]
    tiers: tuple[int | None, ...]
    x_title: str


@dataclass(frozen=True, slots=True)
class MatrixData:
    """What a confusion matrix shows: counts of rows by columns."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


def available() -> bool:
    """Whether matplotlib is installed, found out without importing it."""
    from importlib.util import find_spec

    return find_spec("matplotlib") is not None


def require_matplotlib() -> None:
    """Raises ``ResourceError`` where matplotlib is not installed."""
    if not available():
        raise ResourceError(f"figures need matplotlib, which is not installed: {_INSTALL}")


def render(chart: Chart, form: str) -> bytes:
    """A chart as the bytes of an ``svg``, ``pdf`` or ``png`` file, the same for the same chart.

    The SVG holds text as text, suits light and dark pages and has a transparent background. The PDF embeds its fonts.
    The PNG has 200 dots per inch. Raises ``UsageError`` for another format and ``ResourceError`` where matplotlib is
    not installed.
    """
    if form not in FIGURE_FORMATS:
        raise UsageError(f"unknown format of figures '{form}'; there are {', '.join(FIGURE_FORMATS)}")
    with own_settings():
        from matplotlib.figure import Figure

        figure = Figure(figsize=chart.size, facecolor="none" if form == "svg" else PAPER)
        chart.draw(figure)
        buffer = io.BytesIO()
        if form == "svg":
            figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
            return tidy_svg(buffer.getvalue(), chart.title, chart.alt, DARK)
        if form == "pdf":
            dateless: dict[str, Any] = {"Title": chart.title, "Creator": None, "Producer": None, "CreationDate": None}
            figure.savefig(buffer, format="pdf", metadata=dateless)
        else:
            figure.savefig(buffer, format="png", dpi=PNG_DPI, metadata={"Software": None})
        return buffer.getvalue()


@contextmanager
def own_settings() -> Iterator[None]:
    """matplotlib with our settings in place of its user's, all of which are as before afterwards."""
    # It logs about caches of fonts, to stderr where nobody has set logging up; without a handler of ours, that is.
    logger = logging.getLogger("matplotlib")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
    with warnings.catch_warnings():
        # What matplotlib itself does that its own libraries have come to frown upon is nothing to trouble anybody with.
        warnings.filterwarnings("ignore", category=DeprecationWarning, module=r"matplotlib\b")
        # A name may hold characters that the font lacks: they are boxes in PDF and PNG, and themselves in SVG.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        try:
            import matplotlib
            from matplotlib import style
        except ImportError as error:
            raise ResourceError(f"figures need matplotlib, which cannot be imported ({error}): {_INSTALL}") from None
        with style.context("default"), matplotlib.rc_context(_SETTINGS):
            yield


def draw_levels(figure: Figure, data: LevelsData) -> None:
    """Score against level: a curve for each system with its name at the right end."""
    named = len(data.curves) > 1
    room = 32 + max(_width(curve.series.label, _weight(curve.series)) for curve in data.curves) if named else 14
    apart = any(not curve.series.ranked for curve in data.curves)
    axes, box = _axes(figure, left=38, bottom=50 if apart else 36, right=room, top=26)
    highest = max(value for curve in data.curves for _, y, _, high in curve.points for value in (y, high or y))
    levels = sorted({x for curve in data.curves for x, *_ in curve.points})
    margin = 0.03 * (levels[-1] - levels[0]) or 0.05
    axes.set_xlim(levels[0] - margin, levels[-1] + margin)
    axes.set_ylim(0, _above(highest))
    axes.set_xticks(levels, [f"{level:g}" for level in levels])
    axes.grid(axis="y")
    _titles(figure, axes, data.x_title, data.y_title)
    if data.ranks_at is not None:
        axes.axvline(data.ranks_at, color=MUTED, linewidth=0.8, linestyle=(0, (1, 2)), zorder=1)
        above = _place(axes, data.ranks_at, 0)[0], box.high + 6
        figure.text(*above, "ranks here", transform=_points(figure), ha="center", size=_SMALL, color=MUTED)
    if apart:
        note = "Dashed and hollow: takes no rank."
        figure.text(box.left, 8, note, transform=_points(figure), size=_SMALL, color=MUTED)
    for curve in reversed(data.curves):  # the best drawn last, on top
        _curve(axes, curve, bands=data.bands)
    if named:
        _name_ends(figure, axes, data.curves, box)


def _curve(axes: Axes, curve: Curve, *, bands: bool) -> None:
    series = curve.series
    xs = [x for x, *_ in curve.points]
    if bands and all(low is not None and high is not None for *_, low, high in curve.points):
        lows = [low or 0.0 for *_, low, _ in curve.points]
        highs = [high or 0.0 for *_, high in curve.points]
        axes.fill_between(xs, lows, highs, color=series.color, alpha=0.18, linewidth=0, zorder=1)
        axes.vlines(xs, lows, highs, color=series.color, linewidth=0.8, zorder=2, clip_on=False)
    coloured = series.style is not None
    axes.plot(
        xs,
        [y for _, y, *_ in curve.points],
        color=series.color,
        linewidth=1.7 if coloured else 0.9,
        linestyle="-" if series.ranked else _DASHED,
        zorder=4 if coloured else 3,
        clip_on=False,
        **_marker(series),
    )


def _marker(series: Series, *, filled: bool | None = None, size: float | None = None) -> dict[str, Any]:
    """How a system's points look: hollow where it takes no rank, unless ``filled`` says something else."""
    solid = series.ranked if filled is None else filled
    return {
        "marker": series.marker,
        "markersize": size or (5.0 if series.style is not None else 2.8),
        "markerfacecolor": series.color if solid else PAPER,
        "markeredgecolor": series.color,
        "markeredgewidth": 1.0,
    }


def _name_ends(figure: Figure, axes: Axes, curves: Sequence[Curve], box: Box) -> None:
    """Each curve's name right of its end, with a thin line to it where the name had to move."""
    from matplotlib.lines import Line2D

    points = _points(figure)
    ends = sorted(((_place(axes, *curve.points[-1][:2])[1], -rank) for rank, curve in enumerate(curves)))
    heights = spread([height for height, _ in ends], 11.5, box.low - 4, box.high + 4)
    for (height, place), label_height in zip(ends, heights, strict=True):
        curve = curves[-place]
        start = _place(axes, *curve.points[-1][:2])[0] + 5
        leader = Line2D(
            [start, box.right + 7, box.right + 12],
            [height, label_height, label_height],
            transform=points,
            color=curve.series.color,
            linewidth=0.7,
        )
        sign = Line2D([box.right + 17], [label_height], transform=points, linestyle="none", **_marker(curve.series))
        figure.add_artist(leader)
        figure.add_artist(sign)
        figure.text(
            box.right + 23,
            label_height,
            curve.series.label,
            transform=points,
            va="center_baseline",
            weight=_weight(curve.series),
        )


def draw_runtime(figure: Figure, data: RuntimeData) -> None:
    """Score against seconds per claim, a point with its interval and name for each system."""
    axes, box = _axes(figure, left=38, bottom=60, right=14, top=24)
    times = [curve.points[0][0] for curve in data.curves]
    axes.set_xscale("log")
    axes.set_xlim(min(times) / 1.8, max(times) * 1.8)
    scores = [value for curve in data.curves for _, y, low, high in curve.points for value in (y, low, high)]
    known = [score for score in scores if score is not None]
    axes.set_ylim(max(0.0, min(known) - 0.03), _above(max(known)))
    _seconds(axes)
    axes.grid(axis="y")
    _titles(figure, axes, data.x_title, data.y_title)
    bars = []
    for curve, filled in reversed(list(zip(data.curves, data.filled, strict=True))):
        series, (x, y, low, high) = curve.series, curve.points[0]
        if low is not None and high is not None:
            axes.plot([x, x], [low, high], color=series.color, linewidth=1.0, alpha=0.55, zorder=2)
            (across, bottom), (_, top) = _place(axes, x, low), _place(axes, x, high)
            bars.append(Box(across - 0.5, bottom, across + 0.5, top))
        axes.plot([x], [y], linestyle="none", zorder=4, clip_on=False, **_marker(series, filled=filled, size=6))
    places = [_place(axes, *curve.points[0][:2]) for curve in data.curves]
    sizes = [(_width(curve.series.label) * 1.06 + 2, 10.0) for curve in data.curves]
    labels = place_labels(places, sizes, box, radius=4.5, bars=bars)
    for curve, label in zip(data.curves, labels, strict=True):
        if label is not None:
            align = ("left", "center", "right")[label.align + 1]
            figure.text(label.x, label.y, curve.series.label, transform=_points(figure), ha=align, va="center_baseline")
    key = ["Filled: open weights. Hollow: not open, or not said. Lines: intervals of the score."]
    left_out = sum(label is None for label in labels)
    if left_out:
        key.append(f"{left_out} {'point has' if left_out == 1 else 'points have'} no room for a name.")
    for line, text in enumerate(key):
        figure.text(box.left, 18 - 11 * line, text, transform=_points(figure), size=_SMALL, color=MUTED)


def draw_forest(figure: Figure, data: ForestData) -> None:
    """Scores with their intervals, a row for each system, and the figures written beside them."""
    from matplotlib.patches import Rectangle
    from matplotlib.ticker import MaxNLocator

    labels = [curve.series.label for curve in data.curves]
    axes, box = _axes(figure, left=18 + max(map(_width, labels)), bottom=36, right=132, top=16)
    count = len(data.curves)
    ends = [value for curve in data.curves for x, _, low, high in curve.points for value in (x, low, high)]
    known = [value for value in ends if value is not None]
    axes.set_xlim(max(0.0, min(known) - 0.03), min(1.0, max(known) + 0.03))
    axes.set_ylim(count - 0.5, -0.5)
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")
    axes.set_xlabel(data.x_title)
    points = _points(figure)
    step = (box.high - box.low) / count
    for tier in sorted({tier for tier in data.tiers if tier is not None}):
        rows = [row for row, other in enumerate(data.tiers) if other == tier]
        if tier % 2:
            foot = box.high - step * (rows[-1] + 1)
            # Reaches over names and figures too; entries without rank between members of a tier lie in it.
            shade = Rectangle((6, foot), figure.get_figwidth() * 72 - 12, step * (rows[-1] - rows[0] + 1))
            shade.set(transform=points, facecolor=SHADE, edgecolor="none", zorder=-1)
            figure.add_artist(shade)
    for row, (curve, own_tier) in enumerate(zip(data.curves, data.tiers, strict=True)):
        series, (x, _, low, high) = curve.series, curve.points[0]
        height = box.high - step * (row + 0.5)
        if low is not None and high is not None:
            axes.plot([low, high], [row, row], color=series.color, linewidth=1.6, zorder=2, marker="|", markersize=5)
        axes.plot([x], [row], linestyle="none", zorder=4, clip_on=False, **_marker(series, size=5.5))
        figure.text(box.left - 8, height, series.label, transform=points, ha="right", va="center_baseline")
        written = f"{x:.3f}" if low is None or high is None else f"{x:.3f} [{low:.3f}, {high:.3f}]"
        figure.text(box.right + 8, height, written, transform=points, va="center_baseline", size=_SMALL)
        if own_tier is not None and own_tier not in data.tiers[:row]:
            figure.text(
                figure.get_figwidth() * 72 - 8,
                height,
                f"tier {own_tier}",
                transform=points,
                ha="right",
                va="center_baseline",
                size=_SMALL,
                color=MUTED,
            )


def draw_matrix(figure: Figure, data: MatrixData) -> None:
    """Counts by gold verdict and predicted verdict, darker the larger their share of the row."""
    from matplotlib.patches import Rectangle

    axes, box = _axes(figure, left=92, bottom=8, right=8, top=52)
    rows, columns = len(data.rows), len(data.columns)
    axes.set_xlim(0, columns)
    axes.set_ylim(rows, 0)
    axes.set_axis_off()
    points = _points(figure)
    wide, high = (box.right - box.left) / columns, (box.high - box.low) / rows
    for row, counts in enumerate(data.counts):
        total = sum(counts)
        middle = box.high - high * (row + 0.5)
        text = f"{_broken(data.rows[row])}\n{total:,} claims"
        figure.text(box.left - 8, middle, text, transform=points, ha="right", va="center", size=8)
        for column, count in enumerate(counts):
            share = count / total if total else 0.0
            hit = data.rows[row] == data.columns[column]
            place = (column + 0.03, row + 0.04), 0.94, 0.92
            axes.add_patch(Rectangle(*place, facecolor=SERIES[0], alpha=cell_alpha(share), linewidth=0))
            if hit:  # right verdicts have a frame, so that the diagonal shows without colour
                axes.add_patch(Rectangle(*place, fill=False, edgecolor=INK, linewidth=1.2))
            centre = (column + 0.5, row + 0.5)
            written = f"{count:,}\n{100 * share:.0f} %" if total else "0"
            axes.text(*centre, written, ha="center", va="center", weight="bold" if hit else "normal")
    for column, name in enumerate(data.columns):
        across = box.left + wide * (column + 0.5)
        figure.text(across, box.high + 6, _broken(name), transform=points, ha="center", va="bottom", size=8)
    figure.text(box.left, box.high + 38, "Predicted verdict", transform=points, color=MUTED, size=_SMALL)
    figure.text(box.left - 8, box.high + 6, "Gold verdict", transform=points, ha="right", color=MUTED, size=_SMALL)


def cell_alpha(share: float) -> float:
    """How opaque a cell of a confusion matrix is: ink stays legible on the fullest, on light and on dark paper."""
    return 0.05 + 0.5 * share


def _broken(name: str) -> str:
    """A verdict's name in lines short enough for the side of a matrix."""
    lines = [""]
    for word in name.replace("/", "/ ").split():
        if lines[-1] and len(lines[-1]) + len(word) > 13:
            lines.append("")
        lines[-1] += word if not lines[-1] or lines[-1].endswith("/") else f" {word}"
    return "\n".join(lines)


def _axes(figure: Figure, *, left: float, bottom: float, right: float, top: float) -> tuple[Axes, Box]:
    """Axes that leave these margins, and the box they fill."""
    width, height = figure.get_figwidth() * 72, figure.get_figheight() * 72
    box = Box(left, bottom, width - right, height - top)
    axes = figure.add_axes(
        (box.left / width, box.low / height, (box.right - box.left) / width, (box.high - box.low) / height)
    )
    axes.set_facecolor("none")
    return axes, box


def _points(figure: Figure) -> Transform:
    """Points from the lower left corner of the figure."""
    from matplotlib.transforms import Affine2D

    return Affine2D().scale(1 / 72) + figure.dpi_scale_trans


def _place(axes: Axes, x: float, y: float) -> tuple[float, float]:
    """Where a value lies, in points from the lower left corner of the figure."""
    figure: Any = axes.get_figure()
    across, up = axes.transData.transform((x, y)) * 72 / figure.dpi
    return float(across), float(up)


def _titles(figure: Figure, axes: Axes, x_title: str, y_title: str) -> None:
    axes.set_xlabel(x_title)
    # Level and at the top, where it is read first and needs no turned head.
    figure.text(8, figure.get_figheight() * 72 - 13, y_title, transform=_points(figure))


def _above(highest: float) -> float:
    """A round end for an axis of scores that leaves a little room above the highest."""
    return min(1.0, max(0.05, 0.05 * int(highest * 1.04 / 0.05 + 1)))


def _seconds(axes: Axes) -> None:
    """Ticks on a logarithmic axis of seconds, written as plain numbers."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, NullLocator

    low, high = axes.get_xlim()
    axes.xaxis.set_major_locator(
        LogLocator(base=10, subs=(1.0,) if high / low > 2000 else (1.0, 2.0, 5.0), numticks=20)
    )
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())


def _weight(series: Series) -> str:
    return "bold" if series.style == 0 else "normal"


def _width(text: str, weight: str = "normal") -> float:
    """How wide a text is at the usual size."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    width, _, _ = text_to_path.get_text_width_height_descent(
        text, FontProperties(size=8.5, weight=weight), ismath=False
    )
    return float(width)


__all__ = [
    "Curve",
    "ForestData",
    "LevelsData",
    "MatrixData",
    "RuntimeData",
    "Series",
    "available",
    "draw_forest",
    "draw_levels",
    "draw_matrix",
    "draw_runtime",
    "own_settings",
    "render",
    "require_matplotlib",
]
