"""``ev2r-lite``: a deterministic, offline stand-in for an Ev2R judge, which is no language model."""

from averitec_eval.judge.lite.judge import LiteJudge

__all__ = ["LiteJudge"]
