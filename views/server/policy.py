"""What scripts, pictures and connections a page of this server may have: its Content-Security-Policy.

Attribute text of a stranger's file is escaped wherever it is shown; should it ever not be, the browser runs nothing
of it: scripts of a page are named by their hash, those of the frame of the map by a word made anew for each answer.
What Streamlit and its map do not allow is said in docs/decisions/doors.md.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

__all__ = ["BASIC_POLICY", "frame_policy", "new_nonce", "page_policy"]

BASIC_POLICY: Final = "frame-ancestors 'self'; object-src 'none'; base-uri 'self'; form-action 'self'"
"""Of every answer that has no other."""
_COMMON: Final = (
    "default-src 'self'",
    "style-src 'self' 'unsafe-inline'",  # of Emotion and Leaflet, made as the page runs
    "font-src 'self' data:",
    "worker-src 'self' blob:",
    BASIC_POLICY,
)
_INLINE: Final = re.compile(rb"<script>(.*?)</script>", re.DOTALL)
_PICTURES: Final = "'self' data: blob:"


def page_policy(page: bytes, host: str) -> str:
    """Return the policy of a page of Streamlit's.

    Parameters
    ----------
    page : bytes
        Its HTML; the scripts in it that have no attributes are allowed as they stand.
    host : str
        Under which it was asked for, with the port: its websocket is there too (an old Safari does not take ``'self'``
        for one).
    """
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'" for script in _INLINE.findall(page)
    )
    return "; ".join(
        (
            *_COMMON,
            f"script-src 'self' blob: {hashes}".rstrip(),  # small components of ours come as blobs
            f"img-src {_PICTURES}",
            f"connect-src 'self' ws://{host} wss://{host}",
        )
    )


def frame_policy(nonce: str, map_services: Sequence[str]) -> str:
    """Return the policy of the frame of the map.

    Parameters
    ----------
    nonce : str
        From `new_nonce`.
    map_services : sequence of str
        Addresses of the map services that the configuration names; their pictures are shown there.
    """
    hosts = sorted({_origin(one) for one in map_services})
    return "; ".join(
        (
            *_COMMON,
            f"script-src 'self' 'nonce-{nonce}' 'unsafe-eval'",  # streamlit-folium runs what changes by eval
            " ".join(("img-src", _PICTURES, *hosts)),
            "connect-src 'self'",
        )
    )


def new_nonce() -> str:
    """Return a word that nobody can guess, for one answer."""
    return secrets.token_urlsafe(18)


def _origin(address: str) -> str:
    """Return scheme and host of a map service's address; of several subdomains a pattern.

    Examples
    --------
    >>> _origin("https://{s}.tiles.example/{z}/{x}/{y}.png"), _origin("http://t0.example:8080/{z}/{x}/{y}")
    ('https://*.tiles.example', 'http://t0.example:8080')
    """
    place = urlsplit(address)
    host = re.sub(r"^[^.]*\{s\}[^.]*\.", "*.", place.netloc)
    return f"{place.scheme}://{host}"
