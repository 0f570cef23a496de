"""Codes about questions, answers and the strings made of them."""

from __future__ import annotations

from averitec_eval.validation.catalogue import Code

CODES: tuple[Code, ...] = ()
