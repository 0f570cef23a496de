"""The static page of a board: plain HTML that opens from disk, with the numbers beside it as JSON and CSV."""

from __future__ import annotations

import base64
import hashlib
from importlib import resources
from pathlib import Path
from typing import Any

from averitec_eval.api import DEFAULT_SETTINGS
from averitec_eval.files import remove_scratch, write_if_changed
from averitec_eval.json_output import to_json
from averitec_eval.leaderboard.board import Board, Entry
from averitec_eval.leaderboard.manifest import MANIFEST, manifest
from averitec_eval.ranking import TIE_BREAK
from averitec_eval.scoring.profiles import get_profile, level_name
from averitec_eval.scoring.report import interval_text
from averitec_eval.tables import Column, Table, Value, for_people, to_csv

SCHEMA_VERSION = 1


def write_site(board: Board, directory: Path) -> list[Path]:
    """Write the board's page and data files into ``directory`` and give their paths.

    ``index.html`` needs nothing but itself; ``board.json`` and ``board.csv`` hold the table, ``results/SLUG.json`` each
    submission's result, ``manifest.json`` what all of it was made from. A file that holds the right bytes already is
    not touched; files of submissions that are no longer on the board are removed. Raises ``OutputError``.
    """
    files = site_files(board)
    for folder in (directory, directory / "results"):
        remove_scratch(folder)
    for name, data in files.items():
        write_if_changed(directory / name, data)
    for stale in sorted((directory / "results").glob("*.json")):
        if f"results/{stale.name}" not in files:
            stale.unlink(missing_ok=True)
    return [directory / name for name in files]


def site_files(board: Board) -> dict[str, bytes]:
    """Every file of the site: its path below the site's folder, and its bytes. The manifest comes last: while it does
    not fit the files beside it, a build was cut short.
    """
    texts = {
        f"results/{entry.slug}.json": to_json(entry.result.to_dict())
        for entry in board.scored
        if entry.result is not None
    }
    texts["board.json"] = to_json(board_dict(board))
    texts["board.csv"] = to_csv([board_table(board)])
    texts["index.html"] = render_page(board)
    # Text from submissions may hold lone surrogates, which UTF-8 cannot: they become question marks on the page.
    files = {name: text.encode("utf-8", errors="replace") for name, text in texts.items()}
    files[MANIFEST] = to_json(manifest(board, files)).encode("ascii")
    return files


def board_dict(board: Board) -> dict[str, Any]:
    """The board as a JSON object: what the page shows, at full precision."""
    return {
        "schema_version": SCHEMA_VERSION,
        "title": board.config.title,
        "profile": board.config.profile,
        "headline": board.headline,
        "n_gold": len(board.gold),
        "gold_sha256": board.gold.sha256,
        "ranking": {
            "level": DEFAULT_SETTINGS.level,
            "resamples": DEFAULT_SETTINGS.resamples,
            "seed": DEFAULT_SETTINGS.seed,
            "tie_break": TIE_BREAK,
        },
        "entries": [_entry_dict(entry) for entry in board.entries],
    }


def _entry_dict(entry: Entry) -> dict[str, Any]:
    meta, result, standing, spread = entry.meta, entry.result, entry.standing, entry.spread
    return {
        "slug": entry.slug,
        "name": entry.name,
        "team": None if meta is None else meta.team,
        "kind": None if meta is None else meta.kind,
        "rank": entry.rank,
        "rank_interval": None if standing is None else [standing.rank_low, standing.rank_high],
        "tier": None if standing is None else standing.tier,
        "reason": entry.reason or None,
        "problems": list(entry.problems),
        "signature": None if result is None else str(result.signature),
        "n_missing": None if result is None else result.inputs.n_missing,
        "scores": None if result is None else dict(result.scores),
        "intervals": None if result is None else {m: interval.to_dict() for m, interval in result.intervals.items()},
        "runs": None
        if spread is None
        else {"scores": list(spread.scores), "low": spread.low, "high": spread.high, "deviation": spread.deviation},
        "results": None if result is None else f"results/{entry.slug}.json",
    }


def board_table(board: Board) -> Table:
    """The ranked table: entries with a score first, best first, then those without."""
    metrics = _metrics(board)
    columns = (
        Column("rank", "right"),
        Column("rank low", "right"),
        Column("rank high", "right"),
        Column("tier", "right"),
        Column("slug"),
        Column("name"),
        Column("team"),
        Column("kind"),
        *(Column(metric, "right") for metric in metrics),
        Column("low", "right"),
        Column("high", "right"),
        Column("missing", "right"),
        Column("not ranked because"),
    )
    return Table(board.config.title, columns, tuple(_row(entry, metrics) for entry in board.entries))


HEADINGS = {"hu_meteor_q": "Q only", "hu_meteor_qa": "Q + A", "accuracy": "Accuracy", "macro_f1": "Macro F1"}


def _heading(metric: str) -> str:
    return HEADINGS.get(metric) or metric.replace("averitec@", "@ ")


def _metrics(board: Board) -> tuple[str, ...]:
    if not board.headline:
        return ()
    levels = [f"averitec@{level_name(level)}" for level in board.levels]
    others = [level for level in levels if level != board.headline]
    return (board.headline, "hu_meteor_q", "hu_meteor_qa", "accuracy", "macro_f1", *others)


def _row(entry: Entry, metrics: tuple[str, ...]) -> tuple[Value, ...]:
    meta, result, standing = entry.meta, entry.result, entry.standing
    interval = None if result is None else result.intervals.get(result.headline)
    return (
        entry.rank,
        None if standing is None else standing.rank_low,
        None if standing is None else standing.rank_high,
        None if standing is None else standing.tier,
        entry.slug,
        entry.name,
        None if meta is None else meta.team,
        None if meta is None else meta.kind,
        *(None if result is None else result.scores[metric] for metric in metrics),
        None if interval is None else interval.low,
        None if interval is None else interval.high,
        None if result is None else result.inputs.n_missing,
        entry.reason or None,
    )


def render_page(board: Board) -> str:
    """The page as HTML text. Everything from a submission is escaped; a strict content policy allows the page's
    own style only.
    """
    from jinja2 import Environment, StrictUndefined

    from averitec_eval.validation.printable import printable

    style = _asset("static/board.css")
    digest = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["heading"] = _heading
    environment.filters["interval"] = interval_text
    environment.filters["figure"] = lambda value: for_people(value, Column("", "right"))
    # Direction overrides and other invisible characters survive HTML escaping, so they are written out.
    environment.filters["shown"] = lambda value: printable(str(value))
    page = environment.from_string(_asset("templates/board.html"))
    return page.render(
        board=board,
        config=board.config,
        profile=get_profile(board.config.profile),
        metrics=_metrics(board),
        headline=board.headline,
        settings=DEFAULT_SETTINGS,
        tie_break=TIE_BREAK,
        signature=str(board.signature),
        style=style,
        style_hash=digest,
    )


def _asset(name: str) -> str:
    return (resources.files("averitec_eval.leaderboard") / name).read_text(encoding="utf-8")


__all__ = ["board_dict", "board_table", "render_page", "site_files", "write_site"]
