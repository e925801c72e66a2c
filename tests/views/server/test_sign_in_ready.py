"""The server does not open where nobody could sign in, and says what is missing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from geo.errors import ConfigError
from layers.access import AccessSettings
from views.server import sign_in_ready
from views.server.sign_in_ready import refuse_unready_sign_in, secrets_file

ROLES: dict[str, Any] = {"administrator": ["chief"]}
LOGIN = AccessSettings(mode="login", roles=ROLES)
PROXY = AccessSettings(mode="proxy", roles=ROLES)
WHOLE = {
    "redirect_uri": "http://a/oauth2callback", "cookie_secret": "0123456789abcdef", "client_id": "a",
    "client_secret": "b", "server_metadata_url": "https://c",
}  # fmt: skip


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REDLINE_HOME", str(tmp_path))
    monkeypatch.setattr(sign_in_ready, "_PLACES", ())
    return tmp_path


def write(home: Path, table: dict[str, str], name: str = "auth") -> None:
    lines = [f'{key} = "{value}"' for key, value in table.items()]
    (home / "secrets.toml").write_text("\n".join([f"[{name}]", *lines]), encoding="utf-8")


@pytest.mark.parametrize("word", [None, "", "too short"])
def test_a_proxy_needs_a_word(home: Path, monkeypatch: pytest.MonkeyPatch, word: str | None) -> None:
    monkeypatch.delenv("REDLINE_PROXY_SECRET", raising=False)
    if word is not None:
        monkeypatch.setenv("REDLINE_PROXY_SECRET", word)
    with pytest.raises(ConfigError) as fault:
        refuse_unready_sign_in(PROXY)
    assert "REDLINE_PROXY_SECRET" in fault.value.text("en")
    monkeypatch.setenv("REDLINE_PROXY_SECRET", "a word of the gateway")
    refuse_unready_sign_in(PROXY)


@pytest.mark.parametrize("missing", WHOLE)
def test_a_login_needs_a_provider(home: Path, missing: str) -> None:
    write(home, {key: value for key, value in WHOLE.items() if key != missing})
    with pytest.raises(ConfigError) as fault:
        refuse_unready_sign_in(LOGIN)
    assert missing in fault.value.text("en")
    write(home, WHOLE)
    refuse_unready_sign_in(LOGIN)


def test_no_file_another_table_no_toml_and_a_short_key_are_said(home: Path) -> None:
    for said, text in (
        ("access.no_provider", None),
        ("access.no_provider", "[other]\na = 1\n"),
        ("access.no_provider", "auth = 1\n"),
        ("access.secrets_not_toml", "[auth"),
    ):
        if text is not None:
            (home / "secrets.toml").write_text(text, encoding="utf-8")
        with pytest.raises(ConfigError) as fault:
            refuse_unready_sign_in(LOGIN)
        assert fault.value.key == said
    write(home, WHOLE | {"cookie_secret": "short"})
    with pytest.raises(ConfigError) as fault:
        refuse_unready_sign_in(LOGIN)
    assert fault.value.key == "access.short_cookie_secret"


def test_where_nobody_signs_in_nothing_is_needed(home: Path) -> None:
    assert secrets_file() is None
    refuse_unready_sign_in(AccessSettings())
