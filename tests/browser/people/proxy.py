"""A proxy that signs people in: what it hands on carries the name, the groups and the word that only it knows."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

__all__ = ["proxying"]


_COMPRESSION = {"accept-encoding", "sec-websocket-extensions"}
"""Headers by which a browser asks for compressed answers."""


@contextmanager
def proxying(server: str, headers: Mapping[str, str], keep: Callable[[bytes], None]) -> Iterator[str]:
    """Run a proxy of one person before a server; yield its address.

    Each connection has one request, into whose head the headers are put in place of those that a browser sent. A
    websocket goes on from there. Nothing is compressed on the way.

    Parameters
    ----------
    server : str
        Its address.
    headers : mapping of str to str
    keep : callable
        Called with all bytes that go to the browser, and with the first line of each request.
    """
    loop = asyncio.new_event_loop()
    place = urlsplit(server)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")[:-2]
            other_reader, other_writer = await asyncio.open_connection(place.hostname, place.port)
            is_socket = any(line.lower() == "upgrade: websocket" for line in head)
            keep(head[0].encode())
            ours = {name.lower() for name in headers} | _COMPRESSION | (set() if is_socket else {"connection"})
            kept = [line for line in head[1:] if line.partition(":")[0].lower() not in ours]
            added = [f"{name}: {value}" for name, value in headers.items()] + (
                [] if is_socket else ["Connection: close"]
            )
            other_writer.write("\r\n".join([head[0], *kept, *added, "", ""]).encode("utf-8"))
            await asyncio.gather(_hand_on(reader, other_writer), _hand_on(other_reader, writer, keep))

    async def start() -> asyncio.Server:
        return await asyncio.start_server(serve, "127.0.0.1", 0)

    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    listening = asyncio.run_coroutine_threadsafe(start(), loop).result()
    try:
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    finally:
        loop.call_soon_threadsafe(listening.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


async def _hand_on(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, keep: Callable[[bytes], None] = lambda _: None
) -> None:
    with suppress(OSError):
        while content := await reader.read(1 << 16):
            keep(content)
            writer.write(content)
            await writer.drain()
    with suppress(OSError):
        writer.close()
