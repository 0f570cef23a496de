"""A task's rules in ``leaderboard.yaml``: what is read, what is refused, and that the JSON Schema says the same."""

from __future__ import annotations

import datetime
import json
import tempfile
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from strategies import task_files

from averitec_eval.errors import ConfigError
from averitec_eval.leaderboard import config, rules
from averitec_eval.leaderboard.config import BoardConfig, read_config
from averitec_eval.leaderboard.submission import FIELDS, SubmissionMeta

LEAST = {"title": "A task", "gold": "gold.json", "submissions": "submissions", "site": "site"}
SCHEMA = json.loads((resources.files("averitec_eval") / "schemas" / "task.schema.json").read_text("utf-8"))


def read(folder: Path, **keys: Any) -> BoardConfig:
    path = folder / "leaderboard.yaml"
    path.write_text(json.dumps({**LEAST, **keys}), encoding="utf-8")
    return read_config(path)


def problems(folder: Path, **keys: Any) -> str:
    with pytest.raises(ConfigError) as caught:
        read(folder, **keys)
    return "\n".join(caught.value.problems)


def at(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.timezone.utc)


def meta(**values: Any) -> SubmissionMeta:
    return SubmissionMeta("s", "t", "p.json", **values)


def test_without_rules_nothing_is_restricted(tmp_path: Path) -> None:
    (board,) = read(tmp_path).boards()
    assert board.rules == rules.NO_RULES
    assert board.rules.no_rank_reason(meta()) == ""
    assert board.rules.has_begun(at("2000-01-01"))
    assert not board.rules.is_over(at("2999-01-01"))
    assert not board.anonymous


def test_every_rule_is_read_for_one_board_and_for_phases(tmp_path: Path) -> None:
    keys = {
        "starts": "2025-03-01",
        "ends": "2025-03-31T12:00Z",
        "scores": "participant",
        "limits": {"per_day": 2, "total": 10, "invalid_per_day": 0, "bytes": 10_000},
        "require": ["description", "models"],
        "anonymous_until": "2025-05-01",
        "runtime_limit": 60,
    }
    shared = {"tie_breaks": ["macro_f1", "name"], "contact": "us@example.org", "image": "logo.png", "terms": "a\nb"}
    one = read(tmp_path, **keys, **shared)
    found = one.rules
    assert (found.starts and found.starts.text, found.ends and found.ends.text) == ("2025-03-01", "2025-03-31T12:00Z")
    assert found.limits == rules.Limits(per_day=2, total=10, invalid_per_day=0, bytes=10_000)
    assert (found.scores, found.require, found.anonymous_until, found.runtime_limit) == (
        "participant",
        ("description", "models"),
        "2025-05-01",
        60.0,
    )
    assert (one.tie_breaks, one.contact, one.image) == (("macro_f1", "name"), "us@example.org", tmp_path / "logo.png")
    two = read(tmp_path, **shared, gold=None, phases=[{"name": "dev", "gold": "d"}, {"name": "t", "gold": "g", **keys}])
    dev, test = two.boards()
    assert (dev.rules, test.rules) == (rules.NO_RULES, found)
    assert (dev.tie_breaks, dev.anonymous, test.anonymous) == (("macro_f1", "name"), False, True)


def test_days_count_whole_and_instants_to_the_second(tmp_path: Path) -> None:
    days = read(tmp_path, starts="2025-03-01", ends="2025-03-31").rules
    assert not days.has_begun(at("2025-02-28T23:59:59"))
    assert days.has_begun(at("2025-03-01T00:00:00"))
    assert not days.is_over(at("2025-03-31T23:59:59"))
    assert days.is_over(at("2025-04-01T00:00:00"))
    assert days.dated_outside("2025-02-28")
    assert not days.dated_outside("2025-03-01")
    assert not days.dated_outside("2025-03-31")
    assert days.dated_outside("2025-04-01")
    instants = read(tmp_path, starts="2025-03-01T12:00:30Z", ends="2025-03-31T00:00Z").rules
    assert not instants.has_begun(at("2025-03-01T12:00:29"))
    assert instants.has_begun(at("2025-03-01T12:00:30"))
    assert not instants.dated_outside("2025-03-01")
    assert not instants.dated_outside("2025-03-30")
    assert instants.dated_outside("2025-03-31")
    assert not days.has_begun(datetime.datetime.fromisoformat("2025-03-01T00:30:00+01:00"))


def test_what_takes_no_rank(tmp_path: Path) -> None:
    found = read(tmp_path, require=["models", "hardware"], ends="2025-03-31", runtime_limit=60).rules
    filled = frozenset({"models", "hardware"})
    assert "models, hardware" in found.no_rank_reason(meta())
    assert found.no_rank_reason(meta(filled=filled, seconds_per_claim=60.0)) == ""
    assert "does not say" in found.no_rank_reason(meta(filled=filled))
    assert "60.5 seconds" in found.no_rank_reason(meta(filled=filled, seconds_per_claim=60.5))
    assert "after the phase ended" in found.no_rank_reason(meta(filled=filled, date="2025-04-01"))


@pytest.mark.parametrize(
    ("today", "hidden"), [(None, True), ("2025-04-30", True), ("2025-05-01", False), ("2026-01-01", False)]
)
def test_names_are_hidden_until_a_day_and_where_the_day_is_not_known(
    tmp_path: Path, today: str | None, hidden: bool
) -> None:
    assert read(tmp_path, anonymous_until="2025-05-01").rules.hides_names(today) is hidden


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"starts": "2025-02-30"}, "there is no such day"),
        ({"starts": "2025-03-01T24:30Z"}, "there is no such day or time"),
        ({"ends": "2025-03-01 12:00"}, "expected a day as YYYY-MM-DD or an instant"),
        ({"ends": "2025-03-01T12:00+01:00"}, "expected a day as YYYY-MM-DD or an instant"),
        ({"ends": "9999-12-31"}, "there is no such day"),
        ({"starts": "2025-03-02", "ends": "2025-03-01"}, "which is not after starts"),
        ({"starts": "2025-03-01T12:00Z", "ends": "2025-03-01T12:00Z"}, "which is not after starts"),
        ({"scores": "nobody"}, "expected one of everyone, participant, organisers"),
        ({"limits": 5}, "limits: found the number 5"),
        ({"limits": {"per_day": 0, "weekly": 3}}, "limits: per_day: found the number 0"),
        ({"limits": {"per_day": 0, "weekly": 3}}, "limits: weekly: found a key that is not known"),
        ({"limits": {"total": True}}, "limits: total: found the truth value true"),
        ({"require": ["modles"]}, "modles is none; did you mean models?"),
        ({"require": ["models", "models"]}, "each once"),
        ({"anonymous_until": "2025-05"}, "a day as YYYY-MM-DD"),
        ({"runtime_limit": 0}, "above 0"),
        ({"tie_breaks": ["best looks"]}, "best looks is no such name"),
        ({"tie_breaks": "name"}, "expected a list"),
        (
            {"phases": [{"name": "dev", "gold": "d"}], "gold": None, "starts": "2025-03-01"},
            "starts: found beside phases",
        ),
        ({"phases": [{"name": "dev", "gold": "d", "limits": {"total": -1}}], "gold": None}, "entry 1: limits: total"),
    ],
)
def test_what_breaks_a_rule_is_named(tmp_path: Path, keys: dict[str, Any], words: str) -> None:
    assert words in problems(tmp_path, **keys)


@settings(max_examples=150)
@given(task_files)
def test_the_schema_and_the_reader_agree(task: dict[str, Any]) -> None:
    """Every file is small and generated so that about half of them are sound."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "leaderboard.yaml"
        path.write_text(json.dumps(task), encoding="utf-8")
        try:
            read_config(path)
        except ConfigError as error:
            found = error.problems
        else:
            found = ()
    beyond = (
        "which is not after",
        "there is no such day",
        "for each, whatever its capitals",
        "private phases only",
        "beside the profile",
    )
    found = tuple(problem for problem in found if not any(words in problem for words in beyond))
    errors = list(jsonschema.Draft202012Validator(SCHEMA).iter_errors(task))
    assert bool(errors) == bool(found), (found, [error.message for error in errors])


def test_the_schema_names_every_key() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert set(SCHEMA["properties"]) == set(config._FIELDS)
    phase = SCHEMA["$defs"]["phase"]["properties"]
    assert set(phase) == set(config._PHASE)
    assert set(SCHEMA["$defs"]["judge"]["properties"]) == set(config._JUDGE)
    assert set(SCHEMA["$defs"]["limits"]["properties"]) == set(rules.LIMITS)
    assert set(SCHEMA["$defs"]["require"]["items"]["enum"]) == set(FIELDS)
