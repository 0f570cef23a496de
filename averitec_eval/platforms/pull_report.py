"""The check of a pull request as text, as Markdown for a job's summary, and as JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from averitec_eval.platforms.feedback import FileFeedback
from averitec_eval.platforms.pull_request import CODES, Checked
from averitec_eval.tables import Column, Table, markdown_text, to_markdown
from averitec_eval.validation import findings
from averitec_eval.validation.printable import printable

SCHEMA_VERSION = 1

MAX_MARKDOWN = 500_000
"""Bytes of a summary; platforms drop longer ones whole."""


def summary(checked: Checked) -> str:
    """One line that says how it ended."""
    return findings.summary(checked.problems)


def text(checked: Checked, width: int = findings.WIDTH) -> str:
    """The check for a terminal of ``width`` columns, the summary last."""
    return "".join(f"{line}\n" for line in _lines(checked, width))


def _lines(checked: Checked, width: int) -> Iterator[str]:
    for problem in checked.problems:
        yield from findings.finding_lines(problem, CODES[problem.code], width)
    for file in checked.files:
        yield from findings.wrapped(f"{file.name}: {file.summary}", "", "  ", width)
        for found in file.found:
            about = f"{found.code} {found.severity}, {_times(found.count)}: {found.title}"
            yield from findings.wrapped(about, "  ", "    ", width)
            for example in found.examples:
                yield from findings.wrapped(example, "    ", "      ", width)
    for name, value in checked.scores.items():
        yield f"{name}: {value:.4f}"
    if checked.scores_note:
        yield from findings.wrapped(f"scores: {checked.scores_note}", "", "  ", width)
    yield summary(checked)


def markdown(checked: Checked) -> str:
    """The check for a job's summary: nothing from the request is read as Markdown, HTML, a link or a mention."""
    parts = [f"## {_plain(summary(checked))}\n"]
    about = [f"Commit `{checked.head[:12]}` against `{checked.base[:12]}`"]
    if checked.folder:
        about.append(f"submission {_plain(checked.folder)}")
    if checked.phase:
        about.append(f"phase {_plain(checked.phase)}")
    parts.append(", ".join(about) + ".\n")
    if checked.problems:
        parts.append(_table(("", "code", "where", "problem", "found", "expected", "to do"), [
            (p.severity, p.code, p.where, CODES[p.code], p.found, p.expected, p.mend) for p in checked.problems
        ]))  # fmt: skip
    for file in checked.files:
        parts.append(f"### {_plain(file.name)}\n\n{_plain(file.summary)}\n")
        if file.found:
            parts.append(_table(("", "code", "problem", "times", "first of them"), _rows(file)))
    if checked.scores or checked.scores_note:
        parts.append("### Scores\n")
    if checked.scores:
        parts.append(_table(("metric", "score"), [(name, f"{score:.4f}") for name, score in checked.scores.items()]))
    if checked.scores_note:
        parts.append(f"{_plain(checked.scores_note).capitalize()}.\n")
    whole = "\n".join(parts)
    if len(whole.encode()) <= MAX_MARKDOWN:
        return whole
    kept = whole.encode()[:MAX_MARKDOWN].rpartition(b"\n")[0].decode()
    return kept + "\n\nThe rest is left out.\n"


def _rows(file: FileFeedback) -> list[tuple[str, ...]]:
    return [
        (found.severity, found.code, found.title, f"{found.count:,}", "; ".join(found.examples) or "not shown")
        for found in file.found
    ]


def _table(headings: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    return _unlinked(to_markdown(Table("", tuple(map(Column, headings)), tuple(rows))))


def _plain(words: str) -> str:
    return _unlinked(markdown_text(printable(words)))


def _unlinked(markdown: str) -> str:
    """Markdown in which nothing becomes a link or a mention by itself."""
    markdown = re.sub(r"(?i)(?<=www)\.", "&#46;", markdown)
    markdown = re.sub(r"(?i)(https?|ftp|mailto|xmpp):", r"\1&#58;", markdown)
    # A comment inside: the platform looks for people, addresses and requests after entities are read.
    return re.sub(r"(?i)@(?=[0-9._-]*[A-Z])|\\#(?=[0-9])|\bgh-(?=[0-9])", r"\g<0><!-- -->", markdown)


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"


def document(checked: Checked) -> dict[str, Any]:
    """The check as a JSON object; ``schemas/pull-request.schema.json`` describes it."""
    return {
        "schema_version": SCHEMA_VERSION,
        "ok": checked.ok,
        "base": checked.base,
        "head": checked.head,
        "folder": checked.folder,
        "phase": checked.phase or None,
        "problems": [{**asdict(problem), "title": CODES[problem.code]} for problem in checked.problems],
        "files": [asdict(file) for file in checked.files],
        "scores": dict(checked.scores) or None,
        "scores_note": checked.scores_note,
    }


__all__ = ["MAX_MARKDOWN", "SCHEMA_VERSION", "document", "markdown", "summary", "text"]
