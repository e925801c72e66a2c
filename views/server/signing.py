"""Sign tokens and URLs that only sessions of this server may use."""

from __future__ import annotations

import logging
import secrets
import threading
from functools import cache
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout
from itsdangerous import URLSafeTimedSerializer

from geo.whole_file import whole_file
from layers.paths import home

__all__ = ["signer", "signing_key"]

_KEY_BYTES: Final = 32
_OF_PROCESS: Final = secrets.token_bytes(_KEY_BYTES)
"""Used where none can be stored: the same for all sessions."""
_WAIT_S: Final = 10
_MAKING: Final = threading.Lock()


def signer(salt: str) -> URLSafeTimedSerializer:
    """Return the serializer that signs and verifies tokens of one kind (`salt`)."""
    return URLSafeTimedSerializer(signing_key(), salt=salt)


@cache
def signing_key() -> bytes:
    """Return the signing key, stored in the user's data folder so that open pages still work after a restart.

    Where that cannot be written, the key of this process: pages work until the server ends.
    """
    path = home() / "token.key"
    with _MAKING:
        try:
            return _stored_key(path)
        except (OSError, Timeout) as fault:
            logging.getLogger("redline").warning("the signing key cannot be stored: %s", fault)
            return _OF_PROCESS


def _stored_key(path: Path) -> bytes:
    """Return the key in a file, made if it is not there or not whole; two servers that start at once get the same."""
    if (key := _whole_key(path)) is not None:
        return key
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.with_suffix(".lock"), timeout=_WAIT_S):
        if (key := _whole_key(path)) is not None:
            return key
        key = secrets.token_bytes(_KEY_BYTES)
        with whole_file(path, private=True, durable=True) as part:
            part.write_bytes(key)
        return key


def _whole_key(path: Path) -> bytes | None:
    """Return the key in a file; None if there is none, or one that is cut short: anybody could guess that."""
    try:
        key = path.read_bytes()
    except FileNotFoundError:
        return None
    return key if len(key) >= _KEY_BYTES else None
