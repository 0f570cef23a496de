"""Checking prediction files: every problem at once, each with a stable code, its place and how to mend it."""
