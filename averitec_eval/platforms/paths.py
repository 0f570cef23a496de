"""Names of files and folders from strangers: what is wrong with one on any system, and which look alike."""

from __future__ import annotations

import re
import unicodedata

from averitec_eval.validation.printable import quote

FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
"""What a file of a submission may be called."""

_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|clock\$|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)
_GIT = re.compile(r"\.git|git~[0-9]+", re.IGNORECASE)

# Letters of other scripts that nobody can tell from a Latin one, after case folding and without accents.
_ALIKE = str.maketrans(
    "авекмнорстухіјѕԁѵԛԝɡıαβεηικνορτυχγωϲℓ０１",
    "abekmhopctyxijsdvqwgiabenikvoptuxywcl01",
)


def path_problem(path: bytes) -> str:
    """What is wrong with a path on some system or other, in words; an empty string if nothing is."""
    try:
        text = path.decode("utf-8")
    except UnicodeDecodeError:
        return "bytes that are not UTF-8"
    if text.startswith("/") or "//" in text or text.endswith("/"):
        return "an empty part"
    return next((problem for part in text.split("/") if (problem := part_problem(part))), "")


def part_problem(part: str) -> str:
    """What is wrong with one part of a path, in words; an empty string if nothing is."""
    if part in ("", ".", ".."):
        return f"the part {quote(part)}, which leads elsewhere"
    seen = "".join(character for character in part if unicodedata.category(character) not in ("Cf", "Mn"))
    if _GIT.fullmatch(seen.rstrip(". ")) or seen.lower().startswith(".git"):
        return f"the name {quote(part)}, which git keeps for itself"
    if _RESERVED.fullmatch(part):
        return f"the name {quote(part)}, which Windows keeps for a device"
    if part[-1] in ". ":
        return f"the name {quote(part)}, whose end Windows cuts off"
    if "\\" in part or ":" in part:
        return f"the name {quote(part)} with a mark that separates folders or disks elsewhere"
    if part.startswith("."):
        return f"the hidden name {quote(part)}"
    if not FILE.fullmatch(part):
        return f"the name {quote(part)}, expected 1 to 100 letters, digits, '.', '_' and '-'"
    return ""


def folded(text: str) -> str:
    """What a text is on a system that knows neither capitals nor ways to compose an accent."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text).casefold())


def skeleton(text: str) -> str:
    """What a hasty reader sees of a name: names with the same skeleton look alike.

    Capitals, accents, invisible characters, spaces and separators do not count, nor do other scripts' letters that look
    like Latin ones, 0 for o, 1 or i for l, rn for m, vv for w.
    """
    plain = "".join(
        character
        for character in unicodedata.normalize("NFKD", text).casefold()
        if unicodedata.category(character)[0] in "LN"
    ).translate(_ALIKE)
    plain = plain.translate(str.maketrans("01i", "oll")).replace("rn", "m").replace("vv", "w")
    return plain or text


__all__ = ["FILE", "folded", "part_problem", "path_problem", "skeleton"]
