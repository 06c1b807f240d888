"""The crew: one process a core, each working out one shard after the other."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from graph.errors import BuildRefused

_T = TypeVar("_T")


def work_through(jobs: Sequence[Callable[[], _T]]) -> Iterator[_T]:
    """Yield what each of the `jobs` returns, as it comes; a lone one is done in this process.

    Jobs must be picklable. Raises what a job raises, and BuildRefused where a process dies.
    """
    workers = min(len(jobs), os.cpu_count() or 1)
    if workers < 2:
        yield from (job() for job in jobs)
        return
    # Not fork: threads of the store and of the progress bar may hold locks.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["__main__", "graph.work"])
    with ProcessPoolExecutor(workers, context, initializer=_enlist) as crew:
        try:
            for done in as_completed([crew.submit(job) for job in jobs]):
                yield done.result()
        except BrokenProcessPool as error:
            problem = "a process of the build was killed, perhaps for want of memory"
            raise BuildRefused(f"{problem}; close other programs and run it again") from error
        finally:
            crew.shutdown(cancel_futures=True)


def _enlist() -> None:
    # An interrupt goes to the whole group; only the parent answers it. Its death ends the crew.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)
