"""The page that explains a site: what the score is, how high it can get, what intervals and ranks mean, how to take
part, what validation reports, and what changed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any, NamedTuple

from averitec_eval.leaderboard.judged_view import JudgeFacts, judge_facts
from averitec_eval.leaderboard.page import Page
from averitec_eval.leaderboard.rendering import Crumb, frame, render
from averitec_eval.leaderboard.view import PublicBoard, PublicClaim, PublicSite
from averitec_eval.scoring.profiles import Profile, level_name
from averitec_eval.statistics import Settings
from averitec_eval.sums import plain_sum
from averitec_eval.validation.catalogue import FAMILIES, Code, catalogue

if TYPE_CHECKING:
    from averitec_eval.text.meteor import Meteor

PATH = "about.html"


@dataclass(frozen=True, slots=True)
class Ceiling:
    """How high scores can get on one public gold set.

    ``most`` is the largest number of gold pairs of a claim; ``n_over`` claims have more than count. ``by_count`` is the
    largest possible mean evidence score if a match could reach 1, ``by_itself`` what the gold pairs get when they are
    compared with themselves. ``out_of_reach`` claims cannot get credit at the ranking level at all.
    """

    n_claims: int
    most: int
    n_over: int
    by_count: float
    by_itself: float
    out_of_reach: int


class FieldRow(NamedTuple):
    """A field of ``submission.yaml``: what it may hold, in words, and what it means."""

    name: str
    required: bool
    value: str
    meaning: str


class BoardFacts(NamedTuple):
    """What this page says of one board."""

    folder: str
    name: str
    split: str
    n_claims: int
    gold_sha256: str
    public_gold: bool
    signature: str
    headline: str
    judge: JudgeFacts | None


class ProfileFacts(NamedTuple):
    """A profile and the boards that are scored by it.

    ``levels`` are all at which the score is reported; ``ranks`` says whether it ranks on any of the boards: where there
    is a judge, the judge's score does.
    """

    profile: Profile
    levels: tuple[str, ...]
    level: str
    boards: tuple[str, ...]
    ranks: bool


def about_page(site: PublicSite) -> Page:
    """The page ``about.html``."""
    boards = tuple(_facts(board) for board in site.boards)
    profiles = tuple(_profiles(site.boards))
    settings = site.boards[0].settings if site.boards else Settings()
    around = frame(site)
    tie_break = site.boards[0].tie_break
    rules = tuple((board.name, board.rules) for board in site.boards if board.rules)
    audited = any(system.audit is not None for board in site.boards for system in board.systems)

    def draw() -> str:
        ceilings = [(board.name, board.profile, ceiling(board)) for board in site.boards if board.claims]
        return render(
            "about.html",
            PATH,
            around,
            (Crumb("Leaderboard", "index.html"), Crumb("About", None)),
            boards=boards,
            profiles=profiles,
            ceilings=ceilings,
            settings=settings,
            tie_break=tie_break,
            submit=site.submit,
            contact=site.contact,
            rules=rules,
            fields=tuple(submission_fields()),
            families=tuple(_families()),
            published=bool(site.published),
            audited=audited,
            changes=site.changes,
        )

    taking_part = (site.submit, site.contact, rules, tie_break)
    # Fields and codes belong to the package; the ceilings follow from the gold, which its hash stands for.
    inputs = (around, boards, profiles, settings, taking_part, bool(site.published), audited, site.changes)
    return Page(PATH, inputs, draw)


def _facts(board: PublicBoard) -> BoardFacts:
    return BoardFacts(
        board.folder,
        board.name,
        board.split,
        board.n_claims,
        board.gold_sha256,
        bool(board.claims),
        board.signature,
        board.headline,
        judge_facts(board),
    )


def _profiles(boards: tuple[PublicBoard, ...]) -> Iterator[ProfileFacts]:
    for profile in dict.fromkeys(board.profile for board in boards):
        members = [board for board in boards if board.profile == profile]
        levels = sorted({level for board in members for level in board.levels})
        yield ProfileFacts(
            profile,
            tuple(map(level_name, levels)),
            level_name(profile.headline_level),
            tuple(board.name for board in members),
            any(board.judge is None for board in members),
        )


def ceiling(board: PublicBoard) -> Ceiling:
    """How high scores can get on a board's claims. Raises ``ValueError`` if they are not public."""
    if not board.claims:
        raise ValueError("the claims of this board are not public")
    from averitec_eval.text.meteor import get_meteor

    profile, meteor = board.profile, get_meteor("pinned")
    best = [_best(claim, profile, meteor) for claim in board.claims]
    counts = [len(claim.evidence) for claim in board.claims]
    counted = [count if profile.cap is None else min(count, profile.cap) for count in counts]
    return Ceiling(
        n_claims=len(counts),
        most=max(counts),
        n_over=sum(few < all_ for few, all_ in zip(counted, counts, strict=True)),
        by_count=plain_sum(few / all_ for few, all_ in zip(counted, counts, strict=True)) / len(counts),
        by_itself=plain_sum(best) / len(best),
        out_of_reach=sum(not profile.passes(score, profile.headline_level) for score in best),
    )


def _best(claim: PublicClaim, profile: Profile, meteor: Meteor) -> float:
    """The evidence score of a claim's own gold pairs, the best of them where not all count."""
    texts = [f"{pair.question} {pair.answer}" for pair in claim.evidence]
    if profile.robust is not None:
        from averitec_eval.scoring.robust import match_robustly

        return match_robustly(texts, texts, claim.claim, meteor, profile.robust).utility
    scores = sorted((meteor.single(text, text) for text in texts), reverse=True)
    return plain_sum(scores[: profile.cap]) / len(texts)


def submission_fields() -> Iterator[FieldRow]:
    """The fields of ``submission.yaml`` as its JSON Schema describes them, the required ones first."""
    text = (resources.files("averitec_eval") / "schemas/submission.schema.json").read_text(encoding="utf-8")
    schema = json.loads(text)
    required = schema["required"]
    for name, field in sorted(schema["properties"].items(), key=lambda item: item[0] not in required):
        yield FieldRow(name, name in required, _value(field), field["description"])


def _value(field: Mapping[str, Any]) -> str:
    """What a field of a JSON Schema may hold, in words."""
    if "enum" in field:
        names = [str(value) for value in field["enum"] if value is not None]
        default = f", {field['default']} if left out" if "default" in field else ""
        return f"one of {', '.join(names)}{default}"
    types = [field["type"]] if isinstance(field["type"], str) else [name for name in field["type"] if name != "null"]
    if "boolean" in types:
        default = f", {str(field['default']).lower()} if left out" if "default" in field else ""
        return f"true or false{default}"
    if "array" in types:
        return f"list of at most {field['maxItems']} names"
    if "number" in types:
        return f"number, {field['minimum']} or more" if "minimum" in field else "number"
    if field.get("format") == "date":
        return "day, YYYY-MM-DD"
    return f"text, at most {field['maxLength']:,} characters" if "maxLength" in field else "text"


def _families() -> Iterator[tuple[str, tuple[Code, ...]]]:
    for letter, title in FAMILIES.items():
        yield title, tuple(code for code in catalogue().values() if re.match(letter, code.name))


__all__ = ["PATH", "Ceiling", "about_page", "ceiling", "submission_fields"]
