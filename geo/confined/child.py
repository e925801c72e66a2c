"""One call in this process, which is confined before it begins.

A fork of the fork server; where there are no forks (Windows), ``python -m geo.confined.child FOLDER``.
"""

from __future__ import annotations

import errno
import importlib
import json
import os
import sys
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from geo.confined.ceilings import Ceilings, impose
from geo.confined.kernel import cut_network, restrict_files
from geo.confined.packing import pack, unpack
from geo.errors import RedlineError
from geo.forks import reporter

__all__ = ["CEILINGS", "OUT_OF_DEPTH", "OUT_OF_DISK", "OUT_OF_MEMORY", "REPLY", "REQUEST", "run"]

REQUEST: Final = "request"
REPLY: Final = "reply"
CEILINGS: Final = "ceilings.json"
OUT_OF_MEMORY: Final = 81
OUT_OF_DISK: Final = 82
OUT_OF_DEPTH: Final = 83
_NO_MEMORY: Final = "std::bad_alloc"
"""What GEOS says of it."""
_STREAMS: Final = (1, 2)
_SYSTEM: Final = ("/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/localtime")


def run(folder: Path) -> int:
    """Do what the request in a folder says, put the reply beside it, and return the exit status of the process."""
    ceilings = Ceilings(**json.loads((folder / CEILINGS).read_text()))
    module, name, handed, keywords, reports = unpack((folder / REQUEST).read_bytes())
    arguments = [_taken(how, value, folder) for how, value in handed]
    if reports:
        keywords["progress"] = reporter(folder)
    _silence()
    os.chdir(folder)
    tempfile.tempdir = str(folder)
    impose(ceilings)
    cut_network()
    restrict_files(_programs(), folder)
    try:
        reply = _reply(module, name, arguments, keywords)
        (folder / REPLY).write_bytes(reply)
    except MemoryError:
        return OUT_OF_MEMORY
    except RecursionError:
        return OUT_OF_DEPTH
    except OSError as fault:
        if fault.errno == errno.EFBIG:
            return OUT_OF_DISK
        raise
    return 0


def _taken(how: str, value: Any, folder: Path) -> Any:
    """Return an argument from how it was passed."""
    if how == "value":
        return value
    return folder / value if how == "path" else (folder / value).read_bytes()


def _reply(module: str, name: str, arguments: list[Any], keywords: dict[str, Any]) -> bytes:
    """Return what the function returns or raises, packed."""
    try:
        function = getattr(importlib.import_module(module), name)
        return pack(["value", function(*arguments, **keywords)])
    except RedlineError as fault:
        return _packed_fault(fault)
    except (MemoryError, RecursionError):
        raise
    except Exception as fault:  # told to the caller, who logs it
        if isinstance(fault, OSError) and fault.errno == errno.EFBIG:
            raise
        if _came_of_no_memory(fault):
            raise MemoryError from fault
        return pack(["broke", traceback.format_exc()])


def _came_of_no_memory(fault: BaseException | None) -> bool:
    """Return whether an error is a lack of memory, or came up while one was handled, as libraries close up."""
    while fault is not None and not isinstance(fault, MemoryError) and _NO_MEMORY not in str(fault):
        fault = fault.__cause__ or fault.__context__
    return fault is not None


def _packed_fault(fault: RedlineError) -> bytes:
    """Return a fault, packed; values that cannot be, as their texts: the sentence is the same."""
    try:
        return pack(["fault", fault])
    except TypeError:
        plain = {name: str(value) for name, value in fault.values.items()}
        return pack(["fault", type(fault)(fault.key, **plain)])


def _silence() -> None:
    """Let nothing that a file makes a library print reach the log."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    for stream in _STREAMS:
        os.dup2(nothing, stream)
    os.close(nothing)


def _programs() -> Iterator[Path]:
    """Yield what a reader may read besides its own folder: interpreter, packages, this product, system libraries."""
    yield Path(__file__).resolve().parent.parent.parent
    yield from {Path(one) for one in (sys.prefix, sys.base_prefix, sys.exec_prefix, *sys.path) if one}
    yield from map(Path, _SYSTEM)


if __name__ == "__main__":
    sys.exit(run(Path(sys.argv[1])))
