"""What the organisers' way costs: plain NLTK, nothing cached, the same matching made four times.

The 2024 evaluator walks all pairs once for the questions and three times for the question-answer strings: for
HU-METEOR, for the AVeriTeC score, and for the figures by type. Run as ``python benchmarks/organisers.py NLTK_FOLDER
NLTK_DATA PREDICTIONS GOLD``; prints its scores and its CPU seconds as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

sys.path.insert(0, sys.argv[1])

import nltk
import numpy as np
from nltk.tokenize import word_tokenize
from nltk.translate.meteor_score import single_meteor_score
from scipy.optimize import linear_sum_assignment

nltk.data.path[:] = [sys.argv[2]]


def utility(predicted: list[str], gold: list[str]) -> float:
    """The evidence score of one claim."""
    scores = np.empty((len(predicted), len(gold)))
    for row, candidate in enumerate(predicted):
        for column, reference in enumerate(gold):
            scores[row, column] = single_meteor_score(word_tokenize(reference), word_tokenize(candidate))
    matched = linear_sum_assignment(scores, maximize=True)
    return float(scores[matched].sum() / len(gold))


def gold_strings(claim: dict) -> list[str]:
    """The gold question-answer strings."""
    strings = []
    for question in claim["questions"]:
        for answer in question["answers"]:
            text = f"{question['question']} {answer['answer']}"
            strings.append(f"{text}. {answer['boolean_explanation']}" if answer["answer_type"] == "Boolean" else text)
        if not question["answers"]:
            strings.append(f"{question['question']} No answer could be found.")
    return strings


def main() -> None:
    """Score as the organisers do and print the figures and the cost."""
    predictions = json.loads(Path(sys.argv[3]).read_bytes())
    gold = json.loads(Path(sys.argv[4]).read_bytes())

    def answers() -> list[float]:
        return [
            utility([f"{pair['question']} {pair['answer']}" for pair in p["evidence"][:10]], gold_strings(g))
            for p, g in zip(predictions, gold, strict=True)
        ]

    questions = [
        utility(
            [pair["question"] for pair in p["evidence"][:10]], [question["question"] for question in g["questions"]]
        )
        for p, g in zip(predictions, gold, strict=True)
    ]
    hu_meteor = answers()
    credit = [u > 0.25 and p["pred_label"] == g["label"] for u, p, g in zip(answers(), predictions, gold, strict=True)]
    by_type = answers()
    print(
        json.dumps(
            {
                "hu_meteor_q": float(np.mean(questions)),
                "hu_meteor_qa": float(np.mean(hu_meteor)),
                "averitec@0.25": float(np.mean(credit)),
                "by_type": float(np.mean([u if u > 0.25 else 0.0 for u in by_type])),
                "cpu_seconds": time.process_time(),
            }
        )
    )


if __name__ == "__main__":
    main()
