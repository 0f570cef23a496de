"""Reading back the JSON that this package wrote: exact types, and one kind of error for whatever is not as it should
be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from averitec_eval.errors import UsageError

D = TypeVar("D")
T = TypeVar("T")


def read_strictly(what: str, read: Callable[[D], T], document: D) -> T:
    """What ``read`` makes of a document. Raises ``ValueError``, naming ``what`` it should have been, where it fails."""
    try:
        return read(document)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError, UsageError) as error:
        # A KeyError's text is a bare name; the kind of the error says the rest.
        raise ValueError(f"not {what} as this package writes it ({type(error).__name__}: {error})") from None


def whole_number(value: Any) -> int:
    """The value, if it is an int. Raises ``TypeError`` if not: to ``isinstance`` a truth value is one."""
    if type(value) is not int:
        raise TypeError("a whole number is something else")
    return value


def share(value: Any) -> float:
    """The value, if it is a float in [0, 1]. Raises ``ValueError`` if not."""
    if type(value) is not float or not 0 <= value <= 1:
        raise ValueError("a figure is not a number in [0, 1]")
    return value


def shares(values: Mapping[str, Any]) -> dict[str, float]:
    """The values by name, if each is a float in [0, 1]. Raises ``ValueError`` if not."""
    return {name: share(value) for name, value in values.items()}


def truth(value: Any) -> bool:
    """The value, if it is true or false. Raises ``TypeError`` if not."""
    if type(value) is not bool:
        raise TypeError("a truth value is something else")
    return value


def text(value: Any) -> str:
    """The value, if it is a string. Raises ``TypeError`` if not."""
    if type(value) is not str:
        raise TypeError("a text is something else")
    return value


__all__ = ["read_strictly", "share", "shares", "text", "truth", "whole_number"]
