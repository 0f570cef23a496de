"""Scoring: profiles, evidence, veracity, justification, signature and results."""
