"""A submission worker as EvalAI's: it unpacks a challenge, imports its script and lets it judge submissions.

Run as ``python evalai_worker.py JOBS`` in a folder of its own. JOBS is a JSON file: the challenge's folder and a list
of submissions, each with a phase's codename and a file. For each it writes what the platform would keep into
``kept.json``. Nothing but the standard library is imported here.
"""

from __future__ import annotations

import importlib
import json
import re
import shutil
import sys
import traceback
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

CHALLENGE = 7


def annotations(config: str) -> dict[str, str]:
    """The annotation file of each phase; the platform reads YAML, this worker its two keys."""
    files = re.findall(r"^  test_annotation_file: (\S+)$", config, re.MULTILINE)
    names = re.findall(r"^  codename: (\S+)$", config, re.MULTILINE)
    return dict(zip(names, files, strict=False))


def load(bundle: Path, root: Path) -> tuple[ModuleType, dict[str, Path]]:
    folder = root / "challenge_data" / f"challenge_{CHALLENGE}"
    folder.mkdir(parents=True)
    (root / "challenge_data" / "__init__.py").touch()
    (folder / "__init__.py").touch()
    with zipfile.ZipFile(bundle / "evaluation_script.zip") as script:
        script.extractall(folder)
    golds = {}
    for number, (name, file) in enumerate(annotations((bundle / "challenge_config.yaml").read_text()).items(), start=1):
        golds[name] = folder / "phase_data" / f"phase_{number}" / Path(file).name
        golds[name].parent.mkdir(parents=True)
        shutil.copyfile(bundle / file, golds[name])
    sys.path.append(str(root))
    importlib.invalidate_caches()
    return importlib.import_module(f"challenge_data.challenge_{CHALLENGE}"), golds


def judge(script: ModuleType, gold: Path, codename: str, submission: str) -> dict[str, Any]:
    # The platform's containers may know no encoding but ASCII.
    log, errors = Path("temp_stdout.txt"), Path("temp_stderr.txt")
    output = None
    with log.open("w", encoding="ascii") as stdout, errors.open("w", encoding="ascii") as stderr:
        sys.stdout, sys.stderr = stdout, stderr
        try:
            metadata = {"method_name": "a method", "participant_team": 3, "submission_metadata": None}
            output = script.evaluate(str(gold), submission, codename, submission_metadata=metadata)
        except Exception:  # noqa: BLE001 (as the platform's)
            stderr.write(traceback.format_exc())
        finally:
            sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
    kept = {"stdout": log.read_text(encoding="ascii"), "stderr": errors.read_text(encoding="ascii"), "output": output}
    if output is not None:
        assert isinstance(output["submission_metadata"], str), "the platform writes it to a file as it is"
        json.dumps(output["submission_result"])
    return kept


def main(jobs: Path) -> None:
    wanted = json.loads(jobs.read_text(encoding="utf-8"))
    script, golds = load(Path(wanted["bundle"]), Path.cwd() / "compute")
    kept = [judge(script, golds[codename], codename, file) for codename, file in wanted["submissions"]]
    document = {"script": script.__file__, "package": sys.modules["averitec_eval"].__file__, "kept": kept}
    Path("kept.json").write_text(json.dumps(document), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
