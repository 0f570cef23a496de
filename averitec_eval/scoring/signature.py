"""Signatures: a short line that says how a score was made, so that two numbers can be told to be comparable.

The idea is sacrebleu's (Post, 2018); the fields are this task's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace

from averitec_eval.errors import UsageError

GOLD_DIGITS = 12
"""How many hexadecimal digits of the gold file's SHA-256 a signature shows."""

JUDGE_FIELDS = ("judge", "prompts")
"""The fields that only the signatures of judged scores have."""

_VALUE = re.compile(r"[A-Za-z0-9_.+-]+")


@dataclass(frozen=True, slots=True)
class Signature:
    """How a score was made. ``str`` prints it on one line and ``parse`` reads that line back.

    ``profile`` names the contract; ``level`` is the headline level; ``cmp`` is gt or ge; ``cap`` the number of
    predicted strings that count, or ``none``; ``meteor``, ``tok`` and ``wn`` the METEOR variant, its tokenizer and
    its WordNet; ``gold`` the first digits of the gold file's SHA-256, or ``none`` for gold that was not read from a
    file; ``n`` the number of gold claims; ``version`` this package's. ``level`` and ``cmp`` are those of the score that
    needs no judge; the level of an Ev2R score stands in its metric's name.

    Where a judge scored the evidence too, ``judge`` is its model with the first digits of a hash over model and
    parameters, and ``prompts`` the first digits of one over its prompts, or ``none``; both are empty, and not printed,
    where there is no judge. Every value is of letters, digits and ``_ . + -``.
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
    judge: str = ""
    prompts: str = ""

    def __post_init__(self) -> None:
        if bool(self.judge) != bool(self.prompts):
            raise UsageError("a signature names a judge and its prompts, or neither")
        for field in fields(self):
            value = str(getattr(self, field.name))
            if not _VALUE.fullmatch(value) and (value or field.name not in JUDGE_FIELDS):
                raise UsageError(
                    f"signature field '{field.name}' cannot be '{value}': letters, digits and _ . + - only"
                )

    def __str__(self) -> str:
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return "|".join(f"{name}:{value}" for name, value in values.items() if value != "")

    def without_judge(self) -> Signature:
        """The signature of the scores that need no judge."""
        return replace(self, judge="", prompts="")

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
        problems += [f"field '{name}' is missing" for name in names if name not in {*values, *JUDGE_FIELDS}]
        present = [name for name in JUDGE_FIELDS if name in values]
        problems += [f"field '{name}' is empty" for name in present if not values[name]]
        if len(present) == 1:
            problems.append(
                f"field '{present[0]}' needs '{next(n for n in JUDGE_FIELDS if n not in present)}' beside it"
            )
        count = values.pop("n", "0")
        if not re.fullmatch(r"[0-9]{1,12}", count):
            problems.append(f"field 'n' must be a whole number; found '{count}'")
        if problems:
            raise UsageError("not a signature: " + "; ".join(problems))
        return cls(n=int(count), **values)


__all__ = ["GOLD_DIGITS", "JUDGE_FIELDS", "Signature"]
