"""Claims to be checked, from a claims file: their texts, speakers and dates, and nothing that a system must not see."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from averitec_eval.baselines.state import ClaimInput
from averitec_eval.errors import UnreadableError, UsageError
from averitec_eval.formats.entries import GoldEntry
from averitec_eval.formats.reading import GoldFile, StrPath, gold_path, read_gold
from averitec_eval.records import GoldClaim
from averitec_eval.validation.catalogue import catalogue
from averitec_eval.validation.issues import IssueLog, Severity

SHOWN = 10
"""How many of a file's problems are told one by one."""


@dataclass(frozen=True, slots=True)
class ClaimSet:
    """The claims of a file in its order, with unique ids, and the SHA-256 of its bytes (hex)."""

    claims: tuple[ClaimInput, ...]
    sha256: str
    name: str

    def __len__(self) -> int:
        return len(self.claims)


@dataclass(frozen=True, slots=True)
class Examples:
    """Annotated claims that models are shown: those left after the guard, and how many it dropped.

    ``name`` and ``sha256`` (hex) are the file's.
    """

    claims: tuple[GoldClaim, ...] = ()
    dropped: int = 0
    name: str = ""
    sha256: str = ""


def read_claims(path: StrPath) -> ClaimSet:
    """The claims of a gold file or of one without labels, JSON or CSV; ``averitec-mini`` names the small set here.

    Entries are read one by one; labels, evidence and articles are left where they are. Ids are those of the file, or
    the positions where it has none. Raises ``UnreadableError`` where the file cannot be read to its end or an entry has
    no claim text, no id, or the id of another.
    """
    log = IssueLog(SHOWN)
    file = GoldFile(gold_path(path), log)
    claims: list[ClaimInput] = []
    problems: list[str] = []
    seen: set[int] = set()
    for entry in file:
        if not entry.claim or not entry.claim.strip() or entry.claim_id is None:
            lacking = "id" if entry.claim and entry.claim.strip() else "text"
            problems.append(f"entry {entry.index + 1} has no claim {lacking}")
        elif entry.claim_id in seen:
            problems.append(f"entry {entry.index + 1} has the id {entry.claim_id}, which an earlier one has")
        else:
            seen.add(entry.claim_id)
            claims.append(_input(entry, entry.claim_id, entry.claim))
    # What the format misses, such as labels, is no concern here; what ends the reading is.
    ends = [
        f"{group.code} {catalogue()[group.code].title}: {group.examples[0].found}"
        for group in log.groups()
        if group.severity is Severity.ERROR and catalogue()[group.code].fatal
    ]
    problems = ends + problems or ([] if claims else ["there are no claims in it"])
    if problems:
        more = f"; and {len(problems) - SHOWN:,} more" if len(problems) > SHOWN else ""
        raise UnreadableError(f"{os.fspath(path)}: not a claims file: {'; '.join(problems[:SHOWN])}{more}")
    return ClaimSet(tuple(claims), file.sha256, Path(path).name)


def _input(entry: GoldEntry, claim_id: int, claim: str) -> ClaimInput:
    return ClaimInput(claim_id, claim, entry.speaker, entry.claim_date)


def read_examples(path: StrPath, claims: Iterable[ClaimInput]) -> Examples:
    """The annotated claims of a gold file but for those whose text is among ``claims``, which would give labels away.

    Texts are compared without case and with single spaces. Raises as ``read_gold``, and ``UsageError`` where none is
    left.
    """
    gold = read_gold(path)
    texts = {_folded(claim.claim) for claim in claims}
    kept = tuple(claim for claim in gold if _folded(claim.claim) not in texts)
    if not kept:
        raise UsageError(
            f"{os.fspath(path)}: every example is a claim of the file that is to be run; give AVeriTeC's train.json, "
            "or --examples none"
        )
    return Examples(kept, len(gold) - len(kept), Path(path).name, gold.sha256)


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def chosen(claims: ClaimSet, limit: int | None) -> Sequence[ClaimInput]:
    """The first ``limit`` claims, or all of them."""
    return claims.claims if limit is None else claims.claims[:limit]


__all__ = ["ClaimSet", "Examples", "chosen", "read_claims", "read_examples"]
