"""A submission's folder: what its ``submission.yaml`` says, read from strangers and checked before anything is used.

The fields are described in ``docs/submissions.md`` and, for other tools, in ``schemas/submission.schema.json``.
"""

from __future__ import annotations

import os
import re
import stat
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from averitec_eval.errors import ConfigError, UnreadableError
from averitec_eval.formats.registry import SUBMISSION, names
from averitec_eval.leaderboard import fields
from averitec_eval.leaderboard.yamlfile import load_mapping
from averitec_eval.validation.printable import quote

FILE_NAME = "submission.yaml"
"""The file that makes a folder a submission."""

MAX_BYTES = 64 * 1024
"""How large ``submission.yaml`` may be."""

MAX_SEARCHED_BYTES = 1024 * 1024
"""How far one that is not usable is searched for the wish to be anonymous."""

_ANONYMOUS = re.compile(rb"an+[aeiou]?n[iy]m", re.IGNORECASE)

KINDS = ("system", "baseline", "oracle")
"""What a submission may be: a ``system`` competes; a ``baseline`` and an ``oracle`` are shown but take no rank."""

INPUT_FORMATS = names(SUBMISSION)
"""The formats that ``input_format`` may name."""


@dataclass(frozen=True, slots=True)
class SubmissionMeta:
    """What ``submission.yaml`` says.

    ``name``, ``team`` and ``kind`` (one of ``KINDS``) are what a board shows. ``predictions`` is the name of a
    regular file inside the folder; ``runs`` name further runs of the same system, such as other seeds, likewise. Only
    ``primary`` submissions of the board's ``phase`` are ranked. ``date`` is an ISO day (``2025-03-01``), ``url`` an
    http or https address, ``models`` the names of the models used, ``open_weights`` whether the weights of all of
    them can be downloaded (None: not said), ``seconds_per_claim`` the mean running time on ``hardware``, ``seeds`` the
    numbers that its random choices were drawn from. ``contact`` is private: no page, table or export may show it, and
    ``repr`` leaves it out. ``input_format`` names the format of the predictions where detection should not decide.
    ``anonymous`` asks that nothing shows whose it is. Fields the file leaves out are empty or None; ``filled`` names
    those that it gives a value, an empty list being one, for it says that there are none.
    """

    name: str
    team: str
    predictions: str
    kind: str = "system"
    runs: tuple[str, ...] = ()
    primary: bool = True
    phase: str | None = None
    date: str | None = None
    description: str = ""
    url: str | None = None
    models: tuple[str, ...] = ()
    open_weights: bool | None = None
    hardware: str = ""
    seeds: tuple[int, ...] = ()
    seconds_per_claim: float | None = None
    contact: str | None = field(default=None, repr=False)
    input_format: str | None = None
    anonymous: bool = False
    filled: frozenset[str] = field(default=frozenset(), repr=False, compare=False)


def read_submission_folder(path: str | os.PathLike[str]) -> SubmissionMeta:
    """Read and check the ``submission.yaml`` of the folder ``path``, and that its predictions file is there.

    The predictions themselves are not opened. Raises ``UnreadableError`` if ``path`` is no folder, and ``ConfigError``
    with every problem at once if the file is absent, too large, not plain YAML, or breaks a rule.
    """
    folder = Path(path)
    if not folder.is_dir():
        raise UnreadableError(f"{folder}: is not a folder that can be read; a submission is a folder with {FILE_NAME}")
    problem = file_problem(folder, FILE_NAME)
    if problem:
        if (folder / "submission.yml").exists():
            problem += "; rename submission.yml"
        raise _error(folder, [f"{FILE_NAME}: {problem}"])
    mapping, problems = load_mapping(folder / FILE_NAME, MAX_BYTES)
    if mapping is None:
        raise _error(folder, problems)
    values = fields.check_fields(mapping, _FIELDS, _REQUIRED, _PRIVATE, problems)
    files = [("predictions", values["predictions"])] if "predictions" in values else []
    files += [("runs", name) for name in values.get("runs", ())]
    for key, name in files:
        _check_file(folder, key, name, problems)
    counts = Counter(name for _, name in files)
    problems += [
        f"runs: found {quote(name)} more than once, expected a file of its own for each run; remove it"
        for name, count in counts.items()
        if count > 1
    ]
    if problems:
        raise _error(folder, problems)
    return SubmissionMeta(**values, filled=frozenset(name for name, value in values.items() if value != ""))


def file_problem(folder: Path, name: str) -> str:
    """What keeps ``name`` from being a regular file inside ``folder``, or an empty string if nothing does.

    A link counts by where it leads: one that stays in the folder is fine, one that leaves it is not.
    """
    try:
        target = (folder / name).resolve(strict=True)
        mode = target.stat().st_mode
        inside = target.is_relative_to(folder.resolve(strict=True))
    except FileNotFoundError:
        return "there is no such file in the folder"
    except (OSError, RuntimeError, ValueError):  # no permission, a loop of links, a name the system cannot hold
        return "the file cannot be reached; check its name, its permissions and where it links to"
    if not inside:
        return "it is a link that leads out of the folder; put the file itself into the folder"
    if not stat.S_ISREG(mode):
        return "it is not a regular file; put the file itself into the folder"
    return ""


def text_of_settings(folder: Path) -> bytes | None:
    """What stands in a ``submission.yaml`` that is not usable, and in a ``submission.yml``, to be searched.

    None if there is one that cannot be looked into, or not to its end. NUL bytes are left out, without which text in
    UTF-16 reads like ASCII.
    """
    found = b""
    for name in (FILE_NAME, "submission.yml"):
        if not os.path.lexists(folder / name):
            continue
        if file_problem(folder, name):
            return None
        try:
            with (folder / name).open("rb") as handle:
                data = handle.read(MAX_SEARCHED_BYTES + 1)
        except OSError:
            return None
        if len(data) > MAX_SEARCHED_BYTES:
            return None
        found += data.replace(b"\0", b"") + b"\n"
    return found


def asks_anonymity(text: bytes | None) -> bool:
    """Whether a submission whose settings are not usable may have meant to be anonymous, given their text.

    Any word like ``anonymous`` is enough, whatever is wrong around it; and where they cannot be looked into, nobody
    knows.
    """
    return text is None or _ANONYMOUS.search(text) is not None


def _error(folder: Path, problems: list[str]) -> ConfigError:
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    return ConfigError(f"{folder / FILE_NAME}: {count}", tuple(problems))


def _check_file(folder: Path, key: str, name: str, problems: list[str]) -> None:
    expected = "expected the plain name of a file in the same folder, such as predictions.json"
    if any(mark in name for mark in "/\\:") or name.startswith(".") or name in ("", FILE_NAME):
        problems.append(f"{key}: found {quote(name)}, {expected}")
        return
    problem = file_problem(folder, name)
    if problem:
        problems.append(f"{key}: found {quote(name)}, but {problem}; {expected}")


_FIELDS: dict[str, fields.Check] = {
    "name": fields.text(80, empty=False),
    "team": fields.text(80, empty=False),
    "kind": fields.one_of(KINDS),
    "predictions": fields.text(200, empty=False),
    "runs": fields.names(50, 200),
    "primary": fields.boolean,
    "phase": fields.text(80, empty=False),
    "date": fields.date,
    "description": fields.text(2000, lines=True),
    "url": fields.url,
    "models": fields.names(50, 120),
    "open_weights": fields.boolean,
    "hardware": fields.text(200),
    "seeds": fields.whole_numbers(50),
    "seconds_per_claim": fields.seconds,
    "contact": fields.text(200),
    "input_format": fields.one_of(INPUT_FORMATS),
    "anonymous": fields.boolean,
}
FIELDS = tuple(_FIELDS)
"""The names of the fields that ``submission.yaml`` may have."""

_REQUIRED = {
    "name": "the name of the submission",
    "team": "the name of the team",
    "predictions": "the name of the predictions file in the same folder",
}
_PRIVATE = ("contact",)


__all__ = [
    "FIELDS",
    "FILE_NAME",
    "INPUT_FORMATS",
    "KINDS",
    "MAX_BYTES",
    "SubmissionMeta",
    "asks_anonymity",
    "file_problem",
    "read_submission_folder",
    "text_of_settings",
]
