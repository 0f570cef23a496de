"""The catalogue of components, filled: every module of ``components`` is imported once, when somebody asks."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import pkgutil
import sys
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from averitec_eval.baselines import components
from averitec_eval.baselines.components.base import CATALOGUE, Kind
from averitec_eval.errors import UsageError


@lru_cache(maxsize=1)
def _import_components() -> None:
    for module in pkgutil.walk_packages(components.__path__, components.__name__ + "."):
        importlib.import_module(module.name)


def import_file(path: Path) -> None:
    """Run a Python file that adds components by ``@component``; a file is run once, however often it is asked for.

    Raises ``UsageError`` where it cannot be read or run.
    """
    _import_components()
    name = f"averitec_eval_components_{hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:16]}"
    if name in sys.modules:
        return
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise UsageError(f"{path}: is no Python file (.py) that could add components")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        raise UsageError(f"{path}: cannot be run: {type(error).__name__}: {error}") from error


def kinds() -> Mapping[tuple[str, str], Kind]:
    """Every component that this package has, and those that others have added, by stage and name."""
    _import_components()
    return CATALOGUE


def names_of(stage: str) -> tuple[str, ...]:
    """The names of the components that a stage may be, sorted."""
    return tuple(sorted(name for of, name in kinds() if of == stage))


__all__ = ["import_file", "kinds", "names_of"]
