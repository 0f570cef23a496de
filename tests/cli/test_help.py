"""Help fits a terminal of eighty columns, whatever command it is of."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import pytest

from averitec_eval.cli.main import COMMANDS, build_parser


def parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """A parser and those of its actions, at any depth."""
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                yield from parsers(inner)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_fits_eighty_columns(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for parser in parsers(build_parser([command])):
        wide = [line for line in parser.format_help().splitlines() if len(line) > 80]
        assert not wide, parser.prog
