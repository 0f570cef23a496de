"""JSON as this package writes it, everywhere the same."""

from __future__ import annotations

import json
from typing import Any


def to_json(value: Any, *, indent: int | None = 2) -> str:
    """A JSON document that ends in a newline: the same bytes for the same value, on one line if ``indent`` is None.

    All but ASCII is escaped, so that any terminal, log and file can hold it, lone surrogates from broken files
    included. Raises ``ValueError`` for a NaN or an infinity.
    """
    return json.dumps(value, allow_nan=False, indent=indent) + "\n"


__all__ = ["to_json"]
