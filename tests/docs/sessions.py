"""Sessions on a terminal that pages show: found, run, and what they print compared with what they show.

A session is a block marked ``console``; lines that begin with ``$ `` are commands, the others what they print, where
``...`` stands for any lines. A comment on the line before the block may leave it out (``<!-- not run: why -->``) or
leave it to the slow tests (``<!-- slow -->``).
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from cli.helpers import run

from averitec_eval import mini_gold_path

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^(?:<!-- (?P<mark>[^\n]*) -->\n)?```console\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
PROGRAMS = {"cat", "cp", "git", "head", "ls", "mkdir", "mv", "python", "unzip"}


@dataclass(frozen=True)
class Command:
    """One command and the lines shown below it."""

    words: tuple[str, ...]
    lines: tuple[str, ...]

    def run(self) -> None:
        """Run it in the current folder; fails where it ends otherwise than shown."""
        name, *arguments = self.words
        if name == "pip":  # what is installed here is what would be; tests/release installs it afresh
            return
        if name == "cd":
            os.chdir(arguments[0])
            return
        if self.words == ("make", "run"):
            name, arguments = "averitec-eval", ["leaderboard", "build", "leaderboard/leaderboard.yaml"]
        if name == "averitec-eval":
            ended = run(*arguments)
            code, printed = ended.code, ended.out + ended.err
        else:
            assert name in PROGRAMS, f"{name}: put <!-- not run: why --> before the session"
            found = [sys.executable] if name == "python" else [name]
            program = subprocess.run([*found, *arguments], capture_output=True, text=True, check=False)
            code, printed = program.returncode, program.stdout + program.stderr
        assert code == 0 or self.lines, f"{shlex.join(self.words)} ended with {code}: {printed[-2000:]}"
        assert code in (0, 1), printed[-2000:]
        self.compare([line.rstrip() for line in printed.splitlines()])

    def compare(self, printed: list[str]) -> None:
        """Every line shown is printed, in this order."""
        position = 0
        for line in self.lines:
            if line != "...":
                assert line.rstrip() in printed[position:], f"{shlex.join(self.words)} prints no line {line!r}"
                position = printed.index(line.rstrip(), position) + 1


@dataclass(frozen=True)
class Session:
    """One block of a page."""

    commands: tuple[Command, ...]
    mark: str = ""

    @property
    def slow(self) -> bool:
        return self.mark == "slow"

    @property
    def left_out(self) -> bool:
        return self.mark.startswith("not run: ")


def sessions_of(page: Path) -> list[Session]:
    """The sessions of a page, in order."""
    return [
        Session(tuple(commands_of(match["text"])), match["mark"] or "")
        for match in BLOCK.finditer(page.read_text(encoding="utf-8"))
    ]


def commands_of(text: str) -> list[Command]:
    """The commands of a block."""
    parts = re.split(r"^\$ ", text, flags=re.MULTILINE)
    assert parts[0] == "", "a session begins with a command"
    commands = []
    for part in parts[1:]:
        command, *lines = part.replace("\\\n", " ").rstrip("\n").split("\n")
        commands.append(Command(tuple(shlex.split(command, comments=True)), tuple(lines)))
    return commands


def clone(folder: Path) -> None:
    """Fill a folder like a fresh clone, besides the two files that stand for a participant's own."""
    for name in ("submissions", "leaderboard"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("site", "*.sqlite*"))
    shutil.copy(ROOT / "submissions" / "overlap-ten" / "predictions.json", folder / "predictions.json")
    shutil.copy(mini_gold_path(), folder / "dev.json")
