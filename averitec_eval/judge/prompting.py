"""What a judge is asked: the prompts, the evidence that goes into them, and the form of the reply.

There is one question for each claim and kind. The words of a question depend on nothing but the prompt, the claim and
the evidence, so that a reply that was kept is found again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from averitec_eval.baselines.ports import Message
from averitec_eval.baselines.prompts import Prompt, parse_prompt
from averitec_eval.errors import ConfigError
from averitec_eval.judge.records import Ask, Evidence
from averitec_eval.judge.visible import hidden, visible
from averitec_eval.records import Gold, GoldClaim, Prediction, QAPair
from averitec_eval.scoring.judgements import KINDS, Kind
from averitec_eval.scoring.profiles import Ev2R

PROMPT_NAMES: Mapping[Kind, str] = {"questions": "ev2r-questions", "qa": "ev2r-qa"}
"""The names of the prompts, which are those of their files without ``.txt``."""

MAX_PROMPT_BYTES = 200_000
"""How large a prompt's file may be."""

MAX_HIDDEN = 1000
"""How many hidden characters of a claim's evidence are told of."""

_NEEDED = frozenset(("reference", "predicted"))
_SLOTS = _NEEDED | {"claim", "boundary"}


def _schema(side_word: str) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    for side in ("predicted", "reference"):
        properties[f"facts in {side} {side_word}"] = {"type": "string"}
        properties[f"fact check {side} {side_word}"] = {"type": "string"}
        properties[f"facts count {side} {side_word}"] = {"type": "integer"}
        properties[f"support {side} {side_word}"] = {"type": "integer"}
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


REPLY_SCHEMA: Mapping[Kind, dict[str, Any]] = {"questions": _schema("questions"), "qa": _schema("evidence")}
"""The JSON Schema of a reply of each kind, for servers that can hold a model to one."""


def evidence_of(prediction: Prediction, claim: GoldClaim, rules: Ev2R, kind: Kind) -> Evidence:
    """What a judge of ``kind`` is shown. ``predicted`` is empty where the prediction gives none to be judged.

    Predicted questions are those that the file gives as such. Of question-answer pairs each is one text, and plain
    strings of the older files follow as they are. Blank ones do not count; of the others the first ``rules.cap`` do. A
    gold question that several pairs share is a reference question once.
    """
    if kind == "questions":
        reference = list(dict.fromkeys(visible(question.question).strip() for question in claim.questions))
        raw = [question.question for question in prediction.evidence]
        predicted = [visible(text).strip() for text in raw]
    else:
        reference = [_pair(pair) for pair in _reference_pairs(claim, rules)]
        pairs = list(prediction.pairs())
        raw = [text for pair in pairs for text in (pair.question, pair.answer)]
        raw += prediction.string_evidence
        predicted = [_pair(pair) for pair in pairs]
        predicted += [visible(text).strip() for text in prediction.string_evidence]
    shown = [text for text in predicted if text]
    unseen = "".join(map(hidden, raw))[:MAX_HIDDEN]
    return Evidence(visible(claim.claim).strip(), tuple(filter(None, reference)), tuple(shown[: rules.cap]), unseen)


def _reference_pairs(claim: GoldClaim, rules: Ev2R) -> Iterator[QAPair]:
    for question in claim.questions:
        for answer in question.answer_texts():
            yield QAPair(question.question, answer)
            if rules.answers == "first":
                break


def _pair(pair: QAPair) -> str:
    """A pair as one text, "" where neither side has anything to see."""
    question, answer = visible(pair.question).strip(), visible(pair.answer).strip()
    return f"Question: {question}\nAnswer: {answer}" if question or answer else ""


@dataclass(frozen=True, slots=True)
class JudgePrompts:
    """The prompts of a judge by kind, and the SHA-256 (hex) of each file's text with plain line ends."""

    prompts: Mapping[Kind, Prompt]
    digests: Mapping[Kind, str]

    @classmethod
    def load(cls, folder: Path | None = None) -> JudgePrompts:
        """The prompts of this package, or those of ``folder`` before them.

        Raises ``ConfigError``, which lists every problem, where the folder holds no prompt of a judge or one that
        cannot be used.
        """
        problems: list[str] = []
        texts = {kind: _shipped(name) for kind, name in PROMPT_NAMES.items()}
        if folder is not None:
            texts.update(_own(folder, problems))
        prompts = {kind: _parsed(PROMPT_NAMES[kind], text, problems) for kind, text in texts.items()}
        if problems:
            count = f"{len(problems)} problem{'s' if len(problems) > 1 else ''}"
            raise ConfigError(f"{folder}: the prompts cannot be used, {count}", tuple(problems))
        digests = {
            kind: hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest() for kind, text in texts.items()
        }
        return cls(prompts, digests)

    def identity(self) -> dict[Kind, tuple[str, int, str]]:
        """The name, version and SHA-256 (hex) of each prompt."""
        return {kind: (self.prompts[kind].name, self.prompts[kind].version, self.digests[kind]) for kind in KINDS}

    def ask(self, claim_id: int, kind: Kind, evidence: Evidence) -> Ask:
        """The question of one kind about one claim."""
        values = {
            "claim": evidence.claim,
            "reference": "\n\n".join(evidence.reference),
            "predicted": "\n\n".join(evidence.predicted),
            "boundary": evidence.boundary,
        }
        messages: tuple[Message, ...] = self.prompts[kind].fill(values)
        return Ask(claim_id, kind, messages, self.digests[kind], evidence)


def _shipped(name: str) -> str:
    path = resources.files("averitec_eval.judge") / "prompts" / f"{name}.txt"
    return _plain(path.read_text("utf-8"))


def _plain(text: str) -> str:
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _own(folder: Path, problems: list[str]) -> dict[Kind, str]:
    """The texts of a folder's prompts; what is wrong with the folder is added to ``problems``."""
    known = ", ".join(f"{name}.txt" for name in PROMPT_NAMES.values())
    try:
        files = {path.name for path in folder.iterdir()}
    except OSError as error:
        problems.append(f"the folder cannot be read: {error.strerror or error}; expected one that holds {known}")
        return {}
    found: dict[Kind, str] = {}
    for kind, name in PROMPT_NAMES.items():
        if f"{name}.txt" not in files:
            continue
        try:
            with (folder / f"{name}.txt").open("rb") as stream:
                data = stream.read(MAX_PROMPT_BYTES + 1)
            if len(data) > MAX_PROMPT_BYTES:
                problems.append(f"{name}.txt: is longer than {MAX_PROMPT_BYTES:,} bytes; shorten it")
                continue
            found[kind] = _plain(data.decode("utf-8"))
        except UnicodeDecodeError:
            problems.append(f"{name}.txt: is not UTF-8; save it as UTF-8")
        except OSError as error:
            problems.append(f"{name}.txt: cannot be read: {error.strerror or error}")
    strange = sorted(
        file for file in files if file.endswith(".txt") and file.removesuffix(".txt") not in PROMPT_NAMES.values()
    )
    for file in strange:
        problems.append(f"{visible(file)}: is the name of no prompt; expected {known}")
    if not found and not problems:
        problems.append(f"the folder holds no prompt; expected {known}, or one of them")
    return found


def _parsed(name: str, text: str, problems: list[str]) -> Prompt:
    """The prompt, with what is wrong with it added to ``problems``."""
    try:
        prompt = parse_prompt(name, text)
    except ValueError as error:
        problems.append(f"{name}.txt: {error}")
        return Prompt(name, 0, ())
    for slot in sorted(_NEEDED - prompt.slots):
        problems.append(f"{name}.txt: has no slot {{{{{slot}}}}}, so that the judge would not see it; add it")
    for slot in sorted(prompt.slots - _SLOTS):
        known = ", ".join(f"{{{{{known}}}}}" for known in sorted(_SLOTS))
        problems.append(f"{name}.txt: the slot {{{{{slot}}}}} is not known; expected {known}")
    if prompt.prefix:
        problems.append(f"{name}.txt: has a section [prefix], but a judge begins its reply itself; leave it out")
    if not prompt.parts or prompt.parts[-1][0] != "user":
        problems.append(f"{name}.txt: does not end with the section [user]; put it last")
    return prompt


def to_ask(prediction: Prediction, claim: GoldClaim, rules: Ev2R, prompts: JudgePrompts) -> dict[Kind, Ask | None]:
    """What to ask about a claim, by kind; None where there is no evidence, of which no judge need be asked."""
    asked: dict[Kind, Ask | None] = {}
    for kind in KINDS:
        evidence = evidence_of(prediction, claim, rules, kind)
        asked[kind] = prompts.ask(claim.claim_id, kind, evidence) if evidence.predicted else None
    return asked


def asks(predictions: Iterable[Prediction], gold: Gold, rules: Ev2R, prompts: JudgePrompts) -> Iterator[Ask]:
    """Yield every question, in the order of the predictions, holding none of them.

    Predictions for claims that are not in ``gold`` are passed over, and so is what need not be asked.
    """
    claims = gold.by_id()
    for prediction in predictions:
        claim = claims.get(prediction.claim_id)
        if claim is not None:
            yield from filter(None, to_ask(prediction, claim, rules, prompts).values())


__all__ = [
    "MAX_HIDDEN",
    "MAX_PROMPT_BYTES",
    "PROMPT_NAMES",
    "REPLY_SCHEMA",
    "JudgePrompts",
    "asks",
    "evidence_of",
    "to_ask",
]
