"""Validate, score and rank AVeriTeC fact-checking submissions exactly as the shared tasks do.

>>> from averitec_eval import meteor
>>> meteor("the cat sat", "the cat sat")
0.9814814814814815
"""

from averitec_eval.api import score, score_claim
from averitec_eval.comparison import Comparison, PairComparison, compare
from averitec_eval.errors import (
    AveritecEvalError,
    ConfigError,
    ConversionError,
    InvalidSubmissionError,
    OutputError,
    ResourceError,
    ServiceError,
    UnreadableError,
    UsageError,
)
from averitec_eval.examples import mini_gold_path, mini_knowledge_store_path
from averitec_eval.formats import read_gold, read_submission, write_gold, write_submission
from averitec_eval.ranking import Standing, rank
from averitec_eval.records import Answer, Gold, GoldClaim, Prediction, QAPair, Question, Submission, Verdict
from averitec_eval.scoring.profiles import PROFILES, Profile, get_profile
from averitec_eval.scoring.results import ClaimScore, Result
from averitec_eval.scoring.runs import write_run
from averitec_eval.scoring.score import Scorer
from averitec_eval.scoring.signature import Signature
from averitec_eval.scoring.workers import Workers
from averitec_eval.statistics import Interval, Settings
from averitec_eval.text.meteor import align, get_meteor, meteor
from averitec_eval.validation import Report, validate
from averitec_eval.version import __version__

__all__ = [
    "PROFILES",
    "Answer",
    "AveritecEvalError",
    "ClaimScore",
    "Comparison",
    "ConfigError",
    "ConversionError",
    "Gold",
    "GoldClaim",
    "Interval",
    "InvalidSubmissionError",
    "OutputError",
    "PairComparison",
    "Prediction",
    "Profile",
    "QAPair",
    "Question",
    "Report",
    "ResourceError",
    "Result",
    "Scorer",
    "ServiceError",
    "Settings",
    "Signature",
    "Standing",
    "Submission",
    "UnreadableError",
    "UsageError",
    "Verdict",
    "Workers",
    "__version__",
    "align",
    "compare",
    "get_meteor",
    "get_profile",
    "meteor",
    "mini_gold_path",
    "mini_knowledge_store_path",
    "rank",
    "read_gold",
    "read_submission",
    "score",
    "score_claim",
    "validate",
    "write_gold",
    "write_run",
    "write_submission",
]
