"""Reading a git repository that strangers send commits to, without checking any of them out.

Only plumbing commands are run, without a shell, hooks, filters, the user's settings or the network; what they print is
bounded, and paths stay bytes until somebody has looked at them.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from averitec_eval.errors import ResourceError, UnreadableError

MAX_OUTPUT = 64 << 20
"""Bytes that one command of git may print."""

TIMEOUT = 120.0
"""Seconds that one command of git may take."""

SYMLINK, SUBMODULE, EXECUTABLE, REGULAR = "120000", "160000", "100755", "100644"
"""Modes of entries in a tree."""

_SETTINGS = (
    "core.hooksPath=" + os.devnull,
    "core.fsmonitor=false",
    "core.attributesFile=" + os.devnull,
    "core.useReplaceRefs=false",
    "core.commitGraph=false",
    "protocol.allow=never",
    "diff.ignoreSubmodules=none",
    "advice.graftFileDeprecated=false",
)


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """One path of a tree: its bytes as git has them, its mode (six octal digits) and the name of its object."""

    path: bytes
    mode: str
    sha: str


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit: its name, those of its parents, when it was committed (seconds since 1970 in UTC), its author's e-mail
    address and its message.
    """

    sha: str
    parents: tuple[str, ...]
    seconds: int
    email: str
    message: str


class Repository:
    """The repository that a folder belongs to.

    Raises ``UnreadableError`` if there is none or it is not whole, and ``ResourceError`` where git is not installed.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self._folder = Path(folder).resolve()
        said = self._git("rev-parse", "--is-shallow-repository", "--show-toplevel")
        shallow, _, root = said.removesuffix(b"\n").partition(b"\n")
        self.root = Path(os.fsdecode(root)).resolve()
        self._folder = self.root  # paths that commands take count from where they are run
        if shallow == b"true":
            raise UnreadableError(
                f"{self.root}: found a shallow clone, expected the whole history; fetch it with 'git fetch --unshallow'"
            )

    def commit(self, revision: str) -> str:
        """The full name of the commit that a revision means. Raises ``UnreadableError`` if there is none."""
        if revision.startswith("-") or not revision.isprintable():
            raise UnreadableError(f"{revision!r}: found no revision, expected a branch, tag or commit")
        command = ("rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}")
        try:
            # The option is repeated by git versions that do not know it; the name itself is the last line.
            return self._git(*command).decode("ascii").split()[-1]
        except (UnreadableError, IndexError):
            raise UnreadableError(f"{revision}: there is no such commit in {self.root}; fetch it first") from None

    def merge_bases(self, one: str, other: str) -> tuple[str, ...]:
        """The best common ancestors of two commits, none if their histories have nothing in common."""
        done = self._run(("merge-base", "--all", one, other))
        if done.code > 1:
            raise self._error(done.error)
        return tuple(done.output.decode("ascii").split())

    def tree(self, commit: str) -> Iterator[TreeEntry]:
        """Yield all that is not a folder in a commit's tree, as it stands there, a name twice if need be."""
        output = self._git("ls-tree", "-r", "-z", "--full-tree", commit)
        for line in output.split(b"\0"):
            if line:
                head, _, path = line.partition(b"\t")
                mode, _, sha = head.decode("ascii").split()
                yield TreeEntry(path, mode, sha)

    def folders_twice(self, commit: str) -> list[bytes]:
        """The paths of folders that a commit's tree names twice, or names like a file, which no git would write."""
        seen: set[bytes] = set()
        folders: set[bytes] = set()
        twice: set[bytes] = set()
        for line in self._git("ls-tree", "-r", "-t", "-z", "--full-tree", commit).split(b"\0"):
            head, _, path = line.partition(b"\t")
            is_folder = head.startswith(b"040000 ")
            if path in folders or (is_folder and path in seen):
                twice.add(path)
            seen.add(path)
            if is_folder:
                folders.add(path)
        return sorted(twice)

    def sizes(self, shas: Sequence[str]) -> dict[str, int]:
        """The size in bytes of each object that is a file; those that are absent or something else are left out."""
        output = self._git("cat-file", "--batch-check", text="".join(f"{sha}\n" for sha in shas).encode())
        sizes = {}
        for line in output.decode("ascii", "replace").splitlines():
            sha, *rest = line.split()
            if len(rest) == 2 and rest[0] == "blob":
                sizes[sha] = int(rest[1])
        return sizes

    def read(self, sha: str, most: int) -> bytes:
        """The bytes of a file. Raises ``UnreadableError`` if it is absent or has more than ``most`` bytes."""
        return self._git("cat-file", "blob", sha, most=most)

    def small_files(self, shas: Iterable[str], most: int) -> dict[str, bytes]:
        """The bytes of those files that have at most ``most`` bytes, by the name of the object."""
        sizes = self.sizes(sorted(set(shas)))
        small = [sha for sha, size in sizes.items() if size <= most]
        return {sha: data for sha, _, data in self._objects(small)}

    def new_objects(self, base: str, head: str) -> Iterator[tuple[str, bytes]]:
        """Yield the names of all objects that ``head`` would bring to ``base``, with a path for those in a tree."""
        for line in self._git("rev-list", "--objects", head, "--not", base).split(b"\n"):
            if line:
                sha, _, path = line.partition(b" ")
                yield sha.decode("ascii"), path

    def first_parents(self, head: str, folder: str) -> list[Commit]:
        """The commits on the first-parent line of ``head`` that changed anything below ``folder``, oldest first."""
        listed = self._git("rev-list", "--first-parent", head, "--", folder)
        names = listed.decode("ascii").split()[::-1]
        return [_commit(sha, data) for sha, _, data in self._objects(names)]

    def changes(self, commits: Sequence[Commit], folder: str) -> Iterator[tuple[str, bool, TreeEntry]]:
        """Yield what each commit changed below ``folder`` against its first parent: the commit's name, whether the path
        is still there, and the path.
        """
        lines = [" ".join([commit.sha, *commit.parents[:1]]) + "\n" for commit in commits]
        output = self._git(
            "diff-tree", "--stdin", "--root", "-r", "-z", "--raw", "--no-renames", "--no-ext-diff", "--no-textconv",
            "--", folder, text="".join(lines).encode(),
        )  # fmt: skip
        parts = iter(output.split(b"\0"))
        current = ""
        for part in parts:
            if part.startswith(b":"):
                _, mode, _, sha, letter = part.decode("ascii").lstrip(":").split()
                yield current, letter != "D", TreeEntry(next(parts), mode, sha)
            elif part:
                current = part.decode("ascii")

    def _objects(self, shas: Iterable[str]) -> Iterator[tuple[str, str, bytes]]:
        """Yield each object with its kind and bytes. Raises ``UnreadableError`` if one is absent."""
        output = self._git("cat-file", "--batch", text="".join(f"{sha}\n" for sha in shas).encode())
        position = 0
        while position < len(output):
            end = output.index(b"\n", position)
            sha, *rest = output[position:end].decode("ascii").split()
            if len(rest) != 2:
                raise UnreadableError(f"{self.root}: the object {sha} is absent; fetch the whole history")
            position = end + 1 + int(rest[1])
            yield sha, rest[0], output[end + 1 : position]
            position += 1

    def _git(self, *arguments: str, text: bytes = b"", most: int = MAX_OUTPUT) -> bytes:
        done = self._run(arguments, text, most)
        if done.code != 0:
            raise self._error(done.error)
        return done.output

    def _error(self, text: bytes) -> UnreadableError:
        said = text.decode("utf-8", "replace").strip().splitlines()[:1]
        return UnreadableError(
            f"{self._folder}: git cannot read it: {said[0][:300] if said else 'it does not say why'}"
        )

    def _run(self, arguments: Sequence[str], text: bytes = b"", most: int = MAX_OUTPUT) -> _Done:
        command = ["git", "--no-pager", "--literal-pathspecs"]
        # The caller named this repository, and nothing in it is run; it may belong to another user, as in a container.
        for setting in (*_SETTINGS, *(f"safe.directory={path}" for path in (self._folder, *self._folder.parents))):
            command += ["-c", setting]
        with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as error:
            given.write(text)
            given.seek(0)
            try:
                process = subprocess.Popen(
                    [*command, *arguments],
                    cwd=self._folder,
                    env=_environment(),
                    stdin=given,
                    stdout=subprocess.PIPE,
                    stderr=error,
                )
            except FileNotFoundError:
                raise ResourceError("git: there is no such program; install git 2.24 or later") from None
            except OSError as problem:
                raise UnreadableError(f"{self._folder}: git cannot be run there: {problem.strerror}") from None
            with process:
                output = _bounded(process, most)
            error.seek(0)
            said = error.read(4096)
        if output is None:
            raise UnreadableError(
                f"{self._folder}: 'git {arguments[0]}' gives more than {most:,} bytes or takes longer than "
                f"{TIMEOUT:.0f} seconds"
            )
        return _Done(process.returncode, output, said)


@dataclass(frozen=True, slots=True)
class _Done:
    code: int
    output: bytes
    error: bytes


def _bounded(process: subprocess.Popen[bytes], most: int) -> bytes | None:
    """What a process prints, None if it is more than ``most`` bytes or takes too long; the process is ended then."""
    import threading

    assert process.stdout is not None
    late = threading.Timer(TIMEOUT, process.kill)
    late.start()
    try:
        output = process.stdout.read(most + 1)
        if len(output) > most:
            process.kill()
            return None
        process.wait()
    finally:
        late.cancel()
    return None if process.returncode < 0 else output


def _environment() -> dict[str, str]:
    """The environment without anything that leads git elsewhere or sets it otherwise."""
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith("GIT_")}
    return {
        **kept,
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_GRAFT_FILE": os.devnull,
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
    }


def _commit(sha: str, data: bytes) -> Commit:
    head, _, message = data.decode("utf-8", "replace").partition("\n\n")
    parents, seconds, email = [], 0, ""
    for line in head.split("\n"):
        key, _, value = line.partition(" ")
        if key == "parent":
            parents.append(value)
        elif key == "author" and not email:
            email = value.rpartition("<")[2].partition(">")[0].strip()
        elif key == "committer":
            number = value.rpartition(">")[2].split()[:1]
            seconds = int(number[0]) if number and number[0].isdecimal() else 0
    return Commit(sha, tuple(parents), seconds, email, message)


__all__ = ["EXECUTABLE", "REGULAR", "SUBMODULE", "SYMLINK", "Commit", "Repository", "TreeEntry"]
