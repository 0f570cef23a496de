"""AVeriTeC-mini: forty claims with gold evidence and a small knowledge store, written for this project.

The facts are common knowledge and the wording is our own, so the files may be used and passed on freely, unlike the
real AVeriTeC data. They show every feature of the formats and make tests, demonstrations and first attempts possible
offline. Scores on them say nothing about a system: nobody should draw conclusions from forty hand-written claims.
See ``mini/README.md`` beside this module.
"""

from __future__ import annotations

import importlib.resources
from pathlib import Path

from averitec_eval.errors import ResourceError


def mini_gold_path() -> Path:
    """The gold file of AVeriTeC-mini, ``gold.json``: a JSON array of 40 claims with the ids 0 to 39, in that order.

    Its fields are those of the AVeriTeC data (Schlichtkrull et al., 2023) and ``claim_id``. Raises ``ResourceError`` if
    the installed package lacks it.
    """
    return _existing("gold.json")


def mini_knowledge_store_path() -> Path:
    """The folder of AVeriTeC-mini's knowledge store: one file ``<claim_id>.json`` per claim.

    Each holds JSON lines as the 2024 and 2025 tasks distribute them: ``claim_id`` (text), ``type``, ``query``, ``url``
    and ``url2text``, a list of sentences. Raises ``ResourceError`` if the installed package lacks it.
    """
    return _existing("knowledge_store")


def _existing(name: str) -> Path:
    with importlib.resources.as_file(importlib.resources.files(__name__) / "mini" / name) as path:
        # A path that only lives inside this block, as for a zipped package, is gone here and reported as missing.
        found = Path(path)
    if not found.exists():
        raise ResourceError(f"{found}: a file of the package is missing; install averitec-eval again, unpacked")
    return found


__all__ = ["mini_gold_path", "mini_knowledge_store_path"]
