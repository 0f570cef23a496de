"""What is shared by whoever asks an OpenAI-compatible server: the key, what a refusal means, when to ask again.

The key comes from the environment alone and appears in nothing that is written: where a server repeats it, it is
blotted out.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from averitec_eval.baselines.models.replies import is_too_long
from averitec_eval.baselines.ports import ModelError
from averitec_eval.errors import UsageError
from averitec_eval.validation.printable import printable

KEY_VARIABLES = ("AVERITEC_EVAL_API_KEY", "OPENAI_API_KEY")
NO_KEY = "none"
"""What is sent where the environment holds no key; servers of one's own want none."""

DEFAULT_URL = "https://api.openai.com/v1"
MAX_REPLY_BYTES = 8_000_000
"""How much of the answer to a chat is read; a longer one is given up."""

MAX_REFUSAL_BYTES = 20_000
TIMEOUT_SECONDS = 120.0
RETRIES = 4
FIRST_WAIT_SECONDS = 1.0
MAX_WAIT_SECONDS = 60.0
"""How long is waited at most before asking again, whatever the server says."""

RETRIED = ("timeout", "connection", "rate-limit", "server-error")
"""The faults after which the same request may well succeed."""

DISPENSABLE = ("seed", "response_format", "n", "stop", "top_p", "max_tokens")
"""What a request can do without, or can say otherwise, where a server refuses to know it."""

_OTHER_WORDS = {"response_format": ("response_format", "response format", "json_schema")}

NAMED = ("model", "messages", "input", "encoding_format")
"""What the library's methods take by name; all else goes with the body as it is."""


def key_from(environment: Mapping[str, str]) -> str:
    """The key that the environment holds, without white space around it; ``NO_KEY`` if it holds none.

    Raises ``UsageError``, which does not quote it, for one that cannot be sent: libraries would write it into their
    errors.
    """
    for name in KEY_VARIABLES:
        key = environment.get(name, "").strip()
        if key:
            if not (key.isascii() and key.isprintable()):
                raise UsageError(
                    f"{name}: holds a line break or another character that no key has; expected the key alone"
                )
            return key
    return NO_KEY


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer with an error's status: what is left of it once it has been read up to a limit."""

    status: int
    wait: float | None
    text: str


class Fault(Exception):  # noqa: N818 - never leaves the modules that ask servers
    """A failed request, with the refusal where the server said something; ``sent`` is False where it never left."""

    def __init__(self, error: ModelError, refusal: Refusal | None = None, *, sent: bool = True) -> None:
        super().__init__(error.fault)
        self.error = error
        self.refusal = refusal
        self.sent = sent


@dataclass(eq=False)
class Dialect:
    """What a server knows of the requests' settings, as its refusals tell; safe to use from several threads."""

    name: str
    _unknown: set[str] = field(init=False, default_factory=set, repr=False)
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock, repr=False)

    def known(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The body without what the server has said it does not know, with the model's name."""
        sent = {key: value for key, value in body.items() if key not in self._unknown}
        if "max_tokens" in body and "max_tokens" in self._unknown:
            sent["max_completion_tokens"] = body["max_tokens"]
        return {"model": self.name, **sent}

    def learn(self, refusal: Refusal | None, sent: Mapping[str, Any]) -> bool:
        """Whether the refusal names a setting that the request can do without; it is left out from here on."""
        if refusal is None or refusal.status not in (400, 422):
            return False
        for setting in DISPENSABLE:
            if setting in sent and _names(refusal.text, setting):
                with self._lock:
                    self._unknown.add(setting)
                return True
        return False


@dataclass(frozen=True)
class Blotter:
    """Keeps a key out of what is written."""

    key: str = field(default=NO_KEY, repr=False)

    def blotted(self, text: str) -> str:
        """``text`` without the key."""
        return text if self.key == NO_KEY else text.replace(self.key, "[key]")

    def said(self, text: str) -> str:
        """What a server said, for people: one line, short, without the key."""
        return printable(" ".join(self.blotted(text).split()))[:300]

    def fault_of(self, refusal: Refusal) -> Fault:
        """The fault that a refusal is."""
        status = refusal.status
        if status == 429:
            fault = "rate-limit"
        elif status in (408, 504):
            fault = "timeout"
        elif status >= 500:
            fault = "server-error"
        else:
            fault = "too-long" if status == 413 or is_too_long(refusal.text) else "refused"
        return Fault(ModelError(fault, self.said(f"HTTP {status}: {refusal.text}")), refusal)


@contextmanager
def faults_of_library(blotter: Blotter, refused: type[Exception], timeout: float) -> Iterator[None]:
    """Turns the errors of the official library into ``Fault`` while the ``with`` block lasts.

    ``refused`` carries a refusal out of the library, in its attribute ``refusal``; ``timeout`` is in seconds.
    """
    import openai

    try:
        yield
    except Fault:
        raise
    except openai.APITimeoutError as error:
        raise Fault(ModelError("timeout", f"no answer within {timeout:g} s"), sent=_was_sent(error)) from None
    except openai.OpenAIError as error:
        refusal = next((getattr(e, "refusal", None) for e in (error, error.__cause__) if isinstance(e, refused)), None)
        if isinstance(refusal, Refusal):
            raise blotter.fault_of(refusal) from None
        said = blotter.said(str(error.__cause__ or error))
        raise Fault(ModelError("connection", said), sent=_was_sent(error)) from None
    except Exception as error:  # noqa: BLE001 - the comment says why
        # While the answer is read, the library lets the errors of the library below it pass, whichever that is.
        kind = "timeout" if "Timeout" in type(error).__name__ else "connection"
        raise Fault(ModelError(kind, blotter.said(f"the answer broke off: {type(error).__name__}"))) from None


_UNSENT = ("ConnectError", "ConnectTimeout", "PoolTimeout", "UnsupportedProtocol")


def _was_sent(error: Exception) -> bool:
    """Whether a request had a connection to go by; the library below tells by the name of its error."""
    return type(error.__cause__).__name__ not in (
        "ConnectError",
        "ConnectTimeout",
        "PoolTimeout",
        "UnsupportedProtocol",
    )


def apart(body: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """A body as the library's methods take it: what has a name there, and the rest."""
    named = {key: value for key, value in body.items() if key in NAMED}
    return named, {key: value for key, value in body.items() if key not in NAMED} or None


def wait_of(headers: Mapping[str, str]) -> float | None:
    """The seconds that the server asks to wait; None where it says nothing, or a date, for clocks differ."""
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(name, "")) / unit
        except ValueError:
            continue
        if seconds >= 0:
            return seconds
    return None


def refusal_of(status: int, headers: Mapping[str, str], data: bytes) -> Refusal:
    """The refusal that the beginning of an answer makes."""
    return Refusal(status, wait_of(headers), data[:MAX_REFUSAL_BYTES].decode("utf-8", "replace"))


def _names(text: str, setting: str) -> bool:
    """Whether a refusal is about ``setting``: it stands there in quotes, as a field's name, or in other words that can
    mean nothing else.
    """
    folded = text.lower()
    return any(words in folded for words in _OTHER_WORDS.get(setting, ())) or any(
        f"{mark}{setting}{mark}" in text for mark in ("'", '"', '\\"', "`")
    )


__all__ = [
    "DEFAULT_URL",
    "DISPENSABLE",
    "FIRST_WAIT_SECONDS",
    "KEY_VARIABLES",
    "MAX_REFUSAL_BYTES",
    "MAX_REPLY_BYTES",
    "MAX_WAIT_SECONDS",
    "NO_KEY",
    "RETRIED",
    "RETRIES",
    "TIMEOUT_SECONDS",
    "Blotter",
    "Dialect",
    "Fault",
    "Refusal",
    "apart",
    "faults_of_library",
    "key_from",
    "refusal_of",
    "wait_of",
]
