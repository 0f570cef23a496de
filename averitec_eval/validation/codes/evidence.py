"""Codes about evidence: questions, answers and the strings made of them."""

from __future__ import annotations

from averitec_eval.validation.catalogue import Code
from averitec_eval.validation.issues import Severity

CODES: tuple[Code, ...] = (
    Code(
        "E001",
        "no-evidence",
        Severity.WARNING,
        "A prediction has no evidence",
        "The list of evidence is absent or empty. The claim's evidence score is then 0, and with it the claim adds "
        "nothing to the AVeriTeC score, whatever its label: the evidence gate applies to every label, Not Enough "
        "Evidence included. The label still counts for the veracity figures.",
        "Give at least one question-answer pair for each claim, also for Not Enough Evidence.",
    ),
    Code(
        "E002",
        "no-evidence-in-csv",
        Severity.ERROR,
        "The evidence cell of a CSV row is empty",
        "The organisers' 2025 reader splits the cell into pairs and crashes on one that is empty, because an empty "
        "cell is read as a missing number. One such row makes the whole file unscorable there.",
        "Write at least one pair: question, tab tab newline, answer, tab tab newline newline.",
    ),
    Code(
        "E003",
        "blank-question",
        Severity.WARNING,
        "A question is empty or blank",
        "The question holds no visible character. The pair is compared by its answer alone and the question can "
        "match nothing, yet it takes one of the ten places that count.",
        "Write the question that the answer answers, or leave the pair out.",
    ),
    Code(
        "E004",
        "blank-answer",
        Severity.WARNING,
        "An answer or evidence string is empty or blank",
        "The answer, or the plain evidence string, holds no visible character. The pair is compared by its question "
        "alone. It is often the trace of a failed retrieval or of a generation that was cut off.",
        "Write the answer, or leave the pair out.",
    ),
    Code(
        "E005",
        "more-than-ten-pairs",
        Severity.WARNING,
        "More than ten pieces of evidence; only the first ten count",
        "The evaluators take the first ten question-answer pairs (or plain strings) of a claim in file order and "
        "ignore the others. Nothing is lost if the best ten come first; if they were not sorted, good evidence is "
        "thrown away. A question with several answers counts once for each answer.",
        "Order the evidence from best to worst and keep ten pieces.",
    ),
    Code(
        "E006",
        "long-text",
        Severity.WARNING,
        "A question or answer is very long",
        "A text of more than 5,000 characters is most likely a whole page rather than an answer. It is scored as it "
        "is: METEOR divides by the length of the prediction too, so long texts lower the score, and they make every "
        "judge call slow and costly.",
        "Keep to the sentences that answer the question.",
    ),
    Code(
        "E007",
        "huge-text",
        Severity.ERROR,
        "A question or answer is too long to score",
        "A text of more than 100,000 characters exhausts time and memory in METEOR, whose cost grows faster than "
        "the length, and the context of any judge model. The organisers' evaluators do not end in reasonable time "
        "on it.",
        "Cut the text to the sentences that answer the question.",
    ),
    Code(
        "E008",
        "csv-separator-in-text",
        Severity.WARNING,
        "A text holds the separator of the CSV format",
        "The 2025 CSV format ends a question with tab tab newline and an answer with tab tab newline newline. A "
        "text that holds tab tab newline itself cannot be told from two texts once the file is converted, and the "
        "organisers' reader crashes on it.",
        "Replace tabs and newlines inside questions and answers by spaces.",
    ),
    Code(
        "E009",
        "control-characters",
        Severity.WARNING,
        "A text holds control characters",
        "The text holds characters such as NUL, backspace, escape or the C1 controls, which have no place in "
        "evidence. They usually come from PDF extraction or from a wrong encoding (Windows-1252 read as Latin-1), "
        "glue words together for the tokenizer, and can break logs and databases. Tabs and line ends are not meant.",
        "Remove control characters when evidence is scraped, and check the encoding it is read with.",
    ),
    Code(
        "E010",
        "lone-surrogate",
        Severity.ERROR,
        "A text holds half of a surrogate pair",
        "The text holds a code point from U+D800 to U+DFFF, which is no character: it is one half of a pair that "
        "was cut apart. It cannot be encoded in UTF-8, so writing results, sending the text to a judge or "
        "converting the file fails. It comes from cutting strings by UTF-16 units, as JavaScript and Java do.",
        "Cut texts by characters, not by UTF-16 units, and write the file again.",
    ),
    Code(
        "E011",
        "zero-width-characters",
        Severity.WARNING,
        "A text holds invisible characters",
        "The text holds zero-width spaces, word joiners, soft hyphens, byte order marks or tag characters. Nobody "
        "sees them, but they split or change words for the tokenizer, so that equal-looking words do not match. "
        "Joiners that scripts such as Persian or emoji need are not meant.",
        "Remove the characters when evidence is scraped.",
    ),
    Code(
        "E012",
        "bidi-override",
        Severity.WARNING,
        "A text holds characters that change the direction of writing",
        "The text holds bidirectional embeddings, overrides or isolates. They can make a reviewer see another text "
        "than the evaluator compares. Plain right-to-left text needs none of them.",
        "Remove the characters U+202A to U+202E and U+2066 to U+2069.",
    ),
    Code(
        "E013",
        "placeholder-text",
        Severity.WARNING,
        "A question or answer looks like a placeholder",
        'The whole text is something like "N/A", "None", "null", "nan", "TODO" or "...". It is scored as it stands. '
        "Such texts come from a missing value that was turned into a string, or from a template that was never "
        "filled.",
        "Write the real text or leave the pair out.",
    ),
    Code(
        "E014",
        "repeated-pair",
        Severity.WARNING,
        "The same evidence occurs twice in one claim",
        "Two pieces of evidence of the claim are equal but for case and space. The copies take places among the ten "
        "that count. They can also raise the score without adding anything, because each copy is matched with "
        "another gold pair, so a reader may take them for gaming.",
        "Remove repeated pairs before the best ten are chosen.",
    ),
)
