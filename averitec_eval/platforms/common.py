"""What the bundles for all platforms are made of: phases, columns, gold, the scoring code, files and archives."""

from __future__ import annotations

import importlib.resources
import io
import os
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from averitec_eval.errors import OutputError, UsageError
from averitec_eval.examples import mini_gold_path
from averitec_eval.files import write_bytes
from averitec_eval.formats.reading import MINI
from averitec_eval.leaderboard.config import BoardConfig
from averitec_eval.leaderboard.gold import board_gold
from averitec_eval.platforms.running import PhaseSettings
from averitec_eval.records import Gold, Verdict
from averitec_eval.scoring.report import metric_title
from averitec_eval.scoring.score import Scorer

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from averitec_eval.scoring.results import Result

PACKAGE = "averitec_eval"

REQUIREMENTS = """\
markdown-it-py==3.0.0
mdurl==0.1.2
numpy==2.2.6
pygments==2.19.2
rich==14.1.0
scipy==1.15.3
"""
"""What scoring needs, at versions that there are for Python 3.10 to 3.13. With these, nothing else is installed."""

ONE_PHASE = "main"
"""What the phase of a task without phases is called, where it has no name."""

_PARTS = ("formats", "scoring", "statistics", "text", "validation")
"""The folders of the package that scoring needs, beside its modules and those of ``_SINGLE``."""

_SINGLE = (
    "examples/__init__.py",
    "platforms/__init__.py",
    "platforms/codabench_run.py",
    "platforms/running.py",
)

_NOT = ("__main__.py", "starter.py")
"""Modules of the package that need more than it."""

_SUFFIXES = re.compile(r"(\.[A-Za-z0-9]{1,8}){0,2}\Z")

_FIXED_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a leaderboard: the metric's name, as results spell it, and how people read it.

    ``key`` is the name with letters, digits and ``_`` alone, for platforms that take no others. Of every metric the
    higher is the better.
    """

    metric: str
    title: str

    @property
    def key(self) -> str:
        """The metric's name where only letters, digits and ``_`` may stand: ``averitec_0_25``."""
        return re.sub(r"[^A-Za-z0-9]+", "_", self.metric)


@dataclass(frozen=True, slots=True)
class BundlePhase:
    """A phase as a platform needs it.

    ``board`` is its configuration, ``settings`` what it is scored by, ``columns`` those of its leaderboard, the
    headline first. ``gold`` is the gold set, ``gold_bytes`` its file as it is and ``gold_suffix`` the ending of that
    file's name, such as ``.json``.
    """

    board: BoardConfig
    settings: PhaseSettings
    columns: tuple[Column, ...]
    gold: Gold
    gold_bytes: bytes
    gold_suffix: str


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle that was written: its files, and what its organisers must know of it, in sentences."""

    paths: tuple[Path, ...]
    notes: tuple[str, ...]


def bundle_phases(config: BoardConfig) -> tuple[BundlePhase, ...]:
    """The phases of a task that are not private, in its order, with their gold.

    Raises what ``board_gold`` raises for gold that cannot be used.
    """
    return tuple(_phase(board) for board in config.boards())


def _phase(board: BoardConfig) -> BundlePhase:
    gold = board_gold(board)
    file = mini_gold_path() if board.gold == MINI else Path(board.gold)
    # What no submission can change: the names of all metrics, of which some depend on the gold.
    result = Scorer(gold, profile=board.profile, levels=board.levels).result()
    names = sorted(result.scores, key=lambda metric: metric != result.headline)
    columns = tuple(Column(metric, _title(metric, result)) for metric in names)
    codename = board.phase or ONE_PHASE
    settings = PhaseSettings(
        codename=_codename(codename),
        title=board.tab if board.phase else board.title,
        split=_codename(board.split or codename, codename),
        profile=board.profile,
        levels=board.levels,
        public=board.public,
        scores=board.rules.scores,
        bytes=board.rules.limits.bytes,
        metrics=tuple(names),
        headline=result.headline,
    )
    suffix = _SUFFIXES.search(file.name)
    return BundlePhase(board, settings, columns, gold, file.read_bytes(), suffix[0] if suffix else "")


def _title(metric: str, result: Result) -> str:
    for verdict in Verdict:
        if metric == f"f1_{verdict.slug}":
            return f"F1, {verdict.value}"
    return metric_title(metric, result).removesuffix(" (headline)")


def _codename(text: str, otherwise: str = ONE_PHASE) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "_", text).strip("_") or otherwise


def notes(config: BoardConfig, phases: Iterable[BundlePhase]) -> Iterator[str]:
    """Yield what a bundle cannot do of what the configuration says, a sentence each."""
    private = sum(phase.private for phase in config.phases)
    if private:
        yield f"{private} private {'phase is' if private == 1 else 'phases are'} left out."
    for phase in phases:
        board, name = phase.board, phase.settings.codename
        if board.judge is not None:
            yield f"{name}: no judge is asked on the platform; {phase.settings.headline} ranks, without Ev2R scores."
        if not board.public:
            yield f"{name}: the bundle holds its hidden gold; give it to the platform only."
        if board.rules.limits.invalid_per_day is not None:
            yield f"{name}: the platform does not bound invalid submissions apart; invalid_per_day has no effect there."
        if board.rules.runtime_limit is not None:
            yield f"{name}: the platform does not measure a system's time; look after runtime_limit yourselves."


def vendored(package: str = PACKAGE) -> Iterator[tuple[str, bytes]]:
    """Yield the files of this package that scoring on a platform needs, unchanged: a path below the archive and the
    bytes, licences included, in a fixed order.
    """
    root = importlib.resources.files(package)
    found: dict[str, Traversable] = {}
    for item in root.iterdir():
        if item.is_file() and item.name not in _NOT and item.name.endswith((".py", "py.typed")):
            found[item.name] = item
    for part in _PARTS:
        found.update(_walk(root / part, part))
    for name in _SINGLE:
        found[name] = root / name
    for name in sorted(found):
        yield f"{package}/{name}", found[name].read_bytes()
    for name in ("LICENSE", "NOTICE"):
        text = _installed(name)
        if text is not None:
            yield f"{package}/{name}", text.encode()


def _installed(name: str) -> str | None:
    """The text of a licence file that was installed with this package, None where it runs without an installation."""
    import importlib.metadata

    try:
        return importlib.metadata.distribution("averitec-eval").read_text(f"licenses/{name}")
    except importlib.metadata.PackageNotFoundError:
        return None


def _walk(folder: Traversable, path: str) -> Iterator[tuple[str, Traversable]]:
    for item in folder.iterdir():
        name = f"{path}/{item.name}"
        if item.is_dir():
            if item.name != "__pycache__":
                yield from _walk(item, name)
        elif not item.name.endswith((".pyc", ".pyo")):
            yield name, item


def template(platform: str, name: str) -> str:
    """The text of a template that the package ships for a platform."""
    return (importlib.resources.files("averitec_eval.platforms") / platform / name).read_text(encoding="utf-8")


def archive(files: Mapping[str, bytes]) -> bytes:
    """A zip archive of files by path: the same bytes for the same files, whenever it is made."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name in sorted(files):
            member = zipfile.ZipInfo(name, _FIXED_TIME)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 3  # the same on every system
            member.external_attr = 0o644 << 16
            target.writestr(member, files[name])
    return stream.getvalue()


def check_out(config: BoardConfig, directory: str | os.PathLike[str]) -> Path:
    """The folder that a bundle goes to.

    Raises ``UsageError`` if it holds anything, or lies in the site or among the submissions, which others read.
    """
    folder = Path(directory)
    for what, place in (("the site", config.site), ("submissions", config.submissions)):
        if folder.resolve().is_relative_to(place.resolve()):
            raise UsageError(f"{folder}: found a folder inside {what}, expected one elsewhere: a bundle holds the gold")
    try:
        if os.path.lexists(folder) and any(folder.iterdir()):
            raise UsageError(f"{folder}: found a folder that is not empty, expected a new one; remove or rename it")
    except NotADirectoryError:
        raise UsageError(f"{folder}: found a file, expected a folder that is empty or not there") from None
    except OSError as error:
        raise OutputError(f"{folder}: cannot be used: {error.strerror}; name another folder") from None
    return folder


def write_files(directory: Path, files: Mapping[str, bytes]) -> tuple[Path, ...]:
    """Write files by path below a folder, each whole or not at all, and give their paths, sorted by name."""
    for name in sorted(files):
        write_bytes(directory / name, files[name])
    return tuple(directory / name for name in sorted(files))


__all__ = [
    "REQUIREMENTS",
    "Bundle",
    "BundlePhase",
    "Column",
    "archive",
    "bundle_phases",
    "check_out",
    "notes",
    "template",
    "vendored",
    "write_files",
]
