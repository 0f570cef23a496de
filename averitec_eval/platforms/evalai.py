"""A challenge for EvalAI: its configuration, pages, gold and evaluation script."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from averitec_eval.errors import UnreadableError
from averitec_eval.leaderboard.config import BoardConfig
from averitec_eval.leaderboard.rules import EVERYONE, ORGANISERS, PARTICIPANT, Rules
from averitec_eval.leaderboard.submission import KINDS
from averitec_eval.platforms.common import (
    REQUIREMENTS,
    Bundle,
    BundlePhase,
    archive,
    bundle_phases,
    check_out,
    notes,
    template,
    vendored,
    write_files,
)
from averitec_eval.scoring.profiles import get_profile
from averitec_eval.validation.printable import printable
from averitec_eval.version import __version__

NO_LIMIT = 100_000
"""The number of submissions that stands for no limit."""

ALWAYS = (datetime.datetime(2000, 1, 1), datetime.datetime(2099, 12, 31, 23, 59, 59))
"""When a phase without dates begins and ends, in UTC; the platform wants dates."""

FILE_TYPES = ".json, .jsonl, .csv, .gz"

IMAGES = (".jpg", ".jpeg", ".png")
"""The endings of images that the platform shows."""

_VISIBILITY = {ORGANISERS: 1, PARTICIPANT: 2, EVERYONE: 3}

_ASKED_BY_PLATFORM = frozenset({"name", "team", "predictions", "phase", "input_format", "runs"})
"""Fields of a ``submission.yaml`` that a submission to the platform has by itself, or cannot have."""

_BOOLEAN = frozenset({"primary", "open_weights", "anonymous"})

_PAGES = ("description", "evaluation_details", "submission_guidelines", "terms_and_conditions")


def write_bundle(config: BoardConfig, directory: str | os.PathLike[str]) -> Bundle:
    """Write the challenge of a task into a folder that is empty or not there.

    Raises ``UsageError`` for a folder that will not do, ``OutputError`` if it cannot be written, and
    ``UnreadableError`` or ``InvalidSubmissionError`` for gold that cannot be used.
    """
    folder = check_out(config, directory)
    phases = bundle_phases(config)
    said = [*notes(config, phases)]
    files = dict(challenge_files(config, phases))
    if config.image is not None and config.image.suffix.lower() not in IMAGES:
        said.append(f"EvalAI shows images that end in {', '.join(IMAGES)}; {config.image.name} is left out.")
    return Bundle(write_files(folder, files), tuple(said))


def challenge_files(config: BoardConfig, phases: Sequence[BundlePhase]) -> Iterator[tuple[str, bytes]]:
    """Yield the files of the challenge: a path below its folder and the bytes."""
    pages = [_page_of(phase) for phase in phases]
    image = _image(config)
    yield "challenge_config.yaml", _yaml(challenge_config(config, phases, None if image is None else image[0]))
    yield "evaluation_script.zip", archive(dict(script_files(phases)))
    if image is not None:
        yield image
    for page in _PAGES:
        yield f"templates/{page}.html", _render(page, config=config, phases=pages)
    for phase, shown in zip(phases, pages, strict=True):
        yield f"templates/{_phase_page(phase)}", _render("phase", config=config, phase=shown)
        yield _annotations(phase), phase.gold_bytes


def script_files(phases: Sequence[BundlePhase]) -> Iterator[tuple[str, bytes]]:
    """Yield the files of the evaluation script: nothing in them comes from the gold but the names of the metrics."""
    from averitec_eval.json_output import to_json

    yield "__init__.py", template("evalai", "init.py").encode()
    yield "main.py", template("evalai", "main.py").encode()
    yield "phases.json", to_json([phase.settings.to_dict() for phase in phases]).encode()
    yield "requirements.txt", REQUIREMENTS.encode()
    yield from vendored()


def challenge_config(config: BoardConfig, phases: Sequence[BundlePhase], image: str | None) -> dict[str, Any]:
    """``challenge_config.yaml`` as values; days and instants are in UTC, as the platform reads them."""
    spans = [_span(phase.board.rules) for phase in phases]
    leaderboards: dict[tuple[str, ...], int] = {}
    splits: dict[str, tuple[int, str]] = {}
    for phase in phases:
        leaderboards.setdefault(phase.settings.metrics, len(leaderboards) + 1)
        name = phase.board.split or phase.settings.title
        splits.setdefault(phase.settings.split, (len(splits) + 1, printable(name)))
    columns = {phase.settings.metrics: phase.columns for phase in phases}
    return {
        "title": printable(config.title),
        "short_description": printable(config.short_description or config.title),
        "description": "templates/description.html",
        "evaluation_details": "templates/evaluation_details.html",
        "terms_and_conditions": "templates/terms_and_conditions.html",
        **({} if image is None else {"image": image}),
        "submission_guidelines": "templates/submission_guidelines.html",
        "leaderboard_description": f"Scored by averitec-eval {__version__}; of every column the higher is the better.",
        "evaluation_script": "evaluation_script.zip",
        "remote_evaluation": False,
        "is_docker_based": False,
        "start_date": min(start for start, _ in spans),
        "end_date": max(end for _, end in spans),
        "published": False,
        "anonymous_leaderboard": any(phase.board.anonymous for phase in phases),
        "leaderboard": [
            {
                "id": number,
                "schema": {
                    "labels": list(metrics),
                    "default_order_by": metrics[0],
                    "metadata": {
                        column.metric: {"sort_ascending": False, "description": column.title}
                        for column in columns[metrics]
                    },
                },
            }
            for metrics, number in leaderboards.items()
        ],
        "challenge_phases": [_phase(number, phase) for number, phase in enumerate(phases, start=1)],
        "dataset_splits": [
            {"id": number, "name": name, "codename": codename} for codename, (number, name) in splits.items()
        ],
        "challenge_phase_splits": [
            {
                "challenge_phase_id": number,
                "leaderboard_id": leaderboards[phase.settings.metrics],
                "dataset_split_id": splits[phase.settings.split][0],
                "visibility": _VISIBILITY[phase.settings.scores],
                "leaderboard_decimal_precision": 4,
                "is_leaderboard_order_descending": True,
            }
            for number, phase in enumerate(phases, start=1)
        ],
    }


def _phase(number: int, phase: BundlePhase) -> dict[str, Any]:
    rules = phase.board.rules
    start, end = _span(rules)
    total = rules.limits.total or NO_LIMIT
    return {
        "id": number,
        "name": printable(phase.settings.title),
        "description": f"templates/{_phase_page(phase)}",
        "leaderboard_public": rules.scores == EVERYONE,
        "is_public": True,
        "is_submission_public": rules.scores == EVERYONE,
        "start_date": start,
        "end_date": end,
        "test_annotation_file": _annotations(phase),
        "codename": phase.settings.codename,
        "max_submissions_per_day": min(rules.limits.per_day or NO_LIMIT, total),
        "max_submissions_per_month": total,
        "max_submissions": total,
        "allowed_submission_file_types": FILE_TYPES,
        "is_restricted_to_select_one_submission": False,
        "is_partial_submission_evaluation_enabled": False,
        "submission_meta_attributes": [*_attributes(rules)],
    }


def _attributes(rules: Rules) -> Iterator[dict[str, Any]]:
    """Yield what the platform asks for beside the file: the fields that the phase requires."""
    required = [name for name in rules.require if name not in _ASKED_BY_PLATFORM]
    if rules.runtime_limit is not None and "seconds_per_claim" not in required:
        required.append("seconds_per_claim")
    for name in required:
        about = {"name": name, "description": f"{name}, as submission.yaml has it", "required": True}
        if name == "kind":
            yield {**about, "type": "radio", "options": list(KINDS)}
        else:
            yield {**about, "type": "boolean" if name in _BOOLEAN else "text"}


def _span(rules: Rules) -> tuple[datetime.datetime, datetime.datetime]:
    """The first and the last second of a phase, in UTC and without a zone, as the platform writes them."""
    start, end = ALWAYS
    if rules.starts is not None:
        start = rules.starts.begins.replace(tzinfo=None)
    if rules.ends is not None:
        end = rules.ends.over.replace(tzinfo=None)
        if rules.ends.is_day:
            end -= datetime.timedelta(seconds=1)
    return start, end


def _annotations(phase: BundlePhase) -> str:
    return f"annotations/{phase.settings.codename}{phase.gold_suffix}"


def _phase_page(phase: BundlePhase) -> str:
    return f"phase_{phase.settings.codename}.html"


def _image(config: BoardConfig) -> tuple[str, bytes] | None:
    if config.image is None or config.image.suffix.lower() not in IMAGES:
        return None
    try:
        return f"logo{config.image.suffix.lower()}", config.image.read_bytes()
    except OSError as error:
        raise UnreadableError(f"{config.image}: cannot be read: {error.strerror}; look at 'image'") from None


def _page_of(phase: BundlePhase) -> Mapping[str, Any]:
    return {
        "settings": phase.settings,
        "board": phase.board,
        "columns": phase.columns,
        "claims": len(phase.gold),
        "profile": get_profile(phase.settings.profile),
        "judged": phase.board.judge is not None,
        "sentences": [*phase.board.rules.sentences()],
    }


def _render(name: str, **values: Any) -> bytes:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True)
    environment.filters["shown"] = printable
    environment.globals["paragraphs"] = _paragraphs
    page = environment.from_string(template("evalai", f"{name}.html"))
    return page.render(version=__version__, **values).lstrip().encode()


def _paragraphs(text: str) -> list[str]:
    return [line for line in (line.strip() for line in text.splitlines()) if line]


def _yaml(values: Mapping[str, Any]) -> bytes:
    import yaml

    class Dumper(yaml.SafeDumper):
        """Writes a value that occurs twice twice, where an alias would be hard to change by hand."""

        def ignore_aliases(self, data: Any) -> bool:
            return True

    return yaml.dump(dict(values), Dumper=Dumper, sort_keys=False, width=120).encode()


__all__ = ["challenge_config", "challenge_files", "script_files", "write_bundle"]
