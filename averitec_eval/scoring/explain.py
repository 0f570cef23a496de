"""Why a claim was given credit or not, in plain sentences."""

from __future__ import annotations

from typing import Any

from averitec_eval.scoring.signature import Signature


def why(claim: dict[str, Any], signature: str) -> list[str]:
    """Sentences on one claim of a run (a line of ``claims.jsonl``) under the run's printed signature.

    The first says whether there is credit at the headline level and why, the second what the evidence score is made of.
    """
    parsed = Signature.parse(signature)
    if claim["missing"]:
        return ["No credit: the submission has no prediction for this claim."]
    evidence, level = claim["evidence_qa"], parsed.level
    relation = "at least" if parsed.cmp == "ge" else "above"
    enough = evidence >= float(level) if parsed.cmp == "ge" else evidence > float(level)
    label = "the label is right" if claim["label_correct"] else "the label is wrong"
    reached = f"the evidence score {evidence:.4f} is {'' if enough else 'not '}{relation} {level}"
    credit = claim["label_correct"] and enough
    joint = "and" if claim["label_correct"] == enough else "but"
    sentences = [f"{'Credit' if credit else 'No credit'}: {label} {joint} {reached}."]
    matched, gold = len(claim["pairs"]), claim["n_gold"]
    sentences.append(
        f"{matched} of {gold} gold strings are matched by {claim['n_counted']} compared of "
        f"{claim['n_predicted']} predicted; questions alone score {claim['evidence_q']:.4f}."
    )
    if parsed.cap != "none" and gold > int(parsed.cap):
        ceiling = int(parsed.cap) / gold
        sentences.append(f"With {gold} gold strings and a cap of {parsed.cap}, no evidence scores above {ceiling:.4f}.")
    return sentences


__all__ = ["why"]
