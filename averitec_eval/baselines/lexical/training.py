"""Training of the verdict model on annotated claims.

The annotated claims come without a knowledge store, but at run time the model reads retrieved texts, not annotators'
answers. So the answers of all training claims together stand in for the web: for each claim ten of them are retrieved
with BM25, as the system does it, its own among others'. Boolean answers give their explanation only, for no page says
Yes. How strongly weights are held back is chosen by cross-validation on these claims alone: the strongest that is
within one standard error of the best (Breiman et al., 1984). Needs scikit-learn; the model it writes does not.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from averitec_eval.baselines.lexical.features import COUNTED, FEATURES, case_of, features_of, words_of_claim
from averitec_eval.baselines.lexical.model import LABELS, LexicalModel, dumped
from averitec_eval.errors import ResourceError, UsageError
from averitec_eval.files import write_bytes
from averitec_eval.formats.reading import read_gold
from averitec_eval.records import Answer, GoldClaim

if TYPE_CHECKING:
    from numpy.typing import NDArray

STRENGTHS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
"""Inverse strengths of regularisation that are tried, strongest first."""
FOLDS = 5
REPEATS = 3
SEED = 0
FEATURE_WEIGHT = 0.2
"""What a standard deviation of a feature counts against a claim's word vector, whose length is 1."""
FEWEST_CLAIMS = 3
"""In how many claims a word must occur to be in the vocabulary."""
DECIMALS = 4
"""To how many decimals numbers are written, so that the last bits of a processor's sums do not show."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A trained model and how it came about: accuracies are means over the folds of cross-validation."""

    model: LexicalModel
    claims: int
    dropped: int
    accuracies: dict[float, float]
    chosen: float
    majority: float

    def report(self) -> str:
        """A few lines for people."""
        tried = ", ".join(f"{strength:g}: {accuracy:.4f}" for strength, accuracy in self.accuracies.items())
        return (
            f"averitec-eval: trained on {self.claims:,} claims ({self.dropped:,} left out, whose text is excluded)\n"
            f"averitec-eval: accuracy in cross-validation by C: {tried}; chosen: {self.chosen:g}; "
            f"the commonest verdict alone: {self.majority:.4f}"
        )


def train_file(train: Path, excluded: Sequence[Path], out: Path) -> str:
    """Train on a gold file without the claims of others, write the model's numbers, and give a report.

    Raises as ``read_gold``; ``UsageError`` where too few claims are left; ``ResourceError`` without scikit-learn.
    """
    gold = read_gold(train)
    texts = {_folded(claim.claim) for path in excluded for claim in read_gold(path)}
    kept = [claim for claim in gold if _folded(claim.claim) not in texts]
    trained = train_model(kept, {"file": train.name, "sha256": gold.sha256}, dropped=len(gold) - len(kept))
    write_bytes(out, dumped(trained.model))
    return trained.report()


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def train_model(claims: Sequence[GoldClaim], source: dict[str, Any], *, dropped: int = 0) -> Trained:
    """Train on annotated claims; ``source`` is kept in the model. The same claims give the same numbers.

    Raises ``UsageError`` where a verdict that occurs has fewer claims than there are folds.
    """
    counts = Counter(claim.label for claim in claims)
    if len(counts) < 2 or min(counts.values()) < FOLDS:
        raise UsageError(
            f"{len(claims):,} claims are too few to train on: each verdict that occurs needs at least {FOLDS}, and "
            "there must be two"
        )
    np = _numpy()
    from scipy.sparse import csr_array
    from threadpoolctl import threadpool_limits

    table = np.array(
        [features_of(case_of(c.claim, e, c.speaker)) for c, e in zip(claims, stand_in(claims), strict=True)]
    )
    means, scales = table.mean(axis=0), FEATURE_WEIGHT / np.maximum(table.std(axis=0), 0.05)
    means, scales = means.round(DECIMALS), scales.round(DECIMALS)
    idf = _idf([words_of_claim(claim.claim) for claim in claims])
    # Sparse and in one thread, so that sums are made in one order: threads would change their last bits.
    matrix = csr_array(np.hstack([(table - means) * scales, _vectors([words_of_claim(c.claim) for c in claims], idf)]))
    labels = np.array([LABELS.index(claim.label) for claim in claims])
    with threadpool_limits(1):
        accuracies, chosen = _choose(matrix, labels)
        fitted = _regression(chosen).fit(matrix, labels)
    weights = np.zeros((len(LABELS), matrix.shape[1]))
    # A verdict that training never saw must not be given.
    intercepts = np.full(len(LABELS), -100.0)
    binary = len(fitted.classes_) == 2
    weights[fitted.classes_] = np.vstack([-fitted.coef_, fitted.coef_]) / 2 if binary else fitted.coef_
    both = np.array([-fitted.intercept_[0], fitted.intercept_[0]]) / 2 if binary else fitted.intercept_
    intercepts[fitted.classes_] = both
    weights = weights.round(DECIMALS) + 0.0
    features = len(FEATURES)
    model = LexicalModel(
        tuple(intercepts.round(DECIMALS).tolist()),
        tuple(means.tolist()),
        tuple(scales.tolist()),
        tuple(tuple(row) for row in weights[:, :features].tolist()),
        {stem: (value, *weights[:, features + at].tolist()) for at, (stem, value) in enumerate(idf.items())},
        {
            **source,
            "claims": len(claims),
            "excluded": dropped,
            "C": chosen,
            "cross_validated_accuracy": round(accuracies[chosen], DECIMALS),
        },
    )
    majority = max(counts.values()) / len(claims)
    return Trained(model, len(claims), dropped, accuracies, chosen, majority)


def stand_in(claims: Sequence[GoldClaim]) -> list[list[str]]:
    """For each claim the texts that stand in for what would be retrieved: the best of all claims' answers by BM25."""
    from averitec_eval.baselines.bm25 import Bm25Index, tokenizer

    texts = list(dict.fromkeys(text for claim in claims for text in _answers(claim)))
    if not texts:
        return [[] for _ in claims]
    words = tokenizer("words")
    index = Bm25Index(texts, words)
    return [[texts[at] for at, _ in index.top(words(claim.claim.lower()), COUNTED)] for claim in claims]


def _answers(claim: GoldClaim) -> Iterable[str]:
    """A claim's answers as a page might say them."""
    for question in claim.questions:
        for answer in question.answers:
            text = _said(answer).strip()
            if text:
                yield text


def _said(answer: Answer) -> str:
    if answer.answer_type == "Boolean":
        return answer.boolean_explanation or ""
    return "" if answer.answer_type == "Unanswerable" else answer.text


def _idf(documents: Sequence[frozenset[str]]) -> dict[str, float]:
    """The vocabulary with each stem's idf, in alphabetical order."""
    counts = Counter(stem for document in documents for stem in document)
    size = len(documents)
    return {
        stem: round(math.log((1 + size) / (1 + count)) + 1, DECIMALS)
        for stem, count in sorted(counts.items())
        if count >= FEWEST_CLAIMS
    }


def _vectors(documents: Sequence[frozenset[str]], idf: dict[str, float]) -> NDArray[Any]:
    """Tf-idf vectors of length 1: shape (documents, vocabulary)."""
    np = _numpy()
    place = {stem: at for at, stem in enumerate(idf)}
    matrix: NDArray[Any] = np.zeros((len(documents), len(idf)))
    for row, document in enumerate(documents):
        for stem in document:
            if stem in place:
                matrix[row, place[stem]] = idf[stem]
    lengths = np.sqrt((matrix**2).sum(axis=1, keepdims=True))
    matrix /= np.where(lengths == 0, 1, lengths)
    return matrix


def _choose(matrix: Any, labels: NDArray[Any]) -> tuple[dict[float, float], float]:
    """The mean accuracy of each strength in cross-validation, and the strongest within one standard error."""
    np = _numpy()
    from sklearn.model_selection import RepeatedStratifiedKFold

    folds = RepeatedStratifiedKFold(n_splits=FOLDS, n_repeats=REPEATS, random_state=SEED)
    splits = list(folds.split(matrix, labels))
    means: dict[float, float] = {}
    errors: dict[float, float] = {}
    for strength in STRENGTHS:
        hits = [
            float((_regression(strength).fit(matrix[seen], labels[seen]).predict(matrix[held]) == labels[held]).mean())
            for seen, held in splits
        ]
        means[strength] = float(np.mean(hits))
        # Folds of one repetition are apart; repetitions see the same claims again and add no precision.
        errors[strength] = float(np.std(hits, ddof=1)) / math.sqrt(FOLDS)
    best = max(STRENGTHS, key=lambda strength: means[strength])
    return means, next(strength for strength in STRENGTHS if means[strength] >= means[best] - errors[best])


def _regression(strength: float) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=strength, max_iter=5000, tol=1e-6)


def _numpy() -> Any:
    try:
        import numpy
        import sklearn  # noqa: F401
    except ImportError:
        raise ResourceError("training needs scikit-learn: pip install 'averitec-eval[train]'") from None
    return numpy


__all__ = ["Trained", "stand_in", "train_file", "train_model"]
