"""Models of pairs of texts: cross-encoders and stance models by local path, and stand-ins for both."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from averitec_eval.baselines.components.asking import cleaned, sound
from averitec_eval.baselines.models.data_files import need
from averitec_eval.baselines.models.embeddings import model_folder, without_bars
from averitec_eval.baselines.ports import ChatModel, ChatRequest, Embedder, ModelError
from averitec_eval.baselines.prompts import Prompt
from averitec_eval.errors import ResourceError
from averitec_eval.records import Verdict

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from averitec_eval.baselines.lexical.model import LexicalModel

MAX_LENGTH = 512
BATCH = 16
NO_CLAIM = -1
"""The claim's id in requests of a stance model, which is not told whose pairs it sees."""

STANCES = tuple(Verdict)
"""The columns of a stance model's probabilities."""

_CLASS_NAMES = {
    "supported": Verdict.SUPPORTED,
    "supports": Verdict.SUPPORTED,
    "support": Verdict.SUPPORTED,
    "entailment": Verdict.SUPPORTED,
    "refuted": Verdict.REFUTED,
    "refutes": Verdict.REFUTED,
    "refute": Verdict.REFUTED,
    "contradiction": Verdict.REFUTED,
    "not enough evidence": Verdict.NOT_ENOUGH_EVIDENCE,
    "not enough info": Verdict.NOT_ENOUGH_EVIDENCE,
    "nei": Verdict.NOT_ENOUGH_EVIDENCE,
    "nee": Verdict.NOT_ENOUGH_EVIDENCE,
    "neutral": Verdict.NOT_ENOUGH_EVIDENCE,
    "conflicting evidence/cherrypicking": Verdict.CONFLICTING,
    "conflicting evidence": Verdict.CONFLICTING,
    "conflicting": Verdict.CONFLICTING,
}


@dataclass(eq=False)
class CosineScorer:
    """Scores a pair by the cosine of its texts' vectors: what stands in where there is no cross-encoder."""

    embedder: Embedder

    @property
    def name(self) -> str:
        return self.embedder.name

    def score(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
        import numpy as np

        texts = list(dict.fromkeys(text for pair in pairs for text in pair))
        vectors = dict(zip(texts, self.embedder.embed(texts).astype(np.float64), strict=True))
        return np.array([vectors[first] @ vectors[second] for first, second in pairs], dtype=np.float64)


@dataclass(eq=False)
class Classifier:
    """A sequence classifier of transformers in a folder of this machine: nothing is downloaded, no code of it is run,
    and only safetensors weights are read.

    Raises ``ResourceError`` where transformers or torch is missing or the folder holds no such model.
    """

    path: str
    name: str = ""
    max_length: int = MAX_LENGTH
    _model: Any = field(init=False, repr=False)
    _tokenizer: Any = field(init=False, repr=False)
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock, repr=False)

    def __post_init__(self) -> None:
        folder = model_folder(self.path)
        try:
            import torch  # noqa: F401 - transformers imports it when it builds the model
            from transformers import AutoModelForSequenceClassification, AutoTokenizer
        except ImportError:
            need("transformers", "pip install 'averitec-eval[neural]'")
        self.name = self.name or folder.name
        settings = {"local_files_only": True, "trust_remote_code": False}
        try:
            with without_bars():
                self._tokenizer = AutoTokenizer.from_pretrained(str(folder), **settings)
                kind = AutoModelForSequenceClassification
                self._model = kind.from_pretrained(str(folder), use_safetensors=True, **settings).eval()
        except Exception as error:  # noqa: BLE001 - the library raises whatever the file makes it
            raise ResourceError(f"{self.path}: is no sequence classifier of transformers: {error}") from None

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of its classes, small letters."""
        names = self._model.config.id2label
        return tuple(str(names[number]).lower().replace("_", " ") for number in range(self._model.config.num_labels))

    def logits(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
        """Shape (pairs, classes)."""
        import numpy as np
        import torch

        rows = []
        for start in range(0, len(pairs), BATCH):
            part = [(sound(first), sound(second)) for first, second in pairs[start : start + BATCH]]
            with self._lock, torch.inference_mode():
                fed = self._tokenizer(
                    [first for first, _ in part],
                    [second for _, second in part],
                    truncation=True,
                    max_length=self.max_length,
                    padding=True,
                    return_tensors="pt",
                )
                rows.append(self._model(**fed).logits.double().numpy())
        return np.concatenate(rows) if rows else np.zeros((0, self._model.config.num_labels))


@dataclass(eq=False)
class TransformersScorer:
    """A cross-encoder: its only output, or the probability of the second of its two classes."""

    classifier: Classifier

    def __post_init__(self) -> None:
        if len(self.classifier.classes) > 2:
            raise ResourceError(
                f"{self.classifier.path}: has {len(self.classifier.classes)} classes, expected one or two of a scorer"
            )

    @property
    def name(self) -> str:
        return self.classifier.name

    def score(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
        logits = self.classifier.logits(pairs)
        return logits[:, 0] if logits.shape[1] == 1 else softmax(logits)[:, 1]


@dataclass(eq=False)
class TransformersStance:
    """A stance or NLI model. Its classes are told by their names; four without telling names are taken to be in the
    order of the verdicts. A class that it does not know has the probability 0.
    """

    classifier: Classifier
    _columns: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        classes = self.classifier.classes
        known = [_CLASS_NAMES.get(name) for name in classes]
        if all(known) and len(set(known)) == len(known):
            self._columns = tuple(STANCES.index(verdict) for verdict in known if verdict is not None)
        elif len(classes) == len(STANCES) and all(name == f"label {place}" for place, name in enumerate(classes)):
            self._columns = tuple(range(len(STANCES)))
        else:
            raise ResourceError(
                f"{self.classifier.path}: has the classes {', '.join(classes[:8])}, expected names such as supported, "
                "refuted, not enough evidence, or entailment, contradiction, neutral, in id2label of config.json"
            )

    @property
    def name(self) -> str:
        return self.classifier.name

    def stances(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
        import numpy as np

        rows = np.zeros((len(pairs), len(STANCES)))
        rows[:, self._columns] = softmax(self.classifier.logits(pairs))
        return rows


def softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probabilities of each row."""
    import numpy as np

    if not len(logits):
        return logits
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


@dataclass(eq=False)
class ChatStance:
    """A chat model asked for the stance of each pair; a reply without a verdict gives a row of zeros.

    Raises ``ModelError`` where no pair got a reply at all.
    """

    model: ChatModel
    prompt: Prompt
    max_tokens: int = 24

    @property
    def name(self) -> str:
        return self.model.name

    def stances(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
        import numpy as np

        from averitec_eval.baselines.components.veracity import read_verdict

        rows = np.zeros((len(pairs), len(STANCES)))
        failures = []
        for number, (claim, evidence) in enumerate(pairs):
            request = ChatRequest(
                messages=self.prompt.fill({"claim": claim, "evidence": evidence}),
                stage="stance",
                claim_id=NO_CLAIM,
                index=number,
                prefix=self.prompt.prefix,
                max_tokens=self.max_tokens,
            )
            try:
                text = cleaned(self.model.chat(request)[0].text, self.prompt.prefix)
            except ModelError as error:
                failures.append(error)
                continue
            found = read_verdict(text)
            if found is not None:
                rows[number, STANCES.index(found.verdict)] = 1.0
        if failures and len(failures) == len(pairs):
            raise failures[0]
        return rows


@dataclass(eq=False)
class LexicalStance:
    """The trained model of the system ``lexical``, which judges each pair as if it were all the evidence there is.

    Raises ``ResourceError`` where the model's file is damaged.
    """

    name: str = "averitec-eval lexical"
    _model: LexicalModel = field(init=False, repr=False)

    def __post_init__(self) -> None:
        from averitec_eval.baselines.lexical.model import load_model

        self._model = load_model()

    def stances(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
        import numpy as np

        rows = np.zeros((len(pairs), len(STANCES)))
        for row, (claim, evidence) in zip(rows, pairs, strict=True):
            chances = self._model.judge(claim, [evidence]).probabilities
            row[:] = [chances[verdict] for verdict in STANCES]
        return rows


__all__ = [
    "STANCES",
    "ChatStance",
    "Classifier",
    "CosineScorer",
    "LexicalStance",
    "TransformersScorer",
    "TransformersStance",
    "softmax",
]
