"""A task's repository with real commits, and pull requests against it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.helpers import Ended, run
from leaderboard.helpers import entries

NOW = "2025-03-10T12:00Z"


def git(
    folder: Path, *arguments: str, at: str = "2025-03-01T00:00:00Z", by: str = "organiser", data: bytes = b""
) -> str:
    """Run git there, as this author (``LOGIN`` or an address) at this time."""
    address = by if "@" in by else f"1+{by}@users.noreply.github.com"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": by,
        "GIT_AUTHOR_EMAIL": address,
        "GIT_AUTHOR_DATE": at,
        "GIT_COMMITTER_NAME": "web-flow",
        "GIT_COMMITTER_EMAIL": "web-flow@example.org",
        "GIT_COMMITTER_DATE": at,
    }
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env=environment, input=data, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode().strip()


def files(share: float = 0.5, predictions: Any = None, **meta: Any) -> dict[str, bytes]:
    """The files of a submission."""
    settings = {"name": "Ours", "team": "Our team", "predictions": "predictions.json", **meta}
    made = entries(share) if predictions is None else predictions
    return {"submission.yaml": json.dumps(settings).encode(), "predictions.json": json.dumps(made).encode()}


@dataclass(frozen=True)
class Task:
    """A repository with a task, at ``root``; the organisers' work tree stays on ``main``."""

    root: Path

    @property
    def config(self) -> Path:
        return self.root / "leaderboard.yaml"

    def configure(self, **settings: Any) -> None:
        """Commit the task's file."""
        keys = {
            "title": "A task",
            "gold": "averitec-mini",
            "public": True,
            "submissions": "submissions",
            "site": "site",
        }
        self.config.write_text(json.dumps({**keys, **settings}), encoding="utf-8")
        git(self.root, "add", "leaderboard.yaml")
        git(self.root, "commit", "-q", "-m", "Configure")

    def commit(
        self,
        paths: Mapping[str, bytes | None],
        *,
        onto: str = "main",
        at: str = "2025-03-01T00:00:00Z",
        by: str = "ours",
        message: str = "Add",
    ) -> str:
        """Make a commit on top of another without touching the work tree; None removes a path."""
        index = {name: self.blob(data) for name, data in paths.items() if data is not None}
        lines = [f"100644 {sha}\t{name}" for name, sha in index.items()]
        lines += [f"0 {'0' * 40}\t{name}" for name, data in paths.items() if data is None]
        return self.raw(lines, onto=onto, at=at, by=by, message=message)

    def raw(self, lines: list[str], *, onto: str = "main", message: str = "Add", **who: str) -> str:
        """A commit from lines of ``update-index --index-info``."""
        scratch = self.root / ".git" / "scratch-index"
        git(self.root, "read-tree", f"--index-output={scratch}", onto)
        environment = {**os.environ, "GIT_INDEX_FILE": str(scratch)}
        text = "".join(line + "\n" for line in lines).encode()
        subprocess.run(["git", "update-index", "--index-info"], cwd=self.root, env=environment, input=text, check=True)
        tree = subprocess.run(
            ["git", "write-tree"], cwd=self.root, env=environment, capture_output=True, check=True
        ).stdout.decode()
        return self.of_tree(tree.strip(), onto=onto, message=message, **who)

    def of_tree(self, tree: str, *, onto: str = "main", message: str = "Add", **who: str) -> str:
        """A commit of a tree."""
        return git(self.root, "commit-tree", tree, "-p", onto, "-m", message, **{"by": "ours", **who})

    def blob(self, data: bytes) -> str:
        return git(self.root, "hash-object", "-w", "--stdin", data=data)

    def tree(self, rows: list[tuple[str, str, str]]) -> str:
        """A tree as raw bytes, whatever git would say of it; rows are mode, name and object."""
        data = b"".join(
            f"{mode} {name}\0".encode("utf-8", "surrogateescape") + bytes.fromhex(sha) for mode, name, sha in rows
        )
        return git(self.root, "hash-object", "-w", "-t", "tree", "--literally", "--stdin", data=data)

    def hand_in(self, folder: str = "ours", contents: Mapping[str, bytes | None] | None = None, **how: str) -> str:
        """A commit that adds a submission."""
        found = files() if contents is None else contents
        return self.commit({f"submissions/{folder}/{name}": data for name, data in found.items()}, **how)

    def accept(self, sha: str) -> None:
        """Put ``main`` and the work tree on a commit."""
        git(self.root, "merge", "-q", "--ff-only", sha)

    def check(self, head: str, *options: object, now: str = NOW, author: str | None = "ours") -> Ended:
        """Run ``check-pr``."""
        whose = () if author is None else ("--author", author)
        return run("check-pr", "main", head, "--config", self.config, "--now", now, *whose, *options)

    def codes(self, head: str, *options: object, **how: Any) -> list[str]:
        """The codes of the problems, errors first, each as often as it is told."""
        ended = self.check(head, "--format", "json", *options, **how)
        document = json.loads(ended.out)
        assert ended.code == (0 if document["ok"] else 1)
        return [problem["code"] for problem in document["problems"]]

    def errors(self, head: str, **how: Any) -> list[str]:
        """The same without warnings."""
        warnings = {"PR034", "PR036", "PR037", "PR062"}
        return [code for code in self.codes(head, **how) if code not in warnings]


def make_task(root: Path, **settings: Any) -> Task:
    """A repository with one submission of another team."""
    root.mkdir(parents=True)
    git(root, "init", "-q", "-b", "main")
    task = Task(root)
    task.configure(**settings)
    task.accept(task.hand_in("theirs", files(0.3, name="Theirs", team="Their team"), by="theirs"))
    return task


__all__ = ["NOW", "Task", "files", "git", "make_task"]
