"""Running the command line inside the test's process, with its streams caught."""

from __future__ import annotations

import io
from dataclasses import dataclass

from averitec_eval.cli.main import main
from averitec_eval.cli.output import Output


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


def run(*arguments: object) -> Ended:
    """Run ``averitec-eval`` with these arguments."""
    stdout, stderr = io.StringIO(), io.StringIO()
    code = main([str(argument) for argument in arguments], Output(stdout, stderr))
    assert "Traceback" not in stdout.getvalue() + stderr.getvalue()
    return Ended(code, stdout.getvalue(), stderr.getvalue())
