"""What all pages share: the template environment, its filters, and the frame around a page.

Whatever comes from a submission, a gold file or the organiser is untrusted: templates escape everything, ``shown``
writes invisible and direction-changing characters out, and ``href`` lets only http and https addresses through.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, urlsplit

from averitec_eval.leaderboard.view import Estimate, PublicBoard, PublicSite
from averitec_eval.scoring.profiles import Profile
from averitec_eval.tables import Column, Value, for_people
from averitec_eval.validation.printable import printable
from averitec_eval.version import __version__

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

CONTENT_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'"
)
"""The Content-Security-Policy of every page: nothing inline, nothing from elsewhere."""

EXTERNAL_REL = "nofollow noopener noreferrer"
"""What links that lead off the site carry."""

HEADINGS = {
    "hu_meteor_q": "Q only",
    "hu_meteor_qa": "Q + A",
    "robust_q": "Robust Q only",
    "robust_qa": "Robust Q + A",
    "accuracy": "Accuracy",
    "macro_f1": "Macro F1",
    "f1_supported": "F1 Supported",
    "f1_refuted": "F1 Refuted",
    "f1_not_enough_evidence": "F1 Not Enough Evidence",
    "f1_conflicting": "F1 Conflicting",
    "justification_meteor": "Justification METEOR",
}
TITLES = HEADINGS | {
    "hu_meteor_q": "HU-METEOR, questions only",
    "hu_meteor_qa": "HU-METEOR, questions and answers",
    "robust_q": "Robust evidence, questions only",
    "robust_qa": "Robust evidence, questions and answers",
}
_BY_LEVEL = {
    "averitec": "AVeriTeC score",
    "robust": "Robust score",
    "justification": "Justification METEOR",
    "ev2r": "Ev2R score",
    "ev2r_lite": "Ev2R-lite score",
}
_JUDGES = {"ev2r_lite": "Ev2R-lite", "ev2r": "Ev2R"}
"""What begins the names of judges' metrics, the longer ones first."""

_JUDGED = {
    "_q_recall": ("Q recall", "recall of the reference questions"),
    "_qa_recall": ("Q + A recall", "recall of the facts of the reference evidence"),
    "_qa_precision": ("Q + A precision", "share of predicted facts that the reference supports"),
}
"""What a judge's means are called in short and in full."""


class Frame(NamedTuple):
    """What stands around the contents of a page: the part of a page's inputs that is the same for all of a board's.

    ``site`` is the site's title. ``board`` is the name of the page's board, ``folder`` its folder and ``signature`` how
    it was scored; empty on pages that belong to no single board, whose links then lead to the first board.
    ``has_claims`` and ``has_comparisons`` say which pages that board has, ``several`` that the site has
    more boards than one.
    """

    site: str
    board: str
    folder: str
    signature: str
    has_claims: bool
    has_comparisons: bool
    several: bool


class Crumb(NamedTuple):
    """A step on the way from the first page to this one: what it says and its path (None: this page)."""

    text: str
    path: str | None


def frame(site: PublicSite, board: PublicBoard | None = None) -> Frame:
    """The frame of the pages of ``board``, or of those that belong to the whole site."""
    shown = board or (site.boards[0] if site.boards else None)
    return Frame(
        site=site.title,
        board=board.name if board else "",
        folder=shown.folder if shown else "",
        signature=board.signature if board else "",
        has_claims=bool(shown and shown.public_gold and shown.claims),
        has_comparisons=bool(shown and shown.comparisons),
        several=len(site.boards) > 1,
    )


def board_anchor(folder: str) -> str:
    """The id of a board's section on the first page, given the board's folder."""
    return f"board-{folder.rstrip('/')}" if folder else "board"


def crumbs(frame: Frame, *steps: Crumb) -> tuple[Crumb, ...]:
    """The way to a page of a board: the board's section on the first page, then ``steps``."""
    name = frame.board if frame.several and frame.board else "Leaderboard"
    return (Crumb(name, f"index.html#{board_anchor(frame.folder)}"), *steps)


def render(template: str, path: str, around: Frame, trail: tuple[Crumb, ...] = (), **context: object) -> str:
    """The page at ``path`` below the site's folder, as HTML text.

    Templates extend ``base.html`` and see ``context`` besides ``frame``, ``trail`` (breadcrumbs, none on the first
    page), ``path``, ``root`` (the way up to the site's folder) and ``to(path)``, the relative address of another file.
    Raises ``jinja2.UndefinedError`` for a name the template uses and nobody gave.
    """
    return (
        environment()
        .get_template(template)
        .render(
            context,
            frame=around,
            trail=trail,
            path=path,
            root=root_of(path),
            to=lambda other: relative(path, other),
            content_policy=CONTENT_POLICY,
            version=__version__,
        )
    )


def root_of(path: str) -> str:
    """The way from the file ``path`` up to the site's folder: empty, or ``../`` for each folder."""
    return "../" * path.count("/")


def relative(path: str, other: str) -> str:
    """The address of the site's file ``other``, fragment included, as a link in the file ``path`` writes it."""
    name, mark, fragment = other.partition("#")
    return root_of(path) + quote(name) + mark + quote(fragment, safe="=&-._~")


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The template environment: everything is escaped and an unknown name is an error."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("averitec_eval.leaderboard"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters.update(
        shown=shown,
        href=href,
        figure=figure,
        interval=interval,
        percent=percent,
        metric=metric_heading,
        cell=cell,
        number=number,
        score_name=score_name,
        paragraphs=paragraphs,
        linked=linked,
    )
    made.globals["board_anchor"] = board_anchor
    made.globals["external_rel"] = EXTERNAL_REL
    return made


def shown(value: object) -> str:
    """Text in one line with everything invisible written out. Not escaped: the template does that."""
    return printable(str(value))


def href(url: str | None) -> str:
    """``url`` if it is a plain http or https address, else an empty string."""
    if not url or printable(url) != url or re.search(r"[\s\"'<>\\]", url):
        return ""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return ""
    return url if parts.scheme.lower() in ("http", "https") and host else ""


def figure(value: float | Estimate | None, decimals: int = 3) -> str:
    """A score as people read it: rounded, a dash for none."""
    score = value.value if isinstance(value, Estimate) else value
    return "–" if score is None else f"{score:.{decimals}f}"


def interval(estimate: Estimate | None, decimals: int = 3) -> str:
    """The interval of an estimate in brackets; empty where it has none."""
    if estimate is None or estimate.low is None or estimate.high is None:
        return ""
    return f"[{estimate.low:.{decimals}f}, {estimate.high:.{decimals}f}]"


def percent(share: float | None, decimals: int = 1) -> str:
    """A share as a percentage, a dash for none."""
    return "–" if share is None else f"{100 * share:.{decimals}f} %"


def number(value: float) -> str:
    """A count with separators between thousands; a measured number with at most three significant digits after it."""
    return f"{value:,}" if isinstance(value, int) else f"{value:,.3g}" if abs(value) < 1000 else f"{value:,.0f}"


def metric_heading(metric: str) -> str:
    """The name of a metric as the head of a column has room for it."""
    name, at, level = metric.partition("@")
    if not at:
        judged = _judged_names(metric)
        return HEADINGS.get(metric, metric) if judged is None else f"{judged[0]} {judged[1]}"
    return f"@ {level}" if name == "averitec" else f"{_JUDGES.get(name, name.capitalize())} @ {level}"


def _judged_names(metric: str) -> tuple[str, str, str] | None:
    """The judge and the short and the full name of one of its means; None for any other metric."""
    for prefix, judge in _JUDGES.items():
        found = _JUDGED.get(metric.removeprefix(prefix)) if metric.startswith(prefix) else None
        if found is not None:
            return (judge, *found)
    return None


def score_name(profile: Profile) -> str:
    """What the share of claims with credit is called under a profile."""
    return _BY_LEVEL.get(profile.credit_name, profile.credit_name)


def credit_name(name: str) -> str:
    """What the shares of claims with credit are called in full whose metrics' names begin so."""
    return _BY_LEVEL.get(name, name)


def metric_title(metric: str, profile: Profile) -> str:
    """The name of a metric in full, for the head of a row."""
    name, at, level = metric.partition("@")
    if not at:
        judged = _judged_names(metric)
        return TITLES.get(metric, metric) if judged is None else f"{judged[0]}, {judged[2]}"
    judged_credit = name in _JUDGES and profile.ev2r is not None
    comparison = profile.ev2r.comparison if judged_credit and profile.ev2r is not None else profile.comparison
    relation = "at least" if comparison == "ge" else "above"
    return f"{credit_name(name)}, {'recall' if judged_credit else 'evidence'} {relation} {level}"


def cell(value: Value, column: Column) -> str:
    """A cell of a table as people read it."""
    return for_people(value, column)


def paragraphs(text: str) -> Markup:
    """Text of several lines as paragraphs: an empty line begins another one, a line end stays one."""
    return _paragraphs(text, linked=False)


def linked(text: str) -> Markup:
    """The same with http and https addresses made links; for the organiser's texts."""
    return _paragraphs(text, linked=True)


def _paragraphs(text: str, *, linked: bool) -> Markup:
    from markupsafe import Markup

    made = Markup()
    for part in filter(None, re.split(r"\n[ \t\n]*\n", text.replace("\r\n", "\n").strip())):
        lines = (Markup().join(_pieces(line, linked)) for line in part.split("\n"))
        made += Markup("<p>{}</p>\n").format(Markup("<br>\n").join(lines))
    return made


def _pieces(line: str, linked: bool) -> Iterator[str]:
    from markupsafe import Markup, escape

    for number, piece in enumerate(re.split(r"(https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]])", line) if linked else [line]):
        if number % 2 and href(piece):
            yield Markup('<a href="{}" rel="{}">{}</a>').format(piece, EXTERNAL_REL, piece)
        else:
            yield escape(shown(piece.replace("\t", " ")))


__all__ = [
    "CONTENT_POLICY",
    "EXTERNAL_REL",
    "Crumb",
    "Frame",
    "board_anchor",
    "credit_name",
    "crumbs",
    "environment",
    "figure",
    "frame",
    "href",
    "interval",
    "linked",
    "metric_heading",
    "metric_title",
    "number",
    "paragraphs",
    "percent",
    "relative",
    "render",
    "root_of",
    "shown",
]
