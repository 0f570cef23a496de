"""Replies on their way between machines: the same bytes, nothing believed, nothing overwritten."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from judge.asked import GOOD

from averitec_eval.errors import OutputError, ResourceError, UnreadableError, UsageError
from averitec_eval.judge import exchange
from averitec_eval.judge.exchange import SHOWN, Imported, export_replies, import_replies
from averitec_eval.judge.reading import read_reply
from averitec_eval.judge.records import KeptReply, ReplyKey
from averitec_eval.judge.replies import Replies
from averitec_eval.scoring.judgements import KINDS

KEY = ReplyKey("m", '{"seed":0,"temperature":0.0}', "qa", "a" * 64, "b" * 64)
REPLY = KeptReply(GOOD, "stop", 10, 5, "m-2024")


def key(number: int) -> ReplyKey:
    return replace(KEY, inputs=f"{number:064x}", kind=KINDS[number % 2])


@pytest.fixture
def replies(tmp_path: Path) -> Iterator[Replies]:
    with Replies(tmp_path / "replies.sqlite") as opened:
        for number in (3, 1, 2, 0):
            opened.put(key(number), replace(REPLY, text=f"{GOOD} {number} é \ud800 \u202e"))
        opened.put(key(1), replace(REPLY, text="again"))
        opened.put(replace(key(5), model="other", run=2), REPLY)
        yield opened


@pytest.mark.parametrize("name", ["replies.jsonl", "replies.jsonl.gz"])
def test_export_and_import_give_the_same_replies_and_the_same_bytes(
    name: str, replies: Replies, tmp_path: Path
) -> None:
    assert export_replies(replies, tmp_path / name) == 6
    with Replies(tmp_path / "other.sqlite") as other:
        assert import_replies(tmp_path / name, other) == Imported(6, 0)
        assert list(other) == list(replies)
        assert import_replies(tmp_path / name, other) == Imported(0, 6)
        export_replies(other, tmp_path / "again" / name)
    assert (tmp_path / name).read_bytes() == (tmp_path / "again" / name).read_bytes()
    data = (tmp_path / name).read_bytes()
    text = gzip.decompress(data) if name.endswith(".gz") else data
    head, *lines = map(json.loads, text.splitlines())
    assert head == {"format": "averitec-eval judge replies", "version": 1}
    assert [line["model"] for line in lines] == ["m"] * 5 + ["other"]
    assert lines[0]["parameters"] == {"seed": 0, "temperature": 0.0}


def test_replies_of_one_model_are_exported_alone(replies: Replies, tmp_path: Path) -> None:
    assert export_replies(replies, tmp_path / "m.jsonl", model="other") == 1
    with pytest.raises(ResourceError, match="no reply of 'absent'"):
        export_replies(replies, tmp_path / "n.jsonl", model="absent")
    assert not (tmp_path / "n.jsonl").exists()
    with pytest.raises(OutputError):
        export_replies(replies, tmp_path / "m.jsonl" / "n.jsonl")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (GOOD, "stop"),
        (f"```json\n{GOOD}\n```", "stop"),
        (GOOD.replace("2}", "3}"), "stop"),
        (GOOD.replace('evidence": 1', 'evidence": 0.5'), "stop"),
        (GOOD.replace('evidence": 2', 'evidence": 0'), "stop"),
        (GOOD.replace('evidence": 1', 'evidence": "many"'), "stop"),
        (GOOD[:-5], "length"),
        (GOOD[:-5], "stop"),
        ("The secret reference says so.", "length"),
        ("The secret reference says so.", "stop"),
        ("", "content_filter"),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_counts_alone_are_read_as_the_whole_reply_is(kind: str, text: str, reason: str, tmp_path: Path) -> None:
    text = text.replace("evidence", "questions") if kind == "questions" else text
    secret = text.replace("{", '{"facts in reference evidence": "1. A secret of the gold.", ') if "{" in text else text
    asked = replace(KEY, kind=kind)  # type: ignore[arg-type]
    with Replies(tmp_path / "r.sqlite") as replies:
        replies.put(asked, replace(REPLY, text=secret, finish_reason=reason))
        export_replies(replies, tmp_path / "r.jsonl", counts_only=True)
    assert b"secret" not in (tmp_path / "r.jsonl").read_bytes()
    with Replies(tmp_path / "other.sqlite") as other:
        import_replies(tmp_path / "r.jsonl", other)
        (taken,) = other.get([asked])[asked.digest()]
    assert read_reply(taken.text, asked.kind, taken.finish_reason) == read_reply(secret, asked.kind, reason)


@pytest.mark.parametrize("linked", [False, True])
def test_replies_are_not_exported_over_themselves(linked: bool, replies: Replies, tmp_path: Path) -> None:
    target = tmp_path / "link.jsonl" if linked else replies.path
    if linked:
        target.symlink_to(replies.path)
    with pytest.raises(UsageError, match="is the file of replies itself"):
        export_replies(replies, target, counts_only=True)
    with Replies(replies.path, readonly=True) as again:
        assert len(again) == 6


def test_reply_that_differs_is_reported_and_nothing_is_changed(replies: Replies, tmp_path: Path) -> None:
    export_replies(replies, tmp_path / "r.jsonl")
    with Replies(tmp_path / "other.sqlite") as other:
        other.put(key(2), replace(REPLY, text="something else"))
        before = list(other)
        with pytest.raises(ResourceError, match="1 reply differs from the one in ") as caught:
            import_replies(tmp_path / "r.jsonl", other)
        assert caught.value.problems == (f"m {key(2).kind} {'0' * 12}, run 0, attempt 0",)
        assert list(other) == before
        other.put(key(9), REPLY)  # the file can still be written


def lines_of(replies: Replies, folder: Path) -> list[dict[str, Any]]:
    export_replies(replies, folder / "lines.jsonl")
    return [json.loads(line) for line in (folder / "lines.jsonl").read_bytes().splitlines()]


def refused(lines: list[Any], folder: Path) -> str:
    """What is said of a file of these lines, of which nothing is taken."""
    path = folder / "strange.jsonl"
    path.write_bytes(b"\n".join(each if isinstance(each, bytes) else json.dumps(each).encode() for each in lines))
    with Replies(folder / "taken.sqlite") as taken:
        with pytest.raises(UnreadableError) as caught:
            import_replies(path, taken)
        assert len(taken) == 0
    assert "\n" not in str(caught.value), "the command line writes it in one line"
    return "\n".join(caught.value.problems)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda line: line.pop("text"), "lacks text"),
        (lambda line: line.update(more=1), "holds more"),
        (lambda line: line.update(text=3), "text"),
        (lambda line: line.update(text="x" * 100_001), "at most 100,000"),
        (lambda line: line.update(model="other"), "digest"),
        (lambda line: line.update(digest="c" * 64), "digest"),
        (lambda line: line.update(kind="answers"), "kind"),
        (lambda line: line.update(parameters="{}"), "parameters"),
        (lambda line: line.update(parameters={"x": [1]}), "parameters"),
        (lambda line: line.update(run=-1), "run"),
        (lambda line: line.update(run=True), "run"),
        (lambda line: line.update(attempt=10**9), "attempt"),
        (lambda line: line.update(prompt_tokens=1e99), "prompt_tokens"),
    ],
)
def test_line_that_is_wrong_takes_the_whole_file_with_it(
    change: Callable[[dict[str, Any]], object], what: str, replies: Replies, tmp_path: Path
) -> None:
    lines = lines_of(replies, tmp_path)
    change(lines[3])
    said = refused(lines, tmp_path)
    assert "line 4:" in said
    assert what in said
    assert "line 3" not in said


def test_all_problems_are_told_of_at_once(replies: Replies, tmp_path: Path) -> None:
    lines: list[Any] = lines_of(replies, tmp_path)
    lines[1] = b"{broken"
    lines[2] = [1]
    lines[4]["run"], lines[4]["kind"] = -1, "answers"
    said = refused(lines, tmp_path)
    assert all(part in said for part in ("line 2: is not JSON", "line 3: is list", "line 5: kind", "run is no whole"))
    said = refused([lines[0], *[b"[]"] * (SHOWN + 5)], tmp_path)
    assert said.count("expected an object") == SHOWN
    assert "and 5 more" in said


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "is empty"),
        (b"\n", "not JSON"),
        (b"[]\n", "expected"),
        (b'{"format": "averitec-eval judge replies", "version": 2}\n', "version 2"),
        (b'{"format": "averitec-eval judge replies", "version": true}\n', "version True"),
        (b'{"claim": "x"}\n', "does not say that replies follow"),
        (b"[" * 100_000, "not JSON"),
        (b"\x1f\x8b broken", "gzip"),
        (gzip.compress(b'{"format": "averitec-eval judge replies", "version": 1}\n' * 1000)[:-9], "cut off"),
    ],
)
def test_another_file_is_refused(data: bytes, what: str, tmp_path: Path) -> None:
    path = tmp_path / "strange.jsonl"
    path.write_bytes(data)
    with Replies(tmp_path / "taken.sqlite") as taken:
        with pytest.raises(UnreadableError) as caught:
            import_replies(path, taken)
        assert what in " ".join((str(caught.value), *caught.value.problems))
        assert len(taken) == 0
        with pytest.raises(UnreadableError, match="cannot be read"):
            import_replies(tmp_path / "absent.jsonl", taken)
        with pytest.raises(UnreadableError, match="cannot be read"):
            import_replies(tmp_path, taken)


def test_file_without_end_is_read_up_to_a_limit(
    replies: Replies, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = lines_of(replies, tmp_path)
    monkeypatch.setattr(exchange, "MAX_REPLIES", 4)
    assert "line 6: is too much" in refused(lines, tmp_path)
    monkeypatch.undo()
    monkeypatch.setattr(exchange, "MAX_LINE_BYTES", 700)
    assert "line 3: is too much" in refused([lines[0], lines[1], b"x" * 800, lines[2]], tmp_path)
    monkeypatch.undo()
    monkeypatch.setattr(exchange, "MAX_BYTES", 1500)
    assert "is too much" in refused(lines, tmp_path)


@settings(max_examples=25, deadline=None)
@given(data=st.binary(max_size=200))
def test_no_bytes_break_the_import(data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("import")
    head = b'{"format": "averitec-eval judge replies", "version": 1}\n'
    for place, content in (("a", data), ("b", head + data)):
        (folder / place).write_bytes(content)
        with Replies(folder / "r.sqlite") as replies:
            try:
                found = import_replies(folder / place, replies)
            except UnreadableError:
                found = Imported(0, 0)
            assert (found, len(replies)) == (Imported(0, 0), 0)
