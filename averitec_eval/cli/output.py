"""Where commands write: data on stdout, messages and progress on stderr."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from rich.console import Console

    from averitec_eval.tables import Table

PIPED_WIDTH = 80
"""Columns of the output where it is not a terminal, so that a file holds the same bytes wherever it is made."""


@dataclass
class Output:
    """The two streams of a command. ``data`` and ``table`` write results, ``message`` speaks to the person at the
    terminal.
    """

    stdout: TextIO
    stderr: TextIO

    def data(self, text: str) -> None:
        """Write a result to stdout as it is."""
        self.stdout.write(text)

    def message(self, text: str) -> None:
        """Write one line to stderr."""
        self.stderr.write(text + "\n")

    def console(self) -> Console:
        """A rich console on stdout."""
        return _console(self.stdout)

    def err_console(self) -> Console:
        """A rich console on stderr, for progress and issues."""
        return _console(self.stderr)

    def tables(self, tables: list[Table], form: str) -> None:
        """Write tables to stdout as ``text``, ``markdown``, ``latex`` or ``csv``. CSV puts tables of the same
        columns into one.
        """
        from averitec_eval import tables as renderers

        if form == "csv":
            self.data(renderers.to_csv(tables))
        elif form == "text":
            console = self.console()
            for table in tables:
                console.print(renderers.to_rich(table))
        else:
            render = renderers.to_markdown if form == "markdown" else renderers.to_latex
            self.data("\n".join(render(table) for table in tables))


def _console(stream: TextIO) -> Console:
    from rich.console import Console

    options: dict[str, Any] = {"file": stream, "highlight": False, "markup": False, "emoji": False}
    if not stream.isatty():
        options["width"] = int(os.environ.get("COLUMNS") or PIPED_WIDTH)
    return Console(**options)


def standard_output() -> Output:
    """The process's own streams; characters a stream's encoding lacks are shown as escapes instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    return Output(sys.stdout, sys.stderr)
