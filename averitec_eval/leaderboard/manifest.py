"""``manifest.json``: what a site was made from and by what command, by hash, so that anyone can check that it is whole.

``schemas/manifest.schema.json`` describes it. It holds no time and no path outside the board: the same inputs give the
same bytes, and where a hidden gold file lies stays unknown. The next build reads it to tell which files it need not
make again.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from averitec_eval.json_output import to_json
from averitec_eval.leaderboard.view import PublicBoard, PublicSite
from averitec_eval.version import __version__

MANIFEST = "manifest.json"
SCHEMA_VERSION = 2
MAX_BYTES = 64 * 1024 * 1024
"""How large the manifest of an earlier build may be to be read."""

_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Output:
    """One file of a site: the SHA-256 of its bytes, and one that stands for all it was made from, both in hex."""

    sha256: str
    made_from: str


def manifest(site: PublicSite, outputs: Mapping[str, Output]) -> dict[str, Any]:
    """The manifest of a site as a JSON object; ``outputs`` are its files but the manifest itself.

    ``command`` is to be run in the configuration's folder; options that change no byte (``--out``, ``--jobs``) are left
    out. Files of a submission are named within its folder, outputs within the site.
    """
    changelog = [asdict(change) for change in site.changes]
    return {
        "schema_version": SCHEMA_VERSION,
        "package": {"name": "averitec-eval", "version": __version__},
        "command": None if site.config_file is None else ["averitec-eval", "leaderboard", "build", site.config_file],
        "inputs": {
            "configuration": None
            if site.config_file is None or site.config_sha256 is None
            else {"file": site.config_file, "sha256": site.config_sha256},
            "published": None
            if site.published_file is None
            else {"file": site.published_file[0], "sha256": site.published_file[1]},
            "changelog": hashlib.sha256(to_json(changelog).encode("ascii")).hexdigest() if changelog else None,
            "boards": [_board_dict(board) for board in site.boards],
        },
        "outputs": [
            {"file": name, "sha256": output.sha256, "made_from": output.made_from}
            for name, output in sorted(outputs.items())
        ],
    }


def _board_dict(board: PublicBoard) -> dict[str, Any]:
    return {
        "folder": board.folder,
        "profile": board.profile.name,
        "signature": board.signature,
        "gold": {"sha256": board.gold_sha256, "claims": board.n_claims},
        **({} if board.judge is None else {"replies": board.judge.replies_sha256}),
        "submissions": [
            {"id": system.id, "files": _hashes(system.files)}
            for system in sorted(board.systems, key=lambda system: system.id)
        ],
    }


def _hashes(files: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"file": name, "sha256": sha256} for name, sha256 in sorted(files)]


def read_outputs(directory: Path) -> dict[str, Output]:
    """The files that the manifest in a site's folder lists; none if there is no manifest that can be used.

    Names that lead out of the folder are passed over: what a manifest lists may be removed.
    """
    try:
        with (directory / MANIFEST).open("rb") as handle:
            data = handle.read(MAX_BYTES + 1)
        listed = json.loads(data)["outputs"] if len(data) <= MAX_BYTES else []
        files = [(file["file"], file["sha256"], file.get("made_from", "")) for file in listed]
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return {}
    return {
        name: Output(sha256, made_from)
        for name, sha256, made_from in files
        if all(isinstance(value, str) for value in (name, sha256, made_from))
        and _HASH.fullmatch(sha256)
        and _stays_inside(name)
    }


def _stays_inside(name: str) -> bool:
    parts = name.split("/")
    return name != MANIFEST and "\\" not in name and ":" not in name and not {"", ".", ".."} & set(parts)


__all__ = ["MANIFEST", "SCHEMA_VERSION", "Output", "manifest", "read_outputs"]
