"""``leaderboard.yaml``: what a board shows and where its parts are."""

from __future__ import annotations

import math
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
from averitec_eval.leaderboard.rules import CHECKS as RULES
from averitec_eval.leaderboard.rules import NO_RULES, Rules, take_rules
from averitec_eval.leaderboard.yamlfile import load_mapping
from averitec_eval.scoring.profiles import DEFAULT_PROFILE, PROFILES, check_levels
from averitec_eval.validation.printable import printable

MAX_BYTES = 256 * 1024
"""How large ``leaderboard.yaml`` may be."""

LITE = "ev2r-lite"
"""The judge that is computed here and now, without replies."""

STORE = "leaderboard.sqlite"
"""The result store's name where the configuration names none; it lies beside the configuration."""


PHASE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
"""What a phase may be called: its name becomes a folder of the site."""

RESERVED = ("static",)
"""Folders of the site that belong to no phase."""

MAX_PHASES = 20

PARAMETER_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,39}")
"""What a parameter of a judge may be called."""

MAX_PARAMETERS = 20


Scalar = str | int | float | bool


TIE_BREAKS = ("seconds_per_claim", "date", "name")
"""What besides metrics may order systems of equal score: the quicker, the earlier, the first by name."""

METRIC = re.compile(
    r"((hu_meteor|robust|ev2r|f1)_[a-z0-9_]{1,40}|averitec|robust|justification)(@[0-9]\.[0-9]{1,4})?"
    r"|accuracy|macro_f1|justification_meteor"
)
"""Metrics that may do so too, the higher first."""

MAX_TIE_BREAKS = 10


@dataclass(frozen=True, slots=True)
class JudgeConfig:
    """Which Ev2R judge's scores a board shows: what the judge was asked is kept, so no board asks any.

    ``model`` is its name as it was asked for. ``replies`` is the file of its kept replies, SQLite or exported, None for
    a judge that needs none. ``prompts`` is a folder of prompts that take the place of the package's own, and
    ``parameters`` are those it was asked with, where they are not the defaults, as pairs of name and value.
    """

    model: str
    replies: Path | None = None
    prompts: Path | None = None
    parameters: tuple[tuple[str, Scalar], ...] = ()


@dataclass(frozen=True, slots=True)
class Phase:
    """One phase of a board: its own gold, profile and levels, as ``BoardConfig`` describes them.

    ``title`` is what it is called, ``split`` the part of the data it is about, ``judge`` its Ev2R judge, if it has one.
    A ``private`` phase is not looked at and nothing shows that there is one. ``rules`` say who may take part and how.
    """

    name: str
    title: str
    gold: str
    split: str = ""
    profile: str = DEFAULT_PROFILE
    levels: tuple[float, ...] = ()
    public: bool = False
    private: bool = False
    judge: JudgeConfig | None = None
    rules: Rules = NO_RULES


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
    and number; empty for the defaults, None for no audits. ``judge`` is the Ev2R judge whose scores rank, if any.

    ``rules`` say who may take part and how. ``tie_breaks`` name what orders systems of equal score (``TIE_BREAKS`` or
    metrics, the higher first), before their evidence score and their name. ``contact`` is how to reach the organisers,
    ``short_description`` the task in a few words, ``terms`` what participants agree to, ``image`` the task's picture.
    ``today`` is the ISO day that the board is of: it ends the anonymity that rules give, which lasts where it is None.

    With ``phases`` there is a board for each that is not private, and ``gold``, ``profile``, ``levels``, ``phase``,
    ``public``, ``split``, ``judge`` and ``rules`` here mean nothing; ``boards`` gives the configuration of each.
    ``folder`` is where a board's files lie below the site (empty, or a name and a slash), ``name`` what it is called.
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
    judge: JudgeConfig | None = None
    rules: Rules = NO_RULES
    tie_breaks: tuple[str, ...] = ()
    contact: str = ""
    short_description: str = ""
    terms: str = ""
    image: Path | None = None
    today: str | None = None

    @property
    def tab(self) -> str:
        """What the board is called beside others."""
        return self.name or self.phase or self.title

    def hides_names(self, phase: str | None) -> bool:
        """Whether nothing may show whose the submissions of a phase are on the day ``today``.

        Of a phase that there is not, if nothing may show it of any: the one that was meant is not known.
        """
        if not self.phases:
            return self.anonymous or self.rules.hides_names(self.today)
        meant = [one for one in self.phases if one.name == phase] or self.phases
        return self.anonymous or any(one.rules.hides_names(self.today) for one in meant)

    def boards(self) -> tuple[BoardConfig, ...]:
        """The configuration of each board that is shown: itself, or one for each phase that is not private.

        ``anonymous`` is set in those whose rules hide all names on the day ``today``.
        """
        if not self.phases:
            return (replace(self, anonymous=self.hides_names(None)),)
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
                judge=phase.judge,
                rules=phase.rules,
                anonymous=self.hides_names(phase.name),
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


def _mapping(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise fields.Wrong("the lines of a judge", "write it as {model: NAME, replies: FILE}")
    return value


def _parameters(value: Any) -> tuple[tuple[str, Scalar], ...]:
    expected = "names of parameters, each with a number, a truth value or text of at most 200 characters"
    if not isinstance(value, dict) or len(value) > MAX_PARAMETERS:
        raise fields.Wrong(expected, "write it as {temperature: 0, max_tokens: 3000}")
    for name, item in value.items():
        if not isinstance(name, str) or not PARAMETER_NAME.fullmatch(name) or not _is_parameter(item):
            raise fields.Wrong(expected, f"look at {printable(str(name)[:80])}")
    return tuple(sorted(value.items()))


def _is_parameter(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, str):
        return len(value) <= 200 and printable(value) == value
    return isinstance(value, int) and abs(value) < 2**63


def _tie_breaks(value: Any) -> tuple[str, ...]:
    expected = "a list of names of metrics, " + ", ".join(TIE_BREAKS[:-1]) + f" or {TIE_BREAKS[-1]}, each once"
    if not isinstance(value, list) or len(value) > MAX_TIE_BREAKS or not all(isinstance(item, str) for item in value):
        raise fields.Wrong(expected, "write it as [hu_meteor_qa, seconds_per_claim, name]")
    for item in value:
        if item not in TIE_BREAKS and not METRIC.fullmatch(item):
            raise fields.Wrong(expected, f"{printable(item[:80])} is no such name")
    if len(set(value)) < len(value):
        raise fields.Wrong(expected)
    return tuple(value)


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
    "judge": _mapping,
}
_JUDGE: dict[str, fields.Check] = {
    "model": fields.text(200, empty=False),
    "replies": _PATH,
    "prompts": _PATH,
    "parameters": _parameters,
}
_JUDGE_REQUIRED = {"model": "the model that judged, by the name it was asked for"}
_PHASE: dict[str, fields.Check] = {
    "name": _phase_name,
    "title": fields.text(80, empty=False),
    **_SCORING,
    "private": fields.boolean,
    **RULES,
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
    "tie_breaks": _tie_breaks,
    "contact": fields.text(200),
    "short_description": fields.text(200),
    "terms": fields.text(5000, lines=True),
    "image": _PATH,
    **RULES,
}
_REQUIRED = {
    "title": "the title of the board",
    "gold": "the gold file, or averitec-mini",
    "submissions": "the folder that holds the submissions",
    "site": "the folder that the site is written to",
}
_PHASE_REQUIRED = {"name": "the name of the phase", "gold": _REQUIRED["gold"]}
_OF_A_PHASE = (*_SCORING, "phase", *RULES)
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
    rules = NO_RULES
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
        if phased:
            values.pop("judge", None)
        _with_judge(values, folder, problems)
        rules = take_rules(values, problems)
    if problems:
        raise ConfigError(f"{file}: the configuration is not usable", tuple(problems))
    image = values.pop("image", None)
    published = values.pop("published", None)
    return BoardConfig(
        gold=_gold_path(folder, values.pop("gold")) if "gold" in values else "",
        submissions=folder / values.pop("submissions"),
        site=folder / values.pop("site"),
        store=folder / values.pop("store", STORE),
        published=None if published is None else folder / published,
        file=file.name,
        sha256=sha256_of(file),
        image=None if image is None else folder / image,
        rules=rules,
        **values,
    )


def _with_judge(values: dict[str, Any], folder: Path, problems: list[str]) -> None:
    """Put a board's judge, read and checked, in the place of its lines."""
    if "judge" not in values:
        return
    found: list[str] = []
    judge = fields.check_fields(values.pop("judge"), _JUDGE, _JUDGE_REQUIRED, (), found)
    profile = values.get("profile", DEFAULT_PROFILE)
    if PROFILES[profile].ev2r is None:
        those = " or ".join(name for name, one in PROFILES.items() if one.ev2r is not None)
        found.append(f"found beside the profile {profile}, which has no Ev2R scores; set profile to {those}")
    if judge.get("model") == LITE:
        found += [
            f"{key}: found a value, expected none: {LITE} is computed, without prompts and replies"
            for key in ("replies", "prompts", "parameters")
            if key in judge
        ]
    elif "model" in judge and "replies" not in judge:
        found.append(f"replies: found no such key, expected the file of the judge's replies; only {LITE} needs none")
    problems += [f"judge: {problem}" for problem in found]
    if not found:
        paths = {key: folder / judge.pop(key) for key in ("replies", "prompts") if key in judge}
        values["judge"] = JudgeConfig(**judge, **paths)


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
        rules = take_rules(values, found)
        _with_judge(values, folder, found)
        problems += [f"phases, entry {number}: {problem}" for problem in found]
        if not found:
            gold = _gold_path(folder, values.pop("gold"))
            phases.append(Phase(gold=gold, title=values.pop("title", values["name"]), rules=rules, **values))
    names = Counter(phase.name.lower() for phase in phases)
    problems += [
        f"phases: found the name {name} {count} times, expected a name of its own for each, whatever its capitals"
        for name, count in names.items()
        if count > 1
    ]
    if not problems and all(phase.private for phase in phases):
        problems.append("phases: found private phases only, expected at least one that is shown")
    return tuple(phases)


__all__ = [
    "LITE",
    "MAX_BYTES",
    "MAX_PHASES",
    "PHASE_NAME",
    "RESERVED",
    "STORE",
    "BoardConfig",
    "JudgeConfig",
    "Phase",
    "read_config",
]
