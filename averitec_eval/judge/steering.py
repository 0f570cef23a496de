"""Signs that evidence told a judge what to say: what stands in the evidence, and what does not fit in the reply.

A sign is no proof. Evidence about language models may well speak of instructions, and judges miscount by themselves.
Each sign says what was found, so that somebody can look.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from averitec_eval.judge.reading import answers, listed_facts, slot_of
from averitec_eval.judge.records import Ask, Evidence
from averitec_eval.scoring.judgements import Judgement, Kind
from averitec_eval.text.content import content_words, stems

SPEAKS = "evidence speaks to a judge"
HOLDS_COUNTS = "evidence holds counts in the form of a reply"
HOLDS_MARKS = "evidence holds marks of roles or of sections"
HOLDS_HIDDEN = "evidence holds hidden characters"
IS_LONG = "evidence is very long"
SAME_COUNTS = "reply gives the counts that the evidence holds"
SAME_WORDS = "reply repeats words of the evidence to a judge"
OTHER_NUMBER = "reply counts other facts than it lists"
FOREIGN_FACTS = "reply lists facts of the reference in words that it does not hold"
NOTHING_SHARED = "reply finds support in evidence that shares no words with the reference"
SEVERAL = "reply holds several answers that differ"
SIGNS = (
    SPEAKS,
    HOLDS_COUNTS,
    HOLDS_MARKS,
    HOLDS_HIDDEN,
    IS_LONG,
    SAME_COUNTS,
    SAME_WORDS,
    OTHER_NUMBER,
    FOREIGN_FACTS,
    NOTHING_SHARED,
    SEVERAL,
)
"""Every sign: first those of the evidence alone, then those of the reply."""

LONG = 50_000
"""From how many characters on evidence is very long: several times the most of any published system looked at."""

MOST_HIDDEN = 20
"""How many hidden characters of the harmless kinds evidence may hold, such as soft hyphens in text from web pages."""

MISCOUNTED = 2
"""By how many a count may differ from the facts listed without being a sign: judges miscount."""

_WHO = r"(?:judge|evaluator|grader|annotator|reviewer|(?:fact[ -]?checking )?(?:model|assistant|ai|llm|chatbot|system))"
_ORDERS = tuple(
    (frozenset(needed.split("|")), re.compile(pattern))
    for needed, pattern in (
        # What came before is to be forgotten.
        (
            "ignore|disregard|forget|override|bypass",
            r"\b(?:ignore|disregard|forget|override|bypass)\b[^.]{0,40}?\b"
            r"(?:instructions?|prompts?|guidelines|directions|system message|"
            r"(?:previous|above|earlier|prior|your) rules|you were told)\b",
        ),
        # The reader is told who it is, or is spoken to.
        (
            "you are",
            rf"\byou are (?:now )?(?:an? |the |my )?(?:\w{{1,20}} ){{0,2}}{_WHO}\b",
        ),
        (
            "note|message|instruction|attention|reminder|notice|memo|warning",
            r"\b(?:note|message|instructions?|attention|reminder|notice|memo|warning)[:,]? "
            rf"(?:to|for) (?:the |any |all )?(?:\w{{1,20}} )?{_WHO}s?\b",
        ),
        (
            "dear|attention|hey|hello|listen",
            rf"\b(?:dear|attention|hey|hello|listen)[,:]? (?:\w{{1,20}} )?{_WHO}[,:!]",
        ),
        (
            "instruction|prompt",
            r"\b(?:new|updated|revised|special|additional|hidden|important) (?:system )?(?:instructions?|prompt)"
            r"(?: (?:for|to) \w{1,20})?\s?:",
        ),
        (
            "system|jailbreak|developer",
            r"\bsystem (?:prompt|message|override|note)\b|\bdeveloper mode\b|\bjailbreak",
        ),
        # Facts are to be counted so.
        (
            "fact|evidence|count|question",
            r"\b(?:mark|count|rate|score|treat|consider|label|judge|regard|accept|report|list|set)\b[^.]{0,40}?\b"
            r"(?:reference|predicted|atomic|all|every|each|both)\s(?:\w{1,20}\s){0,3}?(?:facts?|evidence|counts?|questions?)"
            r"\s[^.]{0,40}?\b(?:supported|covered|true|correct|entailed|equal|full|zero|0|1)\b",
        ),
        (
            "recall|precision|score",
            r"\b(?:recall|precision|score)\b[^.]{0,20}?\b(?:must|should|has to|needs to|is to|shall)\s(?:\w{1,20}\s)?"
            r"(?:be|equal)\b",
        ),
        (
            "give|assign|award|set|report",
            r"\b(?:give|assign|award|set|report)\b[^.]{0,30}?\b(?:full|perfect|maximum|highest|top)\s(?:\w{1,20}\s)?"
            r"(?:score|marks|recall|credit|support|rating)\b",
        ),
        (
            "fact|evidence",
            r"\b(?:facts?|evidence)\b[^.]{0,30}?\b(?:must|should|have to|has to|are to|is to)\s(?:\w{1,20}\s)?(?:be )?"
            r"(?:counted|marked|treated|regarded|considered|judged|scored|labell?ed)\b",
        ),
        # The reply is to be this.
        (
            "json|following|these|exactly|verbatim",
            r"\b(?:output|return|respond|reply|answer|print|write|produce|emit)\b[^.]{0,40}?\b"
            r"(?:json|the following (?:json|object|counts|text)|these counts|exactly this|verbatim)\b",
        ),
        (
            "end of|start of|beginning of",
            r"\b(?:end|start|beginning) of (?:the )?(?:reference|predicted|system|user|evidence|prompt|input)\b",
        ),
        # The same in other languages.
        (
            "ignor",
            r"\bignor\w{0,9}\b.{0,40}?\b(?:instruc|instruç|istruzion|anweisung|anleitung|consigne|indicacion|instrukcj)",
        ),
        (
            "oubli|olvid|verg|dimentic|esque|zignoruj|negeer",
            r"\b(?:oubli|olvid|vergiss|vergesst|dimentic|esque[cç]|zignoruj|negeer|vergeet)\w{0,9}\b.{0,40}?"
            r"\b(?:instruc|instruç|istruzion|anweisung|anleitung|consigne|indicacion|instrukcj|polecen)",
        ),
        (
            "忽略|无视|無視|忘",
            r"(?:忽略|无视|無視|忘记|忘掉).{0,20}?(?:指令|指示|说明|說明|提示|规则)|(?:指示|命令|指令).{0,12}?(?:無視|忽略)",
        ),
        (
            "инструкц|указани|правил",
            r"(?:игнорир|забуд|не обращай).{0,40}?(?:инструкц|указани|правил)",
        ),
        (
            "تعليمات|الأوامر",
            r"(?:تجاهل|انس).{0,40}?(?:التعليمات|الأوامر|تعليمات)",
        ),
        (
            "निर्देश|지시|명령",
            r"(?:निर्देश).{0,40}?(?:अनदेखा|नज़रअंदाज़|भूल)|(?:지시|명령).{0,20}?(?:무시|잊)",
        ),
    )
)
"""What is said to a judge: words of which one has to occur, and the pattern."""

_MARKS = re.compile(
    r"<\|[a-z_]{2,30}\|>|\[/?inst\]|<</?sys>>"
    r"|</?(?:system|assistant|user|human|instructions?|evidence|reference|predicted|judge|prompt|think)"
    r"(?: [^<>]{0,40})?>"
    r"|^[ \t]*(?:system|assistant|user|human|judge)[ \t]*:[ \t\n]"
    r"|^[ \t]*#{2,9}[ \t]*(?:system|assistant|user|instructions?|response|input)\b"
    r"|^[ \t]*[=\-#*<]{3,9}[ \t]*(?:end|begin|start|claim|reference|predicted|evidence|questions)\b"
    r"|^[ \t]*```[ \t]*json\b",
    re.MULTILINE,
)
_KEY = re.compile(r"[\"'“”‘’]([A-Za-z][A-Za-z _-]{4,60})[\"'“”‘’]\s*[:=]")
_LABEL = re.compile(r"^(?:Question|Answer): ", re.MULTILINE)
_SPACES = re.compile(r"\s+")
_SPACED = re.compile(r"(?:\b\w[ .\-_*]){5,}\w\b")
_LIKE_LATIN = str.maketrans("асеорхуіјѕԁոһκνοαρ", "aceopxyijsdnhkvoap")


def steered(ask: Ask, reply_text: str, judgement: Judgement) -> tuple[str, ...]:
    """The signs, of ``SIGNS`` and in their order, that the evidence of ``ask`` told the judge what to say.

    ``reply_text`` is the reply and ``judgement`` what was read in it. An ask without evidence has no sign.
    """
    if ask.evidence is None:
        return ()
    found = {*evidence_signs(ask.evidence, ask.kind), *_reply_signs(ask.evidence, ask.kind, reply_text, judgement)}
    return tuple(sign for sign in SIGNS if sign in found)


def evidence_signs(evidence: Evidence, kind: Kind) -> tuple[str, ...]:
    """The signs that stand in the predicted evidence itself, whatever a judge made of it."""
    found: list[str] = []
    if any(True for _ in _orders(evidence.predicted)):
        found.append(SPEAKS)
    if any(_counts_in(text, kind) or _has_key(text) for text in evidence.predicted):
        found.append(HOLDS_COUNTS)
    if any(_MARKS.search(_LABEL.sub("", text).lower()) for text in evidence.predicted):
        found.append(HOLDS_MARKS)
    if _is_suspicious(evidence.hidden):
        found.append(HOLDS_HIDDEN)
    if sum(map(len, evidence.predicted)) > LONG:
        found.append(IS_LONG)
    return tuple(found)


def _orders(texts: Sequence[str]) -> Iterator[str]:
    """Yield what in texts is said to a judge, in plain letters."""
    for text in texts:
        original = unicodedata.normalize("NFKC", _LABEL.sub("", text)).lower()
        plain = original.translate(_LIKE_LATIN)
        together = _SPACED.sub(lambda found: re.sub(r"[ .\-_*]", "", found[0]), plain)
        for version in dict.fromkeys(_SPACES.sub(" ", each) for each in (original, plain, together)):
            for needed, pattern in _ORDERS:
                if any(word in version for word in needed):
                    yield from (found[0] for found in pattern.finditer(version))


def _counts_in(text: str, kind: Kind) -> tuple[object, ...]:
    return answers(text, kind) if "{" in text else ()


def _has_key(text: str) -> bool:
    """Whether a text holds a key of a count in quotes, with what stands between key and value."""
    return any(slot_of(found[1]) is not None for found in _KEY.finditer(text))


def _is_suspicious(hidden: str) -> bool:
    """Whether hidden characters are more than text from web pages brings along."""
    kinds = {_kind_of(character) for character in hidden}
    return bool(kinds & {"tag", "override"}) or hidden.count("\ufe0f") + MOST_HIDDEN < len(hidden)


def _kind_of(character: str) -> str:
    point = ord(character)
    if 0xE0000 <= point <= 0xE0FFF:
        return "tag"
    return "override" if character in "\u202d\u202e\u2066\u2067\u2068" else ""


def _reply_signs(evidence: Evidence, kind: Kind, reply_text: str, judgement: Judgement) -> Iterator[str]:
    said = answers(reply_text, kind)
    if len(set(said)) > 1:
        yield SEVERAL
    offered = {counts for text in evidence.predicted for counts in _counts_in(text, kind)}
    if judgement.counts is not None and judgement.counts in offered:
        yield SAME_COUNTS
    low = _SPACES.sub(" ", unicodedata.normalize("NFKC", reply_text).lower())
    if any(words in low for words in _orders(evidence.predicted)):
        yield SAME_WORDS
    if judgement.counts is None:
        return
    facts = listed_facts(reply_text, kind)
    numbers = (
        (len(facts.get("predicted", ())), judgement.counts.predicted),
        (len(facts.get("reference", ())), judgement.counts.reference),
    )
    if any(listed and abs(listed - counted) > MISCOUNTED for listed, counted in numbers):
        yield OTHER_NUMBER
    known = stems(word for text in (evidence.claim, *evidence.reference) for word in content_words(text))
    own = [stems(content_words(fact)) for fact in facts.get("reference", ())]
    if any(words and not words & known for words in own):
        yield FOREIGN_FACTS
    reference = stems(word for text in evidence.reference for word in content_words(text))
    predicted = stems(word for text in evidence.predicted for word in content_words(text))
    if judgement.counts.reference_supported and reference and not reference & (predicted - _LABELS):
        yield NOTHING_SHARED


_LABELS = stems(("question", "answer"))
"""The words that every pair is shown with."""


__all__ = ["SIGNS", "evidence_signs", "steered"]
