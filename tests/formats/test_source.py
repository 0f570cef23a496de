"""Opening, unpacking and decoding: what is refused, where, and that the hash is that of the stored bytes."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from pathlib import Path

import pytest
from formats.helpers import entry, read
from hypothesis import given
from hypothesis import strategies as st

from averitec_eval.formats import SubmissionFile
from averitec_eval.formats.source import Limits, Source, StopReading, Window
from averitec_eval.validation.issues import Issue, IssueLog, Where

DATA = json.dumps([entry(0), entry(1, claim="Zoë said “no”.")], ensure_ascii=False).encode()
AT_START = Where(line=1, column=1)


def issues_of(path: Path) -> list[Issue]:
    log = IssueLog(100)
    assert list(SubmissionFile(path, log)) == []
    return [issue for group in log.groups() for issue in group.examples]


def test_absent_file(tmp_path: Path) -> None:
    (issue,) = issues_of(tmp_path / "no.json")
    assert (issue.code, issue.found) == ("F001", "nothing under this path")


def test_path_that_cannot_exist() -> None:
    (issue,) = issues_of(Path("a\0b"))
    assert issue.code == "F001"
    assert "null" in issue.found


def test_folder_and_pipe(tmp_path: Path) -> None:
    (issue,) = issues_of(tmp_path)
    assert (issue.code, issue.found) == ("F002", "a folder")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    (issue,) = issues_of(pipe)
    assert (issue.code, issue.found) == ("F002", "a device, pipe or socket")


def test_link_to_itself_is_not_readable(tmp_path: Path) -> None:
    link = tmp_path / "loop.json"
    link.symlink_to(link)
    (issue,) = issues_of(link)
    assert issue.code == "F003"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_no_permission(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(DATA)
    path.chmod(0)
    (issue,) = issues_of(path)
    assert issue.code == "F003"


@pytest.mark.parametrize(
    "data", [b"", b" \n\t\r\n ", gzip.compress(b"", mtime=0), gzip.compress(b"  ", mtime=0), b"\xef\xbb\xbf"]
)
def test_empty(data: bytes) -> None:
    result = read(data)
    assert [code for code in result.codes if code != "F009"] == ["F004"]
    assert result.entries == []
    assert result.file.format == ""


@pytest.mark.parametrize("forced", [None, "2024-json", "2025-csv", "2024-draft-jsonl"])
def test_empty_whatever_is_forced(forced: str | None) -> None:
    assert read(b"", forced).codes == ["F004"]


@pytest.mark.parametrize("level", [1, 9])
def test_gzip_is_known_by_its_content(level: int) -> None:
    packed = gzip.compress(DATA, level)
    plain, result = read(DATA), read(packed, name="x.json")
    assert [e.prediction() for e in result.entries] == [e.prediction() for e in plain.entries]
    assert result.codes == []
    assert result.file.gzipped
    assert result.file.sha256 == hashlib.sha256(packed).hexdigest()
    assert result.file.size == len(packed)
    assert result.issue("F028").found == "gzipped data under a name without .gz at its end"


def test_plain_data_under_gz_name() -> None:
    assert read(DATA, name="x.json.gz").issue("F028").found == "plain data under a name that ends in .gz"


def test_several_gzip_members_and_padding() -> None:
    packed = gzip.compress(DATA[:50]) + b"\0" * 10 + gzip.compress(DATA[50:]) + b"\0" * 600_000
    result = read(packed)
    assert result.codes == []
    assert len(result.entries) == 2


@pytest.mark.parametrize("cut", [9, 20, 60, -1, -8, -9])
def test_truncated_gzip(cut: int) -> None:
    packed = gzip.compress(DATA)[:cut]
    result = read(packed)
    assert result.codes == ["F006"]
    issue = result.issue("F006")
    assert issue.found.startswith(f"the end of the file after {len(packed)} bytes")
    assert "cut short" in issue.hint
    assert result.file.sha256 == hashlib.sha256(packed).hexdigest()


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        (lambda b: b[:-6] + bytes([b[-6] ^ 1]) + b[-5:], "incorrect data check"),
        (lambda b: b + b"garbage", "incorrect header check"),
        (lambda b: b[:20] + b"\xff" * 20 + b[40:], "invalid"),
    ],
)
def test_damaged_gzip(damage: object, found: str) -> None:
    many = json.dumps([entry(i) for i in range(50)]).encode()
    result = read(damage(gzip.compress(many)))  # type: ignore[operator]
    assert "F006" in result.codes
    assert found in result.issue("F006").found


def test_text_before_the_damage_is_read() -> None:
    """Three lists in one file, the end cut off: the entries of the first come out before the reading ends."""
    many = json.dumps([entry(i) for i in range(5000)]).encode()
    result = read(gzip.compress(many, 1)[:-20])
    assert result.codes == ["F006"]
    assert len(result.entries) > 4000
    assert [e.claim_id for e in result.entries] == list(range(len(result.entries)))


def test_gzip_bomb_stops_at_the_limit() -> None:
    packed = gzip.compress(b"[" + b" " * 30_000_000)
    result = read(packed, limits=Limits(bytes=5_000_000))
    assert result.codes == ["F005"]
    assert "more than 5,000,000 bytes unpacked" in result.issue("F005").found


def test_file_over_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "big.json"
    path.write_bytes(DATA)
    log = IssueLog()
    file = SubmissionFile(path, log, limits=Limits(bytes=100))
    assert list(file) == []
    (group,) = log.groups()
    assert (group.code, group.examples[0].found) == ("F005", f"{len(DATA)} bytes")


def test_sparse_file_of_terabytes_ends_at_once(tmp_path: Path) -> None:
    path = tmp_path / "huge.json"
    with path.open("wb") as handle:
        handle.truncate(1 << 40)
    (issue,) = issues_of(path)
    assert issue.code == "F005"


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"PK\x03\x04rest of it", "a ZIP archive (or an Excel workbook)"),
        (b"\x80\x04\x95rest of it", "a Python pickle"),
        (b"PAR1rest of it", "a Parquet file"),
        (b"%PDF-1.4 rest", "a PDF document"),
        (gzip.compress(gzip.compress(DATA, mtime=0), mtime=0), "a gzip file inside a gzip file"),
    ],
)
def test_binary_files_are_named(data: bytes, found: str) -> None:
    result = read(data)
    assert result.codes == ["F011"]
    assert result.issue("F011").found == found


def test_byte_order_mark_is_a_warning() -> None:
    result = read(b"\xef\xbb\xbf" + DATA)
    assert result.codes == ["F009"]
    assert result.issue("F009").where == AT_START
    assert len(result.entries) == 2


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"])
def test_utf16_and_utf32(encoding: str) -> None:
    result = read(DATA.decode().encode(encoding))
    assert result.codes == ["F008"]
    assert result.issue("F008").where == AT_START


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_invalid_utf8_with_offset_line_and_column(mark: bytes) -> None:
    text = json.dumps([entry(0), entry(1)], indent=1)
    at = text.rindex("rained")
    data = mark + text[:at].encode() + b"\xe9" + text[at:].encode()
    result = read(data)
    issue = result.issue("F007")
    line = text[:at].count("\n") + 1
    assert issue.where == Where(line=line, column=at - text.rindex("\n", 0, at))
    assert issue.found == f"the byte 0xE9 at offset {at + len(mark):,}"
    assert [e.claim_id for e in result.entries] == [0]


def test_invalid_utf8_far_into_the_file() -> None:
    data = json.dumps([entry(i) for i in range(9000)]).encode()
    at = data.index(b'"claim_id": 8000')
    result = read(data[:at] + b"\xff" + data[at:])
    assert result.issue("F007").found == f"the byte 0xFF at offset {at:,}"
    assert len(result.entries) == 8000


def test_character_cut_at_the_end() -> None:
    result = read('["Zoë'.encode()[:-1], "2024-json")
    assert result.issue("F007").found.endswith("where the file ends within a character")


def test_nul_byte() -> None:
    result = read(DATA + b"\n\0\0\0")
    assert result.issue("F010").where == Where(line=2, column=1)
    assert len(result.entries) == 2


def test_iterating_again_reads_again(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(DATA)
    file = SubmissionFile(path, IssueLog())
    assert len(list(file)) == 2
    first = file.sha256
    path.write_bytes(json.dumps([entry(7)]).encode())
    assert [e.claim_id for e in file] == [7]
    assert file.sha256 not in {first, ""}


def test_stopping_early_closes_the_file(tmp_path: Path) -> None:
    """Warnings are errors in these tests, so a file left open would fail this one."""
    path = tmp_path / "x.json"
    path.write_bytes(DATA)
    iterator = iter(SubmissionFile(path, IssueLog()))
    next(iterator)
    iterator.close()  # type: ignore[attr-defined]


@given(st.text(max_size=60), st.lists(st.integers(1, 5), min_size=1))
def test_window_tells_line_and_column(text: str, steps: list[int]) -> None:
    """Whatever was forgotten meanwhile, places are those of the whole text."""
    pieces, at = [], 0
    for step in steps * 60:
        if at < len(text):
            pieces.append(text[at : at + step])
            at += step
    window = Window(iter(pieces), IssueLog())
    whole = "".join(pieces)
    read_so_far = 0
    while window.grow():
        for pos in range(len(window.text) + 1):
            before = whole[: read_so_far + pos]
            assert window.place(pos) == (before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)
        step = min(steps[0], len(window.text))
        window.pos = step
        read_so_far += step
    assert window.done


@given(st.text(alphabet="ab\n\r ", max_size=40), st.integers(1, 7))
def test_lines_whatever_the_pieces(text: str, step: int) -> None:
    window = Window((text[i : i + step] for i in range(0, len(text), step)), IssueLog())
    *ended, last = text.split("\n")
    expected = [line.removesuffix("\r") for line in ended] + ([last] if last else [])
    assert list(window.lines()) == list(enumerate(expected, start=1))


def test_line_over_the_limit() -> None:
    log = IssueLog()
    window = Window(iter(["short\n", "x" * 50]), log, Limits(entry=20))
    lines = window.lines()
    assert next(lines) == (1, "short")
    with pytest.raises(StopReading):
        next(lines)
    (group,) = log.groups()
    assert (group.code, group.examples[0].where.line) == ("F017", 2)


@pytest.mark.parametrize("form", [None, "2024-json", "2025-csv", "2024-draft-jsonl"])
def test_a_file_of_white_space_ends_soon(form: str | None) -> None:
    """Thirty million spaces are passed over at once, not one by one."""
    assert read(gzip.compress(b" " * 30_000_000, 1), form).codes == ["F004"]


@pytest.mark.parametrize("start", ["id,claim,evi,label,split", '{"label": "Refuted", "evidence": ["e"]}'])
def test_a_file_of_blank_lines_ends_at_the_limit(start: str) -> None:
    result = read(start + "\n" * 50_000, limits=Limits(entries=1000))
    assert "F018" in result.codes
    assert len(result.issues) <= 1001


def test_source_hashes_what_was_not_read(tmp_path: Path) -> None:
    path = tmp_path / "x"
    data = b"\0" + os.urandom(700_000)
    path.write_bytes(data)
    source = Source(path, IssueLog())
    with pytest.raises(StopReading):
        list(source.chunks())
    source.finish()
    assert source.sha256 == hashlib.sha256(data).hexdigest()
    assert source.size == len(data)
