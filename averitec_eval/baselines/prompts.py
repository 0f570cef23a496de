"""Prompts: our own texts in files beside the systems' configurations, filled in without reading what is filled in.

A prompt file begins with ``version: N`` and a blank line, then holds sections: a line ``[system]``, ``[user]``,
``[assistant]`` or ``[prefix]`` and the text below it. ``{{name}}`` stands for a slot. What is put into a slot is never
searched for slots, sections or anything else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import cast

from averitec_eval.baselines.ports import Message, Role
from averitec_eval.errors import ResourceError

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_SECTION = re.compile(r"^\[(system|user|assistant|prefix)\]$", re.MULTILINE)
_SLOT = re.compile(r"\{\{([a-z_]+)\}\}")


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt: its version, its messages with slots, and the prefix that begins the reply."""

    name: str
    version: int
    parts: tuple[tuple[Role, str], ...]
    prefix: str = ""

    @property
    def slots(self) -> frozenset[str]:
        """The names of its slots."""
        return frozenset(name for _, text in self.parts for name in _SLOT.findall(text))

    def fill(self, values: Mapping[str, str]) -> tuple[Message, ...]:
        """The messages with every slot filled. Raises ``KeyError`` for a slot without a value."""
        return tuple(Message(role, _SLOT.sub(lambda match: values[match[1]], text)) for role, text in self.parts)


def parse_prompt(name: str, text: str) -> Prompt:
    """A prompt from its file's text. Raises ``ValueError`` where it is not one."""
    head, _, body = text.partition("\n\n")
    found = re.fullmatch(r"version: ([0-9]+)", head.strip())
    pieces = _SECTION.split("\n" + body)
    if found is None or len(pieces) < 3 or pieces[0].strip():
        raise ValueError("a prompt begins with 'version: N', a blank line, and a section such as [user]")
    sections = [(pieces[i], pieces[i + 1].strip()) for i in range(1, len(pieces), 2)]
    prefix = "".join(text for kind, text in sections if kind == "prefix")
    parts = tuple((cast(Role, kind), text) for kind, text in sections if kind != "prefix")
    return Prompt(name, int(found[1]), parts, prefix)


@dataclass(frozen=True, slots=True)
class Prompts:
    """The prompts of this package, or those of ``folder`` before them."""

    folder: Path | None = None
    _read: dict[str, Prompt] = field(default_factory=dict, compare=False, repr=False)

    def __getitem__(self, name: str) -> Prompt:
        """The prompt ``name``. Raises ``ResourceError`` if there is none or its file is not one."""
        if name not in self._read:
            self._read[name] = self._load(name)
        return self._read[name]

    def _load(self, name: str) -> Prompt:
        if not _NAME.fullmatch(name):
            raise ResourceError(f"prompt {name!r}: a prompt's name is made of small letters, digits and '-'")
        own = None if self.folder is None else self.folder / f"{name}.txt"
        shipped = resources.files("averitec_eval.baselines") / "systems" / "prompts" / f"{name}.txt"
        try:
            text = own.read_text("utf-8") if own is not None and own.is_file() else shipped.read_text("utf-8")
            return parse_prompt(name, text)
        except (OSError, ValueError) as error:
            raise ResourceError(f"prompt {name}: {error}") from None


__all__ = ["Prompt", "Prompts", "parse_prompt"]
