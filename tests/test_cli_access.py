"""The command line of a server with roles: who may run what, and nothing of a closed layer comes out."""

from __future__ import annotations

import json
import os
import pwd
from pathlib import Path

import pytest

from cli import main
from cli.base import ROLES_OF_COMMANDS
from tests.browser.people.house import ACCESS, SECRETS, House, furnished


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    return furnished(tmp_path_factory.mktemp("house"))


@pytest.mark.parametrize(
    ("role", "command"),
    [
        ("viewer", ("layers", "--format", "json")),
        ("checker", ("layers", "--format", "json")),
        ("checker", ("ledger", "list")),
        ("checker", ("ledger", "show", "CHECK")),
        ("checker", ("check", "SITE", "--format", "json")),
        ("checker", ("verify", "CHECK")),
        ("checker", ("report", "CHECK", "-o", "OUT.pdf")),
        ("manager", ("layers", "--history", "secret_line")),
        ("manager", ("layers", "--remove", "secret_line")),
        ("manager", ("layers", "--rollback", "secret_line")),
        ("manager", ("import", "SITE", "--id", "secret_line", "--extent", "361000", "--publisher", "x")),
        ("administrator", ("layers", "--format", "json")),
    ],
)
def test_nothing_of_it_comes_out_of_the_command_line(
    house: House, tmp_path: Path, role: str, command: tuple[str, ...]
) -> None:
    me = f"os:{pwd.getpwuid(os.getuid()).pw_name}"
    config = house.config.with_name(f"cli-{role}.toml")
    text = house.open_config.read_text(encoding="utf-8")
    roles = f'mode = "proxy"\n[access.roles]\n{role} = ["{me}"]\n[access.layers]\nsecret_line = ["chief"]\n'
    config.write_text(f"{text}\n[access]\n{roles}", encoding="utf-8")
    words = {"SITE": str(house.site), "CHECK": house.check_id, "OUT.pdf": str(tmp_path / "out.pdf")}
    done = house.run(*(words.get(part, part) for part in command), config=config)
    named = {secret for secret in SECRETS if secret in done.stdout + done.stderr}
    assert named <= ({"secret_line"} if "secret_line" in command else set()), "but for what was typed"
    assert not (tmp_path / "out.pdf").exists()
    if "secret_line" in command or "CHECK" in command:
        assert done.exit_code == 2


def test_and_it_is_still_there_for_who_may_see_it(house: House) -> None:
    assert house.check_id in house.run("ledger", "list", config=house.open_config).stdout
    layers = house.run("layers", "--format", "json", config=house.open_config)
    assert {row["id"]: row["features"] for row in json.loads(layers.stdout)}["secret_line"] == 1


def test_every_command_has_its_role() -> None:
    assert set(ROLES_OF_COMMANDS) == set(main.commands)


@pytest.mark.parametrize(
    ("command", "needed"),
    [
        (("check", "SITE"), "核查员"),
        (("import", "SITE"), "数据管理员"),
        (("backup", "x.tar"), "管理员"),
        (("restore", "SITE"), "管理员"),
        (("layers", "--remove", "secret_line"), "数据管理员"),
    ],
)
def test_a_viewer_at_the_command_line_only_looks(house: House, command: tuple[str, ...], needed: str) -> None:
    me = f"os:{pwd.getpwuid(os.getuid()).pw_name}"
    config = house.config.with_name("cli-viewer-only.toml")
    text = house.open_config.read_text(encoding="utf-8")
    roles = ACCESS.replace('"group:all"', f'"{me}"')
    config.write_text(f"{text}\n{roles}", encoding="utf-8")
    done = house.run(*(str(house.site) if part == "SITE" else part for part in command), config=config)
    assert done.exit_code == 2
    assert f"“{needed}”" in done.stderr


@pytest.mark.parametrize("command", [("ledger", "list"), ("layers",), ("verify", "SITE"), ("validate", "SITE")])
def test_a_configuration_that_cannot_be_read_opens_nothing(house: House, command: tuple[str, ...]) -> None:
    """Nobody knows then who may do what."""
    config = house.config.with_name("cli-broken.toml")
    config.write_text(house.config.read_text(encoding="utf-8").replace('mode = "proxy"', 'mode = "often"'), "utf-8")
    done = house.run(*(str(house.site) if part == "SITE" else part for part in command), config=config)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "access.mode" in done.stderr
