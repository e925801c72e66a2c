"""Policies name what a page holds, and nothing else."""

from __future__ import annotations

import base64
import hashlib

from views.server.policy import frame_policy, new_nonce, page_policy


def directive(policy: str, name: str) -> list[str]:
    """Return the sources of one directive."""
    found = [part.split() for part in policy.split("; ")]
    return next(words[1:] for words in found if words[0] == name)


def test_scripts_of_a_page_are_named_by_their_hash() -> None:
    script = b"window.a = 1;"
    page = b"<html><script>" + script + b"</script><script src='b.js'></script></html>"
    sources = directive(page_policy(page, "127.0.0.1:8501"), "script-src")
    assert f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'" in sources
    assert len([one for one in sources if one.startswith("'sha256")]) == 1
    assert not {"'unsafe-inline'", "'unsafe-eval'", "*"} & set(sources)


def test_a_page_speaks_to_its_own_server_only() -> None:
    sources = directive(page_policy(b"", "red.example:8501"), "connect-src")
    assert sources == ["'self'", "ws://red.example:8501", "wss://red.example:8501"]


def test_the_frame_shows_pictures_of_the_map_services_that_are_configured() -> None:
    policy = frame_policy("N", ["https://{s}.tiles.example/{z}/{x}/{y}.png", "http://t0.example:8080/{z}/{x}/{y}"])
    assert directive(policy, "img-src")[3:] == ["http://t0.example:8080", "https://*.tiles.example"]
    assert directive(frame_policy("N", []), "img-src") == ["'self'", "data:", "blob:"]
    assert "'nonce-N'" in directive(policy, "script-src")
    assert "'unsafe-inline'" not in directive(policy, "script-src")


def test_every_answer_has_a_word_of_its_own() -> None:
    assert len({new_nonce() for _ in range(100)}) == 100
