"""Sites that publish fact-checks: the list that comes with the package, and reading another one."""

from __future__ import annotations

import os
import re
from functools import cache
from importlib import resources
from pathlib import Path

from averitec_eval.errors import UnreadableError, UsageError

MOST_BYTES = 1 << 20
_DOMAIN = re.compile(r"[\w-]+(?:\.[\w-]+)+")


def parse_domains(text: str, name: str = "domains") -> frozenset[str]:
    """The domains of a list: one a line, ``#`` begins a comment, empty lines count for nothing.

    A domain stands for itself and everything below it; ``www.`` before it is left out. Raises ``UsageError`` that names
    every line that holds no domain, or if there is none at all.
    """
    found: set[str] = set()
    problems = []
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        domain = line.partition("#")[0].strip().lower().removeprefix("www.")
        if not domain:
            continue
        if not _DOMAIN.fullmatch(domain):
            problems.append(f"line {number}: {domain[:60]!r}")
        found.add(domain)
    if problems:
        shown = "; ".join(problems[:10])
        raise UsageError(f"{name}: a line must hold one domain such as example.org, without scheme and path: {shown}")
    if not found:
        raise UsageError(f"{name}: no domain in it")
    return frozenset(found)


def read_domains(path: str | os.PathLike[str]) -> frozenset[str]:
    """The domains of a file, as ``parse_domains`` reads them.

    Raises ``UnreadableError`` where the file cannot be read as UTF-8 or is larger than 1 MiB.
    """
    try:
        with Path(path).open("rb") as handle:
            data = handle.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise UnreadableError(f"{os.fspath(path)}: larger than {MOST_BYTES:,} bytes")
        text = data.decode("utf-8")
    except OSError as error:
        raise UnreadableError(f"{os.fspath(path)}: cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise UnreadableError(f"{os.fspath(path)}: not UTF-8") from None
    return parse_domains(text, os.fspath(path))


@cache
def default_domains() -> frozenset[str]:
    """The fact-checking sites of the list that comes with this package."""
    text = resources.files("averitec_eval.audit").joinpath("domains.txt").read_text(encoding="utf-8")
    return parse_domains(text, "domains.txt")


__all__ = ["default_domains", "parse_domains", "read_domains"]
