"""``leaderboard.yaml``: what a board shows and where its parts are."""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from averitec_eval.errors import ConfigError, UnreadableError, UsageError
from averitec_eval.files import sha256_of
from averitec_eval.formats.reading import MINI
from averitec_eval.leaderboard import fields
from averitec_eval.leaderboard.yamlfile import load_mapping
from averitec_eval.scoring.profiles import DEFAULT_PROFILE, PROFILES, check_levels
from averitec_eval.validation.printable import printable

MAX_BYTES = 256 * 1024
"""How large ``leaderboard.yaml`` may be."""

STORE = "leaderboard.sqlite"
"""The result store's name where the configuration names none; it lies beside the configuration."""


PHASE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
"""What a phase may be called: its name becomes a folder of the site."""

RESERVED = ("static",)
"""Folders of the site that belong to no phase."""

MAX_PHASES = 20


@dataclass(frozen=True, slots=True)
class Phase:
    """One phase of a board: its own gold, profile and levels, as ``BoardConfig`` describes them.

    ``title`` is what it is called, ``split`` the part of the data it is about. A ``private`` phase is not looked at and
    nothing shows that there is one.
    """

    name: str
    title: str
    gold: str
    split: str = ""
    profile: str = DEFAULT_PROFILE
    levels: tuple[float, ...] = ()
    public: bool = False
    private: bool = False


@dataclass(frozen=True, slots=True)
class BoardConfig:
    """What ``leaderboard.yaml`` says, its paths resolved against its folder.

    ``gold`` is the gold file, or the name of a set that this package ships. ``profile`` is the scoring profile;
    ``levels`` are levels beside the profile's own, in [0, 1), of which the first ranks. Only submissions of ``phase``
    are ranked, of any if it is None. ``submissions`` holds a folder for each submission and ``site`` receives the
    pages. ``store`` is the file that keeps results from one build to the next, None for none. ``file`` is the name of
    the configuration itself and ``sha256`` its hash in hex, None where it was not read from a file. ``public`` says
    that the gold may be shown; without it, it stays hidden. ``anonymous`` hides whose every submission is. ``submit``
    says how to take part, ``published`` is a CSV file of leaderboards as they were published. ``split`` is the part of
    the data. ``audit`` are the thresholds that audits of the submissions use instead of the defaults, as pairs of probe
    and number; empty for the defaults, None for no audits.

    With ``phases`` there is a board for each that is not private, and ``gold``, ``profile``, ``levels``, ``phase``,
    ``public`` and ``split`` here mean nothing; ``boards`` gives the configuration of each. ``folder`` is where a
    board's files lie below the site (empty, or a name and a slash) and ``name`` what it is called there.
    ``secretive`` says that there are private phases beside it.
    """

    title: str
    gold: str
    submissions: Path
    site: Path
    profile: str = DEFAULT_PROFILE
    levels: tuple[float, ...] = ()
    description: str = ""
    phase: str | None = None
    store: Path | None = None
    file: str | None = None
    sha256: str | None = None
    public: bool = False
    anonymous: bool = False
    submit: str = ""
    published: Path | None = None
    phases: tuple[Phase, ...] = ()
    folder: str = ""
    name: str = ""
    split: str = ""
    secretive: bool = False
    audit: tuple[tuple[str, float], ...] | None = None

    @property
    def tab(self) -> str:
        """What the board is called beside others."""
        return self.name or self.phase or self.title

    def boards(self) -> tuple[BoardConfig, ...]:
        """The configuration of each board that is shown: itself, or one for each phase that is not private."""
        if not self.phases:
            return (self,)
        return tuple(
            replace(
                self,
                gold=phase.gold,
                profile=phase.profile,
                levels=phase.levels,
                phase=phase.name,
                public=phase.public,
                phases=(),
                folder=f"{phase.name}/",
                secretive=any(one.private for one in self.phases),
                name=phase.title,
                split=phase.split,
            )
            for phase in self.phases
            if not phase.private
        )


def _levels(value: Any) -> tuple[float, ...]:
    expected = "a list of numbers of at least 0 and below 1"
    if not isinstance(value, list) or any(
        isinstance(item, bool) or not isinstance(item, int | float) for item in value
    ):
        raise fields.Wrong(expected, "write it as [0.25, 0.3]")
    try:
        return check_levels([float(item) for item in value])
    except (UsageError, OverflowError):
        raise fields.Wrong(expected) from None


def _audit(value: Any) -> tuple[tuple[str, float], ...] | None:
    from averitec_eval.audit.thresholds import thresholds_of

    expected = "true, false, or thresholds of probes, each a number of at least 0"
    if isinstance(value, bool):
        return () if value else None
    if not isinstance(value, dict):
        raise fields.Wrong(expected, "write it as {stuffing.pairs: 0.05}")
    try:
        thresholds_of(DEFAULT_PROFILE, value)
        return tuple(sorted((probe, float(threshold)) for probe, threshold in value.items()))
    except (UsageError, OverflowError, TypeError, ValueError) as error:
        raise fields.Wrong(expected, printable(str(error))) from None


def _phase_name(value: Any) -> str:
    expected = "a name of 1 to 40 letters, digits, '_' and '-' that begins with a letter or digit"
    if not isinstance(value, str) or not PHASE_NAME.fullmatch(value):
        raise fields.Wrong(expected, "put it in quotes if it is meant as text; 'title' may hold any text")
    if value.lower() in RESERVED:
        raise fields.Wrong(expected, "the site has a folder of that name; choose another one")
    return value


def _mappings(value: Any) -> list[Any]:
    if not isinstance(value, list) or not 0 < len(value) <= MAX_PHASES:
        raise fields.Wrong(f"a list of 1 to {MAX_PHASES} phases", "begin each with '- name: ...'")
    return value


_PATH = fields.text(1000, empty=False)
_SCORING: dict[str, fields.Check] = {
    "gold": _PATH,
    "profile": fields.one_of(tuple(PROFILES)),
    "levels": _levels,
    "public": fields.boolean,
    "split": fields.text(80, empty=False),
}
_PHASE: dict[str, fields.Check] = {
    "name": _phase_name,
    "title": fields.text(80, empty=False),
    **_SCORING,
    "private": fields.boolean,
}
_FIELDS: dict[str, fields.Check] = {
    "title": fields.text(120, empty=False),
    "description": fields.text(2000, lines=True),
    **_SCORING,
    "phase": fields.text(80, empty=False),
    "submissions": _PATH,
    "site": _PATH,
    "store": _PATH,
    "anonymous": fields.boolean,
    "submit": fields.text(5000, lines=True),
    "published": _PATH,
    "audit": _audit,
    "phases": _mappings,
}
_REQUIRED = {
    "title": "the title of the board",
    "gold": "the gold file, or averitec-mini",
    "submissions": "the folder that holds the submissions",
    "site": "the folder that the site is written to",
}
_PHASE_REQUIRED = {"name": "the name of the phase", "gold": _REQUIRED["gold"]}
_OF_A_PHASE = (*_SCORING, "phase")
"""Keys that stand in each phase where there are phases."""


def read_config(path: str | os.PathLike[str]) -> BoardConfig:
    """Read and check a board's configuration.

    Raises ``UnreadableError`` if the file is not there and ``ConfigError`` with every problem at once if it breaks a
    rule.
    """
    file = Path(path)
    if not file.is_file():
        raise UnreadableError(f"{file}: is not a file that can be read; a board is configured by a leaderboard.yaml")
    mapping, problems = load_mapping(file, MAX_BYTES)
    folder = file.parent
    values: dict[str, Any] = {}
    if mapping is not None:
        phased = mapping.get("phases") is not None
        required = {key: meaning for key, meaning in _REQUIRED.items() if not (phased and key == "gold")}
        values = fields.check_fields(mapping, _FIELDS, required, (), problems)
        if phased:
            problems += [
                f"{key}: found beside phases, expected in each phase; move it there"
                for key in _OF_A_PHASE
                if mapping.get(key) is not None
            ]
            if "phases" in values:
                values["phases"] = _read_phases(values["phases"], folder, problems)
    if problems:
        raise ConfigError(f"{file}: the configuration is not usable", tuple(problems))
    published = values.pop("published", None)
    return BoardConfig(
        gold=_gold_path(folder, values.pop("gold")) if "gold" in values else "",
        submissions=folder / values.pop("submissions"),
        site=folder / values.pop("site"),
        store=folder / values.pop("store", STORE),
        published=None if published is None else folder / published,
        file=file.name,
        sha256=sha256_of(file),
        **values,
    )


def _gold_path(folder: Path, name: str) -> str:
    shipped = name == MINI and not (folder / name).exists()
    return name if shipped else str(folder / name)


def _read_phases(items: list[Any], folder: Path, problems: list[str]) -> tuple[Phase, ...]:
    phases = []
    for number, item in enumerate(items, start=1):
        if not isinstance(item, dict):
            problems.append(f"phases: the entry {number} is no mapping, expected the lines of a phase, such as name")
            continue
        found: list[str] = []
        values = fields.check_fields(item, _PHASE, _PHASE_REQUIRED, (), found)
        problems += [f"phases, entry {number}: {problem}" for problem in found]
        if not found:
            gold = _gold_path(folder, values.pop("gold"))
            phases.append(Phase(gold=gold, title=values.pop("title", values["name"]), **values))
    names = Counter(phase.name.lower() for phase in phases)
    problems += [
        f"phases: found the name {name} {count} times, expected a name of its own for each, whatever its capitals"
        for name, count in names.items()
        if count > 1
    ]
    if not problems and all(phase.private for phase in phases):
        problems.append("phases: found private phases only, expected at least one that is shown")
    return tuple(phases)


__all__ = ["MAX_BYTES", "MAX_PHASES", "PHASE_NAME", "RESERVED", "STORE", "BoardConfig", "Phase", "read_config"]
