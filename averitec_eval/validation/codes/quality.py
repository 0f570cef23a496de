"""Codes about what is allowed but most likely not meant."""

from __future__ import annotations

from averitec_eval.validation.catalogue import Code

CODES: tuple[Code, ...] = ()
