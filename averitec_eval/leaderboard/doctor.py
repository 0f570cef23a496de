"""Examining a task before it is opened: all that ``leaderboard.yaml`` relies on, and all that should not lie about.

Nothing is changed, and nothing of gold or of a credential is repeated in what is found.
"""

from __future__ import annotations

import datetime
import importlib.util
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from averitec_eval.errors import AveritecEvalError, ConfigError, InvalidSubmissionError, ResourceError, UnreadableError
from averitec_eval.examples import mini_gold_path
from averitec_eval.files import sha256_of
from averitec_eval.formats.reading import MINI
from averitec_eval.leaderboard.board import submission_folders
from averitec_eval.leaderboard.config import LITE, BoardConfig, Phase, read_config
from averitec_eval.leaderboard.credentials import credentials
from averitec_eval.leaderboard.gold import board_gold, codes_of
from averitec_eval.leaderboard.moments import day_of
from averitec_eval.leaderboard.ordering import check_tie_breaks
from averitec_eval.leaderboard.published import read_published
from averitec_eval.leaderboard.rules import EVERYONE, Rules
from averitec_eval.leaderboard.store import Store, StoreUnavailableError
from averitec_eval.leaderboard.submission import FILE_NAME, MAX_SEARCHED_BYTES, read_submission_folder
from averitec_eval.records import Gold
from averitec_eval.scoring.score import Scorer
from averitec_eval.validation.findings import WIDTH, Finding, finding_lines, sound, summary

SCHEMA_VERSION = 1

LITE_NEEDS = ("safetensors", "tokenizers", "wordllama")
"""The packages that the judge ev2r-lite imports or takes its data from."""

_PROBLEM = re.compile(r"([^:]+(?:: [^:]+)?): found (.*?)(?:, expected (.*?))?(?:; (.*))?", re.DOTALL)
"""A problem of the configuration: where, found, expected, and to do."""

CODES = {
    "D001": "the configuration is not usable",
    "D010": "gold cannot be read",
    "D011": "gold is invalid",
    "D012": "hidden gold lies inside the repository",
    "D013": "gold lies inside the site",
    "D014": "hidden gold lies among the submissions",
    "D015": "hidden gold is public elsewhere",
    "D016": "a judge's replies, which may quote hidden gold, lie where others find them",
    "D020": "a key or token stands in a file",
    "D030": "the task is over",
    "D031": "names are shown before the phase ends",
    "D032": "a private phase has begun",
    "D033": "scores are withheld though the gold is public",
    "D034": "a limit has no effect",
    "D040": "a resource of the package is missing or damaged",
    "D041": "an optional package is not installed",
    "D050": "the site cannot be written",
    "D051": "something that is not for everyone lies inside the site",
    "D060": "the store is not sound",
    "D070": "submissions cannot be read",
    "D071": "there is no submission",
    "D072": "a submission.yaml is not usable",
    "D080": "a file that the configuration names is not usable",
}
"""What ``doctor`` looks for, by code; a code never changes its meaning."""


@dataclass(frozen=True, slots=True)
class Examination:
    """What examining a configuration gave: the findings, errors first, and the names of the boards looked at."""

    findings: tuple[Finding, ...]
    boards: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether there is no error; warnings do not count."""
        return sound(self.findings)

    def lines(self, width: int = WIDTH) -> Iterator[str]:
        """Yield the findings for people, in lines of at most ``width`` columns, and how it ended."""
        for finding in self.findings:
            yield from finding_lines(finding, CODES[finding.code], width)
        yield self.summary()

    def summary(self) -> str:
        """One line that says how it ended."""
        return summary(self.findings)

    def to_dict(self) -> dict[str, Any]:
        """The examination as a JSON object; ``schemas/doctor.schema.json`` describes it."""
        return {
            "schema_version": SCHEMA_VERSION,
            "ok": self.ok,
            "boards": list(self.boards),
            "findings": [{**asdict(finding), "title": CODES[finding.code]} for finding in self.findings],
        }


def examine(path: str | os.PathLike[str], now: datetime.datetime) -> Examination:
    """Examine the configuration at ``path`` and all that it names, as of the instant ``now``, which knows its zone.

    Whatever is wrong becomes a finding. Raises ``UnreadableError`` if there is no such file.
    """
    file = Path(path)
    findings = [*_credentials(file, file.name), *_resources()]
    try:
        config = read_config(file)
    except ConfigError as error:
        findings += [_unusable(file.name, problem) for problem in error.problems]
        return _examination(findings, ())
    boards = _boards(config)
    roots = {root for folder in (file.parent, config.submissions, config.site) for root in _repository(folder)}
    for name, board, secret in boards:
        findings += _gold(name, board, secret, config, roots)
        findings += _replies(name, board, secret, config, roots)
        findings += _rules(name, board, secret, now)
    findings += _shared_gold(boards)
    if all(board.rules.is_over(now) for _, board, _ in boards):
        ended = max(board.rules.ends.text for _, board, _ in boards if board.rules.ends is not None)
        findings.append(
            Finding("D030", "warning", "ends", ended, "a phase that is open or still to come", "set a later day if not")
        )
    findings += [*_site(config), *_store(config), *_submissions(config), *_named_files(config), *_extras(config)]
    return _examination(findings, tuple(name for name, _, _ in boards))


def _examination(findings: list[Finding], boards: tuple[str, ...]) -> Examination:
    order = ("error", "warning")
    return Examination(tuple(sorted(findings, key=lambda finding: order.index(finding.severity))), boards)


def _unusable(file: str, problem: str) -> Finding:
    """The finding of a problem of the configuration, taken apart where it has the form that such problems have."""
    parts = _PROBLEM.fullmatch(_masked(problem))
    where, found, expected, mend = ("", _masked(problem), "", "") if parts is None else parts.groups("")
    return Finding(
        "D001",
        "error",
        where if where == file else ", ".join(filter(None, (file, where))),
        found,
        expected or "a usable configuration",
        mend or "docs/leaderboard.md and docs/tasks.md describe it",
    )


def _boards(config: BoardConfig) -> list[tuple[str, BoardConfig, bool]]:
    """Each board with its name, private phases included, and whether its gold is hidden."""
    if not config.phases:
        (board,) = config.boards()
        return [(board.tab, board, not board.public)]
    return [(phase.name, _alone(config, phase), phase.private or not phase.public) for phase in config.phases]


def _alone(config: BoardConfig, phase: Phase) -> BoardConfig:
    (board,) = replace(config, phases=(replace(phase, private=False),)).boards()
    return replace(board, public=phase.public and not phase.private, secretive=phase.private)


def _gold_file(board: BoardConfig) -> Path:
    return mini_gold_path() if board.gold == MINI else Path(board.gold)


def _gold(name: str, board: BoardConfig, secret: bool, config: BoardConfig, roots: set[Path]) -> Iterator[Finding]:
    where = f"gold of {name}"
    try:
        yield from _tie_breaks(name, board, board_gold(board))
    except (InvalidSubmissionError, UnreadableError) as error:
        invalid = isinstance(error, InvalidSubmissionError)
        # Of hidden gold the message is all there is: codes without quotes.
        found = codes_of(error.report) if error.report is not None else str(error).partition("not usable: ")[2]
        yield Finding(
            "D011" if invalid else "D010",
            "error",
            where,
            found or "no file",
            "a valid gold file" if invalid else "a gold file that can be read",
            "look at its path, permissions and format, and at what 'averitec-eval validate --gold' says of it",
        )
    if board.gold == MINI:
        if secret:
            yield Finding(
                "D015", "warning", where, MINI, "gold that nobody has", "set public to true, or name a file of your own"
            )
        return
    gold = _gold_file(board)
    if _inside(gold, config.site):
        yield Finding("D013", "error", where, "a file below the site's folder", "one elsewhere", "move it away")
    if not secret:
        return
    if _inside(gold, config.submissions):
        yield Finding("D014", "error", where, "a file below submissions", "one elsewhere", "move it away")
    elif any(gold.resolve().is_relative_to(root) for root in roots):  # a link in it that leads out of it gives nothing
        yield Finding(
            "D012",
            "error",
            where,
            "a file in the repository of the configuration, the submissions or the site",
            "one outside of it",
            "move it away and name its new place; if it was ever committed, take it out of the history too",
        )


def _tie_breaks(name: str, board: BoardConfig, gold: Gold) -> Iterator[Finding]:
    """Yield the tie-breaks that are no metric of the board; which those are depends on its profile and gold."""
    # The metrics of a judge are there only once it has judged.
    names = [one for one in board.tie_breaks if board.judge is None or not one.startswith("ev2r")]
    try:
        check_tie_breaks(names, [Scorer(gold, profile=board.profile, levels=board.levels).result()])
    except ConfigError as error:
        yield from (_unusable(f"phase {name}" if board.phase else "", problem) for problem in error.problems)


def _replies(name: str, board: BoardConfig, secret: bool, config: BoardConfig, roots: set[Path]) -> Iterator[Finding]:
    replies = None if board.judge is None else board.judge.replies
    if not secret or replies is None:
        return
    if _inside(replies, config.site) or any(replies.resolve().is_relative_to(root) for root in roots):
        yield Finding(
            "D016",
            "warning",
            f"judge.replies of {name}",
            "a file in the repository or the site",
            "one outside of both, unless it was exported with counts only",
            "move it away, or put the file that 'averitec-eval judge export --counts-only' makes in its place",
        )


def _shared_gold(boards: list[tuple[str, BoardConfig, bool]]) -> Iterator[Finding]:
    """Yield the hidden gold that is the same file as that of a public phase, or a copy of it."""
    public = {data for _, board, secret in boards if not secret for data in _bytes_of(_gold_file(board))}
    for name, board, secret in boards:
        if secret and any(data in public for data in _bytes_of(_gold_file(board))):
            yield Finding(
                "D015",
                "error",
                f"gold of {name}",
                "the gold of a phase whose gold is public",
                "gold that is in no public phase",
                "take public from that phase, or name another file",
            )


def _bytes_of(path: Path) -> Iterator[str]:
    try:
        yield sha256_of(path)
    except (OSError, AveritecEvalError):
        return


def _rules(name: str, board: BoardConfig, secret: bool, now: datetime.datetime) -> Iterator[Finding]:
    rules: Rules = board.rules
    until = rules.anonymous_until
    if until is not None and rules.ends is not None and day_of(until).begins < rules.ends.over:
        yield Finding(
            "D031",
            "warning",
            f"anonymous_until of {name}",
            until,
            f"a day after the phase ends, {rules.ends.text}",
            "set a later day if names are to be hidden as long as it is open",
        )
    if board.secretive and board.name and rules.starts is not None and rules.has_begun(now):
        yield Finding(
            "D032",
            "warning",
            f"starts of {name}",
            rules.starts.text,
            "a day to come, for a private phase is on no board",
            "take private from it, or set a later day",
        )
    if rules.scores != EVERYONE and not secret:
        yield Finding(
            "D033",
            "warning",
            f"scores of {name}",
            f"{rules.scores} beside public gold",
            "everyone, for with the gold anybody can score",
            "set scores to everyone, or public to false",
        )
    limits = rules.limits
    if limits.per_day is not None and limits.total is not None and limits.per_day > limits.total:
        yield Finding(
            "D034",
            "warning",
            f"limits of {name}",
            f"{limits.per_day} a day and {limits.total} in all",
            "fewer a day than in all",
            "lower per_day or raise total",
        )


def _site(config: BoardConfig) -> Iterator[Finding]:
    existing = next((path for path in (config.site, *config.site.absolute().parents) if path.exists()), None)
    if config.site.exists() and not config.site.is_dir():
        yield Finding("D050", "error", "site", "a file", "a folder", "name another one")
    elif existing is None or not os.access(existing, os.W_OK | os.X_OK):
        yield Finding(
            "D050", "error", "site", "a folder without permission", "one to write to", "change its permissions"
        )
    inside = {"submissions": config.submissions, "store": config.store}
    for key, path in inside.items():
        if path is not None and _inside(path, config.site):
            yield Finding(
                "D051",
                "error",
                key,
                "a path below the site's folder",
                "one elsewhere",
                "name another place, and move it",
            )


def _store(config: BoardConfig) -> Iterator[Finding]:
    if config.store is None or not config.store.exists():
        return
    try:
        with Store(config.store, make=False) as store:
            for key in store.all_keys():
                stored = store.documents(key)
                if stored is not None and not stored.intact:
                    raise ResourceError("an entry that does not fit its checksum")
            store.history()
    except StoreUnavailableError as error:
        yield Finding("D060", "warning", "store", str(error), "a store that can be used", "see that nobody holds it")
    except (ResourceError, UnreadableError) as error:
        yield Finding("D060", "error", "store", str(error), "a sound store", "delete it: it is made anew by a build")


def _submissions(config: BoardConfig) -> Iterator[Finding]:
    try:
        folders = submission_folders(config.submissions)
    except UnreadableError as error:
        yield Finding("D070", "error", "submissions", str(error), "a folder that can be listed", "make it, or name it")
        return
    except ConfigError:
        yield Finding(
            "D071", "warning", "submissions", "none", "a folder for each", "docs/submissions.md describes one"
        )
        return
    for folder in folders:
        yield from _credentials(folder / FILE_NAME, f"{folder.name}/{FILE_NAME}")
        try:
            read_submission_folder(folder)
        except (ConfigError, UnreadableError) as error:
            count = len(getattr(error, "problems", ())) or 1
            yield Finding(
                "D072",
                "warning",
                f"{folder.name}/{FILE_NAME}",
                f"{count} problem{'' if count == 1 else 's'}",
                "none",
                "the board lists them",
            )


def _credentials(path: Path, where: str) -> Iterator[Finding]:
    try:
        with path.open("rb") as handle:
            text = handle.read(MAX_SEARCHED_BYTES).replace(b"\0", b"").decode("utf-8", "replace")
    except OSError:
        return  # which others report
    for number, kind in credentials(text):
        yield Finding(
            "D020",
            "error",
            f"{where}, line {number}",
            f"what looks like {kind}",
            "no secret in a file that others read",
            "take it out, withdraw it where it was given out, and pass it by the environment",
        )


def _masked(problem: str) -> str:
    """A problem as it is told: not if it quotes what looks like a credential."""
    kind = next((kind for _, kind in credentials(problem)), None)
    return problem if kind is None else f"a value that is not repeated, for it looks like {kind}"


def _resources() -> Iterator[Finding]:
    from averitec_eval.text.resources import read_checked, read_manifest

    try:
        names = list(read_manifest()["files"])
    except ResourceError as error:
        yield _broken(error)
        return
    for name in names:
        try:
            read_checked(name)
        except ResourceError as error:
            yield _broken(error)


def _broken(error: ResourceError) -> Finding:
    return Finding("D040", "error", "the package", str(error), "whole resources", "install averitec-eval again")


def _named_files(config: BoardConfig) -> Iterator[Finding]:
    from averitec_eval.judge.prompting import JudgePrompts
    from averitec_eval.judge.run import opened_replies

    def replies_can_be_read(path: Path) -> None:
        with opened_replies(path):
            pass

    checks: list[tuple[str, Path | None, Callable[[Path], object]]] = [
        ("published", config.published, read_published),
        ("image", config.image, _must_be_file),
    ]
    for owner in config.phases or (config,):
        if owner.judge is not None:
            checks += [
                ("judge.replies", owner.judge.replies, replies_can_be_read),
                ("judge.prompts", owner.judge.prompts, JudgePrompts.load),
            ]
    for where, path, check in checks:
        if path is None:
            continue
        try:
            check(path)
        except (OSError, AveritecEvalError) as error:
            found = "; ".join(getattr(error, "problems", ())) or str(error)
            yield Finding("D080", "error", where, found, "a file that can be read", "make it, or name another one")


def _must_be_file(path: Path) -> None:
    with path.open("rb") as handle:
        handle.read(1)


def _extras(config: BoardConfig) -> Iterator[Finding]:
    judges = [owner.judge.model for owner in config.phases or (config,) if owner.judge is not None]
    missing = [name for name in LITE_NEEDS if importlib.util.find_spec(name) is None]
    if LITE in judges and missing:
        yield Finding(
            "D041",
            "error",
            f"the judge {LITE}",
            f"no {' and no '.join(missing)}",
            "them, for without them it cannot judge",
            "pip install 'averitec-eval[local]'",
        )
    if importlib.util.find_spec("matplotlib") is None:
        yield Finding(
            "D041",
            "warning",
            "figures",
            "no matplotlib",
            "it, for without it the site has no figures",
            "pip install 'averitec-eval[figures]'",
        )


def _repository(folder: Path) -> Iterator[Path]:
    """Yield the folders of the git repositories that ``folder`` is in, from the inside."""
    resolved = folder.resolve()
    return (path for path in (resolved, *resolved.parents) if (path / ".git").exists())


def _inside(path: Path, folder: Path) -> bool:
    """Whether a path, or what it links to, is below a folder."""
    root = folder.resolve()
    return any(place.is_relative_to(root) for place in (path.parent.resolve() / path.name, path.resolve()))


__all__ = ["CODES", "Examination", "Finding", "examine"]
