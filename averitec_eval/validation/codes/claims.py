"""Codes about the claim text that a file repeats."""

from __future__ import annotations

from averitec_eval.validation.catalogue import Code

CODES: tuple[Code, ...] = ()
