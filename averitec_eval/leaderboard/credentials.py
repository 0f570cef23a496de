"""Finding keys and tokens in settings files. What is found is named by its kind and never repeated."""

from __future__ import annotations

import re
from collections.abc import Iterator

_KINDS: tuple[tuple[str, str], ...] = (
    ("a private key", r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----"),
    ("a GitHub token", r"\b(?:gh[oprsu]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})"),
    ("a GitLab token", r"\bglpat-[A-Za-z0-9_-]{16,}"),
    ("a Hugging Face token", r"\bhf_[A-Za-z0-9]{20,}"),
    ("an API key", r"\bsk-[A-Za-z0-9_-]{16,}"),
    ("a Google API key", r"\bAIza[A-Za-z0-9_-]{30,}"),
    ("an AWS key", r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    ("a Slack token", r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}"),
    ("a PyPI token", r"\bpypi-[A-Za-z0-9_-]{40,}"),
    ("a signed token", r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}"),
    ("a bearer token", r"(?i)\bbearer\s+[A-Za-z0-9._~+/-]{16,}"),
    ("a password in an address", r"[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s/:@]{1,100}:[^\s/:@]{3,200}@"),
    (
        "a key or password",
        r"(?i)(?<![A-Za-z])(?:api|auth|access|secret|private)?[_-]?(?:key|token|secret|password|passwd)"
        r"[\"']?\s{0,5}[:=]\s{0,5}[\"']?(?=[^\s\"']{0,100}[0-9])[^\s\"']{12,}",
    ),
)
_PATTERNS = tuple((kind, re.compile(pattern)) for kind, pattern in _KINDS)


def credentials(text: str) -> Iterator[tuple[int, str]]:
    """Yield the number of each line of ``text`` that looks as if it held a credential, with what it looks like."""
    for number, line in enumerate(text.split("\n"), start=1):
        kind = next((kind for kind, pattern in _PATTERNS if pattern.search(line)), None)
        if kind is not None:
            yield number, kind


__all__ = ["credentials"]
