"""Install NLTK 3.9.1 aside, with its data, for the tests that compare this package with it.

    python tools/install_oracle.py [--from DIR] [--cache DIR]

Nothing goes into the environment that runs this: the library lands in ``.cache/oracle/nltk-3.9.1`` and its data, made
from the same two pinned archives as the compiled resources (``tools/build_resources.py``), in
``.cache/oracle/nltk_data``. What is there already is left alone, so a second run takes no time.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from build_resources import (
    PUNKT_FILES,
    PUNKT_SOURCE,
    ROOT,
    WORDNET,
    WORDNET_FILES,
    BuildError,
    obtain,
    read_source,
)

from averitec_eval.files import write_bytes

NLTK = "3.9.1"
NEEDS = ("click", "joblib", "regex", "tqdm")
"""What NLTK imports; any version will do, for none of them takes part in what is compared."""

DONE = "installed.txt"
"""Written last, so that a run cut short is seen and done again."""


def install_library(target: Path) -> None:
    """Put NLTK and what it imports into ``target``. Raises ``BuildError`` if pip cannot."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--upgrade"]
    done = subprocess.run(
        [*pip, "--target", str(target), f"nltk=={NLTK}", *NEEDS], capture_output=True, text=True, check=False
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["pip gave no reason"])[-1]
        raise BuildError(f"nltk=={NLTK}: cannot be installed into {target}: {last}")
    write_bytes(target / DONE, f"nltk {NLTK}\n".encode())


def install_data(target: Path, given: Path | None, cache: Path) -> None:
    """Write the data packages ``punkt_tab`` (English) and ``wordnet`` (3.0) as NLTK expects them."""
    wordnet = read_source(
        WORDNET, obtain(WORDNET, given, cache), (*WORDNET_FILES, "lexnames", "index.sense", "cntlist.rev")
    )
    punkt = read_source(PUNKT_SOURCE, obtain(PUNKT_SOURCE, given, cache), PUNKT_FILES)
    folders: Mapping[str, dict[str, str]] = {"corpora/wordnet": wordnet, "tokenizers/punkt_tab/english": punkt}
    for folder, files in folders.items():
        for name, text in files.items():
            write_bytes(target / folder / name, text.encode("ascii"))
    write_bytes(target / DONE, f"{WORDNET.sha256}\n{PUNKT_SOURCE.sha256}\n".encode())


def main(arguments: list[str] | None = None, say: Callable[[str], object] = print) -> int:
    """Install what is missing; the exit code is 0, or 2 if something cannot be had."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument(
        "--from", dest="given", type=Path, metavar="DIR", help="folder that holds both archives of data"
    )
    parser.add_argument("--cache", type=Path, default=ROOT / ".cache", metavar="DIR", help="where everything goes")
    options = parser.parse_args(arguments)
    library = options.cache / "oracle" / f"nltk-{NLTK}"
    data = options.cache / "oracle" / "nltk_data"
    try:
        if not (library / DONE).is_file():
            install_library(library)
        if not (data / DONE).is_file():
            install_data(data, options.given, options.cache / "resources")
    except BuildError as error:
        say(str(error))
        return 2
    say(f"{library.parent}: NLTK {NLTK} and its data")
    return 0


if __name__ == "__main__":
    sys.exit(main())
