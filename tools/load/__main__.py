"""``python -m tools.load [--sessions N] [--waves W] [--think S]``: N sessions browse, check, store and export at once.

First one session alone, then waves of N, each with parcels of its own; between two steps a person thinks for S seconds.
Printed are checks a minute, the times of checks and pages (p50, p95), the memory of the server before, at its peak and
once all have left. It fails if a session is told what is another's, if an area is not what pyproj measures, if a check
that was acknowledged is not in the ledger, or if an export does not come.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Final

import httpx
from pyproj import Geod

from siting.ledger import Ledger
from tools.browser.serving import free_port, serving
from tools.load.session import Session

_ELLIPSOID: Final = Geod(a=6378137, rf=298.257222101)
_FORGOTTEN_S: Final = 140.0
"""After so long Streamlit forgets a session that was left (it keeps them for two minutes, for who comes back)."""
_LINK: Final = re.compile(r'href="([^"]*/redline/take/[^"]+)"')
_STORED: Final = re.compile(r"R\d{8}-[0-9A-Z]{4}")
_AREA: Final = re.compile(r"([\d,]+\.\d\d) ?平方米")
_AREA_MAY_DIFFER_M2: Final = 0.05
_LOOK_AGAIN_S: Final = 1.0
_ROUNDS: Final = 3


@dataclass
class Tally:
    """What came of it.

    Attributes
    ----------
    checks, pages, exports : list of float
        Seconds of each.
    wrong : list of str
        What must not be.
    stored : set of str
        Numbers of checks that were acknowledged.
    """

    checks: list[float] = field(default_factory=list)
    pages: list[float] = field(default_factory=list)
    exports: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    stored: set[str] = field(default_factory=set)


def main() -> int:
    """Print the figures; return 1 if anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=50, metavar="N")
    parser.add_argument("--waves", type=int, default=2, metavar="W")
    parser.add_argument("--think", type=float, default=10.0, metavar="S")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="load-") as folder:
        port = free_port()
        with serving(Path(folder), port) as address:
            wrong = asyncio.run(_waves(address, port, Path(folder), arguments))
    print("\n".join(wrong[:20]) or "nothing mixed; every acknowledged check is in the ledger; every export came")
    return int(bool(wrong))


async def _waves(address: str, port: int, home: Path, arguments: argparse.Namespace) -> list[str]:
    """Run one session alone, then the waves; print a line for each."""
    wrong = []
    print(f"{'':16} checks/min  check p50  p95     page p50  p95     export p50  p95     MB before  peak  after")
    for name, count in [("alone", 1), *((f"{arguments.sessions} at once", arguments.sessions),) * arguments.waves]:
        tally, watch, begun = Tally(), _Memory(port), time.monotonic()
        sampling = asyncio.create_task(watch.sample())
        think = arguments.think if count > 1 else 0.0
        await asyncio.gather(*(_visit(address, number, think, tally) for number in range(count)))
        minutes = (time.monotonic() - begun) / 60
        sampling.cancel()
        await asyncio.sleep(_FORGOTTEN_S if count > 1 else 1)
        figures = "  ".join(_spread(times) for times in (tally.checks, tally.pages, tally.exports))
        memory = f"{watch.first:9.0f}  {watch.most:4.0f}  {_server_mb(port):5.0f}"
        print(f"{name:16} {len(tally.checks) / minutes:10.0f}  {figures}  {memory}", flush=True)
        kept = {one.id for one in Ledger.open(home).search(limit=10_000)}
        wrong += tally.wrong + [f"{one} is not in the ledger" for one in tally.stored - kept]
    return wrong


async def _visit(address: str, number: int, think: float, tally: Tally) -> None:
    """Look at the map, check parcels of one's own, store the last, export it, and leave."""
    chance = random.Random(number)
    session, name = Session(address), f"案{number:03d}号"

    async def pause() -> None:
        await asyncio.sleep(chance.uniform(0, 2 * think))

    try:
        await pause()
        tally.pages.append(await _timed(session.open("")))
        await pause()
        tally.pages.append(await _timed(session.go("check")))
        await session.put("chk-source", "string_array_value", ["粘贴坐标"])
        for place in range(_ROUNDS):
            await pause()
            text, area_m2 = _parcel(number, place)
            tally.checks.append(await _timed(session.put("chk-text", "string_value", text)))
            told = [float(found.replace(",", "")) for one in session.texts for found in _AREA.findall(one)]
            if not any(abs(one - area_m2) < _AREA_MAY_DIFFER_M2 for one in told):
                tally.wrong.append(f"{name}: not {area_m2:,.2f} m² but {told[:3]}")
        await session.put("chk-case-name", "string_value", name)
        await session.put("chk-store", "trigger_value", value=True)
        tally.stored |= {found for one in session.texts for found in _STORED.findall(one)}
        tally.exports.append(await _timed(_export(session, address, number, tally)))
        others = {found for one in session.texts for found in re.findall(r"案\d{3}号", one)} - {name}
        tally.wrong += [f"{name} is told of {other}" for other in others]
    except (TimeoutError, KeyError, OSError, httpx.HTTPError) as fault:
        tally.wrong.append(f"{name}: {type(fault).__name__} {fault}")
    finally:
        await session.close()


async def _export(session: Session, address: str, number: int, tally: Tally) -> None:
    """Order the report of the check, wait until it is offered, and fetch it."""
    await session.put("take-check-pdf", "trigger_value", value=True)
    until = time.monotonic() + 300
    while not (found := [link for one in session.texts for link in _LINK.findall(one)]):
        if time.monotonic() > until:
            tally.wrong.append(f"session {number}: no export")
            return
        await asyncio.sleep(session.asks_every_s or _LOOK_AGAIN_S)
        await session.look_again()
    async with httpx.AsyncClient(timeout=60) as client:
        answer = await client.get(f"{address}/{found[0].lstrip('/')}")
    if answer.status_code != httpx.codes.OK or not answer.content:
        tally.wrong.append(f"session {number}: export {answer.status_code}")


async def _timed(step: object) -> float:
    begun = time.monotonic()
    await step  # type: ignore[misc]
    return time.monotonic() - begun


def _parcel(number: int, place: int) -> tuple[str, float]:
    """Return the corners of a parcel that is no other's, and its size in square metres by pyproj."""
    west, south = 116.2 + 0.01 * (number % 10) + 0.05 * place, 27.6 + 0.01 * (number // 10)
    east, north = west + 0.002 + 0.00002 * number, south + 0.002 + 0.00001 * place
    corners = [(west, south), (east, south), (east, north), (west, north)]
    area_m2, _ = _ELLIPSOID.polygon_area_perimeter(*zip(*corners, strict=True))
    return "\n".join(f"{lon:.5f},{lat:.5f}" for lon, lat in corners), abs(area_m2)


def _spread(times: list[float]) -> str:
    """Return median and 95th percentile of times as text."""
    if not times:
        return f"{'–':>9}  {'–':>6}"
    high = quantiles(times, n=20)[-1] if len(times) > 1 else times[0]
    return f"{median(times):7.2f} s  {high:4.1f} s"


class _Memory:
    """Memory of the server, sampled once a second, in MB."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.first = self.most = _server_mb(port)

    async def sample(self) -> None:
        """Sample until cancelled."""
        while True:
            self.most = max(self.most, _server_mb(self._port))
            await asyncio.sleep(1.0)


def _server_mb(port: int) -> float:
    """Return the memory of the server on a port with all its processes, in MB; what copies share counts once (PSS)."""
    pids = {}
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            try:
                stat = (place / "stat").read_text().rpartition(")")[2].split()
                pids[int(place.name)] = (int(stat[1]), (place / "cmdline").read_bytes())
            except OSError:
                continue
    ours = {pid for pid, (_, command) in pids.items() if f"--port\0{port}\0".encode() in command}
    while more := {pid for pid, (parent, _) in pids.items() if parent in ours} - ours:
        ours |= more
    return sum(map(_proportional_kb, ours)) * 1024 / 1e6


def _proportional_kb(pid: int) -> int:
    """Return the proportional set size of a process: what it shares with n others counts 1/n."""
    try:
        rolled_up = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:  # it has ended
        return 0
    found = re.search(r"^Pss:\s+(\d+) kB", rolled_up, re.MULTILINE)
    return int(found[1]) if found else 0


if __name__ == "__main__":
    sys.exit(main())
