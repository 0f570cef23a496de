"""The ``averitec-eval`` command: finds the subcommand, runs it and turns errors into messages and exit codes."""

from __future__ import annotations

import argparse
import difflib
import importlib
import os
import sys
import textwrap
from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import NoReturn

from averitec_eval.cli.output import Output, standard_output
from averitec_eval.errors import AveritecEvalError, UsageError
from averitec_eval.validation.printable import printable
from averitec_eval.version import __version__

COMMANDS = (
    "validate",
    "score",
    "judge",
    "compare",
    "inspect",
    "convert",
    "audit",
    "leaderboard",
    "baseline",
    "explain",
    "doctor",
    "new-task",
    "check-pr",
    "bundle",
)
"""The subcommands, each a module of this package with NAME, HELP, ``add_arguments`` and ``run``.

One with actions may have ACTIONS too, of which the first is meant where none is named.
"""

ENVIRONMENT_PREFIX = "AVERITEC_EVAL_"
UNREADABLE = 3
INTERRUPTED = 130
BROKEN_PIPE = 141
INTERNAL_ERROR = 70

EPILOG = """\
exit codes: 0 fine, 1 the submission is invalid or a check failed, 2 usage,
3 unreadable input, 4 a resource is missing or damaged, 5 an outside service
failed, 130 interrupted. Every option can be set by an environment variable:
AVERITEC_EVAL_GOLD stands for --gold, and so on; options given win.
"""


class HelpFormatter(argparse.RawDescriptionHelpFormatter):
    """Keeps the lines of descriptions, and wraps those that are wider than the terminal."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        # argparse leaves two columns free, which lines that were laid out by hand use.
        filled = [textwrap.wrap(line, width + 2) or [""] for line in text.splitlines()]
        return "".join(f"{indent}{line}\n" for lines in filled for line in lines)


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors end with how to get help."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\nTry '{self.prog} --help'.\n")


def build_parser(argv: Sequence[str]) -> argparse.ArgumentParser:
    """The parser; only the modules that ``argv`` needs are imported for their options."""
    parser = Parser(
        prog="averitec-eval",
        description="Validate, score and rank AVeriTeC fact-checking submissions exactly as the shared tasks do.",
        epilog=EPILOG,
        formatter_class=HelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"averitec-eval {__version__}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=Parser)
    wanted = next((word for word in argv if not word.startswith("-")), None)
    for name in COMMANDS:
        module = module_of(name)
        subparser = subparsers.add_parser(
            name,
            help=module.HELP,
            description=module.DESCRIPTION if hasattr(module, "DESCRIPTION") else module.HELP,
            formatter_class=HelpFormatter,
            allow_abbrev=False,
        )
        if name == wanted:
            module.add_arguments(subparser)
            for leaf in _leaves(subparser):
                apply_environment(leaf)
                leaf.add_argument("--debug", action="store_true", help="show the traceback of an error")
            subparser.set_defaults(run=module.run)
    return parser


def module_of(command: str) -> ModuleType:
    """The module of a subcommand, which is called like it, with ``_`` for ``-``."""
    return importlib.import_module(f"averitec_eval.cli.{command.replace('-', '_')}")


def _leaves(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """The parsers that take a command's options: its own, or those of its actions if it has any."""
    actions = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not actions:
        yield parser
    for action in actions:
        for name in dict.fromkeys(action.choices):
            yield from _leaves(action.choices[name])


def apply_environment(parser: argparse.ArgumentParser) -> None:
    """Let ``AVERITEC_EVAL_NAME`` set the default of the option ``--name``.

    A repeatable option takes values separated by commas, a switch takes 1 or 0. A value the option would refuse is a
    usage error that names the variable.
    """
    for action in parser._actions:
        if not action.option_strings or action.dest == "help":
            continue
        variable = ENVIRONMENT_PREFIX + action.dest.upper()
        text = os.environ.get(variable)
        if not text:
            continue
        if isinstance(action, argparse._StoreTrueAction):
            if text not in {"0", "1"}:
                parser.error(f"{variable} must be 1 or 0; found '{text}'")
            action.default = text == "1"
            continue
        repeatable = isinstance(action, argparse._AppendAction)
        values = [
            _environment_value(parser, action, variable, part) for part in (text.split(",") if repeatable else [text])
        ]
        action.default = values if repeatable else values[0]
        action.required = False


def _environment_value(parser: argparse.ArgumentParser, action: argparse.Action, variable: str, text: str) -> object:
    convert = action.type if callable(action.type) else str
    try:
        value: object = convert(text)
    except (ValueError, argparse.ArgumentTypeError) as error:
        parser.error(f"{variable}: {error}")
    if action.choices is not None and value not in action.choices:
        parser.error(f"{variable} must be one of {', '.join(map(str, action.choices))}; found '{text}'")
    return value


def main(argv: Sequence[str] | None = None, out: Output | None = None) -> int:
    """Run the command line and give the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    out = out or standard_output()
    try:
        code = _run(arguments, out)
        out.stdout.flush()
        return code
    except SystemExit as stop:
        return int(stop.code or 0)
    except KeyboardInterrupt:
        out.message("averitec-eval: interrupted; files written so far are whole")
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone; the interpreter must not complain about it once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except AveritecEvalError as error:
        if "--debug" in arguments:
            raise
        out.message(f"averitec-eval: {printable(str(error))}")
        for problem in getattr(error, "problems", ()):
            out.message(f"  - {printable(problem)}")
        return error.exit_code
    except OSError as error:
        if "--debug" in arguments:
            raise
        out.message(f"averitec-eval: {error.strerror or error}: {error.filename or 'no file named'}")
        return UNREADABLE
    except Exception as error:
        # The last guard between a defect of this package and the user's terminal.
        if "--debug" in arguments:
            raise
        out.message(
            f"averitec-eval: internal error ({type(error).__name__}: {error}). This is a defect of averitec-eval, "
            "not of your file; please report it with the output of the same command and --debug."
        )
        return INTERNAL_ERROR


def _run(arguments: list[str], out: Output) -> int:
    command = next((word for word in arguments if not word.startswith("-")), None)
    if command is not None and command not in COMMANDS:
        close = difflib.get_close_matches(command, COMMANDS, n=1)
        suggestion = f" Did you mean '{close[0]}'?" if close else ""
        raise UsageError(f"unknown command '{command}'.{suggestion} Commands: {', '.join(COMMANDS)}.")
    if command is not None:
        arguments = with_action(arguments, command)
    args = build_parser(arguments).parse_args(arguments)
    return int(args.run(args, out))


def with_action(arguments: Sequence[str], command: str) -> list[str]:
    """The arguments with the action that a command means where the word after it names none."""
    actions: tuple[str, ...] = getattr(module_of(command), "ACTIONS", ())
    after = arguments.index(command) + 1
    named = not actions or (after < len(arguments) and arguments[after] in actions)
    return [*arguments[:after], *([] if named else [actions[0]]), *arguments[after:]]


def entry() -> NoReturn:
    """The console script."""
    # The matrices here are too small for BLAS to gain from threads, which burn processor time while they wait and crowd
    # each other where several workers score. It must be said before NumPy is loaded.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    sys.exit(main())


if __name__ == "__main__":
    entry()
