"""Codes about the shape of a file and its labels."""

from __future__ import annotations

from averitec_eval.validation.catalogue import Code
from averitec_eval.validation.issues import Severity

CODES: tuple[Code, ...] = (
    Code(
        "S001",
        "entry-not-an-object",
        Severity.ERROR,
        "An entry is not an object",
        "Each entry of the list, or each line, must be a JSON object with the format's keys. A list, a string or "
        "null stands here instead, so nothing is known of the claim.",
        "Write one object for each claim.",
    ),
    Code(
        "S002",
        "missing-key",
        Severity.ERROR,
        "A required key is missing",
        "The object lacks a key that the format requires, and the organisers' reader crashes on it. A key that is "
        "spelt differently counts as missing; similar keys are named.",
        "Add the key; docs/formats.md lists the keys of each format.",
    ),
    Code(
        "S003",
        "wrong-type",
        Severity.ERROR,
        "A value has the wrong type",
        "The value at the pointer is not of the type the format prescribes, for example a number or null where a "
        "text belongs. It is never converted silently: str(None) would become evidence that reads 'None'.",
        "Write the type named under 'expected'.",
    ),
    Code(
        "S004",
        "claim-id-not-an-integer",
        Severity.ERROR,
        "A claim id is not an integer",
        "Claim ids are integers: the place of the claim in the split's file, counted from 0. A string such as "
        '"12", a number with a decimal point such as 12.0, true or null is another id or none to most readers. '
        "Numbers with a point come from a pandas column with missing values.",
        'Write "claim_id": 12 without quotation marks or decimal point.',
    ),
    Code(
        "S005",
        "negative-claim-id",
        Severity.ERROR,
        "A claim id is negative",
        "Ids count from 0. Negative numbers are often markers of a failed look-up; a reader that uses the id as a "
        "list index would count from the end of the list and take another claim without a word.",
        "Give the entry the id of its claim.",
    ),
    Code(
        "S006",
        "unknown-label",
        Severity.ERROR,
        "The label is none of the four verdicts",
        "The labels are Supported, Refuted, Not Enough Evidence and Conflicting Evidence/Cherrypicking, written "
        "exactly so. The organisers compare strings, so a label in lower case or with a space at its end is wrong "
        "for every claim. Labels are never repaired silently, because other tools would not repair them either.",
        "Write one of: Supported, Refuted, Not Enough Evidence, Conflicting Evidence/Cherrypicking.",
    ),
    Code(
        "S007",
        "other-key-name",
        Severity.WARNING,
        "A key has a name that only some pages document",
        "A submission page of 2025 documents predicted_label and predicted_evidence, while the evaluation scripts read "
        "pred_label and evidence. Both are accepted here; the scripts crash on the documented names.",
        "Write pred_label and evidence.",
    ),
    Code(
        "S008",
        "key-under-two-names",
        Severity.ERROR,
        "A value is given under two names that differ",
        "The entry holds both names of a key (pred_label and predicted_label, or evidence and predicted_evidence) with "
        "different values, so it is not clear what was predicted.",
        "Keep pred_label and evidence only.",
    ),
    Code(
        "S009",
        "unused-key",
        Severity.INFO,
        "A key is not used",
        "The format does not know the key, so nothing reads it. It is reported once for each key name. Extra keys do "
        "no harm, but a misspelt optional key would show up here too.",
        "Nothing needs to be done if the key is meant as a note.",
    ),
    Code(
        "S010",
        "ids-in-some-entries",
        Severity.ERROR,
        "Some entries have a claim id and some do not",
        "This format joins by position and may carry a claim_id, but then in every entry. With ids in some entries "
        "only it is not clear which claim the others belong to.",
        "Give every entry a claim_id, or none.",
    ),
    Code(
        "S011",
        "missing-column",
        Severity.ERROR,
        "A column is missing",
        "The header lacks a column that the format requires: id, claim, evi and label. Names count exactly, capital "
        "letters and spaces included. The organisers' reader crashes on a missing one.",
        "Write the header id,claim,evi,label,split.",
    ),
    Code(
        "S012",
        "duplicate-column",
        Severity.ERROR,
        "A column occurs twice",
        "The header holds a name twice, so it is not clear which cells count. The first one is read here; pandas "
        "renames the second.",
        "Keep each column once.",
    ),
    Code(
        "S013",
        "unused-column",
        Severity.INFO,
        "A column is not used",
        "The format does not know the column, so nothing reads it. A column without a name is the row index that "
        "pandas writes unless told not to.",
        "Leave the column out; in pandas use to_csv(..., index=False).",
    ),
    Code(
        "S014",
        "malformed-evidence-cell",
        Severity.ERROR,
        "An evidence cell does not split into questions and answers",
        "The cell evi holds, for each pair, the question, tab tab newline, the answer, tab tab newline newline. The "
        "part named here does not consist of exactly one question and one answer, and the organisers' reader crashes "
        "on it. Usual causes: an answer that holds tab tab newline itself, line ends converted to Windows style, "
        "tabs turned into spaces by an editor.",
        "Replace tabs and newlines inside texts by spaces and write the cell with the exact separators.",
    ),
    Code(
        "S015",
        "no-entries",
        Severity.ERROR,
        "The file holds no entries",
        "The file is well formed but empty: a list without items, or a header without rows. Every claim would score 0.",
        "Give the file that holds the predictions.",
    ),
    Code(
        "S016",
        "plain-answer",
        Severity.WARNING,
        "An answer is a plain string instead of an object",
        "In the 2023 format an answer is an object with the key answer. A plain string is understood here; the "
        "organisers' script crashes on it.",
        'Write {"answer": "..."}.',
    ),
    Code(
        "S017",
        "unknown-answer-type",
        Severity.WARNING,
        "The answer type is none of the four",
        "Answer types are Extractive, Abstractive, Boolean and Unanswerable. Only Boolean changes what is compared: "
        "its explanation is joined to the answer. Another spelling of Boolean therefore loses the explanation.",
        "Write one of the four types, or leave the key out.",
    ),
    Code(
        "S018",
        "boolean-without-explanation",
        Severity.WARNING,
        "A Boolean answer has no explanation",
        "The text compared for a Boolean answer is the answer and its boolean_explanation. Without one, the bare "
        "'Yes' or 'No' is compared here; the organisers' script crashes on it.",
        'Add "boolean_explanation", or give another answer_type.',
    ),
    Code(
        "S019",
        "row-not-marked-gold",
        Severity.WARNING,
        "A gold row is not marked as gold",
        "The organisers' 2025 script uses only the rows of the gold file whose column split holds 'gold' and "
        "silently leaves out the others. All rows are used here.",
        "Write gold in the column split of every row, and check that this is the gold file.",
    ),
    Code(
        "S020",
        "no-split-column",
        Severity.WARNING,
        "The column split is missing",
        "The published files have five columns, the last being split ('pred' in predictions, 'gold' in gold). "
        "Nothing reads it in a prediction file, but the submission platform compares the column names; in a gold "
        "file the organisers' script crashes without it.",
        "Add the column split with 'pred' (or 'gold') in every row.",
    ),
)
