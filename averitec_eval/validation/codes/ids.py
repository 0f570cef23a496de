"""Codes about claim ids and how predictions meet the gold set."""

from __future__ import annotations

from averitec_eval.validation.catalogue import Code
from averitec_eval.validation.issues import Severity

CODES: tuple[Code, ...] = (
    Code(
        "I001",
        "missing-claim",
        Severity.ERROR,
        "A gold claim has no prediction",
        "The gold set holds a claim whose id does not occur in the file. A missing claim scores 0 on every metric, "
        "and a run that misses any is not ranked. The organisers' evaluators do not notice: two of them silently "
        "stop at the end of the shorter list, and one scores a copy of the first prediction instead, so their "
        "figure for an incomplete file can be too high. If missing claims are the only errors, the report says so: "
        "such a file can be scored, but not ranked.",
        "Predict every claim; where the system finds nothing, write an entry with a label and no evidence.",
    ),
    Code(
        "I002",
        "duplicate-claim",
        Severity.ERROR,
        "Two predictions for one claim",
        "A claim id occurs more than once. There is no right way to choose between the two predictions, and "
        "evaluators that join by position shift every later claim by one. It usually comes from joining the files "
        "of two runs or from a job that was resumed without skipping what it had done.",
        "Keep one prediction for each claim id.",
    ),
    Code(
        "I003",
        "unknown-claim",
        Severity.ERROR,
        "A prediction for a claim that gold does not hold",
        "The file holds a claim id that is not in the gold set, or, in a format joined by position, more entries "
        "than gold has claims. The prediction cannot be scored. It usually means that a few claims of another split "
        "slipped in, or that ids were made by counting something other than the claims.",
        "Remove the entry, or give it the id its claim has in the gold set; ids start at 0.",
    ),
    Code(
        "I004",
        "ids-shifted",
        Severity.ERROR,
        "All claim ids are off by a constant",
        "The ids, or the claim texts beside them, show that the whole file is shifted against the gold set: for "
        "example ids that count from 1 where the gold set counts from 0. Every prediction would be compared with "
        "the evidence of its neighbour, which gives a score near chance rather than an error. Claims that are "
        "missing or unknown only because of the shift are not listed again.",
        "Number the predictions as the gold set does: the first claim has id 0.",
    ),
    Code(
        "I005",
        "other-gold",
        Severity.ERROR,
        "The file is about other claims than this gold set",
        "Most claim ids, or most claim texts, do not occur in the gold set, so the file was most likely made for "
        "another split: ids of dev, train and test all start at 0, so ids alone cannot tell them apart, and a file "
        "for the wrong split may have every id it should. Any score would be meaningless. The claims are not listed "
        "one by one.",
        "Validate against the gold set of the split that was predicted.",
    ),
    Code(
        "I006",
        "claim-of-another-id",
        Severity.ERROR,
        "The claim text belongs to another claim id",
        "The text that the prediction repeats is not that of its own id in the gold set, but exactly that of "
        "another id. Predictions are joined by id and never by text, because texts may repeat, so this one would be "
        "scored against the wrong claim. It usually means that claims were shuffled, filtered or predicted in "
        "parallel and then numbered by their place in the result.",
        "Carry the claim id through the whole pipeline instead of numbering the predictions at the end.",
    ),
    Code(
        "I007",
        "joined-by-position",
        Severity.ERROR,
        "Too few entries in a format that is joined by position",
        "This format has no claim ids: the first entry answers the first gold claim, and so on. With fewer entries "
        "than claims, and without claim texts to tell which entry belongs where, a claim left out in the middle "
        "shifts every later prediction, and nothing shows it. So the file is not taken as merely incomplete.",
        "Write one entry for each claim in gold order, repeat the claim texts, or use a format with claim ids.",
    ),
    Code(
        "I008",
        "other-order",
        Severity.INFO,
        "The entries are not in the order of the gold set",
        "This package joins by claim id, so the order changes nothing here. Most of the organisers' evaluators join "
        "by position and ignore the id: handed this file, they would compare predictions with the wrong claims.",
        "Sort the entries by claim id before the file goes to an organiser's evaluator.",
    ),
    Code(
        "I009",
        "ids-not-counting-from-zero",
        Severity.WARNING,
        "The claim ids are not 0, 1, 2, ... without gaps",
        "No gold set was given, so the ids cannot be compared with it. In all splits of AVeriTeC a claim's id is "
        "its place in the file, counted from 0; ids that start elsewhere or leave gaps mean that claims are missing "
        "or that the numbering is another one.",
        "Number claims by their place in the split's file from 0, and validate with --gold where gold is to be had.",
    ),
)
