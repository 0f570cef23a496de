"""``manifest.json``: what a site was made from and by what command, by hash, so that anyone can check that it is whole.

``schemas/manifest.schema.json`` describes it. It holds no time and no path outside the board: the same inputs give the
same bytes, and where a hidden gold file lies stays unknown.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from averitec_eval.leaderboard.board import Board
from averitec_eval.version import __version__

MANIFEST = "manifest.json"
SCHEMA_VERSION = 1


def manifest(board: Board, outputs: Mapping[str, bytes]) -> dict[str, Any]:
    """The manifest of a site as a JSON object; ``outputs`` are its files but the manifest itself.

    ``command`` is to be run in the configuration's folder; options that change no byte (``--out``, ``--jobs``, whether
    there is a store) are left out. Files of a submission are named within its folder, outputs within the site.
    """
    config = board.config
    configuration = None
    if config.file is not None:
        configuration = {"file": config.file, "sha256": config.sha256}
    return {
        "schema_version": SCHEMA_VERSION,
        "package": {"name": "averitec-eval", "version": __version__},
        "command": None if config.file is None else ["averitec-eval", "leaderboard", "build", config.file],
        "profile": config.profile,
        "signature": str(board.signature),
        "inputs": {
            "configuration": configuration,
            "gold": {"sha256": board.gold.sha256, "claims": len(board.gold)},
            "submissions": [
                {"slug": entry.slug, "files": _hashes(entry.files)}
                for entry in sorted(board.entries, key=lambda entry: entry.slug)
            ],
        },
        "outputs": _hashes((name, hashlib.sha256(data).hexdigest()) for name, data in outputs.items()),
    }


def _hashes(files: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"file": name, "sha256": sha256} for name, sha256 in sorted(files)]


__all__ = ["MANIFEST", "SCHEMA_VERSION", "manifest"]
