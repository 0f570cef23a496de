"""Shows the issues that an error carries before the error itself ends the command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from averitec_eval.cli.output import Output
from averitec_eval.errors import InvalidSubmissionError, UnreadableError


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
