"""``averitec-eval explain``: what a code of ``validate`` means."""

from __future__ import annotations

import argparse

from averitec_eval.cli.output import Output
from averitec_eval.errors import UsageError

NAME = "explain"
HELP = "explain a code that validate reports, or list all codes"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("code", nargs="?", metavar="CODE", help="a code such as I004, or its name such as ids-shifted")
    parser.add_argument("--list", action="store_true", help="list all codes")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: %(default)s")


def run(args: argparse.Namespace, out: Output) -> int:
    """Print one entry of the catalogue, or all. Raises ``UsageError`` for a code that does not exist."""
    from averitec_eval.json_output import to_json
    from averitec_eval.validation.catalogue import FAMILIES, catalogue, find
    from averitec_eval.validation.render import code_document, print_code, print_codes

    if args.list == (args.code is not None):
        raise UsageError("explain takes either a code or --list")
    if args.list:
        if args.format == "json":
            entries = [code_document(entry) for entry in catalogue().values()]
            out.data(to_json({"schema_version": 1, "families": dict(FAMILIES), "codes": entries}))
        else:
            print_codes(out.console())
        return 0
    entry = find(args.code)
    if entry is None:
        raise UsageError(unknown_code(args.code))
    if args.format == "json":
        out.data(to_json(code_document(entry)))
    else:
        print_code(entry, out.console())
    return 0


def unknown_code(text: str) -> str:
    """The message for a code that does not exist, with those that look most like it."""
    import difflib

    from averitec_eval.validation.catalogue import catalogue
    from averitec_eval.validation.printable import quote

    names = {name.lower(): name for name in catalogue()}
    names.update((entry.slug, entry.slug) for entry in catalogue().values())
    close = [names[name] for name in difflib.get_close_matches(text.strip().lower(), names, n=3, cutoff=0.5)]
    suggestion = f" Did you mean {' or '.join(close)}?" if close else ""
    return f"there is no code {quote(text, 40)}.{suggestion} 'averitec-eval explain --list' lists all codes."
