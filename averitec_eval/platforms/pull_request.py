"""Checking a pull request that hands in a submission: what it changes, whose it is, when it comes, and what is in it.

Nothing of the request is checked out or run: its files are read as objects of the repository, and those that may be
read are copied under safe names into a folder of their own.
"""

from __future__ import annotations

import datetime
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from averitec_eval.errors import ConfigError, UsageError
from averitec_eval.leaderboard.board import SLUG
from averitec_eval.leaderboard.config import BoardConfig
from averitec_eval.leaderboard.credentials import credentials
from averitec_eval.leaderboard.gold import board_gold
from averitec_eval.leaderboard.rules import EVERYONE
from averitec_eval.leaderboard.submission import FILE_NAME, INPUT_FORMATS, SubmissionMeta, read_submission_folder
from averitec_eval.leaderboard.submission import MAX_BYTES as SETTINGS_BYTES
from averitec_eval.platforms.feedback import FileFeedback, feedback, scores_of
from averitec_eval.platforms.git import EXECUTABLE, REGULAR, SUBMODULE, SYMLINK, Repository, TreeEntry
from averitec_eval.platforms.history import History, Settings, Try, read_history, settings_of
from averitec_eval.platforms.ledger import Tried, at_second
from averitec_eval.platforms.paths import folded, part_problem, path_problem, skeleton
from averitec_eval.records import Gold
from averitec_eval.validation.findings import Finding, Severity, sound
from averitec_eval.validation.printable import printable, quote

CODES = {
    "PR001": "the histories have nothing in common",
    "PR002": "nothing is handed in",
    "PR003": "it is too large to be looked at",
    "PR010": "it changes something outside of a submission's folder",
    "PR011": "it changes more than one submission",
    "PR012": "the folder's name is not allowed",
    "PR013": "the name is another's",
    "PR014": "the name looks like another one",
    "PR015": "the folder has changed meanwhile",
    "PR016": "it removes a submission",
    "PR020": "a path is not safe",
    "PR021": "two paths are the same elsewhere",
    "PR022": "a symbolic link",
    "PR023": "another repository inside",
    "PR024": "a file with odd permissions",
    "PR025": "a file is too large",
    "PR026": "a file that does not belong to a submission",
    "PR027": "a file is not what it should be",
    "PR028": "its history holds a file that is too large",
    "PR030": "submission.yaml is not usable",
    "PR031": "there is no such phase",
    "PR032": "something required is missing",
    "PR033": "its date is outside of the phase",
    "PR034": "it will take no rank",
    "PR035": "a key or token stands in it",
    "PR036": "its name or team looks like another's",
    "PR037": "the predictions are those of another submission",
    "PR040": "the phase has not begun",
    "PR041": "the phase is over",
    "PR050": "too many submissions today",
    "PR051": "too many submissions in all",
    "PR052": "too many invalid submissions today",
    "PR060": "the predictions are invalid",
    "PR061": "the predictions cannot be read",
    "PR062": "claims have no prediction",
}
"""What ``check-pr`` looks for, by code; a code never changes its meaning."""

DEFAULT_BYTES = 50_000_000
"""How large a prediction file may be where the rules do not say."""

README = "README.md"
README_BYTES = 64 * 1024
MAX_FILES = 60
"""How many files a submission may have."""

MAX_CHANGES = 1000
"""How many paths are looked at one by one."""

MAX_SAME = 20
"""How many problems of one code are told."""

_REFUSED_UNSEEN = {"PR040", "PR041", "PR050", "PR051", "PR052"}
"""Codes of requests that get no feedback on their predictions, and that do not count as a try."""

_LFS = b"version https://git-lfs.github.com/spec/"


@dataclass(frozen=True, slots=True)
class Checked:
    """What checking a pull request gave, errors first.

    ``base`` and ``head`` are full names of commits. ``folder`` is the submission's, None where there is not just one,
    and ``phase`` that of its board, None where it is not known. ``files`` tells of its prediction files, as far as they
    were looked at, ``scores`` what it scores, the headline first, empty unless asked for and allowed; ``scores_note``
    says why there are none, or which are missing. ``ledger`` are the tries that were handed in, with this one if it
    counts.
    """

    base: str
    head: str
    problems: tuple[Finding, ...]
    folder: str | None = None
    phase: str | None = None
    files: tuple[FileFeedback, ...] = ()
    scores: Mapping[str, float] = field(default_factory=dict)
    scores_note: str = ""
    ledger: tuple[Tried, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether there is no error; warnings do not count."""
        return sound(self.problems)


def check_pull_request(
    repository: Repository,
    config: BoardConfig,
    base: str,
    head: str,
    now: datetime.datetime,
    *,
    author: str | None = None,
    ledger: Sequence[Tried] = (),
    score: bool = False,
    show_scores: bool = False,
) -> Checked:
    """Check what the commit ``head`` would bring to ``base``, as of the instant ``now``, which knows its zone.

    ``config`` must be the organisers', not one that came with the request. ``author`` is the account or address that
    opened it, as the platform knows it; without one nobody may change a folder that is there. ``ledger`` holds the
    tries so far. With ``score`` a submission without errors is scored, and the scores are given if the phase's are for
    everyone, or with ``show_scores``. Raises ``UnreadableError``, ``InvalidSubmissionError`` and ``ConfigError`` for
    the organisers' own files, ``UsageError`` if the submissions lie outside of the repository.
    """
    try:
        submissions = config.submissions.resolve().relative_to(repository.root).as_posix()
    except ValueError:
        raise UsageError(f"{config.submissions}: found outside of {repository.root}, expected inside") from None
    if submissions == ".":
        raise UsageError(f"{config.submissions}: is the repository itself; expected a folder in it")
    check = _Check(
        repository=repository,
        config=config,
        base=repository.commit(base),
        head=repository.commit(head),
        now=now,
        author=None if author is None else folded(author.strip()) or None,
        submissions=submissions,
        ledger=tuple(ledger),
    )
    return check.run(score, show_scores)


class _Check:
    """One check as it goes on; problems are collected on the way."""

    def __init__(
        self,
        *,
        repository: Repository,
        config: BoardConfig,
        base: str,
        head: str,
        now: datetime.datetime,
        author: str | None,
        submissions: str,
        ledger: tuple[Tried, ...],
    ) -> None:
        self.repository = repository
        self.config = config
        self.base, self.head = base, head
        self.now = now
        self.author = author
        self.submissions = submissions
        self.prefix = submissions.encode() + b"/"
        self.ledger = ledger
        self.problems: list[Finding] = []
        self._gold: Gold | None = None

    def add(self, code: str, where: str, found: str, expected: str, mend: str, severity: Severity = "error") -> None:
        shown = (printable(text) for text in (where, found, expected, mend))
        self.problems.append(Finding(code, severity, *shown))

    def has_errors(self) -> bool:
        return any(problem.severity == "error" for problem in self.problems)

    def run(self, score: bool, show_scores: bool) -> Checked:
        bases = self.repository.merge_bases(self.base, self.head)
        if not bases:
            self.add(
                "PR001",
                "the branch",
                "no common commit",
                "a branch of this repository",
                "begin from a new branch of it",
            )
            return self._checked()
        old = [{entry.path: entry for entry in self.repository.tree(sha)} for sha in bases]
        new = list(self.repository.tree(self.head))
        there = {entry.path for entry in new}
        changed = [entry for entry in new if any(not _same(tree.get(entry.path), entry) for tree in old)]
        removed = sorted({path for tree in old for path in tree} - there)
        if len(old) > 1:
            # A branch with several starting points has an old state of some paths from each. Whether merging would
            # bring that state back depends on how they are merged, so all but what the base has as well is a change.
            current = {entry.path: entry for entry in self.repository.tree(self.base)}
            changed = [entry for entry in changed if not _same(current.get(entry.path), entry)]
            removed = [path for path in removed if path in current]
        if len(changed) + len(removed) > MAX_CHANGES:
            self.add(
                "PR003",
                "the branch",
                f"{len(changed) + len(removed):,} changed files",
                f"at most {MAX_CHANGES:,}",
                "change only your submission's folder",
            )
            return self._checked()
        folders = self._places([entry.path for entry in changed], removed)
        self._unsafe([entry for entry in changed if entry.path.startswith(self.prefix)])
        self._modes(changed)
        for path in self.repository.folders_twice(self.head):
            self.add("PR021", _shown(path), "a name that stands there twice", "each name once", "make the commit anew")
        self._history({entry.sha for entry in new})
        if len(folders) != 1:
            return self._checked()
        (folder,) = folders
        return self._folder(folder, new, old, score, show_scores)

    def _checked(self, **facts: Any) -> Checked:
        order = ("error", "warning")
        counts: Counter[str] = Counter()
        told: list[Finding] = []
        for problem in sorted(self.problems, key=lambda problem: order.index(problem.severity)):
            counts[problem.code] += 1
            if counts[problem.code] <= MAX_SAME:
                told.append(problem)
        for code, count in counts.items():
            if count > MAX_SAME:
                last = max(place for place, problem in enumerate(told) if problem.code == code)
                more = f"{count - MAX_SAME:,} more like these"
                told.insert(last + 1, Finding(code, told[last].severity, "elsewhere", more, "none", "mend them too"))
        return replace(Checked(self.base, self.head, tuple(told), ledger=self.ledger), **facts)

    def _places(self, changed: Sequence[bytes], removed: Sequence[bytes]) -> list[str]:
        """The folders of submissions that are changed; whatever else is changed is a problem."""
        folders: dict[str, None] = {}
        for path in (*changed, *removed):
            name, slash, _ = path.removeprefix(self.prefix).partition(b"/")
            if path.startswith(self.prefix) and slash:
                folders[_text(name)] = None
            else:
                self.add(
                    "PR010",
                    _shown(path),
                    "a removed file" if path in removed else "a change",
                    f"changes below {self.submissions}/NAME/ only",
                    "take it out of the request, or merge the branch it is to go into into yours; changes to the task "
                    "itself are the organisers'",
                )
        if not changed and not removed:
            self.add(
                "PR002", "the branch", "no change", f"a folder {self.submissions}/NAME/", "add your submission's folder"
            )
        if len(folders) > 1:
            self.add(
                "PR011",
                self.submissions,
                f"changes in {', '.join(map(quote, list(folders)[:5]))}" + (", ..." if len(folders) > 5 else ""),
                "changes in one folder",
                "open a request for each",
            )
        return list(folders)

    def _unsafe(self, changed: Sequence[TreeEntry]) -> None:
        for entry in changed:
            problem = path_problem(entry.path.removeprefix(self.prefix))
            if problem:
                self.add("PR020", _shown(entry.path), problem, "plain names", "rename it")

    def _modes(self, changed: Sequence[TreeEntry]) -> None:
        for entry in changed:
            where = _shown(entry.path)
            if entry.mode == SYMLINK:
                self.add("PR022", where, "a link", "a regular file", "put the file itself in its place")
            elif entry.mode == SUBMODULE:
                self.add("PR023", where, "a submodule", "a regular file", "put the files themselves in its place")
            elif entry.mode == EXECUTABLE:
                self.add(
                    "PR024", where, "an executable file", "one that is not", "run 'git update-index --chmod=-x' on it"
                )
            elif entry.mode != REGULAR:
                self.add("PR024", where, f"the mode {entry.mode}", f"the mode {REGULAR}", "add the file anew")

    def _history(self, tips: set[str]) -> None:
        """Look for large files that were added and removed again: merging would bring them along."""
        names = dict(self.repository.new_objects(self.base, self.head))
        limits = [board.rules.limits.bytes for board in self.config.boards()]
        most = DEFAULT_BYTES if None in limits else max(limit for limit in limits if limit is not None)
        most = max(most, SETTINGS_BYTES, README_BYTES)
        sizes = self.repository.sizes(list(names))
        for sha, size in sizes.items():
            if size > most and sha not in tips:
                self.add(
                    "PR028",
                    _shown(names[sha]) or sha,
                    f"{size:,} bytes in an earlier commit",
                    f"at most {most:,}",
                    "make a new branch with one commit",
                )

    def _folder(
        self, folder: str, new: list[TreeEntry], old: list[dict[bytes, TreeEntry]], score: bool, show_scores: bool
    ) -> Checked:
        start = self.prefix + folder.encode("utf-8", "surrogateescape") + b"/"
        entries = [entry for entry in new if entry.path.startswith(start)]
        history = read_history(self.repository, self.base, self.submissions)
        current = list(self.repository.tree(self.base))
        before = {entry.path: entry for entry in current if entry.path.startswith(start)}
        self._name(folder, history, current)
        if all({p: e for p, e in tree.items() if p.startswith(start)} != before for tree in old):
            self.add(
                "PR015",
                f"{self.submissions}/{folder}",
                "changes on the branch it is to go into",
                "none since the request was begun",
                "merge that branch into yours, or begin anew from it",
            )
        if not entries:
            self.add(
                "PR016",
                f"{self.submissions}/{folder}",
                "no file left",
                "a submission",
                "ask the organisers to withdraw it",
            )
            return self._checked(folder=printable(folder))
        with tempfile.TemporaryDirectory(prefix="averitec-eval-") as directory:
            root = Path(directory) / "submission"
            root.mkdir()
            return self._contents(folder, root, entries, history, before, current, score, show_scores)

    def _name(self, folder: str, history: History, current: Sequence[TreeEntry]) -> None:
        where = f"{self.submissions}/{folder}"
        problem = part_problem(folder)
        if problem or not SLUG.fullmatch(folder):
            self.add(
                "PR012",
                where,
                problem or "a name with other marks",
                "1 to 80 letters, digits, '.', '_' and '-', the first a letter or digit",
                "rename the folder",
            )
        names = {
            _text(name)
            for entry in current
            if entry.path.startswith(self.prefix)
            for name, slash, _ in [entry.path.removeprefix(self.prefix).partition(b"/")]
            if slash
        }
        known = names | set(history.owners)
        if folder in known and not self._owns(folder, history):
            self.add(
                "PR013",
                where,
                "a name that is or was in use" + ("" if self.author else ", and nobody says whose request this is"),
                "a name of your own, or a folder that you added yourself",
                "rename the folder; or ask the organisers, who know whose it is",
            )
        for other in sorted(known - {folder}):
            same = folded(other) == folded(folder)
            if (same and other in names) or (skeleton(other) == skeleton(folder) and not self._owns(other, history)):
                self.add(
                    "PR014",
                    where,
                    f"a name that {'differs in capitals only from' if same else 'looks like'} {quote(other)}",
                    "a name that nobody takes for another",
                    "rename the folder",
                )

    def _owns(self, folder: str, history: History) -> bool:
        return self.author is not None and self.author in history.owners.get(folder, frozenset())

    def _contents(
        self,
        folder: str,
        root: Path,
        entries: Sequence[TreeEntry],
        history: History,
        before: Mapping[bytes, TreeEntry],
        current: Sequence[TreeEntry],
        score: bool,
        show_scores: bool,
    ) -> Checked:
        files = self._files(folder, entries)
        sizes = self.repository.sizes([entry.sha for entry in files.values()])
        self._extract(FILE_NAME, files, sizes, SETTINGS_BYTES, root)
        settings = settings_of((root / FILE_NAME).read_bytes()) if (root / FILE_NAME).exists() else Settings()
        board = self._board(settings.phase)
        limit = DEFAULT_BYTES if board is None else board.rules.limits.bytes or DEFAULT_BYTES
        for name in files:
            if name != FILE_NAME:
                self._extract(name, files, sizes, README_BYTES if name == README else limit, root)
        meta = self._meta(root)
        facts: dict[str, Any] = {"folder": printable(folder), "phase": None if board is None else board.phase or ""}
        if meta is not None:
            self._belongs(meta, files)
            board = self._phase(meta, board)
            self._others(folder, meta, files, history, current)
        self._open(board)
        names = tuple(sorted((name, files[name].sha) for name in settings.files if name in files))
        if board is not None:
            self._limits(board, folder, settings, names, history, before)
        unseen = any(problem.code in _REFUSED_UNSEEN for problem in self.problems)
        if board is not None and meta is not None and not unseen:
            gold = self._gold_of(board)
            found = tuple(
                feedback(root / name, name, gold, board, meta.input_format) for name in (meta.predictions, *meta.runs)
            )
            facts["files"] = found
            for file in found:
                self._predictions(folder, file)
            if score and not self.has_errors():
                if board.rules.scores == EVERYONE or show_scores:
                    facts["scores"] = scores_of(root / meta.predictions, gold, board, meta.input_format)
                    if board.judge is not None:
                        facts["scores_note"] = (
                            f"those of the judge {board.judge.model}, which rank, are not computed here"
                        )
                else:
                    facts["scores_note"] = board.rules.scores_reason
        if not unseen:
            facts["ledger"] = self._with_this(board, settings)
        return self._checked(**facts)

    def _files(self, folder: str, entries: Sequence[TreeEntry]) -> dict[str, TreeEntry]:
        """The files of the submission that may be read, by name."""
        files: dict[str, TreeEntry] = {}
        seen: dict[str, str] = {}
        skip = len(self.prefix) + len(folder.encode("utf-8", "surrogateescape")) + 1
        for entry in entries:
            name, where = _text(entry.path[skip:]), _shown(entry.path)
            if folded(name) in seen:
                self.add(
                    "PR021",
                    where,
                    f"a path that other systems take for {quote(seen[folded(name)])}",
                    "paths that differ in more than capitals and accents",
                    "rename or remove one",
                )
            seen.setdefault(folded(name), name)
            if "/" in name:
                self.add("PR026", where, "a file in a folder", "files beside submission.yaml", "move or remove it")
            elif entry.mode in (REGULAR, EXECUTABLE) and not part_problem(name) and name not in files:
                files[name] = entry
        if len(files) > MAX_FILES:
            self.add(
                "PR003",
                f"{self.submissions}/{folder}",
                f"{len(files):,} files",
                f"at most {MAX_FILES}",
                "remove what does not belong there",
            )
            kept = sorted(files, key=lambda name: name != FILE_NAME)[:MAX_FILES]
            files = {name: files[name] for name in kept}
        return files

    def _extract(
        self, name: str, files: Mapping[str, TreeEntry], sizes: Mapping[str, int], limit: int, root: Path
    ) -> None:
        entry = files.get(name)
        if entry is None:
            return
        where, size = _shown(entry.path), sizes.get(entry.sha)
        if size is None:
            self.add("PR027", where, "an object that is not there", "a file", "push the branch again")
        elif size > limit:
            self.add("PR025", where, f"{size:,} bytes", f"at most {limit:,}", "shorten or compress it (.gz)")
        else:
            data = self.repository.read(entry.sha, limit)
            if data.startswith(_LFS):
                self.add("PR027", where, "a pointer of Git LFS", "the file itself", "add it without Git LFS")
            elif name == README and not _is_text(data):
                self.add("PR027", where, "bytes that are no text", "text in UTF-8", "save it as text or remove it")
            (root / name).write_bytes(data)

    def _meta(self, root: Path) -> SubmissionMeta | None:
        meta = None
        try:
            meta = read_submission_folder(root)
        except ConfigError as error:
            for problem in error.problems:
                masked = next((kind for _, kind in credentials(problem)), None)
                self.add(
                    "PR030",
                    FILE_NAME,
                    problem if masked is None else f"a value that is not repeated, for it looks like {masked}",
                    "a usable file",
                    "docs/submissions.md describes it",
                )
        if (root / FILE_NAME).exists():
            for line, kind in credentials(
                (root / FILE_NAME).read_bytes().replace(b"\0", b"").decode("utf-8", "replace")
            ):
                self.add(
                    "PR035",
                    f"{FILE_NAME}, line {line}",
                    f"what looks like {kind}",
                    "no secret in a file that others read",
                    "withdraw it where it was given out, for it is public already, and take it out",
                )
        return meta

    def _belongs(self, meta: SubmissionMeta, files: Mapping[str, TreeEntry]) -> None:
        """Every file is one that submission.yaml names, or says something about the submission."""
        for name, entry in files.items():
            if name not in (FILE_NAME, README, meta.predictions, *meta.runs):
                self.add(
                    "PR026",
                    _shown(entry.path),
                    "a file that submission.yaml does not name",
                    f"{FILE_NAME}, the prediction files it names, and perhaps {README}",
                    "remove it",
                )

    def _board(self, phase: str | None) -> BoardConfig | None:
        """The board that a submission of this phase is for, None if there is none."""
        boards = self.config.boards()
        if not self.config.phases:
            return boards[0]
        return next((board for board in boards if board.phase == phase), None)

    def _phase(self, meta: SubmissionMeta, board: BoardConfig | None) -> BoardConfig | None:
        """The board again, after what the phase asks of a submission."""
        names = [board.phase for board in self.config.boards() if board.phase]
        if board is None or (names and meta.phase not in names):
            # A phase that is not known is not quoted: it may be a private one.
            self.add(
                "PR031",
                FILE_NAME,
                "no phase" if meta.phase is None else "a phase that there is not",
                "one of " + ", ".join(names),
                f"write 'phase: {names[0]}'",
            )
            return None
        rules = board.rules
        missing = rules.missing(meta)
        for name in missing:
            self.add("PR032", FILE_NAME, f"no {name}", f"a line '{name}: ...'", "add it; this phase requires it")
        outside = "" if meta.date is None else rules.dated_outside(meta.date)
        if outside:
            self.add("PR033", FILE_NAME, outside, "a day of the phase", "set date to the day of the submission")
        reason = rules.no_rank_reason(meta)
        if reason and not missing and not outside and meta.kind == "system":
            self.add(
                "PR034", FILE_NAME, reason, "a system within the limit", "mend it if it is to be ranked", "warning"
            )
        return board

    def _others(
        self,
        folder: str,
        meta: SubmissionMeta,
        files: Mapping[str, TreeEntry],
        history: History,
        current: Sequence[TreeEntry],
    ) -> None:
        """Compare names, teams and predictions with those of others' folders."""
        own = {files[name].sha for name in (meta.predictions, *meta.runs) if name in files}
        settings = []
        copied = set()
        for entry in current:
            slug, _, name = _text(entry.path.removeprefix(self.prefix)).partition("/")
            if not entry.path.startswith(self.prefix) or not name or slug == folder or self._owns(slug, history):
                continue
            if name == FILE_NAME:
                settings.append((slug, entry.sha))
            if entry.sha in own:
                copied.add(slug)
        for slug in sorted(copied):
            self.add(
                "PR037",
                f"{self.submissions}/{folder}",
                f"a prediction file that is that of {quote(slug)}, byte for byte",
                "predictions of your own",
                "organisers: ask whose they are",
                "warning",
            )
        for slug, sha in settings:
            other = history.settings.get(sha, Settings())
            # A folder of the same team whose owner is not known may well be of the same people.
            same_team = other.team == folded(meta.team) and not history.owners.get(slug)
            for what, text, mine in (("team", other.team, meta.team), ("name", other.name, meta.name)):
                if text and skeleton(text) == skeleton(mine) and not same_team:
                    self.add(
                        "PR036",
                        FILE_NAME,
                        f"the {what} of {quote(slug)}, or one that looks like it",
                        f"a {what} of its own, unless both are of the same people",
                        "organisers: make sure whose it is",
                        "warning",
                    )

    def _open(self, board: BoardConfig | None) -> None:
        boards = [board] if board is not None else list(self.config.boards())
        early = [one for one in boards if not one.rules.has_begun(self.now)]
        late = [one for one in boards if one.rules.is_over(self.now)]
        if len(early) == len(boards) and boards[0].rules.starts is not None:
            self.add(
                "PR040",
                "the phase",
                at_second(self.now),
                f"{boards[0].rules.starts.text} or later (UTC)",
                "send it again when the phase has begun",
            )
        elif len(early) + len(late) == len(boards) and late[-1].rules.ends is not None:
            end = late[-1].rules.ends
            self.add(
                "PR041",
                "the phase",
                at_second(self.now),
                f"{'the end of ' if end.is_day else 'before '}{end.text} at the latest (UTC)",
                "ask the organisers; another phase may be open",
            )

    def _limits(
        self,
        board: BoardConfig,
        folder: str,
        settings: Settings,
        names: tuple[tuple[str, str], ...],
        history: History,
        before: Mapping[bytes, TreeEntry],
    ) -> None:
        """Hold what was handed in before against the limits, unless this hands in nothing to score."""
        limits = board.rules.limits
        again = any(one.folder == folder and one.files == names and one.settings.phase == settings.phase
                    for one in history.tries if before)  # fmt: skip
        known = any(one.head == self.head and one.phase == (board.phase or "") for one in self.ledger)
        if again or known:
            return
        today = at_second(self.now)[:10]
        own = [
            one
            for one in history.tries
            if one.is_by(self.author, settings.team) and (not board.phase or one.settings.phase in (board.phase, None))
        ]
        own_today = [one for one in own if one.at.date().isoformat() == today]
        told = [one for one in self.ledger if self._is_mine(one, settings.team) and one.phase == (board.phase or "")]
        told_today = [one for one in told if one.day == today]
        for code, limit, tries, listed, valid, unit in (
            ("PR050", limits.per_day, own_today, told_today, True, "valid submissions a day"),
            ("PR051", limits.total, own, told, True, "valid submissions in all"),
            ("PR052", limits.invalid_per_day, own_today, told_today, False, "invalid submissions a day"),
        ):
            if limit is None:
                continue
            counted = sum(one.valid is valid for one in listed)
            if max(counted, len(tries)) >= limit and counted < limit:
                counted = max(counted, sum(self._was_valid(one, board) is valid for one in tries))
            # Nobody can tell that a first try will be invalid, so one is looked at even where there may be none.
            if counted >= max(limit, 1):
                self.add(
                    code,
                    self.submissions,
                    f"{counted} {'today' if code != 'PR051' else 'so far'}",
                    f"at most {limit} {unit}",
                    "wait for the next day (UTC)" if code != "PR051" else "there is nothing to mend",
                )

    def _is_mine(self, tried: Tried, team: str) -> bool:
        return (self.author is not None and tried.author == self.author) or (team != "" and tried.team == team)

    def _was_valid(self, tried: Try, board: BoardConfig) -> bool:
        """Whether all prediction files of an earlier submission are valid or lack claims only."""
        if not tried.files:
            return False
        limit = board.rules.limits.bytes or DEFAULT_BYTES
        sizes = self.repository.sizes([sha for _, sha in tried.files])
        with tempfile.TemporaryDirectory(prefix="averitec-eval-") as directory:
            form = tried.settings.input_format
            for name, sha in tried.files:
                if sizes.get(sha, limit + 1) > limit or part_problem(name):
                    return False
                path = Path(directory) / name
                path.write_bytes(self.repository.read(sha, limit))
                found = feedback(path, name, self._gold_of(board), board, form if form in INPUT_FORMATS else None)
                if found.status not in ("valid", "incomplete"):
                    return False
        return True

    def _gold_of(self, board: BoardConfig) -> Gold:
        if self._gold is None:
            self._gold = board_gold(board)
        return self._gold

    def _predictions(self, folder: str, file: FileFeedback) -> None:
        where = f"{self.submissions}/{folder}/{file.name}"
        if file.status == "incomplete":
            self.add(
                "PR062", where, file.summary, "all claims", "it counts as wrong where there is none, and takes no rank",
                "warning",
            )  # fmt: skip
        elif file.status != "valid":
            code = "PR061" if file.status == "unreadable" else "PR060"
            self.add(code, where, file.summary, "a valid prediction file", "mend what is listed for the file")

    def _with_this(self, board: BoardConfig | None, settings: Settings) -> tuple[Tried, ...]:
        """The ledger with this try, unless it is there."""
        phase = "" if board is None else board.phase or ""
        if any(one.head == self.head and one.phase == phase for one in self.ledger):
            return self.ledger
        tried = Tried(at_second(self.now), self.head, phase, self.author or "", settings.team, not self.has_errors())
        return (*self.ledger, tried)


def _same(one: TreeEntry | None, other: TreeEntry) -> bool:
    return one is not None and (one.mode, one.sha) == (other.mode, other.sha)


def _text(name: bytes | str) -> str:
    return name if isinstance(name, str) else name.decode("utf-8", "surrogateescape")


def _shown(path: bytes) -> str:
    return path.decode("utf-8", "backslashreplace")[:300]


def _is_text(data: bytes) -> bool:
    try:
        return "\0" not in data.decode("utf-8")
    except UnicodeDecodeError:
        return False


__all__ = ["CODES", "DEFAULT_BYTES", "MAX_CHANGES", "MAX_FILES", "Checked", "check_pull_request"]
