"""Replies and vectors that are kept, recorded replies, and the models that a configuration names."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

import numpy as np
import pytest
from baselines.scripted import Scripted
from baselines.server import FAULTS, scripted, serving, well
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from averitec_eval.baselines.config import ModelSpec
from averitec_eval.baselines.models.cache import Cache, CachedChat, CachedEmbedder, content_key
from averitec_eval.baselines.models.factory import make_models, usage_of
from averitec_eval.baselines.models.replay import Recorded, Replay, read_replay
from averitec_eval.baselines.models.usage import Usage, together
from averitec_eval.baselines.ports import ChatRequest, Message, ModelError
from averitec_eval.errors import ConfigError, ResourceError, UnreadableError

KEY = "sk-very-secret-0123456789"
ASKED = ChatRequest((Message("user", "What is it?"),), "question", 3)


def echo(request: ChatRequest) -> tuple[str, ...]:
    return tuple(f"{request.messages[0].content} {number}" for number in range(request.n))


def test_reply_is_asked_for_once(tmp_path: Path) -> None:
    model = Scripted(echo)
    first = CachedChat(model, Cache(tmp_path / "c.sqlite"), {"name": "m"})
    made = first.chat(replace(ASKED, n=2))
    again = CachedChat(model, Cache(tmp_path / "c.sqlite"), {"name": "m"}).chat(replace(ASKED, n=2))
    assert len(model.requests) == 1
    assert not any(reply.cached for reply in made)
    assert again == tuple(replace(reply, cached=True) for reply in made)
    assert first.name == "scripted"


CHANGED = {
    "messages": (Message("user", "What was it?"),),
    "prefix": "Q:",
    "temperature": 0.5,
    "top_p": 0.5,
    "max_tokens": 7,
    "stop": ("x",),
    "n": 2,
    "seed": 9,
    "schema": {"type": "object"},
}
FOR = {"stage": "answer", "claim_id": 8, "index": 5}


def test_every_field_of_a_request_is_known_to_matter_or_not() -> None:
    assert {*CHANGED, *FOR} == {item.name for item in fields(ChatRequest)}


@pytest.mark.parametrize("name", CHANGED)
def test_other_request_is_asked_for_anew(name: str, tmp_path: Path) -> None:
    model = Scripted(echo)
    cached = CachedChat(model, Cache(tmp_path / "c.sqlite"), {"name": "m"})
    cached.chat(ASKED)
    cached.chat(replace(ASKED, **{name: CHANGED[name]}))  # type: ignore[arg-type]
    assert len(model.requests) == 2


@pytest.mark.parametrize("name", FOR)
def test_same_request_for_something_else_is_not(name: str, tmp_path: Path) -> None:
    model = Scripted(echo)
    cached = CachedChat(model, Cache(tmp_path / "c.sqlite"), {"name": "m"})
    cached.chat(ASKED)
    cached.chat(replace(ASKED, **{name: FOR[name]}))  # type: ignore[arg-type]
    assert len(model.requests) == 1


def test_other_model_is_asked_itself(tmp_path: Path) -> None:
    model = Scripted(echo)
    cache = Cache(tmp_path / "c.sqlite")
    CachedChat(model, cache, {"name": "a"}).chat(ASKED)
    CachedChat(model, cache, {"name": "b"}).chat(ASKED)
    assert len(model.requests) == 2


def test_failure_is_not_kept(tmp_path: Path) -> None:
    replies: list[str | ModelError] = [ModelError("timeout"), "fine"]
    cached = CachedChat(Scripted(lambda request: replies.pop(0)), Cache(tmp_path / "c.sqlite"), {})
    with pytest.raises(ModelError):
        cached.chat(ASKED)
    assert cached.chat(ASKED)[0].text == "fine"


def test_changed_entry_counts_as_missing(tmp_path: Path) -> None:
    model = Scripted(echo)
    cache = Cache(tmp_path / "c.sqlite")
    CachedChat(model, cache, {}).chat(ASKED)
    with sqlite3.connect(tmp_path / "c.sqlite") as connection:
        connection.execute("UPDATE entries SET value = ?", (b'[["forged", "m", 1, 1]]',))
    connection.close()
    assert CachedChat(model, cache, {}).chat(ASKED)[0].text == "What is it? 0"
    assert len(model.requests) == 2
    assert CachedChat(model, cache, {}).chat(ASKED)[0].cached


def test_cache_that_breaks_stops_nothing(tmp_path: Path) -> None:
    model = Scripted(echo)
    cache = Cache(tmp_path / "c.sqlite")
    with sqlite3.connect(tmp_path / "c.sqlite") as connection:
        connection.execute("DROP TABLE entries")
    connection.close()
    cached = CachedChat(model, cache, {})
    assert cached.chat(ASKED) == cached.chat(ASKED)
    cache.close()
    assert cached.chat(ASKED)[0].text == "What is it? 0"


@pytest.mark.parametrize("content", [b"not a database " * 100, b"SQLite format 3\x00 cut"])
def test_file_that_is_no_cache_is_refused_and_left(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite"
    path.write_bytes(content)
    with pytest.raises(ResourceError, match="--cache none"):
        Cache(path)
    assert path.read_bytes() == content


def test_other_database_is_refused_and_left(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE mine (x)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(ResourceError, match="not a cache of this version"):
        Cache(path)
    assert path.read_bytes() == before
    with pytest.raises(ResourceError, match="cannot be used as a cache"):
        Cache(path / "below" / "c.sqlite")


def test_entries_of_a_killed_process_are_there(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys\n"
        "from averitec_eval.baselines.models.cache import Cache\n"
        "cache = Cache(sys.argv[1])\n"
        "for n in range(20): cache.put({b'key %d' % n: b'value'})\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    path = tmp_path / "c.sqlite"
    done = subprocess.run([sys.executable, "-c", code, os.fspath(path)], check=False)
    assert done.returncode == -signal.SIGKILL
    cache = Cache(path)
    assert len(cache.get([b"key %d" % n for n in range(20)])) == 20
    cache.close()
    assert [item.name for item in tmp_path.iterdir()] == ["c.sqlite"]


def test_many_threads_share_a_cache(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "c.sqlite")
    keys = [b"%d" % n for n in range(1200)]

    def work(start: int) -> None:
        for key in keys[start::4]:
            cache.put({key: key * 3})

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert cache.get(keys) == {key: key * 3 for key in keys}


@given(st.text(), st.text())
def test_keys_tell_contents_apart(first: str, second: str) -> None:
    assert (content_key("chat", {}, first) == content_key("chat", {}, second)) == (first == second)
    assert content_key("chat", {}, first) != content_key("embedding", {}, first)
    assert content_key("chat", {"a": first}, "") != content_key("chat", {"b": first}, "")


@dataclass
class Lengths:
    """Embeds a text as its length and 1; keeps what it was asked."""

    name: str = "lengths"
    asked: list[str] = field(default_factory=list)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked += texts
        if not any(text.strip() for text in texts):
            return np.zeros((len(texts), 0), dtype=np.float32)
        return np.array([[len(text), 1.0] if text.strip() else [0.0, 0.0] for text in texts], dtype=np.float32)


def test_each_text_is_embedded_once(tmp_path: Path) -> None:
    model = Lengths()
    cache = Cache(tmp_path / "c.sqlite")
    cached = CachedEmbedder(model, cache, {})
    first = cached.embed(["aa", "b", "aa", "\ud800"])
    second = CachedEmbedder(model, cache, {}).embed(["ccc", "b", "aa"])
    assert model.asked == ["aa", "b", "\ud800", "ccc"]
    assert first.tolist() == [[2, 1], [1, 1], [2, 1], [1, 1]]
    assert second.tolist() == [[3, 1], [1, 1], [2, 1]]
    assert second.dtype == np.float32
    assert CachedEmbedder(model, cache, {"other": 1}).embed(["b"]).tolist() == [[1, 1]]
    assert model.asked[-1] == "b"


def test_blank_text_does_not_hide_the_dimensions(tmp_path: Path) -> None:
    cached = CachedEmbedder(Lengths(), Cache(tmp_path / "c.sqlite"), {})
    assert cached.embed(["a"]).shape == (1, 2)
    assert cached.embed(["a", " "]).tolist() == [[1, 1], [0, 0]]
    assert cached.embed([" "]).shape == (1, 0)
    assert cached.embed([]).shape[0] == 0


def test_recorded_replies_are_found_by_stage_claim_and_index(tmp_path: Path) -> None:
    recorded = [
        Recorded("question", 3, "Who?", model="llama"),
        Recorded("question", 3, "Where?", index=1, prompt_tokens=9, completion_tokens=2),
        Recorded("expand", 3, "One."),
        Recorded("expand", 3, "Two."),
        Recorded("answer", 3, "Question: So?"),
        Recorded("veracity", 4, " "),
    ]
    path = tmp_path / "r.jsonl"
    path.write_text("".join(reply.to_line() for reply in recorded) + "\n", "ascii")
    assert read_replay(path) == recorded
    model = Replay(read_replay(path))
    assert [(reply.text, reply.model) for reply in model.chat(ASKED)] == [("Who?", "llama")]
    (where,) = model.chat(replace(ASKED, index=1))
    assert (where.text, where.model, where.prompt_tokens, where.completion_tokens) == ("Where?", "replay", 9, 2)
    assert [reply.text for reply in model.chat(replace(ASKED, stage="expand", n=8))] == ["One.", "Two."]
    assert [reply.text for reply in model.chat(replace(ASKED, stage="expand"))] == ["One."]
    assert model.chat(replace(ASKED, stage="answer", prefix="Question: "))[0].text == "So?"
    with pytest.raises(ModelError, match="no-reply: question, claim 3, request 2"):
        model.chat(replace(ASKED, index=2))
    with pytest.raises(ModelError, match="empty"):
        model.chat(replace(ASKED, stage="veracity", claim_id=4))


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{", "line 2: is not JSON"),
        ("[" * 100_000, "line 2: is not JSON"),
        ("[1]", "line 2: found list, expected an object"),
        ('{"stage": "x", "claim_id": 1}', "line 2: found no str as text"),
        ('{"stage": "x", "claim_id": "1", "text": ""}', "line 2: found no int as claim_id"),
        ('{"stage": "x", "claim_id": true, "text": ""}', "line 2: found no int as claim_id"),
        ('{"stage": 5, "claim_id": 1, "text": ""}', "line 2: found no str as stage"),
        ('{"stage": "x", "claim_id": 1, "text": "", "index": null}', "line 2: found no int as index"),
    ],
)
def test_line_that_is_no_reply_is_named(line: str, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    path.write_text(Recorded("a", 1, "b").to_line() + line + "\n")
    with pytest.raises(UnreadableError, match=problem):
        read_replay(path)


def test_file_without_replies_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="cannot be read"):
        read_replay(tmp_path / "none.jsonl")
    (tmp_path / "none.jsonl").write_text("\n")
    with pytest.raises(UnreadableError, match="holds no recorded reply"):
        read_replay(tmp_path / "none.jsonl")


def specs(**roles: tuple[str, str, dict[str, object]]) -> dict[str, ModelSpec]:
    return {role: ModelSpec(role, port, provider, options) for role, (port, provider, options) in roles.items()}


def test_models_are_made_by_role_and_shared_where_they_are_alike(tmp_path: Path) -> None:
    (tmp_path / "r.jsonl").write_text(Recorded("question", 3, "Who?").to_line())
    named = specs(
        scorer=("scorer", "embedding", {"role": "words"}),
        stance=("stance", "chat", {"role": "writer", "prompt": "stance"}),
        own=("stance", "lexical", {}),
        writer=("chat", "replay", {"file": str(tmp_path / "r.jsonl"), "name": "recorded"}),
        judge=("chat", "replay", {"file": str(tmp_path / "r.jsonl"), "name": "recorded"}),
        small=("chat", "smollm2", {"context": 512}),
        words=("embedding", "wordllama", {}),
        light=("embedding", "minilm", {}),
    )
    with make_models(named, cache=tmp_path / "c.sqlite") as models:
        assert set(models.chat) == {"writer", "judge", "small"}
        assert set(models.embedding) == {"words", "light"}
        assert set(models.stance) == {"stance", "own"}
        assert models.chat["writer"] is models.chat["judge"]
        assert models.chat["writer"].chat(ASKED)[0].model == "recorded"
        assert models.scorer["scorer"].name == models.embedding["words"].name
        assert models.stance["stance"].name == "recorded"
        assert isinstance(models.embedding["light"], CachedEmbedder)
        assert isinstance(models.chat["small"], CachedChat)
        assert models.chat["small"].name.startswith("SmolLM2")
    assert (tmp_path / "c.sqlite").is_file()


def test_run_without_slow_models_makes_no_cache(tmp_path: Path) -> None:
    with make_models(specs(words=("embedding", "wordllama", {})), cache=tmp_path / "c.sqlite"):
        pass
    assert not list(tmp_path.iterdir())


def test_roles_in_a_circle_are_refused() -> None:
    named = specs(a=("scorer", "embedding", {"role": "b"}), b=("scorer", "embedding", {"role": "a"}))
    with pytest.raises(ConfigError, match="a -> b -> a"), make_models(named):
        pass


def test_server_is_asked_with_what_the_configuration_and_environment_say(tmp_path: Path) -> None:
    slept: list[float] = []
    usages: list[dict[str, Usage]] = []
    with serving(scripted([FAULTS["server-error"]])) as served:
        named = specs(
            writer=("chat", "openai", {"name": "big", "retries": 3, "concurrency": 6, "input_price": 1.0}),
            words=("embedding", "openai", {"name": "vectors", "base_url": served.base_url}),
        )
        environment = {"AVERITEC_EVAL_API_KEY": KEY, "AVERITEC_EVAL_BASE_URL": served.base_url}
        for attempt in range(2):
            with make_models(named, cache=tmp_path / "c.sqlite", environment=environment, sleep=slept.append) as models:
                assert models.chat["writer"].chat(ASKED)[0].cached is bool(attempt)
                assert models.chat["writer"].concurrency == 6  # type: ignore[attr-defined]
                assert models.embedding["words"].embed(["a", "b"]).shape == (2, 8)
                usages.append(usage_of(models))
    assert slept == [1.0]
    assert usages[0] == {"big": Usage(2, 1, 11, 5, pytest.approx(11e-6)), "vectors": Usage(1, 0, 2, 0)}
    assert usages[1] == {"big": Usage(0, 0, 0, 0, 0.0), "vectors": Usage()}
    assert [request.path for request in served.requests] == ["/v1/chat/completions"] * 2 + ["/v1/embeddings"]
    assert served.requests[1].headers["authorization"] == f"Bearer {KEY}"
    assert KEY.encode() not in (tmp_path / "c.sqlite").read_bytes()


def test_usage_adds_up() -> None:
    assert together([]) == Usage()
    assert together([Usage(1, 1, 5, 2, 0.5), Usage(2, 0, 1, 1)]) == Usage(3, 1, 6, 3, 0.5)


def test_patience_and_address_do_not_make_another_model(tmp_path: Path) -> None:
    with serving() as first, serving(well) as second:
        for served, more in ((first, {}), (second, {"retries": 1, "timeout": 9.0, "concurrency": 2})):
            named = specs(writer=("chat", "openai", {"name": "big", "base_url": served.base_url, **more}))
            with make_models(named, cache=tmp_path / "c.sqlite", environment={}) as models:
                models.chat["writer"].chat(ASKED)
    assert (len(first.requests), len(second.requests)) == (1, 0)


def test_package_and_its_help_import_no_models() -> None:
    code = (
        "import sys, averitec_eval.baselines.models.factory\n"
        "heavy = {'openai', 'numpy', 'onnxruntime', 'tokenizers', 'xllamacpp', 'torch', 'sqlite3'}\n"
        "print(json.dumps(sorted(heavy & set(sys.modules))))"
    )
    done = subprocess.run([sys.executable, "-c", f"import json\n{code}"], check=True, capture_output=True, text=True)
    assert json.loads(done.stdout) == []
