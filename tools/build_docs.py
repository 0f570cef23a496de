"""Write the docs that are made from code; with --check, only say whether they are up to date.

docs/codes.md comes from the catalogue of validation codes, the table in docs/scoring.md from the scoring profiles, the
pictures in docs/images/systems from the configurations of the reference systems.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from averitec_eval.baselines.config import load_system, system_names
from averitec_eval.baselines.picture import svg_picture
from averitec_eval.files import write_bytes
from averitec_eval.scoring.profiles import PROFILES, Profile
from averitec_eval.validation.catalogue import Code, catalogue

DOCS = Path(__file__).resolve().parent.parent / "docs"
PROFILES_BEGIN = "<!-- profiles: made by tools/build_docs.py from averitec_eval/scoring/profiles.py -->\n"
PROFILES_END = "<!-- end of profiles -->\n"

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


def pages() -> dict[Path, str]:
    """Every page that is made from code, by its path."""
    scoring = DOCS / "scoring.md"
    before, _, rest = scoring.read_text(encoding="utf-8").partition(PROFILES_BEGIN)
    _, _, after = rest.partition(PROFILES_END)
    return {
        DOCS / "codes.md": codes_page(),
        scoring: f"{before}{PROFILES_BEGIN}\n{profiles_table()}\n{PROFILES_END}{after}",
        **{DOCS / "images" / "systems" / f"{name}.svg": svg_picture(load_system(name)) for name in system_names()},
    }


def profiles_table() -> str:
    """What each profile counts, and what the organisers' script does with ids."""
    lines = [
        "| Profile | Edition | Credit | Cap | Divided by | Organisers' levels | Organisers join by | Missing there |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
        *(profile_row(profile) for profile in PROFILES.values()),
    ]
    return "\n".join(lines) + "\n"


def profile_row(profile: Profile) -> str:
    """One profile."""
    cells = (
        f"`{profile.name}`",
        profile.title,
        "evidence at least at the level" if profile.comparison == "ge" else "evidence above the level",
        "none" if profile.cap is None else str(profile.cap),
        f"{profile.divide_by} strings",
        " ".join(f"{level:g}".removeprefix("0") for level in profile.official_levels),
        profile.official_join,
        profile.official_missing,
    )
    return f"| {' | '.join(cells)} |"


def codes_page() -> str:
    """All codes as Markdown."""
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
    """Write the pages, or compare them with --check."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit with 1 if a page is not up to date; write nothing")
    check = parser.parse_args().check
    stale = [path for path, text in pages().items() if not path.is_file() or path.read_bytes() != text.encode()]
    for path in stale:
        if check:
            print(f"{path.name} is out of date: run tools/build_docs.py", file=sys.stderr)
        else:
            write_bytes(path, pages()[path].encode())
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
