"""Addresses of evidence: the page behind an address, its site, and what an archive says of its date."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

_ARCHIVED = re.compile(
    r"(?:https?:)?(?://)?(?:web\.|www\.)?archive\.(?:org|ph|is|today|fo|li|md|vn)(?::\d+)?/(?:web/)?"
    r"(\d{4,14})(?:[a-z]{2}_|\*)?/(?P<page>\S+)\Z",
    re.IGNORECASE,
)
_WEB = re.compile(r"https?://[^\s/?#]+\S*\Z", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_PRIVATE = re.compile(
    r"localhost|.*\.(?:local|localhost|internal|intranet|lan)|127\.[\d.]+|10\.[\d.]+|192\.168\.[\d.]+"
    r"|172\.(?:1[6-9]|2\d|3[01])\.[\d.]+|169\.254\.[\d.]+|0\.0\.0\.0|::1|f[cde][0-9a-f]{2}:.*",
    re.IGNORECASE,
)


class Address(NamedTuple):
    """An address taken apart: ``site`` is the host in lower case without ``www.``, the original's where it is archived.

    ``page`` tells pages apart: site, path and query, without scheme, fragment, case of the host and final slash.
    ``archived`` is the day of the copy, None where there is none or the archive does not say.
    """

    site: str
    page: str
    archived: date | None


@lru_cache(maxsize=1 << 14)
def _parse(url: str) -> Address:
    archived: date | None = None
    match = _ARCHIVED.match(url)
    if match:
        archived = _day(match[1])
        url = match["page"]
        if not _SCHEME.match(url):
            url = f"http://{url}"
    try:
        parts = urlsplit(url if "//" in url[:12] else f"http://{url}")
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return Address("", url, archived)
    site = host.removeprefix("www.")
    path = unquote(parts.path).rstrip("/")
    return Address(site, f"{site}{path}{f'?{parts.query}' if parts.query else ''}", archived)


def _day(digits: str) -> date | None:
    """The day of an archive's stamp, which begins with year, month and day."""
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None


def parse_address(url: str) -> Address:
    """Take an address apart; whatever is no address has an empty site. Never raises."""
    return _parse(url.strip()[:4096])


def page_key(url: str) -> str:
    """What tells the page behind an address from others; copies in web archives have that of their original."""
    return parse_address(url).page


def is_web_address(url: str) -> bool:
    """Whether a text is an address of the web: http or https, a host, no white space."""
    return bool(_WEB.match(url))


def unsafe_because(url: str) -> str | None:
    """Why nobody should follow an address, or None: another scheme than http(s), a password or user's name in it, a
    host inside somebody's network, or characters that hide where it leads.
    """
    scheme = _SCHEME.match(url)
    if scheme and scheme.group().lower() not in ("http:", "https:") and "." not in scheme.group():
        return f"scheme {scheme.group()[:20]}"
    if any(not character.isprintable() for character in url.strip()):
        return "invisible characters"
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return None  # malformed, which is another matter
    if parts.username is not None:
        return "a user's name before the host"
    return "a host inside a private network" if host and _PRIVATE.fullmatch(host) else None


def belongs_to(site: str, domains: frozenset[str]) -> bool:
    """Whether a site is one of the domains or below one of them."""
    while site:
        if site in domains:
            return True
        site = site.partition(".")[2]
    return False


__all__ = ["Address", "belongs_to", "is_web_address", "page_key", "parse_address", "unsafe_because"]
