"""All codes of the catalogue, gathered from one module per family."""

from __future__ import annotations

from averitec_eval.validation.catalogue import Code
from averitec_eval.validation.codes import claims, evidence, file, gold, ids, quality, schema

CODES: tuple[Code, ...] = (
    *file.CODES,
    *schema.CODES,
    *ids.CODES,
    *evidence.CODES,
    *claims.CODES,
    *quality.CODES,
    *gold.CODES,
)

__all__ = ["CODES"]
