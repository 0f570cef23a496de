"""Reading a board's gold: what is wrong with hidden gold is told without a word of it, for logs may be public."""

from __future__ import annotations

from averitec_eval.errors import InvalidSubmissionError, UnreadableError
from averitec_eval.formats import read_gold
from averitec_eval.leaderboard.config import BoardConfig
from averitec_eval.records import Gold
from averitec_eval.validation import Report, Severity, catalogue


def board_gold(config: BoardConfig) -> Gold:
    """The gold of a configuration that has one board.

    Raises ``UnreadableError`` or ``InvalidSubmissionError`` as ``read_gold`` does; where the gold is hidden the error
    has the codes of what was found, and neither quotes nor a report.
    """
    if config.public:
        return read_gold(config.gold)
    try:
        return read_gold(config.gold)
    except (UnreadableError, InvalidSubmissionError) as error:
        kind, found = type(error), codes_of(error.report)
    # Outside the handler, so that no traceback goes back to the error that quotes.
    raise kind(f"{config.gold}: the gold file is not usable: {found}")


def codes_of(report: object) -> str:
    """The errors that a report holds, each as code, title and count."""
    groups = report.groups if isinstance(report, Report) else ()
    found = [
        f"{group.code} {catalogue()[group.code].title}" + (f", {group.count:,} times" if group.count > 1 else "")
        for group in groups
        if group.severity is Severity.ERROR
    ]
    return "; ".join(found) or "it cannot be opened or read"


__all__ = ["board_gold", "codes_of"]
