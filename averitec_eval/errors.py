"""The errors of this package. Each says what was found, what was expected and how to mend it."""

from __future__ import annotations


class AveritecEvalError(Exception):
    """Base of every error this package raises on purpose. ``exit_code`` is what the command line ends with."""

    exit_code = 1


class InvalidSubmissionError(AveritecEvalError):
    """A file can be read but breaks the rules; ``report`` holds its issues (``averitec_eval.validation.Report``)."""

    exit_code = 1

    def __init__(self, message: str, report: object = None) -> None:
        super().__init__(message)
        self.report = report


class UsageError(AveritecEvalError):
    """The call itself is wrong: an unknown profile, a level outside (0, 1), options that contradict each other."""

    exit_code = 2


class OutputError(AveritecEvalError):
    """A file cannot be written; what stood there before is whole."""

    exit_code = 2


class UnreadableError(AveritecEvalError):
    """A file cannot be read at all: absent, not permitted, not in any format known here.

    ``report`` holds its issues where there are any (``averitec_eval.validation.Report``); ``problems`` says of a file
    that is no submission what is wrong with it, each a sentence.
    """

    exit_code = 3

    def __init__(self, message: str, report: object = None, problems: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.report = report
        self.problems = problems


class ResourceError(AveritecEvalError):
    """A resource this package ships or needs is missing or damaged; ``problems`` lists what it is, where it is several
    things.
    """

    exit_code = 4

    def __init__(self, message: str, problems: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.problems = problems


class ServiceError(AveritecEvalError):
    """Something outside this process failed: a cluster that does not answer, a worker process that died."""

    exit_code = 5


class ConversionError(AveritecEvalError):
    """A file cannot be written in the wanted format without damage; ``problems`` lists every one."""

    exit_code = 1

    def __init__(self, message: str, problems: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.problems = problems


class ConfigError(AveritecEvalError):
    """A settings file breaks its rules; ``problems`` lists every one as a sentence: where, found, expected, how to
    mend.
    """

    exit_code = 1

    def __init__(self, message: str, problems: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.problems = problems


__all__ = [
    "AveritecEvalError",
    "ConfigError",
    "ConversionError",
    "InvalidSubmissionError",
    "OutputError",
    "ResourceError",
    "ServiceError",
    "UnreadableError",
    "UsageError",
]
