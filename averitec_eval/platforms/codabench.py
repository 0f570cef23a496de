"""A competition for Codabench: ``competition.yaml``, pages, gold, scoring program, starting kit, sample submissions."""

from __future__ import annotations

import datetime
import os
import re
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from averitec_eval.errors import ConfigError, UnreadableError
from averitec_eval.json_output import to_json
from averitec_eval.leaderboard.config import BoardConfig
from averitec_eval.leaderboard.rendering import metric_heading
from averitec_eval.leaderboard.rules import ORGANISERS, PARTICIPANT
from averitec_eval.platforms.codabench_run import COUNT, PHASE_FILE, PhaseDocument
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
from averitec_eval.tables import markdown_text
from averitec_eval.validation.printable import printable
from averitec_eval.version import __version__

COMPETITION = "competition.zip"
"""The archive to upload; beside it lie the files that are in it, and those of an image that has all requirements."""

IMAGE = "codalab/codalab-legacy:py312"
"""The container that scores; what it lacks, the scoring program installs."""

SECONDS = 600
"""How long the scoring of a submission may take."""

NO_LIMIT = 1_000_000
"""The number of submissions that stands for no limit; where there is none, the platform sets its own."""

MAX_LIMIT = 2**31 - 1
MAX_HEADING = 36
"""How many characters the title and the key of a column may have."""

DECIMALS = 4

BEGINNING = "2000-01-01 00:00:00"
"""The start of a first phase that has none, for the platform wants one."""

RANKING = "headline"
"""The first column where phases rank by different metrics: it repeats that of each."""

PAGES = {"Overview": "overview.md", "Evaluation": "evaluation.md", "Submitting": "submitting.md"}

IMAGES = (".png", ".jpg", ".jpeg")

_ASKED = {
    "name": "Name of the submission",
    "team": "Team",
    "description": "Description",
    "url": "Address of a paper or of code",
    "models": "Models used, separated by commas (none: write none)",
    "open_weights": "Can the weights of all models be downloaded?",
    "hardware": "Hardware",
    "seeds": "Random seeds, separated by commas (none: write none)",
    "seconds_per_claim": "Seconds a claim, on average",
}
"""Fields of ``submission.yaml`` that the platform can ask for. Answers can be read through the leaderboard, so it asks
nobody for a contact, and it has an address of everybody.
"""

_SAMPLE_PAIR = {"question": "What is known about this?", "answer": "Nothing.", "url": "https://example.org/"}

_SECOND = datetime.timedelta(seconds=1)


def write_bundle(config: BoardConfig, directory: str | os.PathLike[str]) -> Bundle:
    """Write the competition of a task into a folder that is empty or not there.

    Raises ``UsageError`` for a folder that will not do, ``OutputError`` if it cannot be written, ``UnreadableError`` or
    ``InvalidSubmissionError`` for gold that cannot be used, and ``ConfigError`` if the platform cannot run the phases.
    """
    folder = check_out(config, directory)
    phases = bundle_phases(config)
    spans = phase_dates(phases)
    files = dict(competition_files(config, phases, spans))
    files[COMPETITION] = archive(files)
    files["image/Dockerfile"] = template("codabench", "Dockerfile").encode()
    files["image/requirements.txt"] = REQUIREMENTS.encode()
    return Bundle(write_files(folder, files), (*notes(config, phases), *own_notes(config, phases)))


def competition_files(
    config: BoardConfig, phases: Sequence[BundlePhase], spans: Sequence[tuple[str, str | None]]
) -> Iterator[tuple[str, bytes]]:
    """Yield the files of the competition: a path and the bytes. Gold is in ``reference_data`` alone."""
    logo, image = _logo(config)
    documents = [_document(phase, phases) for phase in phases]
    context = {"config": config, "phases": [_shown(phase) for phase in phases]}
    samples = {phase.settings.codename: archive({"predictions.json": _sample(phase)}) for phase in phases}
    yield "competition.yaml", _yaml(competition(config, phases, spans, logo))
    yield logo, image
    for page in (*PAGES.values(), "terms.md"):
        yield f"pages/{page}", _render(page, context)
    for phase, document in zip(phases, documents, strict=True):
        reference = {PHASE_FILE: document.to_json(), document.gold: phase.gold_bytes}
        yield f"reference_data/{phase.settings.codename}.zip", archive(reference)
    yield "scoring_program.zip", archive(dict(program_files()))
    yield "starting_kit.zip", archive(dict(_kit_files(context, documents, samples)))
    for name, sample in samples.items():
        yield f"sample_submissions/{name}.zip", sample


def program_files() -> Iterator[tuple[str, bytes]]:
    """Yield the files of the scoring program, which is the same for all tasks and phases."""
    yield "metadata.yaml", b"command: python3 /app/program/scoring.py /app/input /app/output\n"
    yield "scoring.py", template("codabench", "scoring.py.in").encode()
    yield "requirements.txt", REQUIREMENTS.encode()
    yield from vendored()


def _kit_files(
    context: Mapping[str, Any], documents: Sequence[PhaseDocument], samples: Mapping[str, bytes]
) -> Iterator[tuple[str, bytes]]:
    yield "README.md", _render("starting_kit.md", context)
    yield "check.py", template("codabench", "check.py.in").encode()
    yield "requirements.txt", REQUIREMENTS.encode()
    for document in documents:
        yield f"phases/{document.settings.codename}.json", document.to_json()
    for name, sample in samples.items():
        yield f"sample_submission/{name}.zip", sample
    yield from vendored()


def competition(
    config: BoardConfig, phases: Sequence[BundlePhase], spans: Sequence[tuple[str, str | None]], logo: str
) -> dict[str, Any]:
    """``competition.yaml`` as values. Dates are in UTC, as the platform reads them, and text, for it drops the time of
    day of others.
    """
    sheet = _fact_sheet(phases)
    email = config.contact if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", config.contact) else ""
    return {
        "version": 2,
        "title": printable(config.title),
        "description": printable(config.short_description or config.title),
        "image": logo,
        "terms": "pages/terms.md",
        "registration_auto_approve": False,
        "docker_image": IMAGE,
        "make_programs_available": False,
        "make_input_data_available": False,
        "enable_detailed_results": True,
        "show_detailed_results_in_submission_panel": True,
        "show_detailed_results_in_leaderboard": False,
        "can_participants_make_submissions_public": all(phase.board.public for phase in phases),
        **({"contact_email": email} if email else {}),
        **({"fact_sheet": sheet} if sheet else {}),
        "pages": [{"title": title, "file": f"pages/{file}"} for title, file in PAGES.items()],
        "tasks": [
            {
                "index": number,
                "name": printable(phase.settings.title),
                "description": f"{len(phase.gold):,} claims, profile {phase.settings.profile}",
                "scoring_program": "scoring_program.zip",
                "reference_data": f"reference_data/{phase.settings.codename}.zip",
            }
            for number, phase in enumerate(phases)
        ],
        "solutions": [
            {
                "index": number,
                "name": f"Sample submission, {phase.settings.codename}",
                "path": f"sample_submissions/{phase.settings.codename}.zip",
                "tasks": [number],
            }
            for number, phase in enumerate(phases)
        ],
        "phases": [_phase(number, phase, span) for number, (phase, span) in enumerate(zip(phases, spans, strict=True))],
        "leaderboards": [
            {
                "title": "Results",
                "key": "main",
                "submission_rule": "Add_And_Delete",
                "hidden": _hides_leaderboard(phases),
                "columns": [
                    {
                        "title": title,
                        "key": key,
                        "index": index,
                        "sorting": "desc",
                        "precision": 0 if key == COUNT else DECIMALS,
                        "hidden": False,
                    }
                    for index, (key, title) in enumerate(columns(phases).items())
                ],
            }
        ],
    }


def _phase(number: int, phase: BundlePhase, span: tuple[str, str | None]) -> dict[str, Any]:
    rules = phase.board.rules
    start, end = span
    return {
        "index": number,
        "name": printable(phase.settings.title),
        "description": " ".join(rules.sentences()),
        "start": start,
        **({} if end is None else {"end": end}),
        "max_submissions_per_day": min(rules.limits.per_day or NO_LIMIT, MAX_LIMIT),
        "max_submissions": min(rules.limits.total or NO_LIMIT, MAX_LIMIT),
        "execution_time_limit": SECONDS,
        "accepts_only_result_submissions": True,
        "starting_kit": "starting_kit.zip",
        "tasks": [number],
    }


def columns(phases: Sequence[BundlePhase]) -> dict[str, str]:
    """The titles of the leaderboard's columns by their keys, in its order: the first ranks.

    The platform has one leaderboard for all phases. It has the columns of each phase that shows scores; where they rank
    by different metrics, a first one repeats that of each.
    """
    made = {RANKING: "Headline"} if _ranks_apart(phases) else {}
    for phase in _scoring(phases):
        for column in phase.columns:
            made[column.key] = column.title if len(column.title) <= MAX_HEADING else metric_heading(column.metric)
    if len(_scoring(phases)) < len(phases):
        made[COUNT] = "Claims scored"
    return made


def _scoring(phases: Sequence[BundlePhase]) -> list[BundlePhase]:
    return [phase for phase in phases if phase.settings.scores != ORGANISERS]


def _ranks_apart(phases: Sequence[BundlePhase]) -> bool:
    return len({phase.settings.headline for phase in _scoring(phases)}) > 1


def _hides_leaderboard(phases: Sequence[BundlePhase]) -> bool:
    return any(phase.settings.scores == PARTICIPANT or phase.board.anonymous for phase in phases)


def _document(phase: BundlePhase, phases: Sequence[BundlePhase]) -> PhaseDocument:
    keys: dict[str, str] = {}
    if phase.settings.scores != ORGANISERS:
        keys = {RANKING: phase.settings.headline} if _ranks_apart(phases) else {}
        keys |= {column.key: column.metric for column in phase.columns}
    ids = tuple(claim.claim_id for claim in phase.gold)
    return PhaseDocument(phase.settings, f"gold{phase.gold_suffix}", keys, ids)


def phase_dates(phases: Sequence[BundlePhase]) -> list[tuple[str, str | None]]:
    """The first and the last second of each phase in UTC, the latter None where the last phase has none.

    On the platform each phase begins after the one before it is over. So a phase without an end lasts until the next
    begins, and one without a start begins when the last is over. Raises ``ConfigError`` with every phase for which
    that leaves no dates.
    """
    problems: list[str] = []
    spans: list[tuple[datetime.datetime | None, datetime.datetime | None]] = []
    rules = [phase.board.rules for phase in phases]
    names = [phase.settings.codename for phase in phases]
    for place, rule in enumerate(rules):
        start = None if rule.starts is None else rule.starts.begins
        end = None if rule.ends is None else rule.ends.over - (_SECOND if rule.ends.is_day else _SECOND * 0)
        if place and start is None:
            previous = spans[-1][1]
            start = None if previous is None else previous + _SECOND
        following = rules[place + 1].starts if place + 1 < len(rules) else None
        if following is not None and (end is None or end == following.begins):
            end = following.begins - _SECOND
        if place and start is None:
            problems.append(f"{names[place]}: found no starts, and no ends of {names[place - 1]}; expected one of them")
        elif place and start is not None and spans[-1][1] is not None and start <= spans[-1][1]:
            problems.append(
                f"{names[place]}: begins before {names[place - 1]} is over; expected phases one after the other"
            )
        elif start is not None and end is not None and end < start:
            problems.append(f"{names[place]}: ends before it begins; expected phases in the order of their dates")
        spans.append((start, end))
    if problems:
        hint = "give them dates that follow each other, or make a configuration and a competition for each"
        raise ConfigError("the phases cannot run on Codabench", (*problems, hint))
    return [
        (BEGINNING if start is None else _instant(start), None if end is None else _instant(end))
        for start, end in spans
    ]


def _instant(when: datetime.datetime) -> str:
    return when.strftime("%Y-%m-%d %H:%M:%S")


def _fact_sheet(phases: Sequence[BundlePhase]) -> dict[str, dict[str, Any]]:
    """What the platform asks for with each submission: the fields that a phase requires, required if all phases do."""
    wanted = [_required(phase) for phase in phases]
    sheet = {}
    for name, title in _ASKED.items():
        if not any(name in fields for fields in wanted):
            continue
        always = all(name in fields for fields in wanted)
        yes_no = name == "open_weights"
        sheet[name] = {
            "key": name,
            "type": "select" if yes_no else "text",
            "title": title,
            "selection": [*([] if always else [""]), "yes", "no"] if yes_no else "",
            "is_required": "true" if always else "false",
            "is_on_leaderboard": "false",
        }
    return sheet


def _required(phase: BundlePhase) -> set[str]:
    rules = phase.board.rules
    return {*rules.require, *(() if rules.runtime_limit is None else ("seconds_per_claim",))}


def own_notes(config: BoardConfig, phases: Sequence[BundlePhase]) -> Iterator[str]:
    """Yield what this platform cannot do of the rules, a sentence each."""
    if _hides_leaderboard(phases):
        yield (
            "The leaderboard is hidden from participants, in all phases: Codabench has one, and a phase keeps scores "
            "or names back. Show it (Edit, Leaderboard) when they may be seen."
        )
    wanted = [_required(phase) for phase in phases]
    for phase, fields in zip(phases, wanted, strict=True):
        name = phase.settings.codename
        if phase.settings.scores == ORGANISERS:
            yield (
                f"{name}: Codabench shows participants the scores of their own submissions, so none are made there; "
                "download the submissions and score them with averitec-eval score."
            )
        partly = sorted(field for field in fields & set(_ASKED) if not all(field in others for others in wanted))
        if partly:
            yield f"{name}: Codabench asks for {', '.join(partly)} everywhere, so nobody must answer; look yourselves."
    if config.image is not None and config.image.suffix.lower() not in IMAGES:
        yield f"Codabench takes images that end in {', '.join(IMAGES)}; {config.image.name} is replaced by a plain one."


def _shown(phase: BundlePhase) -> dict[str, Any]:
    return {
        "settings": phase.settings,
        "board": phase.board,
        "columns": phase.columns,
        "claims": f"{len(phase.gold):,}",
        "profile": get_profile(phase.settings.profile),
        "judged": phase.board.judge is not None,
        "hidden": phase.settings.scores == ORGANISERS,
        "sentences": [*phase.board.rules.sentences()],
    }


def _sample(phase: BundlePhase) -> bytes:
    """Predictions that are valid and say nothing: of the gold they have the ids of its claims alone."""
    return to_json(
        [
            {"claim_id": claim.claim_id, "evidence": [_SAMPLE_PAIR], "pred_label": "Not Enough Evidence"}
            for claim in phase.gold
        ],
        indent=None,
    ).encode()


def _logo(config: BoardConfig) -> tuple[str, bytes]:
    if config.image is None or config.image.suffix.lower() not in IMAGES:
        return "logo.png", _plain_logo()
    try:
        return f"logo{config.image.suffix.lower()}", config.image.read_bytes()
    except OSError as error:
        raise UnreadableError(f"{config.image}: cannot be read: {error.strerror}; look at 'image'") from None


def _plain_logo(size: int = 128) -> bytes:
    """A picture as PNG, for the platform wants one: three bars of different heights."""
    ground, bar = b"\x1f\x4e\x79", b"\xff\xff\xff"
    heights = (size * 3 // 8, size * 5 // 8, size // 2)
    step = size // 4
    rows = []
    for y in range(size):
        row = b""
        for x in range(size):
            place, inside = divmod(x - step // 2, step)
            tall = 0 <= place < 3 and inside < step * 3 // 4 and size - y - size // 8 <= heights[place]
            row += bar if tall and y < size - size // 8 else ground
        rows.append(b"\0" + row)
    header = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"".join(rows), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def _render(name: str, context: Mapping[str, Any]) -> bytes:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        undefined=StrictUndefined, keep_trailing_newline=True, trim_blocks=True, lstrip_blocks=True, autoescape=False
    )
    environment.filters["md"] = lambda text: markdown_text(printable(str(text)))
    page = environment.from_string(template("codabench", name))
    return page.render(version=__version__, **context).encode()


def _yaml(values: Mapping[str, Any]) -> bytes:
    import yaml

    text: str = yaml.safe_dump(dict(values), sort_keys=False, width=120)
    return text.encode("ascii")


__all__ = [
    "COMPETITION",
    "columns",
    "competition",
    "competition_files",
    "own_notes",
    "phase_dates",
    "program_files",
    "write_bundle",
]
