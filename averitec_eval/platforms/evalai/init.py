"""The evaluation of this challenge: EvalAI imports this folder as a package and calls ``evaluate``."""

import importlib.util
import subprocess
import sys
from pathlib import Path

if sys.version_info < (3, 10):  # noqa: UP036 (the worker's Python is not ours to choose)
    raise RuntimeError(
        "The evaluation needs Python 3.10 or later and found {}.{}: ask EvalAI for a worker with Python 3.12.".format(
            *sys.version_info[:2]
        )
    )

# Workers install requirements.txt by themselves; older ones do not.
if any(importlib.util.find_spec(name) is None for name in ("numpy", "rich", "scipy")):
    _REQUIREMENTS = str(Path(__file__).resolve().parent / "requirements.txt")
    subprocess.check_call([sys.executable, "-m", "pip", "install", "--quiet", "-r", _REQUIREMENTS])
    importlib.invalidate_caches()

from .main import evaluate

__all__ = ["evaluate"]
