"""Pictures of a system, drawn from its configuration: its stages in order, their options, and what each one fills."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from averitec_eval.baselines.config import FIRST_SLOTS, Stage, System

_WIDTH = 76
"""Columns of a box in text."""

_COLUMNS = 84
"""Characters of a line of options in the SVG."""

_LINE, _PAD, _GAP, _BOX = 18, 12, 34, 640
"""Pixels: a line of text, the space inside a box, that between boxes, a box's width."""

_NOTHING = (None, "", ())

_KEPT = "\u00a0"
"""Keeps an option and its value on one line."""

_LIGHT = {"paper": "#f4f6fa", "edge": "#5b6b86", "ink": "#1b2330", "soft": "#47546a", "model": "#e6edf9"}
_DARK = {"paper": "#1d2430", "edge": "#8b9ab4", "ink": "#e8ecf3", "soft": "#b4bfd1", "model": "#25324a"}


@dataclass(frozen=True, slots=True)
class _Box:
    """One stage as it is drawn: its heading, its options in words, what it fills, whether it asks a model."""

    heading: str
    options: str
    fills: str
    model: bool


def text_picture(system: System) -> str:
    """The stages as boxes of text, at most 80 columns wide, with arrows that say what was filled."""
    lines = [f"  {', '.join(_first(system))}", "    │"]
    for box in _boxes(system):
        wrapped = _wrapped(box.options, _WIDTH - 2)
        lines.append(f"  ┌{'─' * _WIDTH}┐")
        lines += [f"  │ {line:<{_WIDTH - 2}} │" for line in (box.heading, *wrapped)]
        lines.append(f"  └{'─' * _WIDTH}┘")
        lines += ["    │"] if not box.fills else [f"    │ {box.fills}"]
    lines.append(f"  predictions: the verdict and at most {system.pairs} question-answer pairs")
    return "\n".join(lines) + "\n"


def mermaid_picture(system: System) -> str:
    """The stages as a Mermaid flowchart, which many Markdown viewers draw."""
    lines = ["flowchart TD", f'  start(["{_label(", ".join(_first(system)))}"])']
    before, fills = "start", ""
    for number, box in enumerate(_boxes(system), 1):
        node = f"s{number}"
        text = f"<b>{_label(box.heading)}</b>" + (
            f"<br/>{_label(box.options.replace(_KEPT, ' '))}" if box.options else ""
        )
        lines.append(f'  {node}["{text}"]')
        lines.append(f"  {before} -->{f'|{_label(fills)}|' if fills else ''} {node}")
        before, fills = node, box.fills
    lines.append(f'  finish(["predictions: verdict and at most {system.pairs} pairs"])')
    lines.append(f"  {before} -->{f'|{_label(fills)}|' if fills else ''} finish")
    return "\n".join(lines) + "\n"


def svg_picture(system: System) -> str:
    """The stages as an SVG document, in light and dark, the same bytes each time."""
    parts: list[str] = []
    y = 4
    y = _pill(parts, y, ", ".join(_first(system)))
    fills = ""
    for box in _boxes(system):
        y = _arrow(parts, y, fills)
        y = _draw(parts, y, box)
        fills = box.fills
    y = _arrow(parts, y, fills)
    y = _pill(parts, y, f"predictions: the verdict and at most {system.pairs} question-answer pairs")
    width, height = _BOX + 8, y + 4
    rules = "".join(
        f'[{kind}="{light}"]{{{kind}:{_DARK[name]}}}' for name, light in _LIGHT.items() for kind in ("fill", "stroke")
    )
    stages = ", ".join(f"{stage.key} ({stage.kind.name})" for stage in system.stages)
    head = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        'role="img" aria-labelledby="title desc" font-family="system-ui, -apple-system, \'Segoe UI\', Roboto, '
        '\'DejaVu Sans\', sans-serif" font-size="13">',
        f'<title id="title">{escape(f"The stages of {system.title}")}</title>',
        f'<desc id="desc">{escape(f"In order: {stages}.")}</desc>',
        f"<style>@media screen and (prefers-color-scheme:dark){{{rules}}}</style>",
    ]
    return "\n".join([*head, *parts, "</svg>"]) + "\n"


def _wrapped(options: str, width: int) -> list[str]:
    return [line.replace(_KEPT, " ") for line in textwrap.wrap(options, width)]


def _first(system: System) -> list[str]:
    return ["claim", *(["documents of the knowledge store"] if system.needs_store else [])]


def _boxes(system: System) -> Iterator[_Box]:
    for number, stage in enumerate(system.stages, 1):
        roles = [
            value
            for option in stage.kind.options()
            if option.metadata.get("role") and (value := getattr(stage.component, option.name)) is not None
        ]
        fills = ", ".join(slot for slot in stage.kind.fills if slot not in FIRST_SLOTS or slot == "queries")
        yield _Box(f"{number}  {stage.key}: {stage.kind.name}", _options(stage), fills, bool(roles))


def _options(stage: Stage) -> str:
    """The options in words, those that are off or empty left out."""
    return ", ".join(f"{name}{_KEPT}{_value(value)}" for name, value in stage.options.items() if _tells(value))


def _tells(value: Any) -> bool:
    return value is not False and value not in _NOTHING


def _value(value: Any) -> str:
    if value is True:
        return "yes"
    if isinstance(value, tuple):
        return "(" + " ".join(map(str, value)) + ")"
    return str(value)


def _label(text: str) -> str:
    """Text inside quotes of a Mermaid node: marks that would end or restyle it are written as entities."""
    for mark, entity in (("&", "#amp;"), ('"', "#quot;"), ("<", "#lt;"), (">", "#gt;"), ("|", "#124;")):
        text = text.replace(mark, entity)
    return text


def _text(parts: list[str], x: float, y: float, text: str, colour: str, **more: str) -> None:
    extra = "".join(f" {name.replace('_', '-')}={quoteattr(value)}" for name, value in more.items())
    parts.append(f'<text x="{x:g}" y="{y:g}" fill="{_LIGHT[colour]}"{extra}>{escape(text)}</text>')


def _pill(parts: list[str], y: int, text: str) -> int:
    height = _LINE + _PAD
    parts.append(
        f'<rect x="4" y="{y}" width="{_BOX}" height="{height}" rx="{height / 2:g}" fill="none" '
        f'stroke="{_LIGHT["edge"]}" stroke-dasharray="4 3"/>'
    )
    _text(parts, 4 + _BOX / 2, y + height / 2 + 4.5, text, "soft", text_anchor="middle")
    return y + height


def _arrow(parts: list[str], y: int, fills: str) -> int:
    x, end = 40, y + _GAP
    edge = _LIGHT["edge"]
    parts.append(f'<path d="M{x} {y}V{end - 6}" stroke="{edge}" stroke-width="1.5" fill="none"/>')
    parts.append(f'<path d="M{x - 5} {end - 8}L{x} {end}L{x + 5} {end - 8}Z" fill="{edge}"/>')
    if fills:
        _text(parts, x + 14, y + _GAP / 2 + 4.5, fills, "soft", font_style="italic")
    return end


def _draw(parts: list[str], y: int, box: _Box) -> int:
    lines = _wrapped(box.options, _COLUMNS)
    height = 2 * _PAD + _LINE * (1 + len(lines)) - 4
    fill = _LIGHT["model" if box.model else "paper"]
    parts.append(
        f'<rect x="4" y="{y}" width="{_BOX}" height="{height}" rx="6" fill="{fill}" stroke="{_LIGHT["edge"]}" '
        f'stroke-width="{2 if box.model else 1}"/>'
    )
    _text(parts, 4 + _PAD, y + _PAD + 12, box.heading, "ink", font_weight="bold")
    if box.model:
        _text(parts, _BOX + 4 - _PAD, y + _PAD + 12, "uses a model", "soft", text_anchor="end")
    for number, line in enumerate(lines, 1):
        _text(parts, 4 + _PAD, y + _PAD + 12 + _LINE * number, line, "soft")
    return y + height


__all__ = ["mermaid_picture", "svg_picture", "text_picture"]
