"""Systems and components in words: tables of what there is, and one system in full."""

from __future__ import annotations

import dataclasses
import json
import textwrap
from collections.abc import Iterator
from typing import Any, get_args, get_type_hints

from averitec_eval.baselines.catalogue import kinds
from averitec_eval.baselines.components.base import STAGES, Kind
from averitec_eval.baselines.config import System, load_system, system_names
from averitec_eval.baselines.picture import text_picture
from averitec_eval.baselines.providers import bounds
from averitec_eval.errors import UsageError
from averitec_eval.leaderboard.yamlfile import unknown_key
from averitec_eval.tables import Column, Table


def systems_table() -> Table:
    """The systems of this package, what they need, and what they do in one sentence."""
    systems = [load_system(name) for name in system_names()]
    columns = (Column("System"), Column("Title"), Column("Stages", "right"), Column("Models"), Column("What it does"))
    rows = tuple(
        (system.name, system.title, len(system.stages), ", ".join(system.roles) or None, _sentence(system.description))
        for system in systems
    )
    return Table("Reference systems", columns, rows)


def systems_json() -> list[dict[str, Any]]:
    """The same as JSON values, with each system's stages."""
    return [
        {
            "name": system.name,
            "title": system.title,
            "version": system.version,
            "description": system.description,
            "sources": list(system.sources),
            "stages": [f"{stage.key}: {stage.kind.name}" for stage in system.stages],
            "models": {
                name: {role: spec.to_dict() for role, spec in models.items()} for name, models in system.sets.items()
            },
            "examples": system.examples,
            "quirks": system.quirks,
        }
        for system in map(load_system, system_names())
    ]


def _sentence(text: str) -> str:
    whole = " ".join(text.split())
    end = whole.find(". ")
    return whole if end < 0 else whole[: end + 1]


def described(system: System) -> str:
    """A system in full, as text of at most 80 columns: what it does, its stages, its models and its quirks."""
    lines = [f"{system.title} ({system.name}, version {system.version})", ""]
    lines += textwrap.wrap(" ".join(system.description.split()), 80)
    lines += ["", text_picture(system).rstrip("\n"), ""]
    if system.sets:
        lines.append("Models")
        for role in system.roles:
            for name, models in system.sets.items():
                if role in models:
                    mark = "  <- chosen" if name == system.model_set else ""
                    text = f"{role} ({models[role].port}), {name}: {_model(models[role].to_dict())}{mark}"
                    lines += textwrap.wrap(text, 80, initial_indent="  ", subsequent_indent="    ")
        lines.append("")
    if system.examples == "train":
        lines += ["It shows its models annotated claims: --examples FILE.", ""]
    if system.quirks:
        lines.append("Published quirks (--set compat.NAME=true)")
        for name, text in system.quirks.items():
            state = "on" if name in system.compat else "off"
            lines += textwrap.wrap(f"{name} ({state}): {text}", 80, initial_indent="  ", subsequent_indent="    ")
        lines.append("")
    if system.sources:
        lines.append("Sources")
        for source in system.sources:
            lines += textwrap.wrap(source, 80, initial_indent="  ", subsequent_indent="    ", break_long_words=False)
        lines.append("")
    return "\n".join(lines[:-1]) + "\n"


def _model(spec: dict[str, Any]) -> str:
    settings = ", ".join(f"{key} {value}" for key, value in spec.items() if key not in ("port", "provider"))
    return f"{spec['provider']}{' (' + settings + ')' if settings else ''}"


def components_tables(stage: str | None = None) -> list[Table]:
    """All components in one table; for a ``stage``, one table for each of its components with its options.

    Raises ``UsageError`` for a stage that does not exist.
    """
    if stage is None:
        columns = (Column("Stage"), Column("Type"), Column("Reads"), Column("Fills"), Column("What it does"))
        rows = tuple(
            (kind.stage, kind.name, ", ".join(kind.reads), ", ".join(kind.fills), kind.summary) for kind in _sorted()
        )
        return [Table("Components", columns, rows)]
    columns = (Column("Option"), Column("Kind"), Column("Default"), Column("Allowed"), Column("What it means"))
    return [
        Table(
            f"{kind.stage}: {kind.name} - {kind.summary}",
            columns,
            tuple(
                (one["name"], one["kind"], _shown(one["default"]), one["allowed"] or None, one["help"])
                for one in _options(kind)
            ),
        )
        for kind in _of_stage(stage)
    ]


def components_json(stage: str | None = None) -> list[dict[str, Any]]:
    """The components with their options as JSON values. Raises as ``components_tables``."""
    return [
        {
            "stage": kind.stage,
            "type": kind.name,
            "summary": kind.summary,
            "reads": list(kind.reads),
            "fills": list(kind.fills),
            "options": list(_options(kind)),
            "quirks": dict(kind.compat),
        }
        for kind in (_sorted() if stage is None else _of_stage(stage))
    ]


def _sorted() -> list[Kind]:
    return sorted(kinds().values(), key=lambda kind: (STAGES.index(kind.stage), kind.name))


def _of_stage(stage: str) -> list[Kind]:
    if stage not in STAGES:
        raise UsageError(f"'{stage}' is no stage; {unknown_key(stage, STAGES)}")
    return [kind for kind in _sorted() if kind.stage == stage]


def _options(kind: Kind) -> Iterator[dict[str, Any]]:
    hints = get_type_hints(kind.make)
    for option in kind.options():
        meta = option.metadata
        required = option.default is dataclasses.MISSING
        default = None if required else option.default
        yield {
            "name": option.name,
            "kind": _kind_name(hints[option.name]),
            "required": required,
            "default": "(needed)" if required else list(default) if isinstance(default, tuple) else default,
            "allowed": _allowed(meta),
            "help": meta.get("help", ""),
        }


def _kind_name(hint: Any) -> str:
    names = {int: "whole number", float: "number", bool: "true or false", str: "text"}
    if hint in names:
        return names[hint]
    parts = get_args(hint)
    if type(None) in parts:
        return f"{_kind_name(next(part for part in parts if part is not type(None)))} or null"
    return "list of texts"


def _allowed(meta: Any) -> str:
    if meta.get("role"):
        return f"a model of the port {meta['role']}"
    if meta.get("choices"):
        return ", ".join(choice if choice.strip() else json.dumps(choice) for choice in meta["choices"])
    return bounds(meta.get("low"), meta.get("high"))


def _shown(default: Any) -> str:
    if isinstance(default, bool):
        return "true" if default else "false"
    return "null" if default is None else str(default) if default != "" else '""'


__all__ = ["components_json", "components_tables", "described", "systems_json", "systems_table"]
