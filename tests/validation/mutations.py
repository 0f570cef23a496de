"""Broken files without end: deterministic mutations of good ones. A seed and a base give the same bytes everywhere."""

from __future__ import annotations

import gzip
import json
import random
import zlib
from collections.abc import Callable
from typing import Any

Mutation = Callable[[random.Random, bytes], bytes]

ODD_BYTES = (
    b"\x00",
    b"\xff",
    b"\xef\xbb\xbf",
    b'"',
    b"\\",
    b",",
    b"\n",
    b"\r",
    b"{",
    b"]",
    b"\\ud800",
    b"\xc3",
    b"\t\t\n",
)
ODD_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 4.0, 1.5, 10**30, -(10**400), 1e308, float("nan"), float("inf"), "", " ", "x", "\x00",
    "\ud800", "\u202e", "N/A", "a" * 6_000, [], {}, [[]], [None], {"": None}, [[[[]]]], ["text"], {"question": "only"},
    "Supported", "refuted", "12", "question\t\t\nanswer\t\t\n\n",
)  # fmt: skip
KEYS = (
    "claim_id", "claim", "pred_label", "label", "evidence", "questions", "answers", "question", "answer", "url",
    "predicted_label", "predicted_evidence", "string_evidence", "justification", "answer_type", "extra", "", "~/",
)  # fmt: skip


def flip_bytes(rng: random.Random, data: bytes) -> bytes:
    """Other bytes at a few places."""
    changed = bytearray(data)
    for _ in range(rng.randint(1, 8)):
        if changed:
            changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def truncate(rng: random.Random, data: bytes) -> bytes:
    """The beginning, or rarely the end."""
    cut = rng.randint(0, len(data))
    return data[:cut] if rng.random() < 0.8 else data[cut:]


def insert(rng: random.Random, data: bytes) -> bytes:
    """Something odd at a few places."""
    for _ in range(rng.randint(1, 3)):
        at = rng.randint(0, len(data))
        data = data[:at] + rng.choice(ODD_BYTES) * rng.choice((1, 1, 2, 100)) + data[at:]
    return data


def splice(rng: random.Random, data: bytes) -> bytes:
    """A stretch of the file removed, repeated or moved elsewhere."""
    start, end = sorted(rng.randint(0, len(data)) for _ in range(2))
    stretch, rest = data[start:end], data[:start] + data[end:]
    at = rng.randint(0, len(rest))
    return rng.choice((rest, data[:end] + stretch + data[end:], rest[:at] + stretch + rest[at:]))


def recode(rng: random.Random, data: bytes) -> bytes:
    """Another encoding, or other line ends."""
    text = data.decode("utf-8", "replace")
    return rng.choice(
        (
            lambda: text.encode("utf-16"),
            lambda: text.encode("utf-32-le"),
            lambda: text.encode("cp1252", "replace"),
            lambda: b"\xef\xbb\xbf" + data,
            lambda: data.replace(b"\n", b"\r\n"),
            lambda: data.replace(b"\n", b"\r"),
            lambda: data.replace(b"\t", b"    "),
            lambda: data * 2,
        )
    )()


def compress(rng: random.Random, data: bytes) -> bytes:
    """A gzip file, mostly damaged."""
    packed = gzip.compress(data, mtime=0)
    damage = rng.choice((lambda r, d: d, flip_bytes, truncate, splice, lambda r, d: d + b"tail", lambda r, d: d * 2))
    if rng.random() < 0.1:
        return zlib.compress(data)
    return damage(rng, packed)


def restructure(rng: random.Random, data: bytes) -> bytes:
    """JSON with values of other types, keys lost, added, renamed and repeated, and odd nesting; else ``insert``."""
    lines = False
    try:
        try:
            value = json.loads(data)
        except ValueError:
            value = [json.loads(line) for line in data.splitlines() if line.strip()]
            lines = True
    except (ValueError, RecursionError):
        return insert(rng, data)
    for _ in range(rng.randint(1, 4)):
        value = _change_somewhere(rng, value, 0.99)
    if rng.random() < 0.05:
        value = rng.choice(
            (
                {"predictions": value},
                [value],
                {str(i): v for i, v in enumerate(value)} if isinstance(value, list) else 0,
            )
        )
    ascii_only = rng.random() < 0.8
    if lines and isinstance(value, list):
        text = "\n".join(json.dumps(entry, ensure_ascii=ascii_only) for entry in value)
    else:
        text = json.dumps(value, ensure_ascii=ascii_only, indent=rng.choice((None, 1)))
    if rng.random() < 0.1:
        key = rng.choice(KEYS)
        text = text.replace("{", '{"' + key + '": 1, "' + key + '": 2, ', 1)
    if rng.random() < 0.03:
        text = text.replace("[", "[" * rng.choice((2, 70, 5_000)), 1)
    return text.encode("utf-8", "surrogatepass")


def _change_somewhere(rng: random.Random, value: Any, deeper: float = 0.85) -> Any:
    """The value with one change at a random depth; ``deeper`` is how likely it is kept and changed within."""
    if isinstance(value, list) and value and rng.random() < deeper:
        place = rng.randrange(len(value))
        action = rng.random()
        if action < 0.7:
            value[place] = _change_somewhere(rng, value[place])
        elif action < 0.8:
            del value[place]
        elif action < 0.9:
            value.insert(rng.randint(0, len(value)), json.loads(json.dumps(value[place])))
        else:
            rng.shuffle(value)
        return value
    if isinstance(value, dict) and value and rng.random() < deeper:
        key = rng.choice(list(value))
        action = rng.random()
        if action < 0.6:
            value[key] = _change_somewhere(rng, value[key])
        elif action < 0.75:
            del value[key]
        elif action < 0.85:
            value[rng.choice(KEYS)] = value.pop(key)
        else:
            value[rng.choice(KEYS)] = rng.choice(ODD_VALUES)
        return value
    if rng.random() < 0.2:
        for _ in range(rng.choice((1, 3, 90))):
            value = [value]
        return value
    return json.loads(json.dumps(rng.choice(ODD_VALUES)))


def retable(rng: random.Random, data: bytes) -> bytes:
    """CSV with cells, rows and columns lost, repeated or exchanged, and odd quoting; else ``splice``."""
    if data[:1] in (b"[", b"{"):
        return splice(rng, data)
    text = data.decode("utf-8", "replace")
    action = rng.randrange(7)
    if action == 0:
        text = text.replace(",", rng.choice((";", "\t", "|", ",,")), rng.choice((-1, 1, 5)))
    elif action == 1:
        text = text.replace('"', rng.choice(("", "'", '""', "“")), rng.choice((-1, 1, 3)))
    elif action == 2:
        rows = text.split("\n")
        rng.shuffle(rows)
        text = "\n".join(rows)
    elif action == 3:
        text = "sep=,\n" + text
    elif action == 4:
        header, _, rest = text.partition("\n")
        names = header.split(",")
        names[rng.randrange(len(names))] = rng.choice((*names, "", "Label", " id", "question"))
        text = ",".join(names) + "\n" + rest
    elif action == 5:
        text = text.replace("\t\t\n", rng.choice(("\t\n", "\t\t\n\n", "\n", " ", "\t\t\r\n")), rng.choice((-1, 1, 4)))
    else:
        text = text.replace("\n", rng.choice(("\n\n", ",\n", "\n,", "")), rng.choice((1, 3, -1)))
    return text.encode("utf-8")


MUTATIONS: tuple[Mutation, ...] = (flip_bytes, truncate, insert, splice, recode, compress)
"""The mutations of bytes. Most of them leave a file that cannot be read, so they are drawn less often."""


def mutate(seed: int, data: bytes) -> bytes:
    """The case of a seed: one to three mutations of ``data``, the structural ones first and more often."""
    rng = random.Random(seed)
    for _ in range(rng.choice((1, 1, 2, 3))):
        if rng.random() < 0.85:
            data = (retable if data[:1] not in (b"[", b"{") else restructure)(rng, data)
        else:
            data = rng.choice(MUTATIONS)(rng, data)
    return data
