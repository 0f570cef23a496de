"""Codes about claim ids and how predictions meet the gold set."""

from __future__ import annotations

from averitec_eval.validation.catalogue import Code

CODES: tuple[Code, ...] = ()
