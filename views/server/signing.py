"""Sign tokens and URLs that only sessions of this server may use."""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from functools import cache
from pathlib import Path

from itsdangerous import URLSafeTimedSerializer

from layers.paths import home

__all__ = ["signer", "signing_key"]


def signer(salt: str) -> URLSafeTimedSerializer:
    """Return the serializer that signs and verifies tokens of one kind (`salt`)."""
    return URLSafeTimedSerializer(signing_key(), salt=salt)


@cache
def signing_key() -> bytes:
    """Return the signing key, stored in the user's data folder so that open pages still work after a restart."""
    path = home() / "token.key"
    if not path.exists():
        handle, part = tempfile.mkstemp(dir=path.parent)  # readable by this user only
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(32))
        with contextlib.suppress(FileExistsError):
            os.link(part, path)  # two servers that start at once use the same key
        Path(part).unlink()
    return path.read_bytes()
