"""Whether people can sign in as ``[access]`` says: looked at before the server opens, not at the first visit."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Final

from geo.errors import ConfigError
from layers.access import AccessSettings
from layers.paths import PRODUCT, home
from views.identity import LEAST_SECRET

__all__ = ["refuse_unready_sign_in", "secrets_file"]

_NEEDED: Final = ("redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url")
_PLACES: Final = (PRODUCT / ".streamlit" / "secrets.toml", Path("~/.streamlit/secrets.toml"))
"""Where Streamlit looks by itself."""


def secrets_file() -> Path | None:
    """Return ``secrets.toml`` of the data folder, in which the login's keys stand; None if there is none."""
    path = home() / "secrets.toml"
    return path if path.is_file() else None


def refuse_unready_sign_in(access: AccessSettings) -> None:
    """Raise `ConfigError` where nobody could sign in: no word shared with the proxy, or no provider to sign in at.

    Raises
    ------
    ConfigError
        With the variable or the key that is missing.
    """
    if access.mode == "proxy" and len(os.environ.get(access.secret_env, "")) < LEAST_SECRET:
        raise ConfigError("access.no_secret", variable=access.secret_env, least=LEAST_SECRET)
    if access.mode == "login":
        auth = _auth_table()
        missing = [key for key in _NEEDED if not auth.get(key)]
        if missing:
            raise ConfigError("access.no_provider", keys=", ".join(missing))
        if len(str(auth["cookie_secret"])) < LEAST_SECRET:
            raise ConfigError("access.short_cookie_secret", least=LEAST_SECRET)


def _auth_table() -> dict[str, object]:
    own = secrets_file()
    for path in [own] if own is not None else [place.expanduser() for place in _PLACES]:
        try:
            auth = tomllib.loads(path.read_text(encoding="utf-8")).get("auth")
        except OSError:
            continue
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
            raise ConfigError("access.secrets_not_toml", fault=str(fault)) from None
        return auth if isinstance(auth, dict) else {}
    return {}
