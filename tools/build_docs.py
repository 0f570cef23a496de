"""Write the docs that are made from code; with --check, only say whether they are up to date.

docs/codes.md comes from the catalogue of validation codes, the table in docs/scoring.md from the scoring profiles;
docs/components.md, the tables in docs/baselines.md and the pictures in docs/images/systems from the reference systems.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from averitec_eval.baselines.codes import TROUBLES
from averitec_eval.baselines.config import load_system, system_names
from averitec_eval.baselines.describe import components_json, systems_json
from averitec_eval.baselines.picture import svg_picture
from averitec_eval.files import write_bytes
from averitec_eval.scoring.profiles import PROFILES, Profile
from averitec_eval.validation.catalogue import Code, catalogue

DOCS = Path(__file__).resolve().parent.parent / "docs"
PROFILES_BEGIN = "<!-- profiles: made by tools/build_docs.py from averitec_eval/scoring/profiles.py -->\n"
PROFILES_END = "<!-- end of profiles -->\n"

SYSTEMS_BEGIN = "<!-- systems: made by tools/build_docs.py from averitec_eval/baselines/systems -->\n"
SYSTEMS_END = "<!-- end of systems -->\n"
TROUBLES_BEGIN = "<!-- troubles: made by tools/build_docs.py from averitec_eval/baselines/codes.py -->\n"
TROUBLES_END = "<!-- end of troubles -->\n"

COMPONENTS_INTRODUCTION = """\
# Components of reference systems

<!-- Made by tools/build_docs.py from averitec_eval/baselines/components: change them there and run it again. -->

What the stages of a configuration may be ([reference systems](baselines.md)). `averitec-eval baseline components STAGE`
prints the same. A component reads parts of a claim's state that earlier stages have filled; the documents of the
knowledge store and the claim as the first query are there from the start.
"""

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
    scoring, baselines = DOCS / "scoring.md", DOCS / "baselines.md"
    systems = with_table(baselines.read_text(encoding="utf-8"), SYSTEMS_BEGIN, SYSTEMS_END, systems_table())
    return {
        DOCS / "codes.md": codes_page(),
        scoring: with_table(scoring.read_text(encoding="utf-8"), PROFILES_BEGIN, PROFILES_END, profiles_table()),
        baselines: with_table(systems, TROUBLES_BEGIN, TROUBLES_END, troubles_table()),
        DOCS / "components.md": components_page(),
        **{DOCS / "images" / "systems" / f"{name}.svg": svg_picture(load_system(name)) for name in system_names()},
    }


def with_table(page: str, begin: str, end: str, table: str) -> str:
    """A page with ``table`` between two marks."""
    before, _, rest = page.partition(begin)
    _, _, after = rest.partition(end)
    return f"{before}{begin}\n{table}\n{end}{after}"


def systems_table() -> str:
    """The reference systems, each with a link to its page."""
    lines = ["| System | | Asks models for | What it does |", "| --- | --- | --- | --- |"]
    for system in systems_json():
        roles = list(dict.fromkeys(role for models in system["models"].values() for role in models))
        link = f"[`{system['name']}`](systems/{system['name']}.md)"
        lines.append(f"| {link} | {system['title']} | {', '.join(roles) or 'nothing'} | {system['description']} |")
    return "\n".join(lines) + "\n"


def troubles_table() -> str:
    """The codes of troubles."""
    lines = ["| Code | What happened, and what stands in |", "| --- | --- |"]
    return "\n".join([*lines, *(f"| `{code}` | {text} |" for code, text in TROUBLES.items())]) + "\n"


def components_page() -> str:
    """All components with their options."""
    parts = [COMPONENTS_INTRODUCTION]
    stage = ""
    for kind in components_json():
        if kind["stage"] != stage:
            stage = kind["stage"]
            parts.append(f"\n## {stage}\n")
        reads, fills = (", ".join(kind[key]) or "nothing" for key in ("reads", "fills"))
        parts.append(
            f"\n### {stage}: `{kind['type']}`\n\n{markdown(kind['summary'])}\n\nReads {reads}; fills {fills}.\n"
        )
        if kind["options"]:
            parts.append("\n| Option | Kind | Default | Allowed | What it means |\n| --- | --- | --- | --- | --- |\n")
        parts += [option_row(option) for option in kind["options"]]
        if kind["quirks"]:
            parts.append("\nPublished quirks, off unless switched on:\n\n")
        parts += [f"- `{name}`: {markdown(text)}\n" for name, text in kind["quirks"].items()]
    return "".join(parts)


def option_row(option: dict[str, Any]) -> str:
    """One option of a component."""
    default = f"`{json.dumps(option['default'])}`" if not option["required"] else "must be given"
    allowed, text = markdown(option["allowed"]), markdown(option["help"])
    return f"| `{option['name']}` | {option['kind']} | {default} | {allowed} | {text} |\n"


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
        f"{profile.divide_by} strings" if profile.robust is None else "both sides, see [robust](robust.md)",
        " ".join(f"{level:g}".removeprefix("0") for level in profile.official_levels) or "none",
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
