"""The probes, each of which measures one thing about a submission's evidence."""

from __future__ import annotations

from averitec_eval.audit.context import Probe
from averitec_eval.audit.probes import copying, echo, filler, judge, leakage, sources, stuffing

PROBES: dict[str, Probe] = {
    probe.name: probe
    for module in (stuffing, echo, filler, copying, leakage, sources, judge)
    for probe in module.PROBES
}
"""All probes by name, in the order of reports."""

__all__ = ["PROBES"]
