from __future__ import annotations

from datetime import date

import pytest

from averitec_eval.audit.probes.addresses import (
    belongs_to,
    is_web_address,
    page_key,
    parse_address,
    unsafe_because,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://www.Example.org/a/", "http://example.org/a"),
        ("https://web.archive.org/web/20201129141238/https://example.org/a", "https://example.org/a#top"),
        ("https://web.archive.org/web/20201129141238if_/http://www.example.org/a/", "https://example.org/a"),
        ("https://archive.ph/20201129/https://example.org/a", "https://example.org/a"),
        ("example.org/a%20b", "https://example.org/a b"),
    ],
)
def test_one_page(one: str, other: str) -> None:
    assert page_key(one) == page_key(other)


@pytest.mark.parametrize("other", ["https://example.org/b", "https://example.org/a?id=2", "https://a.example.org/a"])
def test_other_pages(other: str) -> None:
    assert page_key(other) != page_key("https://example.org/a")


def test_day_of_an_archived_copy() -> None:
    assert parse_address("https://web.archive.org/web/20201129141238/https://example.org").archived == date(
        2020, 11, 29
    )
    assert parse_address("https://web.archive.org/web/20201329141238/https://example.org").archived is None
    assert parse_address("https://web.archive.org/web/2020/https://example.org").archived is None
    assert parse_address("https://example.org/20201129/").archived is None


@pytest.mark.parametrize("url", ["", "http://[", "::", "\ud800", "http://" + "a" * 10_000, "web.archive.org/web/1/"])
def test_no_text_breaks_it(url: str) -> None:
    parse_address(url)
    unsafe_because(url)
    is_web_address(url)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "https://user:word@example.org/",
        "http://localhost/",
        "http://192.168.0.1/a",
        "http://127.0.0.1:8000",
        "https://example.org/\u202egpj.exe",
    ],
)
def test_unsafe(url: str) -> None:
    assert unsafe_because(url)


@pytest.mark.parametrize(
    "url",
    ["https://example.org/", "http://example.org:8080/x", "example.org/a", "https://bücher.example/ä", "no address"],
)
def test_safe_or_only_malformed(url: str) -> None:
    assert unsafe_because(url) is None


def test_domains_hold_what_is_below_them() -> None:
    domains = frozenset({"factcheck.org", "factcheck.afp.com"})
    assert belongs_to("factcheck.org", domains)
    assert belongs_to("cdn.factcheck.org", domains)
    assert not belongs_to("afp.com", domains)
    assert not belongs_to("notfactcheck.org", domains)
    assert not belongs_to("", domains)
