"""Codes about the gold set."""

from __future__ import annotations

from averitec_eval.validation.catalogue import Code

CODES: tuple[Code, ...] = ()
