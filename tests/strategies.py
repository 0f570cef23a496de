"""Hypothesis strategies of all tests, in one place."""

from __future__ import annotations

import string

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from averitec_eval.leaderboard.view import Estimate, PublicBoard, PublicSystem
from averitec_eval.records import Answer, Gold, GoldClaim, Prediction, Question, Verdict
from averitec_eval.scoring.details import Mark
from averitec_eval.scoring.profiles import get_profile
from averitec_eval.statistics import Settings

# --- Predictions and gold sets for validation ---

words = st.text(alphabet=string.ascii_letters, min_size=3, max_size=9)


@st.composite
def sentences(draw: st.DrawFn, number: int) -> str:
    """A plain sentence; different numbers never give the same one, whatever is drawn."""
    return f"{' '.join(draw(st.lists(words, min_size=2, max_size=6)))} as noted in item{number} of list{number}"


@st.composite
def gold_with_predictions(draw: st.DrawFn, max_size: int = 8) -> tuple[Gold, tuple[Prediction, ...]]:
    """A gold set and predictions for it that no error can be found in."""
    size = draw(st.integers(1, max_size))
    claims, predictions = [], []
    for claim_id in range(size):
        text = f"{draw(words)}{claim_id} {draw(words)}{claim_id} {draw(words)}{claim_id}"
        label = draw(st.sampled_from(Verdict))
        questions = tuple(
            Question(draw(sentences(100 * claim_id + i)), (Answer(draw(sentences(100 * claim_id + 50 + i))),))
            for i in range(draw(st.integers(1, 12)))
        )
        claims.append(GoldClaim(claim_id, text, label, (Question(f"gold question {claim_id}"),)))
        predictions.append(Prediction(claim_id, draw(st.sampled_from(Verdict)), questions, claim=text))
    return Gold(tuple(claims), "0" * 64), tuple(predictions)


# --- Evidence beside a claim ---

_EVIDENCE_WORDS = (
    "harbour lantern copper violin meadow glacier 1969 4.5 thunder pocket orchard tunnel marble sailor window engine "
    "the of is not claim evidence reported true filming filmed films"
)
_loose_words = st.lists(st.sampled_from(_EVIDENCE_WORDS.split()), max_size=9)
_evidence_texts = _loose_words.map(lambda words: " ".join(words) + ".") | sentences(7)

evidence_lists = st.lists(_evidence_texts | st.sampled_from(["", "?!", "Ζεύς 4.5", "No. No."]), max_size=12)
"""Texts of evidence that often share many of their words."""
word_set_lists = st.lists(st.frozensets(st.sampled_from(string.ascii_letters[:14]), max_size=11), max_size=14)
"""Sets of words that often are similar, some equal or empty."""


@st.composite
def robust_cases(draw: st.DrawFn) -> tuple[str, list[str], tuple[str, ...]]:
    """A claim, predicted strings and gold strings that share words, among them stop words and words of the claim."""
    gold = draw(st.lists(_evidence_texts, min_size=1, max_size=5))
    predicted = draw(st.lists(_evidence_texts | st.sampled_from(gold), max_size=7))
    return draw(_evidence_texts), predicted, tuple(gold)


@st.composite
def rewordings(draw: st.DrawFn, text: str, claim: str) -> str:
    """The words of a text in another order and case, some of them twice, with words of the claim between."""
    words = text.split()
    shuffled = list(draw(st.permutations(words)))
    more = draw(st.lists(st.sampled_from([*words, *claim.split()]), max_size=4))
    joined = " ".join([*shuffled, *more])
    return joined.upper() if draw(st.booleans()) else joined


# --- Settings files ---

yaml_texts = st.text(max_size=200) | st.text(alphabet=":-[]{}&*!|>'\"#%@, \nab0", max_size=60)
"""Texts for a YAML reader, half of them made of the marks that mean something in YAML."""


_days = st.sampled_from(["2025-03-01", "2025-03-31", "2025-02-30", "2025-3-1"])
_moments = _days | st.sampled_from(["2025-03-01T12:00Z", "2025-03-01T12:00:59Z", "2025-03-01T12:00", "soon", ""])
_odd: st.SearchStrategy[object] = st.sampled_from([None, 0, -1, 1.5, True, "x", "", [], {}, ["name"], {"name": 1}])


def _keys(
    required: dict[str, st.SearchStrategy[object]], optional: dict[str, st.SearchStrategy[object]]
) -> st.SearchStrategy[dict[str, object]]:
    """Mappings with the required keys and a few optional ones, now and then with an odd value or an unknown key."""
    sound = st.fixed_dictionaries(required, optional=optional)
    few = sound.flatmap(
        lambda keys: st.sets(st.sampled_from(sorted(optional)), max_size=3).map(
            lambda kept: {key: value for key, value in keys.items() if key in required or key in kept}
        )
    )
    odd = st.dictionaries(st.sampled_from([*required, *optional, "an unknown key"]), _odd, min_size=1, max_size=1)
    return few | few | few | st.builds(lambda keys, more: {**keys, **more}, few, odd)


_paths = st.sampled_from(["a.json", "folder/b"])
_judges = st.sampled_from(
    [{"model": "ev2r-lite"}, {"model": "m"}, {"model": "m", "replies": "r.sqlite", "parameters": {"temperature": 0.5}}]
)
_rule_keys: dict[str, st.SearchStrategy[object]] = {
    "starts": _moments,
    "ends": _moments,
    "scores": st.sampled_from(["everyone", "participant", "organisers", "Everyone"]),
    "limits": st.dictionaries(
        st.sampled_from(["per_day", "total", "invalid_per_day", "bytes", "weekly"]),
        st.integers(-1, 9) | _odd,
        max_size=3,
    ),
    "require": st.lists(st.sampled_from(["models", "date", "contact", "colour"]), max_size=3),
    "anonymous_until": _days,
    "runtime_limit": st.sampled_from([0, -1, 0.5, 60]),
}
_scoring_keys: dict[str, st.SearchStrategy[object]] = {
    "levels": st.lists(st.sampled_from([0.25, 0, 1, "x"]), max_size=2),
    "public": st.booleans(),
    "split": st.sampled_from(["dev", "", " ", "d" * 81]),
    "profile": st.sampled_from(["fever8-2025", "averitec-2024", "fever"]),
    "judge": _judges,
}
_phases = st.lists(
    _keys(
        {"name": st.sampled_from(["dev", "test", "Dev", "static", "a b", ""]), "gold": _paths},
        {**_scoring_keys, **_rule_keys, "private": st.booleans(), "title": st.sampled_from(["A", ""])},
    ),
    max_size=2,
)
_common = {"title": st.sampled_from(["A task", "A task", " ", "t" * 121]), "submissions": _paths, "site": _paths}
_shared_keys: dict[str, st.SearchStrategy[object]] = {
    "description": st.sampled_from(["", "a\nb", "d" * 2001]),
    "store": _paths,
    "audit": st.booleans() | st.just({"stuffing.pairs": 0.05}),
    "tie_breaks": st.lists(st.sampled_from(["name", "date", "macro_f1", "averitec@0.3", "looks", "f1_"]), max_size=3),
    "contact": st.sampled_from(["us@example.org", "", "c" * 201]),
    "short_description": st.sampled_from(["short", "a\nb" * 0, "s" * 201]),
    "terms": st.sampled_from(["a\nb", "t" * 5001]),
    "image": _paths,
}
task_files = _keys({**_common, "gold": _paths}, {**_shared_keys, **_scoring_keys, **_rule_keys}) | _keys(
    _common, {**_shared_keys, "phases": _phases, "gold": st.none() | _paths, "starts": st.none() | _moments}
).map(lambda keys: {"phases": [{"name": "dev", "gold": "a.json"}], **keys})
"""Contents of ``leaderboard.yaml``, about half of them sound, with one board or with phases."""


# --- File formats ---

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)
"""Values that JSON can hold, surrogates left out."""

json_objects = st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), json_values, max_size=5)
csv_cells = st.text(alphabet=',"\n\r\t abé', max_size=8)
"""Cells of a CSV file, made of what has a meaning there."""

free_texts = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=20) | st.text(
    '\t\n\r" ,ab', max_size=10
)
"""Texts that UTF-8 can encode, half of them made of the characters that separate things."""

_optional = st.none() | free_texts


@st.composite
def free_answers(draw: st.DrawFn) -> Answer:
    """Any answer, with or without its type, explanation and source."""
    return Answer(
        draw(free_texts),
        draw(st.sampled_from([None, "Extractive", "Abstractive", "Boolean", "Unanswerable"])),
        draw(_optional),
        draw(_optional),
        draw(_optional),
        draw(_optional),
        draw(_optional),
    )


@st.composite
def free_questions(draw: st.DrawFn) -> Question:
    """Any question with none, one or several answers."""
    return Question(draw(free_texts), tuple(draw(st.lists(free_answers(), max_size=3))))


@st.composite
def free_predictions(draw: st.DrawFn, *, ids_are_places: bool = False) -> tuple[Prediction, ...]:
    """Predictions with everything the records can hold; only the ids are tame."""
    size = draw(st.integers(1, 3))
    ids = range(size) if ids_are_places else draw(st.lists(st.integers(0, 10**6), min_size=size, max_size=size))
    predictions = []
    for claim_id in ids:
        questions = tuple(draw(st.lists(free_questions(), max_size=3)))
        predictions.append(
            Prediction(
                claim_id,
                draw(st.sampled_from(Verdict)),
                questions,
                tuple(draw(st.lists(free_texts, max_size=2))),
                draw(_optional),
                draw(_optional),
                bool(questions) or draw(st.booleans()),
            )
        )
    return tuple(predictions)


@st.composite
def free_gold(draw: st.DrawFn) -> tuple[GoldClaim, ...]:
    """Gold claims with everything the records can hold."""
    names = st.lists(free_texts, max_size=2).map(tuple)
    ids = draw(st.lists(st.integers(0, 10**6), min_size=1, max_size=3, unique=True) | st.just([0, 1]))
    return tuple(
        GoldClaim(
            claim_id,
            draw(free_texts),
            draw(st.sampled_from(Verdict)),
            tuple(draw(st.lists(free_questions(), max_size=3))),
            *(draw(_optional) for _ in range(8)),
            claim_types=draw(names),
            strategies=draw(names),
            required_reannotation=draw(st.sampled_from([None, True, False])),
        )
        for claim_id in ids
    )


# --- Texts that are hard to cut into words ---

_WORDLIKE = (
    *(
        "The",
        "It",
        "however",
        "He",
        "president",
        "of",
        "said",
        "Word",
        "word",
        "International",
        "stewart",
        "Who",
        "women",
    ),
    *(
        "can't",
        "cannot",
        "Cannot",
        "gimme",
        "wanna",
        "gonna'",
        "d'ye",
        "more'n",
        "'tis",
        "'Twas",
        "'tıs",
        "o'clock",
        "x's'",
    ),
    *("U.S.", "Mr.", "Dr.", "e.g.", "St.", "J.", "No.", "p.m.", "corp.", "vs.", "Inc", "5.", "3.5", "1,000", "10:30"),
    *(
        "www.site.org/a?b=c",
        "well-known",
        "a_b",
        "geese",
        "churches",
        "running",
        "happily",
        "é",
        "e\u0301",
        "日本",
        "שלום",
    ),
    *("مرحبا", "😀", "👩‍👩‍👧", "ſ", "K", "İ", "٣", "²", "ß", "Ω", "ΌΣ"),
)
_MARKS = (
    *"aBcs5,.:;?!'\"`()[]{}<>-*&@#$%_/~^|\\=+",
    *("''", "``", "...", "..", "--", "---", "'s", "'S", "n't", "N'T", "'ll", "'re", "'VE", "'d", "'m", "'x", "'a "),
    *(
        "“",
        "”",
        "‘",
        "’",
        "«",
        "»",
        "„",
        "–",
        "—",
        "…",
        ". . .",
        ").",
        '."',
        ".)",
        '?"',
        "!)",
        '")',
        "'\"",
        "\"'",
        "?!",
    ),
)
_SPACES = (*[" "] * 12, "  ", "\n", "\n\n", "\t", "\r\n", "\u00a0", "\u2028", "\u3000", "\x1c", "\u200b", "\x00")

_pieces = st.sampled_from(_WORDLIKE) | st.sampled_from(_MARKS)
_runs = st.builds(lambda piece, times: piece * times, _pieces, st.integers(50, 400))
_glued = st.lists(_pieces, min_size=1, max_size=4).map("".join)

awkward_words = _glued | st.text(max_size=12) | _runs
"""Runs of letters and marks such as no dictionary has, some of them very long."""

awkward_texts = (
    st.lists(_glued | st.sampled_from(_SPACES) | _runs, max_size=30).map("".join)
    | st.lists(_glued, max_size=25).map(" ".join)
    | st.text(max_size=200)
)
"""Texts full of quotes, dashes, abbreviations, ellipses, emoji, scripts, combining marks and odd white space."""


# --- Scores of several systems on the same claims ---

probabilities = st.floats(0, 1, allow_subnormal=False)


@st.composite
def score_columns(
    draw: st.DrawFn, max_claims: int = 30, max_systems: int = 6, values: st.SearchStrategy[float] = probabilities
) -> npt.NDArray[np.float64]:
    """Scores in [0, 1], a row for each claim and a column for each system, with many equal ones."""
    shape = draw(st.integers(1, max_claims)), draw(st.integers(1, max_systems))
    return draw(arrays.arrays(np.float64, shape, elements=values | st.sampled_from([0.0, 0.25, 1.0])))


@st.composite
def credit_columns(draw: st.DrawFn, max_claims: int = 40, max_systems: int = 6) -> npt.NDArray[np.bool_]:
    """Credit or none, a row for each claim and a column for each system."""
    shape = draw(st.integers(1, max_claims)), draw(st.integers(1, max_systems))
    return draw(arrays.arrays(np.bool_, shape))


@st.composite
def scored_pairs(draw: st.DrawFn, max_systems: int = 9) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Scores of several systems, some of them equal, and a symmetric matrix of p-values for all pairs."""
    size = draw(st.integers(1, max_systems))
    scores = draw(arrays.arrays(np.float64, size, elements=st.sampled_from([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7])))
    p = np.ones((size, size))
    for i in range(size):
        for j in range(i):
            p[i, j] = p[j, i] = draw(st.sampled_from([0.0, 1e-4, 1e-3, 0.004, 0.01, 0.04, 0.3, 1.0]))
    return scores, p


# --- Texts with marks, as claim pages show them ---


@st.composite
def marked_texts(draw: st.DrawFn, max_size: int = 60) -> tuple[str, tuple[Mark, ...]]:
    """Any text, lone surrogates and markup included, with marks in order that do not overlap."""
    pieces = st.sampled_from(["<script>", "</b>", "&amp;", '"', "'", "a b", "\n", "\u202e", "\u200b", "\ud800", "é"])
    text = draw(st.lists(pieces | st.text(max_size=8), max_size=12).map("".join))[:max_size]
    ends = sorted(draw(st.sets(st.integers(0, len(text)), max_size=10)))
    kinds = st.sampled_from(["exact", "stem", "synonym"])
    return text, tuple(Mark(low, high, draw(kinds)) for low, high in zip(ends[::2], ends[1::2], strict=False))


# --- Boards as a site shows them ---

_awkward = st.text(max_size=60) | st.sampled_from(
    ["$x_1$", "<b>&amp;</b>", "\u202eevil", "\ud800", "a" * 5000, "\u5317\u4eac"]
)


@st.composite
def public_boards(draw: st.DrawFn, max_size: int = 12) -> PublicBoard:
    """A board of made-up systems, some without a rank, a runtime, a score at some level, or any score."""
    levels = tuple(sorted(draw(st.sets(st.sampled_from((0.1, 0.2, 0.25, 0.3, 0.5)), min_size=1))))
    headline = f"averitec@{draw(st.sampled_from(levels))}"
    metrics = (headline, "hu_meteor_qa", *(f"averitec@{level}" for level in levels))
    systems = []
    for number in range(draw(st.integers(0, max_size))):
        scores = {metric: draw(estimates()) for metric in metrics} if draw(st.integers(0, 5)) else {}
        if len(levels) > 1 and draw(st.integers(0, 5)) == 0:
            scores.pop(next(metric for metric in metrics[2:] if metric != headline), None)
        ranked = bool(scores) and draw(st.booleans())
        systems.append(
            PublicSystem(
                f"system-{number}",
                draw(_awkward),
                "a team",
                "system",
                rank=number + 1 if ranked else None,
                rank_low=1 if ranked else None,
                rank_high=max_size if ranked else None,
                tier=1 + number // 3 if ranked else None,
                scores=scores,
                seconds_per_claim=draw(st.none() | st.sampled_from((0.0, 0.0005, 1.0, 12.5, 9e4))),
                open_weights=draw(st.none() | st.booleans()),
            )
        )
    systems.sort(key=lambda system: -system.scores[headline].value if system.scores else 1.0)
    profile = get_profile("averitec-2024")
    return PublicBoard(
        "",
        "A board",
        "dev",
        profile,
        "signature",
        headline,
        levels,
        metrics,
        Settings(),
        40,
        "0" * 64,
        False,
        tuple(systems),
    )


@st.composite
def estimates(draw: st.DrawFn) -> Estimate:
    """A score, mostly with an interval around it."""
    low, value, high = sorted(draw(st.tuples(*[st.floats(0, 1)] * 3)))
    return Estimate(value, low, high) if draw(st.integers(0, 4)) else Estimate(value)


# --- Retrieval ---

_store_words = st.sampled_from([f"w{number}" for number in range(12)] + ["Word", "word", "é"])
store_texts = st.lists(st.lists(_store_words, max_size=8).map(" ".join), min_size=1, max_size=25)
"""Texts of a store made of few words, so that words are shared, texts are equal and scores are tied."""
query_words = st.lists(_store_words | st.just("absent"), max_size=8)
"""Words of a query to such a store, repeated ones and unknown ones among them."""

vectors = st.integers(1, 12).flatmap(
    lambda count: arrays.arrays(
        np.float32, (count, 3), elements=st.sampled_from([-1.0, -0.5, 0.0, 0.5, 1.0]).map(np.float32)
    )
)
"""A few short vectors, equal ones and zero ones among them: shape (count, 3)."""
