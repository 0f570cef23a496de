"""What the history of a task's repository tells of submissions: whose each folder is, and who handed in what, when.

Only the first-parent line counts: what organisers or their platform committed, not what came with a branch.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from averitec_eval.leaderboard.submission import FILE_NAME, MAX_BYTES
from averitec_eval.leaderboard.yamlfile import parse_mapping
from averitec_eval.platforms.git import Commit, Repository
from averitec_eval.platforms.paths import folded

_NO_REPLY = re.compile(r"(?:[0-9]+\+)?([A-Za-z0-9-]+)@users\.noreply\.github\.com", re.IGNORECASE)
_MERGED = re.compile(r"Merge pull request #[0-9]+ from ([A-Za-z0-9-]+)/")


@dataclass(frozen=True, slots=True)
class Settings:
    """What counts of a ``submission.yaml`` that may be broken: ``name``, folded ``team``, ``phase``, the names of its
    prediction files and the format they are read in. All are empty or None where it cannot be read.
    """

    name: str = ""
    team: str = ""
    phase: str | None = None
    files: tuple[str, ...] = ()
    input_format: str | None = None


@dataclass(frozen=True, slots=True)
class Try:
    """One submission in the history: the folder, when it was committed, by whom and for what, and its files.

    ``authors`` are folded addresses and names of accounts. ``files`` are the objects of the prediction files by name.
    """

    folder: str
    at: datetime.datetime
    authors: frozenset[str]
    settings: Settings
    files: tuple[tuple[str, str], ...]

    def is_by(self, author: str | None, team: str) -> bool:
        """Whether it is of this account or address, or of this (folded) team."""
        return (author is not None and author in self.authors) or (team != "" and team == self.settings.team)


@dataclass(frozen=True, slots=True)
class History:
    """Who added each folder last, as folded addresses and names of accounts; all submissions, oldest first; and what
    every ``submission.yaml`` says, by its object.
    """

    owners: Mapping[str, frozenset[str]]
    tries: tuple[Try, ...]
    settings: Mapping[str, Settings]


def read_history(repository: Repository, head: str, submissions: str) -> History:
    """The history of the folder ``submissions`` up to a commit."""
    commits = {commit.sha: commit for commit in repository.first_parents(head, submissions)}
    changed: dict[str, list[tuple[str, str, bool, str]]] = {}
    skip = len(submissions.encode()) + 1
    for sha, there, entry in repository.changes([*commits.values()], submissions):
        folder, _, name = entry.path[skip:].decode("utf-8", "surrogateescape").partition("/")
        if name:
            changed.setdefault(sha, []).append((folder, name, there, entry.sha))
    texts = repository.small_files(
        (blob for changes in changed.values() for _, name, there, blob in changes if there and name == FILE_NAME),
        MAX_BYTES,
    )
    settings = {sha: settings_of(data) for sha, data in texts.items()}
    owners: dict[str, frozenset[str]] = {}
    folders: dict[str, dict[str, str]] = {}
    tries: list[Try] = []
    seen: set[object] = set()
    for commit in commits.values():
        for folder in dict.fromkeys(folder for folder, *_ in changed.get(commit.sha, ())):
            files = folders.setdefault(folder, {})
            if not files:
                owners[folder] = authors_of(commit)
            for other, name, there, blob in changed[commit.sha]:
                if other == folder and there:
                    files[name] = blob
                elif other == folder:
                    files.pop(name, None)
            if files:
                found = settings.get(files.get(FILE_NAME, ""), Settings())
                names = tuple(sorted((name, files[name]) for name in found.files if name in files))
                key = (folder, found.phase, names or tuple(sorted(files.items())))
                if key not in seen:
                    seen.add(key)
                    tries.append(Try(folder, _instant(commit), authors_of(commit), found, names))
    return History(owners, tuple(tries), settings)


def settings_of(data: bytes) -> Settings:
    """What counts of the bytes of a ``submission.yaml``."""
    mapping, _ = parse_mapping(FILE_NAME, data.decode("utf-8-sig", "replace"))
    if mapping is None:
        return Settings()
    names = [mapping.get("predictions"), *_listed(mapping.get("runs"))]
    shown, phase, team, form = (mapping.get(key) for key in ("name", "phase", "team", "input_format"))
    return Settings(
        name=shown.strip() if isinstance(shown, str) else "",
        team=folded(team.strip()) if isinstance(team, str) else "",
        phase=phase.strip() if isinstance(phase, str) else None,
        files=tuple(name.strip() for name in names if isinstance(name, str)),
        input_format=form if isinstance(form, str) else None,
    )


def _listed(value: object) -> Iterator[object]:
    if isinstance(value, list):
        yield from value


def authors_of(commit: Commit) -> frozenset[str]:
    """The account and the address that a commit on the first-parent line is of, folded.

    A merge is made by who accepts it: only what the platform writes into its message tells whose branch it was. Names
    of authors do not count, for anybody may call an account like another person.
    """
    if len(commit.parents) > 1:
        merged = _MERGED.match(commit.message)
        return frozenset() if merged is None else frozenset({folded(merged[1])})
    account = _NO_REPLY.fullmatch(commit.email)
    found = {commit.email} if account is None else {commit.email, account[1]}
    return frozenset(folded(name) for name in found if name)


def _instant(commit: Commit) -> datetime.datetime:
    try:
        return datetime.datetime.fromtimestamp(commit.seconds, datetime.timezone.utc)
    except (OverflowError, OSError, ValueError):
        return datetime.datetime.min.replace(tzinfo=datetime.timezone.utc)


__all__ = ["History", "Settings", "Try", "authors_of", "read_history", "settings_of"]
