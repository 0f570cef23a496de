"""Checking prediction files: every problem at once, each with a stable code, its place and how to mend it."""

from __future__ import annotations

from averitec_eval.validation.catalogue import Code, catalogue, code
from averitec_eval.validation.check import validate
from averitec_eval.validation.issues import Issue, IssueGroup, IssueLog, Severity, Where
from averitec_eval.validation.report import Report

__all__ = [
    "Code",
    "Issue",
    "IssueGroup",
    "IssueLog",
    "Report",
    "Severity",
    "Where",
    "catalogue",
    "code",
    "validate",
]
