"""The little English that the rules and features know: closed classes of words, and the forms of verbs."""

from __future__ import annotations

from functools import cache

from averitec_eval.text.synonyms import senses


def word_list(words: str) -> tuple[str, ...]:
    """The words of a line, in order."""
    return tuple(words.split())


def word_set(words: str) -> frozenset[str]:
    """The words of a line."""
    return frozenset(words.split())


BE = word_set("is are was were am")
HAVE = word_set("has have had")
MODALS = word_set("will would can could may might must should shall cannot")
DO = word_set("do does did")
AUXILIARIES = BE | HAVE | MODALS | DO

DETERMINERS = word_set("a an the this that these those its his her their our my your no any some each every")
PREPOSITIONS = word_set(
    "of in on at by for from with to into onto over under about after before during between among against "
    "through without within across since until near off per via as than like amid despite toward towards "
    "around upon"
)
SUBORDINATORS = word_set("although though while when whereas because since if unless after before once as")
RELATIVES = word_set("who which that whom whose where")
PRONOUNS = word_set("i you he she it we they there this that these those")
CONJUNCTIONS = word_set("and or but nor so yet")

STOP_WORDS = (
    DETERMINERS
    | PREPOSITIONS
    | SUBORDINATORS
    | RELATIVES
    | PRONOUNS
    | CONJUNCTIONS
    | AUXILIARIES
    | word_set(
        "be been being having doing not n't 's s t me him them us what how why also just more most other such "
        "only own same too very then here both few all out up down again further while there who whom"
    )
)
"""Words that say little of what a text is about."""

NEGATIONS = word_set("no not n't never none nobody nothing neither nor without cannot nowhere hardly")

REFUTING = word_set(
    "false falsely fake faked hoax hoaxes debunked debunk debunks misleading untrue incorrect incorrectly "
    "wrong wrongly fabricated doctored altered edited manipulated satire satirical parody misinformation "
    "disinformation myth myths "
    "baseless unfounded unsubstantiated unproven rumor rumors rumour rumours deny denies denied denying "
    "refuted refutes rejects rejected disputed disproved disproven photoshopped bogus conspiracy "
    "misrepresented inaccurate lie lied lies "
    "lying retracted exaggerated"
)
"""Words with which a text turns against a claim."""

CONFIRMING = word_set(
    "true confirmed confirms confirm correct correctly accurate accurately indeed verified official "
    "officially announced according data statistics report reported reports showed shows shown signed "
    "approved passed recorded census"
)
"""Words with which a text stands by a claim."""

HEDGES = word_set(
    "may might could possibly perhaps allegedly alleged reportedly unclear unknown unlikely likely "
    "suggest suggests appears seems although though however despite mixed depends partly evidence "
    "insufficient"
)
"""Words with which a text leaves a claim open."""

NUMBER_WORDS = {
    word: value
    for value, word in enumerate(
        word_list(
            "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
            "sixteen seventeen eighteen nineteen twenty"
        )
    )
}
SCALES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}

MONTHS = word_list(
    "january february march april may june july august september october november december jan feb mar "
    "apr jun jul aug sep sept oct nov dec"
)
WEEKDAYS = word_list("monday tuesday wednesday thursday friday saturday sunday")

REPORTING = word_set(
    "said says claimed claims announced stated states tweeted wrote argued denied warned told added "
    "explained suggested insisted declared admitted noted reported confirmed promised"
)
"""Finite verbs that report what somebody said."""

_PAST = (
    "became:become began:begin bought:buy broke:break brought:bring built:build came:come caught:catch "
    "chose:choose cut:cut dealt:deal drew:draw drove:drive fell:fall fought:fight found:find gave:give "
    "got:get grew:grow held:hold "
    "hit:hit kept:keep knew:know laid:lay led:lead left:leave let:let lost:lose made:make meant:mean "
    "met:meet paid:pay put:put quit:quit ran:run rose:rise said:say sat:sit saw:see sent:send set:set "
    "shook:shake shot:shoot shut:shut "
    "sold:sell sought:seek spent:spend spoke:speak spread:spread stole:steal stood:stand swore:swear "
    "taught:teach threw:throw told:tell took:take thought:think understood:understand went:go "
    "won:win wore:wear "
    "wrote:write struck:strike sued:sue died:die lied:lie tied:tie agreed:agree freed:free felt:feel "
    "heard:hear read:read saw:see withdrew:withdraw undertook:undertake overtook:overtake forbade:forbid "
    "froze:freeze hid:hide"
)
_IRREGULAR = dict(pair.split(":") for pair in _PAST.split())
_PRESENT = word_list(
    "say show claim suggest make take give need want believe allow require include provide remain contain "
    "cause mean support oppose know think face seem appear live work pay lead run hold call cost account "
    "come go get find help "
    "begin start continue use create report state estimate recommend rank play offer produce receive "
    "represent affect reduce increase kill protect prevent deny explain describe indicate reveal confirm "
    "argue note warn tell lie tie "
    "own govern ban prohibit exist apply depend belong happen occur vote spend see feature become keep "
    "bring put let"
)
_THIRD_PERSON = {
    (
        verb[:-1] + "ies"
        if verb.endswith("y") and verb[-2] not in "aeiou"
        else verb + "es"
        if verb[-1] in "oshx"
        else verb + "s"
    ): verb
    for verb in _PRESENT
}


def verb_senses(word: str) -> int:
    """How many senses a verb with this base form has in WordNet; 0 where there is no such verb."""
    return sum(code & 3 == 1 for code in senses(word))


@cache
def base_form(verb: str) -> str | None:
    """The base form of a finite verb in small letters, or None where the rules know no such verb.

    >>> base_form("paid"), base_form("announced"), base_form("planned"), base_form("table")
    ('pay', 'announce', 'plan', None)
    """
    known = _IRREGULAR.get(verb) or _THIRD_PERSON.get(verb)
    if known is not None or len(verb) < 4 or not verb.endswith("ed") or verb.endswith("eed"):
        return known
    stem = verb[:-2]
    if stem.endswith("i"):
        candidates = [stem[:-1] + "y"]
    elif stem[-1] == stem[-2]:
        candidates = [stem, stem[:-1]]
    elif _lost_an_e(stem):
        candidates = [stem + "e", stem]
    else:
        candidates = [stem, stem + "e"]
    return next((word for word in candidates if verb_senses(word)), None)


def is_present(verb: str) -> bool:
    """Whether a finite verb is a third person of the present."""
    return verb in _THIRD_PERSON


def _lost_an_e(stem: str) -> bool:
    """Whether a verb's stem ends as those do that lose an ``e`` before ``-ed``: ``hop`` of hoped, not ``visit``."""
    vowels = "aeiou"
    if stem[-1] in "vuzcsg" or (stem[-1] == "l" and stem[-2] not in vowels):
        return True
    one_vowel = stem[-1] not in vowels + "wxy" and stem[-2] in vowels and stem[-3:-2] not in tuple(vowels)
    return one_vowel and (len(stem) == 3 or stem.endswith(("at", "ar", "ir", "ur", "in", "id")))
