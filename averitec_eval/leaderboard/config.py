"""``leaderboard.yaml``: what a board shows and where its parts are."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from averitec_eval.errors import ConfigError, UnreadableError, UsageError
from averitec_eval.files import sha256_of
from averitec_eval.formats.reading import MINI
from averitec_eval.leaderboard import fields
from averitec_eval.leaderboard.yamlfile import load_mapping
from averitec_eval.scoring.profiles import DEFAULT_PROFILE, PROFILES, check_levels

MAX_BYTES = 256 * 1024
"""How large ``leaderboard.yaml`` may be."""

STORE = "leaderboard.sqlite"
"""The result store's name where the configuration names none; it lies beside the configuration."""


@dataclass(frozen=True, slots=True)
class BoardConfig:
    """What ``leaderboard.yaml`` says, its paths resolved against its folder.

    ``gold`` is the gold file, or the name of a set that this package ships. ``profile`` is the scoring profile;
    ``levels`` are levels beside the profile's own, in [0, 1), of which the first ranks. Only submissions of ``phase``
    are ranked, of any if it is None. ``submissions`` holds a folder for each submission and ``site`` receives the
    page. ``store`` is the file that keeps results from one build to the next, None for none. ``file`` is the name of
    the configuration itself and ``sha256`` its hash in hex, None where it was not read from a file. ``public`` says
    that the gold may be shown; without it, it stays hidden. ``anonymous`` hides whose every submission is. ``submit``
    says how to take part. ``folder`` is where the board's files lie below the site (empty, or a name and a slash),
    ``name`` what it is called there and ``split`` the part of the data it is about.
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
    folder: str = ""
    name: str = ""
    split: str = ""

    @property
    def tab(self) -> str:
        """What the board is called beside others."""
        return self.name or self.phase or self.title


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


_FIELDS: dict[str, fields.Check] = {
    "title": fields.text(120, empty=False),
    "description": fields.text(2000, lines=True),
    "gold": fields.text(1000, empty=False),
    "profile": fields.one_of(tuple(PROFILES)),
    "levels": _levels,
    "phase": fields.text(80, empty=False),
    "submissions": fields.text(1000, empty=False),
    "site": fields.text(1000, empty=False),
    "store": fields.text(1000, empty=False),
    "public": fields.boolean,
    "anonymous": fields.boolean,
    "submit": fields.text(5000, lines=True),
    "split": fields.text(80, empty=False),
}
_REQUIRED = {
    "title": "the title of the board",
    "gold": "the gold file, or averitec-mini",
    "submissions": "the folder that holds the submissions",
    "site": "the folder that the page is written to",
}


def read_config(path: str | os.PathLike[str]) -> BoardConfig:
    """Read and check a board's configuration.

    Raises ``UnreadableError`` if the file is not there and ``ConfigError`` with every problem at once if it breaks a
    rule.
    """
    file = Path(path)
    if not file.is_file():
        raise UnreadableError(f"{file}: is not a file that can be read; a board is configured by a leaderboard.yaml")
    mapping, problems = load_mapping(file, MAX_BYTES)
    values = {} if mapping is None else fields.check_fields(mapping, _FIELDS, _REQUIRED, (), problems)
    if problems:
        raise ConfigError(f"{file}: the configuration is not usable", tuple(problems))
    folder = file.parent
    name = values.pop("gold")
    shipped = name == MINI and not (folder / name).exists()
    return BoardConfig(
        gold=name if shipped else str(folder / name),
        submissions=folder / values.pop("submissions"),
        site=folder / values.pop("site"),
        store=folder / values.pop("store", STORE),
        file=file.name,
        sha256=sha256_of(file),
        **values,
    )


__all__ = ["MAX_BYTES", "STORE", "BoardConfig", "read_config"]
