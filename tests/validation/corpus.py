"""The corpus of broken files under tests/data/invalid: one folder each, with what must be found in it.

``expected.json`` of a folder says which ``file`` to validate against which ``gold`` (null for none) with which
``input_format``, the ``exit_code``, and the ``issues``: code, severity, how often (null where a limit decides) and the
place of the first (null where a line or column depends on the reader's view). ``report_of`` "gold" says that the
problem is the gold file's. ``make`` names a file that a repository cannot hold; ``limits`` lowers limits that no small
file reaches.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from averitec_eval.formats.reading import _EntryFile
from averitec_eval.formats.source import LIMITS

FOLDER = Path(__file__).resolve().parent.parent / "data" / "invalid"
SPARSE_SIZE = (2 << 30) + 1


@dataclass(frozen=True)
class Case:
    """One folder of the corpus."""

    folder: Path
    expected: dict[str, Any]

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def gold(self) -> Path | None:
        name = self.expected["gold"]
        return None if name is None else self.folder / name

    @property
    def input_format(self) -> str | None:
        name: str | None = self.expected.get("input_format")
        return name

    @property
    def codes(self) -> set[tuple[str, str]]:
        """Code and severity of everything that must be found."""
        return {(issue["code"], issue["severity"]) for issue in self.expected["issues"]}

    @contextmanager
    def limits(self) -> Iterator[None]:
        """Put the case's limits in force."""
        with pytest.MonkeyPatch.context() as patch:
            limits = replace(LIMITS, **self.expected.get("limits", {}))
            defaults = _EntryFile.__init__.__kwdefaults__
            assert defaults is not None
            patch.setitem(defaults, "limits", limits)
            yield

    def file(self, scratch: Path) -> Path:
        """The file to validate, made in ``scratch`` where the repository cannot hold it."""
        make = self.expected.get("make")
        if make is None:
            return self.folder / str(self.expected["file"])
        path = scratch / str(self.expected["file"])
        if make == "link-to-itself":
            path.symlink_to(path)
        elif make == "sparse":
            with path.open("wb") as handle:
                handle.truncate(SPARSE_SIZE)
        else:
            raise ValueError(f"{self.name}: no way to make {make!r}")
        return path


def cases() -> list[Case]:
    """All cases, by name."""
    paths = sorted(FOLDER.glob("*/expected.json"))
    return [Case(path.parent, json.loads(path.read_text("utf-8"))) for path in paths]
