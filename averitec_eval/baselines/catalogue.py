"""The catalogue of components, filled: every module of ``components`` is imported once, when somebody asks."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import lru_cache

from averitec_eval.baselines import components
from averitec_eval.baselines.components.base import CATALOGUE, Kind


@lru_cache(maxsize=1)
def _import_components() -> None:
    for module in pkgutil.walk_packages(components.__path__, components.__name__ + "."):
        importlib.import_module(module.name)


def kinds() -> Mapping[tuple[str, str], Kind]:
    """Every component that this package has, and those that others have added, by stage and name."""
    _import_components()
    return CATALOGUE


def names_of(stage: str) -> tuple[str, ...]:
    """The names of the components that a stage may be, sorted."""
    return tuple(sorted(name for of, name in kinds() if of == stage))


__all__ = ["kinds", "names_of"]
