"""Worker processes and how to reach them: this machine's, a Dask cluster's, a Ray cluster's, all through joblib."""

from __future__ import annotations

import importlib
import os
import signal
import threading
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, get_args

from averitec_eval.errors import ResourceError, ServiceError, UsageError

T = TypeVar("T")
Backend = Literal["loky", "dask", "ray"]
BACKENDS: tuple[Backend, ...] = get_args(Backend)

EXAMPLES: Mapping[str, str] = {"dask": "tcp://127.0.0.1:8786", "ray": "ray://127.0.0.1:10001"}
"""What addresses of clusters look like."""

CONNECT_SECONDS = 10
"""How long a cluster may take to answer, and then to have a worker."""


@dataclass(frozen=True, slots=True)
class Workers:
    """Where claims are scored.

    ``backend`` is ``loky`` (processes on this machine), ``dask`` or ``ray`` (a running cluster at ``address``, such as
    ``tcp://10.0.0.1:8786`` or ``ray://10.0.0.1:10001``; Ray also knows ``auto`` and ``local``). ``jobs`` is the number
    of chunks that are worked on at the same time, -1 for as many as there are cores; None means 1 with ``loky``, which
    is to score in this process, and all the cores of a cluster. ``chunk_size`` is the number of claims in a chunk. No
    choice of these changes a result. ``patience`` is how many seconds may go by without any chunk done before the
    workers are given up. Raises ``UsageError`` for values out of range and options that contradict each other.
    """

    jobs: int | None = None
    backend: Backend = "loky"
    address: str | None = None
    chunk_size: int = 64
    patience: float = 300.0

    def __post_init__(self) -> None:
        if self.backend not in BACKENDS:
            raise UsageError(f"unknown backend '{self.backend}'. Known backends: {', '.join(BACKENDS)}.")
        if self.jobs is not None and self.jobs != -1 and self.jobs < 1:
            raise UsageError(f"the number of jobs must be at least 1, or -1 for all cores; found {self.jobs}")
        if self.chunk_size < 1:
            raise UsageError(f"a chunk must hold at least 1 claim; found {self.chunk_size}")
        if not self.patience > 0:
            raise UsageError(f"the patience must be a number of seconds above 0; found {self.patience}")
        if self.backend == "loky" and self.address is not None:
            raise UsageError("an address belongs to the backends dask and ray; loky works on this machine")
        if self.backend != "loky" and not self.address:
            raise UsageError(
                f"the backend {self.backend} needs the address of a cluster, such as {EXAMPLES[self.backend]}"
            )

    @property
    def in_this_process(self) -> bool:
        """Whether nothing is to be sent anywhere."""
        return self.backend == "loky" and self.jobs in (None, 1)


class Pool:
    """Worker processes. ``size`` is how many tasks they work on at the same time, ``advice`` what to look at where they
    fail.
    """

    def __init__(
        self,
        workers: Workers,
        size: int,
        advice: str,
        backend: object,
        **options: object,
    ) -> None:
        self.backend = workers.backend
        self.patience = workers.patience
        self.size = size
        self.advice = advice
        self._options = {"backend": backend, "pre_dispatch": "2*n_jobs", **options}
        self._jobs = 0

    def start(self, function: Callable[..., T], tasks: Iterable[tuple[Any, ...]]) -> Iterator[T]:
        """Dispatch calls of ``function``, each task being its arguments, and give an iterator over what they return, in
        the order in which they end.

        The iterator raises what a call raises, what the backend raises for a call whose worker died, and
        ``multiprocessing.TimeoutError`` where none of them ends for so long that the patience is over. Those not given
        yet are lost then.
        """
        from joblib import Parallel, delayed

        calls = [delayed(function)(*task) for task in tasks]
        # No more processes than the first call has tasks; then always as many, for joblib would start all anew.
        self._jobs = self._jobs or min(self.size, len(calls))
        if self._jobs == 1 and self.backend == "loky":
            return (call(*arguments, **options) for call, arguments, options in calls)
        parallel = Parallel(
            n_jobs=self._jobs,
            return_as="generator_unordered",
            batch_size=1,
            timeout=self.patience,
            **self._options,
        )
        with _interrupts_held_back():
            # What is started here inherits that: the parent alone is interrupted, ends its workers and says so, once.
            results: Iterator[T] = parallel(calls)
        return results

    def abandon(self, results: Iterator[Any]) -> None:
        """Give up the tasks whose results are not there yet; local processes are ended, a cluster's are left alone."""
        close = getattr(results, "close", None)
        if close is None:
            return
        before = threading.excepthook

        def hook(arguments: threading.ExceptHookArgs) -> None:
            # Ended while a task is on its way to a process, loky's own thread falls over that task.
            of_loky = arguments.thread is not None and arguments.thread.name == "ExecutorManagerThread"
            if not (of_loky and arguments.exc_type is KeyError):
                before(arguments)

        threading.excepthook = hook
        try:
            with warnings.catch_warnings():
                # That tasks are cancelled is what is wanted here.
                warnings.filterwarnings("ignore", message=".*You could benefit from adjusting the input task")
                close()
        finally:
            threading.excepthook = before


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    # Both trackers let interrupts through again when they start, so they start first.
    for tracker in ("multiprocessing.resource_tracker", "joblib.externals.loky.backend.resource_tracker"):
        importlib.import_module(tracker).ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def open_pool(workers: Workers) -> AbstractContextManager[Pool]:
    """The worker processes for the length of a ``with`` block.

    Those of this machine stay for the next block: joblib ends them with this process, or when they have been idle for
    long. Raises ``ServiceError`` for a cluster that does not answer or has no worker, ``ResourceError`` where the
    backend's library is not installed, ``UsageError`` for an address that is none.
    """
    return {"loky": _local, "dask": _dask, "ray": _ray}[workers.backend](workers)


@contextmanager
def _local(workers: Workers) -> Iterator[Pool]:
    import joblib

    size = joblib.cpu_count() if workers.jobs == -1 else workers.jobs or 1
    advice = "see whether the memory suffices (fewer jobs need less)"
    yield Pool(workers, size, advice, "loky", initializer=_stay_with, initargs=(os.getpid(),))


def _stay_with(parent: int) -> None:
    """End this process soon after its parent: one that is killed cannot end its workers, and they would wait on."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


@contextmanager
def _dask(workers: Workers) -> Iterator[Pool]:
    import asyncio
    import uuid

    distributed = _library("distributed", "dask")
    try:
        # Asked first because a client that is refused its address leaves a thread behind.
        distributed.comm.get_address_host_port(workers.address)
    except ValueError as error:
        raise _no_address(workers, error) from error
    try:
        client = distributed.Client(workers.address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, asyncio.TimeoutError) as error:
        raise _unreachable(workers, error) from error
    with client:
        try:
            client.wait_for_workers(1, timeout=CONNECT_SECONDS)
        except (TimeoutError, asyncio.TimeoutError) as error:
            raise ServiceError(
                f"the Dask cluster at {workers.address} has no worker after {CONNECT_SECONDS} seconds. "
                f"To mend: dask worker {workers.address} --nthreads 1"
            ) from error
        cores = sum(client.ncores().values())
        yield _cluster(workers, cores, lambda call: client.submit(call, key=f"averitec-eval-{uuid.uuid4()}"))


@contextmanager
def _ray(workers: Workers) -> Iterator[Pool]:
    ray = _library("ray", "ray")
    ours = not ray.is_initialized()
    if ours:
        try:
            ray.init(address=workers.address, log_to_driver=False, logging_level="ERROR")
        except (OSError, RuntimeError) as error:
            raise _unreachable(workers, error) from error
        except ValueError as error:
            raise _no_address(workers, error) from error
    try:
        run = ray.remote(max_retries=0)(_run)
        cores = int(ray.cluster_resources().get("CPU", 1))
        yield _cluster(workers, cores, lambda call: run.remote(call).future())
    finally:
        if ours:
            ray.shutdown()


def _run(call: Callable[[], T]) -> T:
    return call()


def _library(name: str, backend: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ResourceError(
            f"the backend {backend} needs the package {name}, which cannot be imported ({error}). "
            f"To mend: python -m pip install 'averitec-eval[{backend}]'"
        ) from None


def _unreachable(workers: Workers, error: Exception) -> ServiceError:
    return ServiceError(
        f"the {workers.backend.title()} cluster at {workers.address} does not answer ({type(error).__name__}). To "
        "mend: see whether it runs there and can be reached from here; an address looks like "
        f"{EXAMPLES[workers.backend]}"
    )


def _no_address(workers: Workers, error: Exception) -> UsageError:
    return UsageError(
        f"'{workers.address}' is no address of a {workers.backend.title()} cluster ({error}); expected something like "
        f"{EXAMPLES[workers.backend]}"
    )


def _cluster(workers: Workers, cores: int, submit: Callable[[Callable[[], Any]], Any]) -> Pool:
    """A pool over a cluster of so many cores, to which ``submit`` sends a call and gives a future.

    Joblib's own Dask backend never hears of a task whose workers died and waits for it for ever; Ray's backend for
    joblib starts processes anew for every call and gives no result before the last. So both go through this one.
    """
    import asyncio
    import concurrent.futures

    from joblib.parallel import ParallelBackendBase

    class ClusterBackend(ParallelBackendBase):  # type: ignore[misc]
        supports_retrieve_callback = True

        def start_call(self) -> None:
            self._futures: list[Any] = []

        def effective_n_jobs(self, n_jobs: int) -> int:
            # With one, joblib would run the tasks in this process.
            return max(2, n_jobs)

        def submit(self, func: Callable[[], Any], callback: Callable[[Any], None]) -> Any:
            future = submit(func)
            self._futures.append(future)
            future.add_done_callback(callback)
            return future

        def abort_everything(self, ensure_ready: bool = True) -> None:
            for future in self._futures:
                future.cancel()

        def retrieve_result_callback(self, out: Any) -> Any:
            try:
                return out.result()
            except (asyncio.CancelledError, concurrent.futures.CancelledError):
                # In asyncio it is no Exception and would look like this process's own end.
                raise RuntimeError("the cluster cancelled the task") from None

    every = workers.jobs in (None, -1)
    size = cores if every else min(workers.jobs or 1, cores)
    return Pool(
        workers,
        size,
        "look at the cluster's own logs and at the memory of its workers",
        ClusterBackend(),
        pre_dispatch="all" if every else size,
    )


__all__ = ["BACKENDS", "Backend", "Pool", "Workers", "open_pool"]
