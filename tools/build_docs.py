"""Write docs/codes.md from the catalogue of validation codes; with --check, only say whether it is up to date."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from averitec_eval.files import write_bytes
from averitec_eval.validation.catalogue import Code, catalogue

TARGET = Path(__file__).resolve().parent.parent / "docs" / "codes.md"

INTRODUCTION = """\
# Codes of `averitec-eval validate`

<!-- Made by tools/build_docs.py from averitec_eval/validation/codes: change the entries there and run it again. -->

Every problem that `averitec-eval validate` finds has a code. Codes never change their meaning, so scripts may rely on
them. `averitec-eval explain CODE` prints the same text as this page.

- **error**: the official evaluators would crash on the file or compare predictions with the wrong claims, or the score
  would mean nothing. The file is invalid (exit code 1), or unreadable (exit code 3) where the code says so.
- **warning**: the file can be scored, but something in it is most likely not meant. Under `--strict` it is an error.
- **note** (`info` in JSON): good to know; never makes a file invalid.

"""


def page() -> str:
    """The whole page as Markdown."""
    entries = list(catalogue().values())
    families = list(dict.fromkeys(entry.family for entry in entries))
    parts = [INTRODUCTION, "| Code | Severity | What it says |\n| --- | --- | --- |\n"]
    parts += [f"| [{entry.name}](#{anchor(entry)}) | {severity(entry)} | {entry.title} |\n" for entry in entries]
    for family in families:
        parts.append(f"\n## {family}\n")
        parts += [section(entry) for entry in entries if entry.family == family]
    return "".join(parts)


def section(entry: Code) -> str:
    """One code with its explanation."""
    return (
        f"\n### {entry.name} {entry.slug}\n\n**{entry.title}** ({severity(entry)})\n\n"
        f"{markdown(entry.text)}\n\n*To mend:* {markdown(entry.hint)}\n"
    )


def anchor(entry: Code) -> str:
    """The fragment that Markdown renderers make of the code's heading."""
    return f"{entry.name.lower()}-{entry.slug}"


def severity(entry: Code) -> str:
    """The severity in words."""
    word = {"info": "note"}.get(entry.severity.value, entry.severity.value)
    return f"{word}, unreadable" if entry.fatal else word


def markdown(text: str) -> str:
    """A plain text with the characters escaped that Markdown or HTML would take for markup."""
    for character in "\\`*_[]<>|":
        text = text.replace(character, f"\\{character}")
    return text


def main() -> int:
    """Write the page, or compare it with --check."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit with 1 if the page is not up to date; write nothing")
    check = parser.parse_args().check
    text = page().encode()
    if check:
        if TARGET.is_file() and TARGET.read_bytes() == text:
            return 0
        print(f"{TARGET.name} is out of date: run tools/build_docs.py", file=sys.stderr)
        return 1
    write_bytes(TARGET, text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
