"""A PostgreSQL server with PostGIS for tests: a cluster of its own in a folder, on a free port, with a password."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

__all__ = ["WHY_NOT", "PostgisServer", "free_port", "postgis_server"]

_PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[4]))
_EXTENSIONS = sorted(Path("/usr/share/postgresql").glob("*/extension/postgis.control"))
WHY_NOT = "" if _PROGRAMS and _EXTENSIONS else "no PostGIS found (Debian: apt install postgresql-postgis)"
"""Why no server can be started; "" if one can."""


@dataclass(frozen=True)
class PostgisServer:
    """A running server; `user` owns everything in its database ``planning``."""

    folder: Path
    port: int
    user: str
    password: str = field(repr=False)

    @property
    def url(self) -> str:
        """Where it is, without user and password."""
        return f"postgresql://127.0.0.1:{self.port}/planning"

    @property
    def credentials(self) -> dict[str, str]:
        """The environment by which libpq logs in."""
        return {"PGUSER": self.user, "PGPASSWORD": self.password}

    def connect(self, database: str = "planning") -> psycopg.Connection[Any]:
        """Return a connection that commits each statement."""
        return psycopg.connect(
            host="127.0.0.1", port=self.port, dbname=database, user=self.user, password=self.password, autocommit=True
        )

    def control(self, *words: str) -> None:
        """Start or stop the server and wait until that is done."""
        _as_owner(self.folder, _program("pg_ctl"), "-D", str(self.folder / "data"), "-w", "-t", "120", *words)

    def start(self) -> None:
        """Start it; it answers when this returns."""
        settings = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
        self.control("-l", str(self.folder / "log"), "-o", settings, "start")

    def stop(self) -> None:
        """Stop it and end all connections."""
        self.control("-m", "immediate", "stop")


@contextmanager
def postgis_server(folder: Path) -> Iterator[PostgisServer]:
    """Yield a server whose cluster is made in an empty folder; it is stopped at the end.

    PostgreSQL refuses to run as root: then the user ``postgres`` of Debian's package runs it.
    """
    server = PostgisServer(folder, free_port(), f"planner_{secrets.token_hex(6)}", secrets.token_urlsafe(24))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
        for above in (folder, *folder.parents):
            if above.owner() == "root" and not above.stat().st_mode & 0o001:
                above.chmod(above.stat().st_mode | 0o011)
    secret = folder / "password"
    secret.write_text(server.password, encoding="ascii")
    secret.chmod(0o644)
    _as_owner(
        folder, _program("initdb"), "-D", str(folder / "data"), "-U", server.user, "--pwfile", str(secret),
        "--auth=scram-sha-256", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync",
    )  # fmt: skip
    secret.unlink()
    server.start()
    try:
        with server.connect("postgres") as connection:
            connection.execute("CREATE DATABASE planning")
        with server.connect() as connection:
            connection.execute("CREATE EXTENSION postgis")
        yield server
    finally:
        server.stop()


def _program(name: str) -> str:
    return str(_PROGRAMS[-1].with_name(name))


def _as_owner(folder: Path, *command: str) -> None:
    """Run a program as one who is not root."""
    user = "postgres" if os.geteuid() == 0 else None
    done = subprocess.run(
        command, cwd=folder, user=user, group=user, extra_groups=[] if user else None, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=180, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{Path(command[0]).name} failed ({done.returncode}), see {folder}/log"


def free_port() -> int:
    """Return a port of this machine at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
