"""Scores a submission to one phase of this challenge with the averitec_eval beside this file."""

import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
if str(HERE) not in sys.path:
    sys.path.insert(0, str(HERE))

from averitec_eval.platforms import running  # noqa: E402

if HERE not in Path(running.__file__).resolve().parents:
    raise ImportError("another averitec_eval than the challenge's was imported: give the challenge a worker of its own")

PHASES = {
    phase["codename"]: running.PhaseSettings.from_dict(phase)
    for phase in json.loads((HERE / "phases.json").read_text(encoding="utf-8"))
}


def evaluate(test_annotation_file, user_submission_file, phase_codename, **kwargs):
    """The figures of a submission, as EvalAI takes them.

    Problems of an invalid submission are printed to its log, and one error says that it was not scored.
    """
    if phase_codename not in PHASES:
        raise running.EvaluationError(
            f"the phase '{phase_codename}' is not known to the evaluation script; known are {', '.join(PHASES)}"
        )
    settings = PHASES[phase_codename]
    refused = None
    try:
        outcome = running.evaluate_file(user_submission_file, test_annotation_file, settings)
    except running.RefusedError as error:
        refused = error
    if refused is not None:
        sys.stdout.write(refused.text)
        # Raised here, the error has no other behind it.
        raise running.EvaluationError(str(refused))
    sys.stdout.write(outcome.text + running.summary(outcome, settings))
    document = dict(outcome.document)
    return {
        "result": [{settings.split: dict(outcome.figures)}],
        "submission_result": document,
        "submission_metadata": json.dumps({"signature": document["signature"], "phase": settings.codename}),
    }
