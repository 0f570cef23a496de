"""What commands show alike: the issues that an error carries before it ends the command, and results."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from averitec_eval.cli.output import Output
from averitec_eval.errors import InvalidSubmissionError, UnreadableError

if TYPE_CHECKING:
    from averitec_eval.scoring.results import Result

SIGNATURE_LINES = {"text": "signature: {}\n", "markdown": "\n`{}`\n", "latex": "% signature: {}\n"}


@contextmanager
def reporting(out: Output, form: str) -> Iterator[None]:
    """Print the report of an invalid or unreadable file, as ``validate`` would, and let the error go on.

    With ``form`` json the report goes to stdout as a document, else to stderr as text: stdout holds nothing but
    results.
    """
    try:
        yield
    except (InvalidSubmissionError, UnreadableError) as error:
        if error.report is not None:
            show(error.report, out, form)
        raise


def show(report: object, out: Output, form: str) -> None:
    """Print one report where ``reporting`` says."""
    from averitec_eval.json_output import to_json
    from averitec_eval.validation import Report
    from averitec_eval.validation.render import print_report

    assert isinstance(report, Report)
    if form == "json":
        out.data(to_json(report.to_dict()))
    else:
        print_report(report, out.err_console())


def show_result(result: Result, name: str, out: Output, form: str) -> None:
    """Print a result to stdout: its figures and, where people read them, the signature last."""
    from averitec_eval.json_output import to_json
    from averitec_eval.scoring.report import heading, long_table, score_tables

    if form == "json":
        out.data(to_json(result.to_dict()))
        return
    if form == "csv":
        out.tables([long_table(result)], "csv")
        return
    if form == "text":
        out.data(heading(name, result) + "\n")
    out.tables(score_tables(result), form)
    out.data(SIGNATURE_LINES[form].format(result.signature))
