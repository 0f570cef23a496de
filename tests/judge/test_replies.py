"""Replies of a judge on disk: kept at once, found by what was asked, and nothing else taken for them."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from averitec_eval.errors import ResourceError
from averitec_eval.judge.records import MAX_REPLY_CHARS, KeptReply, ReplyKey
from averitec_eval.judge.replies import MAX_NAME_CHARS, SCHEMA_VERSION, Replies

KEY = ReplyKey("m", '{"seed":0}', "qa", "a" * 64, "b" * 64)
REPLY = KeptReply('{"x": 1}', "stop", 10, 5, "m-2024")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_kept_replies_are_found_again_in_the_order_of_attempts(tmp_path: Path) -> None:
    other = replace(KEY, kind="questions")
    with Replies(tmp_path / "new" / "r.sqlite") as replies:
        assert replies.put(KEY, REPLY) == REPLY
        second = replies.put(KEY, replace(REPLY, text="better", attempt=77))
        assert second.attempt == 1
        assert replies.get([KEY, other]) == {KEY.digest(): (REPLY, second)}
    with Replies(tmp_path / "new" / "r.sqlite", readonly=True) as replies:
        assert replies.get([KEY]) == {KEY.digest(): (REPLY, second)}
        assert list(replies) == [(KEY, REPLY), (KEY, second)]
        assert len(replies) == 2
        with pytest.raises(ResourceError, match="readonly"):
            replies.put(KEY, REPLY)
    assert names(tmp_path / "new") == ["r.sqlite"]


def test_every_part_of_the_key_tells_replies_apart(tmp_path: Path) -> None:
    keys = [
        KEY,
        replace(KEY, model="n"),
        replace(KEY, parameters='{"seed":1}'),
        replace(KEY, kind="questions"),
        replace(KEY, prompt="c" * 64),
        replace(KEY, inputs="c" * 64),
        replace(KEY, run=1),
    ]
    with Replies(tmp_path / "r.sqlite") as replies:
        for number, key in enumerate(keys):
            replies.put(key, replace(REPLY, text=str(number)))
        found = replies.get(keys)
    assert [found[key.digest()][0].text for key in keys] == [str(number) for number in range(len(keys))]


@settings(max_examples=30, deadline=None)
@given(text=st.text(st.characters(exclude_categories=()), max_size=200))
def test_any_text_survives(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("replies") / "r.sqlite"
    with Replies(path) as replies:
        replies.put(KEY, replace(REPLY, text=text))
    with Replies(path, readonly=True) as replies:
        assert replies.get([KEY])[KEY.digest()][0].text == text


def test_reply_of_any_length_is_kept_up_to_a_cap(tmp_path: Path) -> None:
    with Replies(tmp_path / "r.sqlite") as replies:
        kept = replies.put(KEY, replace(REPLY, text="é" * (MAX_REPLY_CHARS + 1)))
        assert kept.text == "é" * MAX_REPLY_CHARS
        assert replies.get([KEY])[KEY.digest()] == (kept,)


@pytest.mark.parametrize(
    ("key", "reply", "what"),
    [
        ({"model": ""}, {}, "model"),
        ({"model": "m" * (MAX_NAME_CHARS + 1)}, {}, "model"),
        ({"model": "\ud800"}, {}, "model"),
        ({"parameters": '{"seed": 0}'}, {}, "parameters"),
        ({"parameters": '{"seed":[1]}'}, {}, "parameters"),
        ({"kind": "answers"}, {}, "kind"),
        ({"prompt": "A" * 64}, {}, "prompt"),
        ({"inputs": "b" * 63}, {}, "inputs"),
        ({"run": -1}, {}, "run"),
        ({}, {"prompt_tokens": -1}, "prompt_tokens"),
        ({}, {"completion_tokens": 1.0}, "completion_tokens"),
        ({}, {"served_model": "x" * (MAX_NAME_CHARS + 1)}, "served_model"),
        ({}, {"finish_reason": None}, "finish_reason"),
    ],
)
def test_what_cannot_be_kept_is_refused(
    key: dict[str, object], reply: dict[str, object], what: str, tmp_path: Path
) -> None:
    with Replies(tmp_path / "r.sqlite") as replies:
        with pytest.raises(ValueError, match=what):
            replies.put(replace(KEY, **key), replace(REPLY, **reply))  # type: ignore[arg-type]
        assert len(replies) == 0


def test_absent_file_is_made_only_for_writing(tmp_path: Path) -> None:
    with pytest.raises(ResourceError, match="there are no replies"):
        Replies(tmp_path / "r.sqlite", readonly=True)
    with pytest.raises(ResourceError, match="not a file"):
        Replies(tmp_path)
    assert names(tmp_path) == []


def foreign(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE mine (x)")
    connection.close()


def newer(path: Path) -> None:
    Replies(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.close()


def with_trigger(path: Path) -> None:
    Replies(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TRIGGER t AFTER INSERT ON replies BEGIN DELETE FROM replies; END")
    connection.close()


def text_file(path: Path) -> None:
    path.write_text("no database, but long enough to be looked at " * 50, "utf-8")


@pytest.mark.parametrize("readonly", [False, True])
@pytest.mark.parametrize(
    ("make", "what"), [(foreign, "holds no replies"), (newer, "version 2"), (with_trigger, "tables"), (text_file, "no")]
)
def test_another_file_is_refused_and_stays_as_it_is(make: object, what: str, readonly: bool, tmp_path: Path) -> None:
    path = tmp_path / "r.sqlite"
    make(path)  # type: ignore[operator]
    before = path.read_bytes()
    with pytest.raises(ResourceError, match=what) as caught:
        Replies(path, readonly=readonly)
    assert "--replies" in str(caught.value) or "averitec-eval" in str(caught.value)
    assert path.read_bytes() == before
    assert names(tmp_path) == ["r.sqlite"]


@pytest.mark.parametrize(
    "change",
    [
        "SET text = x'00'",
        "SET prompt_tokens = 11",
        "SET model = 'other'",
        "SET kind = 'answers'",
        "SET attempt = 'x'",
        "SET checksum = NULL",
        "SET digest = x'00'",
    ],
)
def test_damaged_reply_is_an_error_and_never_another_answer(change: str, tmp_path: Path) -> None:
    path = tmp_path / "r.sqlite"
    with Replies(path) as replies:
        replies.put(KEY, REPLY)
    connection = sqlite3.connect(path)
    try:
        with connection:
            connection.execute(f"UPDATE replies {change}")
    except sqlite3.IntegrityError:
        assert "NULL" in change
        return
    finally:
        connection.close()
    with Replies(path, readonly=True) as replies, pytest.raises(ResourceError, match="damaged"):
        list(replies)


def test_cut_off_file_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "r.sqlite"
    with Replies(path) as replies:
        for number in range(200):
            replies.put(replace(KEY, inputs=f"{number:064x}"), replace(REPLY, text="x" * 500))
    path.write_bytes(path.read_bytes()[:20_000])

    def read() -> None:
        with Replies(path, readonly=True) as replies:
            list(replies)

    with pytest.raises(ResourceError, match="damaged"):
        read()


def test_two_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    with Replies(tmp_path / "r.sqlite") as one, Replies(tmp_path / "r.sqlite") as other:
        for number in range(20):
            one.put(replace(KEY, inputs=f"{number:064x}"), REPLY)
            other.put(replace(KEY, inputs=f"{number:064x}"), REPLY)
        assert len(one) == len(other) == 40
    with Replies(tmp_path / "r.sqlite", readonly=True) as replies:
        assert len(replies) == 40


def test_file_in_a_folder_that_nothing_can_be_written_to_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "closed"
    with Replies(folder / "r.sqlite") as replies:
        replies.put(KEY, REPLY)
    (folder / "r.sqlite").chmod(0o444)
    folder.chmod(0o555)
    try:
        with Replies(folder / "r.sqlite", readonly=True) as replies:
            assert len(replies) == 1
    finally:
        folder.chmod(0o755)
    assert names(folder) == ["r.sqlite"]
