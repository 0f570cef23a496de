"""Hypothesis strategies of all tests, in one place."""

from __future__ import annotations
