"""Signatures: a short line that says how a score was made, so that two numbers can be told to be comparable.

The idea is sacrebleu's (Post, 2018); the fields are this task's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields

from averitec_eval.errors import UsageError

GOLD_DIGITS = 12
"""How many hexadecimal digits of the gold file's SHA-256 a signature shows."""

_VALUE = re.compile(r"[A-Za-z0-9_.+-]+")


@dataclass(frozen=True, slots=True)
class Signature:
    """How a score was made. ``str`` prints it on one line and ``parse`` reads that line back.

    ``profile`` names the contract; ``level`` is the headline level; ``cmp`` is gt or ge; ``cap`` the number of
    predicted strings that count, or ``none``; ``meteor``, ``tok`` and ``wn`` the METEOR variant, its tokenizer and
    its WordNet; ``gold`` the first digits of the gold file's SHA-256, or ``none`` for gold that was not read from a
    file; ``n`` the number of gold claims; ``version`` this package's. Every value is of letters, digits and ``_ . +
    -``.
    """

    profile: str
    level: str
    cmp: str
    cap: str
    meteor: str
    tok: str
    wn: str
    gold: str
    n: int
    version: str

    def __post_init__(self) -> None:
        for field in fields(self):
            value = str(getattr(self, field.name))
            if not _VALUE.fullmatch(value):
                raise UsageError(
                    f"signature field '{field.name}' cannot be '{value}': letters, digits and _ . + - only"
                )

    def __str__(self) -> str:
        return "|".join(f"{field.name}:{getattr(self, field.name)}" for field in fields(self))

    @classmethod
    def parse(cls, text: str) -> Signature:
        """Read a printed signature. Raises ``UsageError`` that says which fields are missing, repeated, unknown or
        malformed.
        """
        names = [field.name for field in fields(cls)]
        values: dict[str, str] = {}
        problems = []
        for part in text.strip().split("|"):
            name, colon, value = part.partition(":")
            if not colon or name not in names:
                problems.append(f"'{part}' is not one of the fields {', '.join(names)}")
            elif name in values:
                problems.append(f"field '{name}' stands twice")
            else:
                values[name] = value
        problems += [f"field '{name}' is missing" for name in names if name not in values]
        count = values.pop("n", "0")
        if not re.fullmatch(r"[0-9]{1,12}", count):
            problems.append(f"field 'n' must be a whole number; found '{count}'")
        if problems:
            raise UsageError("not a signature: " + "; ".join(problems))
        return cls(n=int(count), **values)


__all__ = ["Signature"]
