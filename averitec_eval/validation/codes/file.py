"""Codes about whether a file can be read at all, and its encoding."""

from __future__ import annotations

from averitec_eval.validation.catalogue import Code

CODES: tuple[Code, ...] = ()
