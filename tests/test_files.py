"""Files are written whole or not at all."""

from __future__ import annotations

import hashlib
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from averitec_eval.errors import OutputError, UnreadableError
from averitec_eval.files import sha256_of, write_atomic, write_bytes

WRITER = """
import sys, time
from averitec_eval.files import write_atomic
with write_atomic(sys.argv[1]) as handle:
    handle.write(b"half of the n")
    handle.flush()
    print("halfway", flush=True)
    time.sleep(60)
"""


def test_a_write_replaces_the_file_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "file"
    write_bytes(target, b"old")
    write_bytes(target, b"new")
    assert target.read_bytes() == b"new"
    assert [path.name for path in target.parent.iterdir()] == ["file"]


def test_an_error_halfway_leaves_the_old_file_whole(tmp_path: Path) -> None:
    target = tmp_path / "file"
    write_bytes(target, b"old")

    def write_half() -> None:
        with write_atomic(target) as handle:
            handle.write(b"half of the n")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_half()
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_killed_process_leaves_the_old_file_whole(tmp_path: Path) -> None:
    target = tmp_path / "file"
    write_bytes(target, b"old")
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(target)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"halfway\n"
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=20)
    process.stdout.close()
    assert target.read_bytes() == b"old"


def test_two_writers_of_one_file_do_not_mix(tmp_path: Path) -> None:
    target = tmp_path / "file"
    code = (
        "import sys\nfrom averitec_eval.files import write_bytes\n"
        "for _ in range(50):\n    write_bytes(sys.argv[1], sys.argv[2].encode() * 100_000)\n"
    )
    writers = [subprocess.Popen([sys.executable, "-c", code, str(target), letter]) for letter in "ab"]
    deadline = time.monotonic() + 60
    while any(writer.poll() is None for writer in writers) and time.monotonic() < deadline:
        if target.exists():
            assert len(set(target.read_bytes())) == 1
    assert [writer.wait(timeout=30) for writer in writers] == [0, 0]
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_target_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError, match="cannot be written"):
        write_bytes(tmp_path / "file" / "below", b"x")
    (tmp_path / "folder").mkdir()
    with pytest.raises(OutputError, match="folder"):
        write_bytes(tmp_path / "folder", b"x")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]


def test_sha256_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"abc" * 1_000_000)
    assert sha256_of(tmp_path / "file") == hashlib.sha256(b"abc" * 1_000_000).hexdigest()
    with pytest.raises(UnreadableError, match="absent"):
        sha256_of(tmp_path / "absent")
