"""What a judging run tells whoever watches it, such as the command line with its progress bar."""

from __future__ import annotations

from averitec_eval.scoring.judgements import Kind


class JudgeWatcher:
    """Is told how the asking goes; every method may be overridden, and does nothing by itself.

    All are called from one thread, in the order in which things happen.
    """

    def start(self, count: int | None) -> None:
        """The asking of ``count`` judgements begins; None where nobody has counted them."""

    def kept(self, count: int) -> None:
        """So many more judgements have replies that were kept before; nothing is sent for them."""

    def answered(self, claim_id: int, kind: Kind, prompt_tokens: int, completion_tokens: int) -> None:
        """A judge replied, and the reply is on the disk."""

    def failed(self, claim_id: int, kind: Kind, fault: str) -> None:
        """A judgement got no reply, after all retries."""

    def retried(self, fault: str, seconds: float) -> None:
        """A request is sent again after so many seconds."""

    def paused(self, seconds: float) -> None:
        """Nothing is sent for so many seconds, because the server or a limit asks for it."""

    def notice(self, text: str) -> None:
        """Something that a person should know, one line."""


__all__ = ["JudgeWatcher"]
