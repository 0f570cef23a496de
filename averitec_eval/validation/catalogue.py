"""The catalogue of everything a check can say: one entry per code, with its severity and its explanation.

The entries themselves stand in ``averitec_eval.validation.codes``, one module per family. A code's letter is its
family, its number never changes and is never used again for something else, so that scripts may rely on both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from averitec_eval.validation.issues import Issue, Severity, Where

FAMILIES: Mapping[str, str] = MappingProxyType(
    {
        "F": "File and encoding",
        "S": "Schema and labels",
        "I": "Claim ids",
        "E": "Evidence",
        "C": "Claim text",
        "Q": "Quality",
        "G": "Gold",
    }
)
"""Letter of a code -> what its family is about, in the order of reports and documentation."""


@dataclass(frozen=True, slots=True)
class Code:
    """One entry of the catalogue.

    ``name`` is a family's letter and three digits, ``slug`` the same in words (``missing-claim``). ``title`` is one
    short line, ``text`` the long explanation (several sentences: what it means, why it matters, how it comes about) and
    ``hint`` one sentence on how to mend it. ``fatal`` says that nothing after the problem can be read, so that the
    file counts as unreadable rather than invalid. Raises ``ValueError`` for a malformed name or slug.
    """

    name: str
    slug: str
    severity: Severity
    title: str
    text: str
    hint: str
    fatal: bool = False

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Z][0-9]{3}", self.name) or self.name[0] not in FAMILIES:
            raise ValueError(f"{self.name!r} is not the name of a code: a family's letter and three digits")
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", self.slug):
            raise ValueError(f"{self.slug!r} is not a slug: lower-case words joined by hyphens")

    @property
    def family(self) -> str:
        """What the code's family is about."""
        return FAMILIES[self.name[0]]


@lru_cache(maxsize=1)
def catalogue() -> Mapping[str, Code]:
    """Every code by name, in the order of families and numbers. Raises ``ValueError`` if one is used twice."""
    # The families' modules need Code from here, so they are imported at the first call rather than above.
    from averitec_eval.validation.codes import CODES

    order = list(FAMILIES)
    entries: dict[str, Code] = {}
    slugs: set[str] = set()
    for entry in sorted(CODES, key=lambda entry: (order.index(entry.name[0]), entry.name)):
        if entry.name in entries or entry.slug in slugs:
            raise ValueError(f"the catalogue holds {entry.name} ({entry.slug}) twice")
        entries[entry.name] = entry
        slugs.add(entry.slug)
    return MappingProxyType(entries)


def code(name: str) -> Code:
    """The entry of that name. Raises ``KeyError`` if there is none; ``find`` is for what a person typed."""
    return catalogue()[name]


def find(text: str) -> Code | None:
    """The entry whose name or slug is ``text``, whatever its case and with spaces or underscores for hyphens."""
    wanted = text.strip()
    slug = re.sub(r"[\s_]+", "-", wanted.lower())
    for entry in catalogue().values():
        if entry.name == wanted.upper() or entry.slug == slug:
            return entry
    return None


def make_issue(name: str, where: Where, found: str, expected: str, hint: str = "") -> Issue:
    """An issue of the code ``name`` with the catalogue's severity. Raises ``KeyError`` for an unknown code."""
    return Issue(name, code(name).severity, where, found, expected, hint)


__all__ = ["FAMILIES", "Code", "catalogue", "code", "find", "make_issue"]
