"""Scorers and stance models: the stand-ins, and cross-encoders of transformers on a tiny model made here."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from baselines.scripted import Scripted
from numpy.typing import NDArray

from averitec_eval.baselines.models.embeddings import SentenceTransformers
from averitec_eval.baselines.models.pairs import (
    STANCES,
    ChatStance,
    Classifier,
    CosineScorer,
    LexicalStance,
    TransformersScorer,
    TransformersStance,
)
from averitec_eval.baselines.ports import ChatRequest, ModelError
from averitec_eval.baselines.prompts import Prompts
from averitec_eval.errors import ResourceError
from averitec_eval.records import Verdict

PAIRS = [("the bridge is open", "the bridge was closed"), ("the bridge", "a river"), ("a river", "\ud800")]
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "a", "bridge", "river", "is", "was", "open", "closed"]


@dataclass
class Letters:
    """Embeds a text as the directions of its first letter; counts what it is asked."""

    name: str = "letters"
    asked: int = 0

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked += len(texts)
        made = np.zeros((len(texts), 3), dtype=np.float32)
        for row, text in zip(made, texts, strict=True):
            if text:
                row["abc".index(text[0])] = 1
        return made


def test_cosine_scores_by_the_vectors_of_both() -> None:
    letters = Letters()
    scores = CosineScorer(letters).score([("a", "a1"), ("a", "b"), ("c", "c"), ("a", "")])
    assert scores.tolist() == [1.0, 0.0, 1.0, 0.0]
    assert letters.asked == 5  # each text once
    assert CosineScorer(letters).score([]).shape == (0,)
    assert CosineScorer(letters).name == "letters"


def test_chat_is_asked_for_the_stance_of_each_pair() -> None:
    replies = {"x": "Verdict: Refuted", "y": " Supported.", "z": "I cannot say", "w": ModelError("timeout")}

    def reply(request: ChatRequest) -> str | ModelError:
        return replies[request.messages[-1].content.strip()[-1]]

    model = Scripted(reply)
    rows = ChatStance(model, Prompts()["stance"]).stances([("claim", evidence) for evidence in "xyzw"])
    assert rows.shape == (4, 4)
    assert rows[0].tolist() == [float(stance is Verdict.REFUTED) for stance in STANCES]
    assert rows[1].tolist() == [float(stance is Verdict.SUPPORTED) for stance in STANCES]
    assert not rows[2:].any()
    assert [(request.stage, request.index) for request in model.requests] == [("stance", n) for n in range(4)]


def test_chat_that_answers_nothing_is_a_failure() -> None:
    model = Scripted(lambda request: ModelError("server-error"))
    with pytest.raises(ModelError, match="server-error"):
        ChatStance(model, Prompts()["stance"]).stances([("a", "b"), ("a", "c")])
    assert ChatStance(model, Prompts()["stance"]).stances([]).shape == (0, 4)


def test_lexical_stances_are_probabilities_of_the_trained_model() -> None:
    pairs = [
        ("The city closed the bridge in 2018.", "Is it true? No, the claim is false and has been debunked."),
        ("The city closed the bridge in 2018.", "Was it closed? Yes, the bridge was closed in 2018."),
    ]
    rows = LexicalStance().stances(pairs)
    assert rows.shape == (2, 4)
    assert rows.sum(axis=1) == pytest.approx(1)
    refuted, supported = STANCES.index(Verdict.REFUTED), STANCES.index(Verdict.SUPPORTED)
    assert rows[0, refuted] - rows[0, supported] > rows[1, refuted] - rows[1, supported]


def test_transformers_that_are_absent_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config.json").write_text("{}")
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(ResourceError, match=r"averitec-eval\[neural\]"):
        Classifier(str(tmp_path))
    with pytest.raises(ResourceError, match="pip install sentence-transformers"):
        SentenceTransformers(str(tmp_path))


Maker = Callable[..., str]


@pytest.fixture
def tiny(tmp_path: Path) -> Maker:
    """Makes a folder with a tiny random BERT: ``tiny(labels)`` gives its path."""
    torch = pytest.importorskip("torch", reason="torch is not installed: pip install 'averitec-eval[neural]'")
    transformers = pytest.importorskip("transformers", reason="transformers is not installed")

    def make(labels: Sequence[str] | int, *, bare: bool = False) -> str:
        names = [f"LABEL_{n}" for n in range(labels)] if isinstance(labels, int) else list(labels)
        folder = tmp_path / f"tiny-{'-'.join(names)[:40].replace('/', '-')}"
        folder.mkdir()
        (folder / "vocab.txt").write_text("\n".join(WORDS) + "\n")
        transformers.BertTokenizer(str(folder / "vocab.txt")).save_pretrained(folder)
        torch.manual_seed(3)
        config = transformers.BertConfig(
            vocab_size=len(WORDS),
            hidden_size=8,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=8,
            max_position_embeddings=64,
            id2label=dict(enumerate(names)),
            label2id={name: number for number, name in enumerate(names)},
        )
        kind = transformers.BertModel if bare else transformers.BertForSequenceClassification
        kind(config).save_pretrained(folder, safe_serialization=True)
        return str(folder)

    return make


def test_cross_encoder_scores_pairs(tiny: Maker, capsys: pytest.CaptureFixture[str]) -> None:
    path = tiny(2)
    capsys.readouterr()
    classifier = Classifier(path, max_length=64)
    assert capsys.readouterr() == ("", "")
    scores = TransformersScorer(classifier).score(PAIRS)
    logits = classifier.logits(PAIRS)
    assert scores == pytest.approx(np.exp(logits[:, 1]) / np.exp(logits).sum(axis=1))
    alone = np.array([TransformersScorer(classifier).score([pair])[0] for pair in PAIRS])
    assert alone == pytest.approx(scores, abs=1e-5)
    assert TransformersScorer(classifier).score([]).shape == (0,)
    assert TransformersScorer(classifier).name.startswith("tiny")


def test_cross_encoder_with_one_output_gives_that(tiny: Maker) -> None:
    classifier = Classifier(tiny(["score"]), name="mine")
    assert TransformersScorer(classifier).score(PAIRS) == pytest.approx(classifier.logits(PAIRS)[:, 0])
    assert classifier.name == "mine"


def test_long_texts_are_cut(tiny: Maker) -> None:
    classifier = Classifier(tiny(2), max_length=32)
    assert classifier.logits([("the bridge", "a river " * 500)]).shape == (1, 2)


def test_stances_are_told_by_the_names_of_classes(tiny: Maker) -> None:
    model = TransformersStance(Classifier(tiny(["contradiction", "neutral", "entailment"]), max_length=64))
    rows = model.stances(PAIRS)
    plain = np.exp(model.classifier.logits(PAIRS))
    plain /= plain.sum(axis=1, keepdims=True)
    assert rows[:, STANCES.index(Verdict.REFUTED)] == pytest.approx(plain[:, 0])
    assert rows[:, STANCES.index(Verdict.NOT_ENOUGH_EVIDENCE)] == pytest.approx(plain[:, 1])
    assert rows[:, STANCES.index(Verdict.SUPPORTED)] == pytest.approx(plain[:, 2])
    assert not rows[:, STANCES.index(Verdict.CONFLICTING)].any()


def test_four_nameless_classes_are_the_verdicts_in_order(tiny: Maker) -> None:
    model = TransformersStance(Classifier(tiny(4), max_length=64))
    rows = model.stances(PAIRS)
    assert rows.sum(axis=1) == pytest.approx(1)
    assert rows.argmax(axis=1).tolist() == model.classifier.logits(PAIRS).argmax(axis=1).tolist()


@pytest.mark.parametrize("labels", [3, ["good", "bad"], ["supported", "supports", "refuted"]])
def test_classes_that_mean_nothing_are_refused(labels: int | list[str], tiny: Maker) -> None:
    with pytest.raises(ResourceError, match="id2label"):
        TransformersStance(Classifier(tiny(labels)))


def test_scorer_of_many_classes_is_refused(tiny: Maker) -> None:
    with pytest.raises(ResourceError, match="has 4 classes, expected one or two"):
        TransformersScorer(Classifier(tiny(4)))


def test_code_and_pickles_in_a_model_folder_are_not_run(tiny: Maker) -> None:
    folder = Path(tiny(2))
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(ResourceError, match="is no sequence classifier"):
        Classifier(str(folder))
    (folder / "pytorch_model.bin").rename(folder / "model.safetensors")
    config = json.loads((folder / "config.json").read_text())
    config["auto_map"] = {"AutoModelForSequenceClassification": "evil.Model", "AutoConfig": "evil.Config"}
    config["model_type"] = "evil"
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "evil.py").write_text("raise SystemExit('ran')\n")
    with pytest.raises(ResourceError, match="is no sequence classifier"):
        Classifier(str(folder))


def test_sentence_transformers_model_of_a_folder(tiny: Maker) -> None:
    pytest.importorskip("sentence_transformers", reason="sentence-transformers is not installed")
    model = SentenceTransformers(tiny(2, bare=True), name="mine", max_length=16)
    made = model.embed(["the bridge", "a river \ud800", "the bridge"])
    assert made.shape == (3, 8)
    assert np.linalg.norm(made, axis=1) == pytest.approx(1, abs=1e-5)
    assert made[0] == pytest.approx(made[2], abs=1e-5)
    assert model.embed(["a river " * 500]).any()
    assert model.name == "mine"
    assert model.embed([]).shape == (0, 8)
