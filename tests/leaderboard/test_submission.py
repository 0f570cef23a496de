"""``submission.yaml``: what is read, what is refused and how, and that the JSON Schema says the same."""

from __future__ import annotations

import dataclasses
import json
import os
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given
from strategies import yaml_texts

from averitec_eval.errors import ConfigError, UnreadableError
from averitec_eval.leaderboard.submission import (
    FIELDS,
    INPUT_FORMATS,
    MAX_BYTES,
    SubmissionMeta,
    read_submission_folder,
)
from averitec_eval.leaderboard.yamlfile import MAX_DEPTH

LEAST = {"name": "A system", "team": "A team", "predictions": "predictions.json"}


def folder_with(folder: Path, text: str | bytes, predictions: str = "predictions.json") -> Path:
    """A submission's folder with this ``submission.yaml`` and an empty predictions file."""
    folder.mkdir(parents=True, exist_ok=True)
    data = text.encode() if isinstance(text, str) else text
    (folder / "submission.yaml").write_bytes(data)
    (folder / predictions).write_text("[]", encoding="utf-8")
    return folder


def problems_of(folder: Path) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        read_submission_folder(folder)
    assert caught.value.exit_code == 1
    return caught.value.problems


def least_with(line: str) -> str:
    """The least file, the line of the same key replaced by ``line`` or ``line`` added."""
    key = line.split(":")[0]
    kept = [f"{name}: {value}" for name, value in LEAST.items() if name != key]
    return "\n".join([*kept, line]) + "\n"


def schema() -> dict[str, Any]:
    path = files("averitec_eval") / "schemas" / "submission.schema.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


class PlainDays(yaml.SafeLoader):
    """The safe loader without days and times, which JSON does not have."""


PlainDays.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith("timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def fits_schema(text: str) -> bool:
    validator = jsonschema.Draft202012Validator(schema())
    return bool(validator.is_valid(yaml.load(text, Loader=PlainDays)))


def test_the_least_file_leaves_everything_else_empty(tmp_path: Path) -> None:
    meta = read_submission_folder(folder_with(tmp_path, yaml.safe_dump(LEAST)))
    assert meta == SubmissionMeta(name="A system", team="A team", predictions="predictions.json")
    assert meta.kind == "system"


def test_every_field_is_read(tmp_path: Path) -> None:
    text = """\
# a comment
name: " Größe 源氏 "
team: 'No'
kind: baseline
predictions: run 1.json.gz
date: 2025-03-01
description: |
  Two lines
  of text.
url: https://example.org/paper?id=1#top
models: [retriever, "model: 8b"]
open_weights: yes
hardware: 1 GPU, 24 GB
seeds: [0, 7]
seconds_per_claim: 12
contact: someone@example.org
input_format: 2024-json
"""
    meta = read_submission_folder(folder_with(tmp_path, text, "run 1.json.gz"))
    assert meta == SubmissionMeta(
        name="Größe 源氏",
        team="No",
        kind="baseline",
        predictions="run 1.json.gz",
        date="2025-03-01",
        description="Two lines\nof text.",
        url="https://example.org/paper?id=1#top",
        models=("retriever", "model: 8b"),
        open_weights=True,
        hardware="1 GPU, 24 GB",
        seeds=(0, 7),
        seconds_per_claim=12.0,
        contact="someone@example.org",
        input_format="2024-json",
    )
    assert fits_schema(text)


def test_records_are_frozen_and_keep_the_contact_to_themselves(tmp_path: Path) -> None:
    meta = read_submission_folder(folder_with(tmp_path, least_with("contact: someone@example.org")))
    assert "someone" not in repr(meta)
    with pytest.raises(dataclasses.FrozenInstanceError):
        meta.name = "other"  # type: ignore[misc]


@pytest.mark.parametrize(
    "line",
    [
        "url:",
        "date: ~",
        "models: []",
        "seconds_per_claim: 0",
        "seconds_per_claim: .5",
        "date: '2024-02-29'",
        "url: HTTP://127.0.0.1:8080/a(b)",
        "url: https://例え.jp/",
        "description: ''",
        "kind: oracle",
        "input_format: 2024-draft-jsonl",
        "open_weights: off",
        "name: 'A & B * C'",
    ],
)
def test_good_values(tmp_path: Path, line: str) -> None:
    assert read_submission_folder(folder_with(tmp_path, least_with(line)))
    assert fits_schema(least_with(line))


BAD_VALUES = {
    "name: ''": r'name: found "", expected text in one line of 1 to 80 characters',
    "name: '  '": "name: found .*, expected text in one line of 1 to 80",
    f"name: {'x' * 81}": r"name: found .*\(81 characters\), expected text in one line of 1 to 80 characters",
    "name: No": "name: found the truth value false, expected text .*; put it in quotes",
    "name: 2025": "name: found the number 2025, expected text .*; put it in quotes",
    "name:": "name: found nothing, expected text",
    "team: [a, b]": "team: found a list, expected text",
    "team: {a: b}": "team: found a mapping, expected text",
    "kind: sytem": r'kind: found "sytem", expected one of system, baseline, oracle; did you mean system\?',
    "kind: 3": "kind: found the number 3, expected one of",
    "kind: [system]": "kind: found a list, expected one of",
    "date: 01-03-2025": 'date: found "01-03-2025", expected a day as YYYY-MM-DD',
    "date: 2025-3-1": 'date: found "2025-3-1", expected a day as YYYY-MM-DD',
    "date: 2025-03-01 10:00:00": 'date: found "2025-03-01 10:00:00", expected a day',
    "date: 20250301": "date: found the number 20250301, expected a day",
    f"description: {'long ' * 500}": r"description: found .* expected text of at most 2000 characters",
    "url: example.org": 'url: found "example.org", expected an address that begins with https://',
    "url: javascript:alert(1)": "url: found .*, expected an address",
    "url: ftp://example.org/": "url: found .*, expected an address",
    "url: https://": "url: found .*, expected an address",
    "url: https://exa mple.org/": "url: found .*, expected an address",
    "models: gpt": r'models: found "gpt", expected a list .*; write \[name\]',
    "models: [3]": "models: found a list, expected a list of at most 50 names.*in quotes",
    "models: ['']": "models: found a list, expected a list of at most 50 names",
    f"models: [{', '.join('abc' for _ in range(51))}]": "models: found a list, expected a list of at most 50 names",
    "open_weights: 'yes'": 'open_weights: found "yes", expected true or false, without quotes',
    "open_weights: 1": "open_weights: found the number 1, expected true or false",
    "seeds: 8": "seeds: found the number 8, expected a list of at most 50 whole numbers that are not below 0; write",
    "seeds: [1.5]": "seeds: found a list, expected a list of at most 50 whole numbers",
    "seeds: [true]": "seeds: found a list, expected a list of at most 50 whole numbers",
    "hardware: 8": "hardware: found the number 8, expected text",
    "seconds_per_claim: fast": 'seconds_per_claim: found "fast", expected a number of seconds',
    "seconds_per_claim: true": "seconds_per_claim: found the truth value true, expected a number",
    "seconds_per_claim: -1": "seconds_per_claim: found the number -1, expected a number of seconds .* not below 0",
    "input_format: gold-json": "input_format: found .*, expected one of 2024-json, 2025-csv, 2023-json",
    "seconds_per_clam: 3": r"seconds_per_clam: found a key that is not known, .*did you mean seconds_per_claim\?",
    "open-weights: true": r"open-weights: found a key that is not known, .*did you mean open_weights\?",
    "zzz: 1": "zzz: found a key that is not known, expected one of the fields; the names are name, team, kind",
    "predictions: ''": 'predictions: found "", expected text in one line of 1 to 200 characters',
    "predictions: ../predictions.json": "predictions: found .*, expected the plain name of a file in the same folder",
    "predictions: a/predictions.json": "predictions: found .*, expected the plain name",
    "predictions: /etc/passwd": "predictions: found .*, expected the plain name",
    "predictions: a\\predictions.json": "predictions: found .*, expected the plain name",
    "predictions: C:predictions.json": "predictions: found .*, expected the plain name",
    "predictions: .": "predictions: found .*, expected the plain name",
    "predictions: ..": "predictions: found .*, expected the plain name",
    "predictions: .hidden.json": "predictions: found .*, expected the plain name",
    "predictions: submission.yaml": "predictions: found .*, expected the plain name",
}


@pytest.mark.parametrize(("line", "message"), BAD_VALUES.items())
def test_bad_values_give_one_problem_each(tmp_path: Path, line: str, message: str) -> None:
    problems = problems_of(folder_with(tmp_path, least_with(line)))
    assert len(problems) == 1
    assert re.match(message, problems[0])
    assert not fits_schema(least_with(line))


BAD_BEYOND_SCHEMA = {
    "date: 2025-02-29": "date: found .*, expected a day as YYYY-MM-DD.*; there is no such day in the calendar",
    "predictions: other.json": 'predictions: found "other.json", but there is no such file in the folder',
    'predictions: "a\\0b"': "predictions: found .*; remove control",
    'name: "a\\nb"': "name: found .*, expected text in one line .*; remove control",
    'name: "abc \\u202e cba"': "name: found .*; remove control, invisible and direction-changing characters",
    'description: "red \\e[31m"': "description: found .*; remove control",
    "seconds_per_claim: .inf": "seconds_per_claim: found the number inf, expected a number of seconds that is finite",
    "seconds_per_claim: .nan": "seconds_per_claim: found the number nan, expected a number of seconds that is finite",
    f"seconds_per_claim: 1{'0' * 400}": "seconds_per_claim: found the number of more than 20 digits, expected",
    "url: https://user:secret@example.org/": "url: found .*; leave out the user name",
    "url: https://example.org:port/": "url: found .*, expected an address",
    "url: https://[::1/": "url: found .*, expected an address",
    "url: https://example.org/'a'": "url: found .*; percent-encode quotes",
    'url: "https://example.org/\\u200b"': "url: found .*; percent-encode",
}


@pytest.mark.parametrize(("line", "message"), BAD_BEYOND_SCHEMA.items())
def test_values_that_a_schema_cannot_refuse(tmp_path: Path, line: str, message: str) -> None:
    problems = problems_of(folder_with(tmp_path, least_with(line)))
    assert len(problems) == 1
    assert re.match(message, problems[0])
    assert problems[0].isprintable()


def test_every_problem_is_reported_at_once_and_the_contact_never(tmp_path: Path) -> None:
    text = "nam: x\nkind: best\ndate: soon\ncontact: secret@example.org\x20\x20\nteam: 3\nurl: x\n"
    problems = problems_of(folder_with(tmp_path, text))
    assert [problem.split(":")[0] for problem in problems] == [
        "nam",
        "kind",
        "date",
        "team",
        "url",
        "name",
        "predictions",
    ]
    problems = problems_of(folder_with(tmp_path, least_with(f"contact: {'secret' * 50}")))
    assert problems == ("contact: found text, expected text in one line of at most 200 characters",)


BAD_FILES: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", "submission.yaml: found nothing, expected lines of the form 'key: value'"),
    "only a comment": ("# nothing\n", "submission.yaml: found nothing"),
    "a list": ("- name: x\n", "submission.yaml: found a list"),
    "a word": ("name\n", "submission.yaml: found a single value"),
    "not yaml": ("name: a: b\n", r"submission.yaml: is not YAML at line 1, column 8: .*in quotes"),
    "unclosed": ("name: [a, b\n", "submission.yaml: is not YAML at line 2"),
    "a tab as indent": ("models:\n\t- a\n", "submission.yaml: is not YAML at line 2"),
    "latin-1": (b"name: caf\xe9\n", "submission.yaml: found bytes that are not UTF-8 at byte 10; save it as UTF-8"),
    "utf-16": ("name: x\n".encode("utf-16"), "submission.yaml: found bytes that are not UTF-8 at byte 1"),
    "control": ("name: a\x00b\n", "submission.yaml: found a character that YAML forbids at position 8"),
    "anchor": ("name: &a x\nteam: y\n", r"submission.yaml: found an anchor or alias \(& or \*\) at line 1"),
    "alias": ("name: x\nteam: *a\n", "submission.yaml: found an anchor or alias .* at line 2"),
    "tag": ("name: !!python/object/apply:os.system [ls]\n", r"submission.yaml: found a tag \(!\) at line 1"),
    "harmless tag": ("name: !!str 3\n", "submission.yaml: found a tag"),
    "two documents": ("name: x\n---\nname: y\n", "submission.yaml: found a second document .* at line 2"),
    "deep": ("a: " + "[" * 5000 + "]" * 5000, f"submission.yaml: found more than {MAX_DEPTH} levels of nesting"),
    "large": ("# " + "x" * MAX_BYTES, "submission.yaml: found more than 65,536 bytes"),
}


@pytest.mark.parametrize(("text", "message"), BAD_FILES.values(), ids=BAD_FILES)
def test_files_that_are_refused_whole(tmp_path: Path, text: str | bytes, message: str) -> None:
    problems = problems_of(folder_with(tmp_path, text))
    assert len(problems) == 1
    assert re.match(message, problems[0])


def test_an_alias_bomb_is_refused_before_it_grows(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60)]
    (problem,) = problems_of(folder_with(tmp_path, "\n".join(lines)))
    assert problem.startswith("submission.yaml: found an anchor or alias")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (yaml.safe_dump(LEAST) + "team: B\n", "team: found the key at line 3 and again at line 4, expected it once"),
        (yaml.safe_dump(LEAST) + "? [a]\n: b\n", "line 4: found a list or mapping as a key"),
        (yaml.safe_dump(LEAST) + "<<: {kind: oracle}\n", "<<: found a key that is not known"),
        (yaml.safe_dump(LEAST) + "seconds_per_claim: 0b_\n", 'seconds_per_claim: found "0b_", expected a readable'),
        (yaml.safe_dump(LEAST) + "models: [0b_]\n", 'models: found "0b_", expected a readable number'),
        (yaml.safe_dump(LEAST) + "1: 2\n", "1: found a key that is not known"),
    ],
)
def test_odd_keys_and_numbers(tmp_path: Path, text: str, expected: str) -> None:
    (problem,) = problems_of(folder_with(tmp_path, text))
    assert problem.startswith(expected)


def test_a_byte_order_mark_is_skipped(tmp_path: Path) -> None:
    assert read_submission_folder(folder_with(tmp_path, b"\xef\xbb\xbf" + yaml.safe_dump(LEAST).encode()))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert problems_of(tmp_path) == ("submission.yaml: there is no such file in the folder",)
    (tmp_path / "submission.yml").touch()
    assert problems_of(tmp_path)[0].endswith("; rename submission.yml")


@pytest.mark.parametrize("name", ["absent", "file"])
def test_what_is_no_folder_is_unreadable(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UnreadableError, match="is not a folder"):
        read_submission_folder(tmp_path / name)


@pytest.mark.parametrize("name", ["submission.yaml", "predictions.json"])
def test_links_may_not_leave_the_folder(tmp_path: Path, name: str) -> None:
    folder = folder_with(tmp_path / "sub", yaml.safe_dump(LEAST))
    (folder / name).rename(tmp_path / name)
    (folder / name).symlink_to(tmp_path / name)
    (problem,) = problems_of(folder)
    assert "it is a link that leads out of the folder" in problem


def test_links_inside_the_folder_are_followed(tmp_path: Path) -> None:
    folder = folder_with(tmp_path / "sub", yaml.safe_dump(LEAST))
    (folder / "predictions.json").rename(folder / "run.json")
    (folder / "predictions.json").symlink_to("run.json")
    outside = tmp_path / "link"
    outside.symlink_to(folder)
    assert read_submission_folder(outside).predictions == "predictions.json"


def test_a_loop_of_links_is_a_problem(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, yaml.safe_dump(LEAST))
    (folder / "predictions.json").unlink()
    (folder / "predictions.json").symlink_to("predictions.json")
    (problem,) = problems_of(folder)
    assert "cannot be reached" in problem


@pytest.mark.parametrize("name", ["submission.yaml", "predictions.json"])
@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo])
def test_only_regular_files_are_opened(tmp_path: Path, name: str, make: Any) -> None:
    folder = folder_with(tmp_path, yaml.safe_dump(LEAST))
    (folder / name).unlink()
    make(folder / name)
    (problem,) = problems_of(folder)
    assert "it is not a regular file" in problem


@given(text=yaml_texts)
def test_any_text_is_read_or_refused_with_problems(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.mktemp("any")
    (folder / "submission.yaml").write_bytes(text.encode("utf-8", "surrogatepass"))
    problems = problems_of(folder)  # without a predictions file nothing is good
    assert problems
    assert all(problem.isprintable() for problem in problems)


def test_further_runs_are_files_of_the_folder_each_once(tmp_path: Path) -> None:
    good = folder_with(tmp_path / "good", yaml.safe_dump({**LEAST, "runs": ["seed-2.json", "seed-3.json"]}))
    for name in ("seed-2.json", "seed-3.json"):
        (good / name).write_text("[]", encoding="utf-8")
    assert read_submission_folder(good).runs == ("seed-2.json", "seed-3.json")
    runs = ["absent.json", "../x.json", "predictions.json", "twice.json", "twice.json"]
    bad = folder_with(tmp_path / "bad", yaml.safe_dump({**LEAST, "runs": runs}))
    (bad / "twice.json").write_text("[]", encoding="utf-8")
    problems = problems_of(bad)
    assert [problem.split(",")[0] for problem in problems] == [
        'runs: found "absent.json"',
        'runs: found "../x.json"',
        'runs: found "predictions.json" more than once',
        'runs: found "twice.json" more than once',
    ]


def test_the_schema_is_sound_and_knows_every_field() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    assert set(schema()["properties"]) == set(FIELDS)


def test_the_formats_are_those_of_submissions() -> None:
    assert schema()["properties"]["input_format"]["enum"] == [*INPUT_FORMATS, None]


def test_the_documentation_describes_every_field() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "submissions.md").read_text(encoding="utf-8")
    described = re.findall(r"^\| `(\w+)` \|", text, flags=re.MULTILINE)
    assert sorted(described) == sorted(FIELDS)
