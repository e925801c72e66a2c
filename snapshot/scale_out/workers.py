"""The worker processes: as many of this machine as wanted, for one check; or those of a dask scheduler that runs."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, Final

import dask
from distributed import Client, LocalCluster
from distributed.security import Security

from geo.errors import BadInput

__all__ = ["Workers", "connected"]

_PATIENT: Final[dict[str, Any]] = {
    "distributed.comm.timeouts.connect": "120s",
    "distributed.comm.timeouts.tcp": "300s",
    "distributed.scheduler.worker-ttl": None,  # a worker in the midst of a large layer may be silent for minutes
    "distributed.admin.tick.limit": "1h",
    "distributed.scheduler.http.routes": [],  # a web server starts in any case; it has nothing to show
    "distributed.worker.http.routes": [],
    "logging": {"distributed": "critical"},
}
_LOGGERS: Final = ("distributed", "distributed.client", "distributed.core", "tornado.application")
_CONNECT_S: Final = 60
_WORKERS_S: Final = 120


@dataclass(frozen=True)
class Workers:
    """Which worker processes to use: `local` of this machine, else those of the scheduler at an address.

    Attributes
    ----------
    local : int
    scheduler : str
        Such as ``tls://10.0.0.5:8786``; empty: none.
    """

    local: int = 1
    scheduler: str = ""


@contextmanager
def connected(workers: Workers) -> Iterator[Client]:
    """Yield a client of worker processes; end those of this machine, and forget all tasks, when the block ends.

    Local workers have one thread each, no dashboard, and speak on 127.0.0.1 under a certificate made for them alone:
    whoever can speak to a scheduler can have any code run.

    Raises
    ------
    BadInput
        If no scheduler answers at the address, or it has no worker.
    """
    with ExitStack() as stack:
        stack.enter_context(dask.config.set(_PATIENT))
        for name in _LOGGERS:
            logger = logging.getLogger(name)
            stack.callback(logger.setLevel, logger.level)
            logger.setLevel(logging.CRITICAL)
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")  # such as of a port that is taken
        client = _client_of_scheduler(workers.scheduler) if workers.scheduler else _client_of_own(workers.local, stack)
        yield stack.enter_context(client)


def _client_of_own(count: int, stack: ExitStack) -> Client:
    security = Security.temporary()
    cluster = LocalCluster(
        n_workers=count,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        protocol="tls",
        security=security,
        dashboard_address=None,
        memory_limit=0,  # bounded by the size of partitions; layers are no data that dask could put on disk
        silence_logs=logging.CRITICAL,
    )
    return Client(stack.enter_context(cluster), security=security, timeout=_CONNECT_S)


def _client_of_scheduler(address: str) -> Client:
    try:
        client = Client(address, timeout=_CONNECT_S)
    except (OSError, ValueError, TypeError, ImportError):
        raise BadInput("scale_out.no_scheduler", address=address) from None
    try:
        client.wait_for_workers(1, timeout=_WORKERS_S)
    except TimeoutError:
        client.close()
        raise BadInput("scale_out.no_workers", address=address) from None
    return client
