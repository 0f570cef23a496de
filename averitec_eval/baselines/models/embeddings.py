"""Embedding models on this machine. The vector of a text never depends on what it is embedded with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from averitec_eval.baselines.components.asking import sound
from averitec_eval.baselines.models.data_files import (
    EXTRA,
    MINILM,
    MINILM_TOKENIZER,
    WORDLLAMA,
    WORDLLAMA_TOKENIZER,
    DataFile,
    need,
)
from averitec_eval.errors import ResourceError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BATCH = 1024
"""Texts that are cut into tokens at once, so that a large store does not fill the memory."""

MINILM_TOKENS = 256
"""Where all-MiniLM-L6-v2 cuts a text, its two marks included, as its authors configured it."""


def unit_rows(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Each row with length 1; rows of zeros, and those that hold anything but numbers, become zeros."""
    import numpy as np

    finite = np.where(np.isfinite(vectors).all(axis=1, keepdims=True), vectors, 0)
    lengths = np.linalg.norm(finite.astype(np.float64), axis=1, keepdims=True)
    return np.asarray(finite / np.where(lengths > 0, lengths, 1), dtype=np.float32)


def _tokenizer(file: DataFile) -> Any:
    try:
        from tokenizers import Tokenizer
    except ImportError:
        need("tokenizers", EXTRA)
    tokenizer = Tokenizer.from_file(str(file.locate()))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def _part(texts: Sequence[str], start: int) -> list[str]:
    return [sound(text) for text in texts[start : start + BATCH]]


@dataclass(eq=False)
class WordLlama:
    """WordLlama's 256 dimensions: the mean of the vectors of a text's tokens. Fast, and blind to word order.

    Only the package's data files are used, so nothing of it can be downloaded. Raises ``ResourceError`` where they are
    missing or others.
    """

    name: str = "wordllama l2_supercat 256"
    _table: NDArray[np.float32] = field(init=False, repr=False)
    _tokens: Any = field(init=False, repr=False)

    def __post_init__(self) -> None:
        import numpy as np

        try:
            from safetensors.numpy import load_file
        except ImportError:
            need("safetensors", EXTRA)
        self._tokens = _tokenizer(WORDLLAMA_TOKENIZER)
        self._table = np.ascontiguousarray(load_file(WORDLLAMA.locate())["embedding.weight"], dtype=np.float32)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        import numpy as np

        sums = np.zeros((len(texts), self._table.shape[1]), dtype=np.float32)
        for start in range(0, len(texts), BATCH):
            part = self._tokens.encode_batch_fast(_part(texts, start), add_special_tokens=False)
            for row, encoded in enumerate(part, start):
                if encoded.ids:
                    sums[row] = self._table[encoded.ids].mean(axis=0)
        return unit_rows(sums)


@dataclass(eq=False)
class MiniLM:
    """all-MiniLM-L6-v2 with 8-bit weights on onnxruntime: 384 dimensions, the mean over a text's tokens.

    Texts go through one by one, since 8-bit arithmetic scales by the largest number of a batch. Raises
    ``ResourceError`` where onnxruntime or a data file is missing, or a file is another one.
    """

    threads: int = 1
    name: str = "all-MiniLM-L6-v2 (ONNX, int8)"
    _session: Any = field(init=False, repr=False)
    _inputs: frozenset[str] = field(init=False, repr=False)
    _tokens: Any = field(init=False, repr=False)

    def __post_init__(self) -> None:
        try:
            import onnxruntime
        except ImportError:
            need("onnxruntime", EXTRA)
        self._tokens = _tokenizer(MINILM_TOKENIZER)
        self._tokens.enable_truncation(MINILM_TOKENS)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self.threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            str(MINILM.locate()), sess_options=options, providers=["CPUExecutionProvider"]
        )
        self._inputs = frozenset(item.name for item in self._session.get_inputs())

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        import numpy as np

        rows = np.zeros((len(texts), 384), dtype=np.float32)
        for start in range(0, len(texts), BATCH):
            for row, encoded in enumerate(self._tokens.encode_batch(_part(texts, start)), start):
                if len(encoded.ids) > 2:  # more than the two marks around every text
                    rows[row] = self._vector(np.asarray([encoded.ids], dtype=np.int64))
        return unit_rows(rows)

    def _vector(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        import numpy as np

        all_inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        fed = {name: value for name, value in all_inputs.items() if name in self._inputs}
        hidden = np.asarray(self._session.run(None, fed)[0], dtype=np.float32)
        # Some exports pool by themselves.
        return np.asarray(hidden[0].mean(axis=0) if hidden.ndim == 3 else hidden[0], dtype=np.float32)


@dataclass(eq=False)
class SentenceTransformers:
    """A sentence-transformers model in a folder of this machine; nothing is downloaded and no code of it is run.

    Raises ``ResourceError`` where sentence-transformers is missing or the folder holds no such model.
    """

    path: str
    name: str = ""
    max_length: int | None = None
    _model: Any = field(init=False, repr=False)

    def __post_init__(self) -> None:
        folder = model_folder(self.path)
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError:
            need("sentence-transformers", "pip install sentence-transformers")
        self.name = self.name or folder.name
        try:
            with without_bars():
                self._model = SentenceTransformer(str(folder), local_files_only=True, trust_remote_code=False)
        except Exception as error:
            raise ResourceError(f"{self.path}: is no sentence-transformers model: {error}") from error
        if self.max_length is not None:
            self._model.max_seq_length = self.max_length

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        import numpy as np

        # Even of no texts the dimensions are told.
        cleaned = [sound(text) for text in texts] or [""]
        vectors = self._model.encode(cleaned, batch_size=16, show_progress_bar=False, convert_to_numpy=True)
        return unit_rows(np.asarray(vectors, dtype=np.float32))[: len(texts)]


@contextmanager
def without_bars() -> Iterator[None]:
    """Keep transformers from drawing progress bars while the block lasts."""
    from transformers.utils import logging

    drawn = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if drawn:
            logging.enable_progress_bar()


def model_folder(path: str) -> Path:
    """The folder of a local model. Raises ``ResourceError`` if it is none, so that no name is looked up elsewhere."""
    folder = Path(path).expanduser()
    if not (folder / "config.json").is_file() and not (folder / "modules.json").is_file():
        raise ResourceError(
            f"{path}: is not the folder of a model (it holds no config.json); download the model there, or name "
            "another folder with --set models.ROLE.path=FOLDER"
        )
    return folder


__all__ = ["MiniLM", "SentenceTransformers", "WordLlama", "model_folder", "unit_rows", "without_bars"]
