"""What this server signs: addresses that only a session of its own may use."""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from functools import cache
from pathlib import Path

from itsdangerous import URLSafeTimedSerializer

from layers.paths import home

__all__ = ["secret", "signer"]


def signer(salt: str) -> URLSafeTimedSerializer:
    """Return what signs and reads tokens of one kind."""
    return URLSafeTimedSerializer(secret(), salt=salt)


@cache
def secret() -> bytes:
    """Return the key that tokens are signed with: kept beside the tiles, so that a restart leaves open pages alone."""
    path = home() / "token.key"
    if not path.exists():
        handle, part = tempfile.mkstemp(dir=path.parent)  # readable by this user only
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(32))
        with contextlib.suppress(FileExistsError):
            os.link(part, path)  # two servers that start at once agree on the first
        Path(part).unlink()
    return path.read_bytes()
