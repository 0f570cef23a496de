"""Knowledge stores: folders and zip files, odd lines, limits, and what is counted."""

from __future__ import annotations

import gzip
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from strategies import json_values

from averitec_eval.baselines.store import KnowledgeStore, StoreCounts, StoredClaim, StoreLimits, open_store
from averitec_eval.errors import UnreadableError


def line(*passages: object, claim_id: object = "0", **more: object) -> bytes:
    page = {"claim_id": claim_id, "type": "claim", "query": "q", "url": "https://example.org/", "url2text": passages}
    return json.dumps(page | more).encode() + b"\n"


def folder_of(path: Path, files: Mapping[str, bytes]) -> Path:
    for name, data in files.items():
        file = path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return path


def zip_of(path: Path, files: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def read(path: Path, data: bytes, **options: object) -> StoredClaim:
    folder_of(path, {"0.json": data})
    return KnowledgeStore(path, **options).read(0)  # type: ignore[arg-type]


def codes(stored: StoredClaim) -> list[str]:
    return [trouble.code for trouble in stored.troubles]


def test_pages_come_with_their_lines_and_passages_with_their_places(tmp_path: Path) -> None:
    stored = read(tmp_path, line("a", "", " b ") + b"\n" + line("c", type="gold", query="why"))
    first, second = stored.documents
    assert (first.index, first.sentences, first.type, first.query) == (0, ("a", "", " b "), "claim", "q")
    assert (second.index, second.sentences, second.type, second.query) == (2, ("c",), "gold", "why")
    assert stored.counts == StoreCounts(lines=2, documents=2, passages=3, gold=1, blank=1)
    assert stored.troubles == ()


def test_gold_pages_are_dropped_on_demand_and_always_counted(tmp_path: Path) -> None:
    data = line("a") + line("b", type="gold") + line(type="gold")
    kept = read(tmp_path, data)
    dropped = read(tmp_path, data, drop_gold=True)
    assert (kept.counts.gold, kept.counts.gold_dropped, kept.counts.documents, kept.counts.empty) == (2, 0, 2, 1)
    assert (dropped.counts.gold, dropped.counts.gold_dropped, dropped.counts.documents) == (2, 2, 1)
    assert [page.sentences for page in dropped.documents] == [("a",)]


def test_one_text_is_taken_apart_at_line_feeds_only(tmp_path: Path) -> None:
    text = "one\u2028still one\x0bstill one\r\ntwo"
    stored = read(tmp_path, json.dumps({"url2text": text, "url": "u"}, ensure_ascii=False).encode())
    assert stored.documents[0].sentences == ("one\u2028still one\x0bstill one\r", "two")
    assert stored.counts.other_ids == 0  # a derived store may leave the id out


@pytest.mark.parametrize(
    ("data", "count", "code"),
    [
        (b"{not json}\n", "broken", "store-damaged"),
        (b"[1]\n", "broken", "store-damaged"),
        (b'{"url2text": 5}\n', "broken", "store-damaged"),
        (b"[" * 100_000 + b"\n", "broken", "store-damaged"),
        (b'{"url2text": ["caf\xe9"]}\n', "mended", "store-damaged"),
        (line("a", 5, None), "odd", "store-damaged"),
        (line("a", claim_id="1"), "other_ids", "store-other-id"),
        (line("x" * 500), "long", "store-capped"),
    ],
)
def test_an_odd_line_is_counted_and_the_others_are_read(tmp_path: Path, data: bytes, count: str, code: str) -> None:
    stored = read(tmp_path, line("before") + data + line("after"), limits=StoreLimits(line=300))
    if len(data) > 1000:  # too deep for any decoder, not too long
        stored = read(tmp_path, line("before") + data + line("after"))
    assert getattr(stored.counts, count) >= 1
    assert code in codes(stored)
    assert "line 2" in stored.troubles[0].detail
    assert [stored.documents[0].sentences, stored.documents[-1].sentences] == [("before",), ("after",)]
    assert stored.documents[-1].index == 2


def test_real_replacement_characters_are_no_damage(tmp_path: Path) -> None:
    stored = read(tmp_path, '{"url2text": ["\ufffd"]}'.encode())
    assert stored.counts.mended == 0


def test_halves_of_characters_are_replaced(tmp_path: Path) -> None:
    stored = read(tmp_path, b'{"url2text": ["a\\ud800b"], "url": "\\udfff"}')
    assert stored.documents[0].sentences == ("a\ufffdb",)
    assert stored.documents[0].url == "\ufffd"


def test_a_file_beyond_the_limits_is_cut_and_says_so(tmp_path: Path) -> None:
    data = b"".join(line(f"passage {number}") for number in range(50))
    short = read(tmp_path, data, limits=StoreLimits(file=len(data) // 2))
    few = read(tmp_path, data, limits=StoreLimits(passages=10))
    assert 0 < len(short.documents) < 50
    assert codes(short) == codes(few) == ["store-capped"]
    assert len(few.documents) == 11


def test_a_line_without_end_fills_no_memory(tmp_path: Path) -> None:
    stored = read(tmp_path, line("a") + b"x" * 10_000, limits=StoreLimits(line=300, file=5_000))
    assert codes(stored) == ["store-capped", "store-capped"]
    assert len(stored.documents) == 1


def test_an_absent_file_is_a_trouble(tmp_path: Path) -> None:
    folder_of(tmp_path, {"0.json": line("a")})
    assert codes(KnowledgeStore(tmp_path).read(3)) == ["store-missing"]


def test_a_file_without_text_is_a_trouble(tmp_path: Path) -> None:
    stored = read(tmp_path, line() + line("", " "))
    assert codes(stored) == ["store-missing"]
    assert (stored.counts.empty, stored.counts.blank) == (2, 2)


FILES = {"0.json": line("a"), "12.json": line("b", claim_id="12")}


@pytest.mark.parametrize("prefix", ["", "output_dev/", "data_store/train/"])
@pytest.mark.parametrize("zipped", [False, True])
def test_files_lie_at_any_depth_of_a_folder_or_zip_file(tmp_path: Path, prefix: str, zipped: bool) -> None:
    files = {prefix + name: data for name, data in FILES.items()} | {
        "README.md": b"x",
        "__MACOSX/0.json": b"x",
        "00.json": b"x",
        ".hidden/12.json": b"x",
    }
    path = zip_of(tmp_path / "store.zip", files) if zipped else folder_of(tmp_path / "store", files)
    with KnowledgeStore(path) as store:
        assert store.claim_ids() == (0, 12)
        assert [store.read(claim_id).documents[0].sentences for claim_id in (12, 0, 12)] == [("b",), ("a",), ("b",)]


def test_several_zip_files_in_a_folder_are_one_store(tmp_path: Path) -> None:
    for name, data in FILES.items():
        zip_of(tmp_path / f"{name}.zip", {f"part/{name}": data})
    store = KnowledgeStore(tmp_path)
    assert store.claim_ids() == (0, 12)
    assert [store.read(claim_id).counts.documents for claim_id in (0, 12)] == [1, 1]
    store.close()


def test_a_gzipped_file_is_unpacked(tmp_path: Path) -> None:
    folder_of(tmp_path, {"4.jsonl.gz": gzip.compress(line("a", claim_id=4))})
    assert KnowledgeStore(tmp_path).read(4).documents[0].sentences == ("a",)


def test_a_damaged_file_gives_what_was_read_before(tmp_path: Path) -> None:
    data = gzip.compress(b"".join(line(f"passage {number}" * 40) for number in range(500)))
    folder_of(tmp_path, {"0.json.gz": data[: len(data) // 2]})
    stored = KnowledgeStore(tmp_path).read(0)
    assert stored.documents
    assert codes(stored) == ["store-damaged"]


def test_a_damaged_member_is_a_trouble_and_the_others_are_read(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "store.zip", FILES)
    data = bytearray(path.read_bytes())
    data[data.index(b"0.json") + 8] ^= 0xFF
    path.write_bytes(data)
    with KnowledgeStore(path) as store:
        assert codes(store.read(0)) == ["store-damaged"]
        assert store.read(12).troubles == ()


@pytest.mark.parametrize(
    ("files", "message"),
    [({}, "no file named after a claim"), ({"a/0.json": b"", "b/0.json": b""}, "two files for claim 0")],
)
def test_a_folder_that_is_no_store_is_refused(tmp_path: Path, files: dict[str, bytes], message: str) -> None:
    with pytest.raises(UnreadableError, match=message):
        KnowledgeStore(folder_of(tmp_path, files))


def test_what_is_neither_folder_nor_zip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(UnreadableError, match="not a folder and not a zip"):
        KnowledgeStore(tmp_path / "file")
    with pytest.raises(UnreadableError, match="No such file"):
        KnowledgeStore(tmp_path / "absent")


def test_the_fingerprint_tells_stores_apart(tmp_path: Path) -> None:
    one = KnowledgeStore(folder_of(tmp_path / "one", FILES))
    same = KnowledgeStore(folder_of(tmp_path / "same/inside", FILES))
    more = KnowledgeStore(folder_of(tmp_path / "more", {**FILES, "2.json": b"{}"}))
    assert one.fingerprint() == same.fingerprint() != more.fingerprint()
    assert one.fingerprint() != KnowledgeStore(tmp_path / "one", drop_gold=True).fingerprint()


def test_streaming_gives_the_same_pages(tmp_path: Path) -> None:
    stored = read(tmp_path, line("a") + line("b", "c"))
    assert tuple(KnowledgeStore(tmp_path).stream(0)) == stored.documents


def test_the_small_store_comes_with_the_package() -> None:
    store = open_store("averitec-mini")
    assert store.claim_ids() == tuple(range(40))
    assert not any(store.read(claim_id).troubles for claim_id in store.claim_ids())


@given(json_values)
def test_any_json_is_read_without_raising(tmp_path_factory: pytest.TempPathFactory, value: object) -> None:
    path = tmp_path_factory.mktemp("store")
    data = json.dumps(value).encode() + b"\n" + json.dumps({"url2text": value}).encode() + b"\n" + line("end")
    stored = read(path, data)
    assert stored.documents[-1].sentences == ("end",)
    assert stored.counts.lines == 3
    assert all(isinstance(text, str) for page in stored.documents for text in page.sentences)


def test_the_shared_store_is_sound(data_dir: Path) -> None:
    store = KnowledgeStore(data_dir / "knowledge_store_dev")
    counts = StoreCounts()
    for claim_id in store.claim_ids():
        stored = store.read(claim_id)
        assert stored.troubles == ()
        counts += stored.counts
    assert len(store.claim_ids()) == 500
    assert counts == StoreCounts(lines=7836, documents=7836, passages=10130)
