"""Who has which role, who may see which layer, and what is refused in the ``[access]`` table."""

from __future__ import annotations

import os
import pwd
import threading

import pytest
from pydantic import ValidationError

from layers.access import ANYBODY, NOBODY, AccessSettings, Person, acting_as, acting_person, terminal_person

SETTINGS = AccessSettings(
    mode="proxy",
    roles={"administrator": ["chief@bureau.cn"], "manager": ["group:gis"], "checker": ["group:plan"], "viewer": ["*"]},
    layers={"red_official": ["group:red-line", "role:administrator"], "open_to_all": ["*"]},
)


@pytest.mark.parametrize(
    ("name", "groups", "role"),
    [
        ("Chief@Bureau.cn", (), "administrator"),  # mail addresses come in both cases
        ("li", ("gis", "plan"), "manager"),  # the highest of several
        ("li", ("plan",), "checker"),
        ("li", (), "viewer"),
        ("", ("gis",), None),  # nobody
        ("  ", ("gis",), None),
        ("*", (), None),  # a name that would be among any list
        ("group:gis", (), None),
        ("role:administrator", (), None),
    ],
)
def test_the_role_is_the_highest_that_lists_name_or_group(name: str, groups: tuple[str, ...], role: str | None) -> None:
    assert SETTINGS.person(name, groups).role == role


def test_a_group_is_no_name() -> None:
    settings = AccessSettings(mode="proxy", roles={"administrator": ["gis"]})
    assert settings.person("li", ("gis",)).role is None
    assert settings.person("gis", ()).role == "administrator"


@pytest.mark.parametrize(
    ("person", "seen"),
    [
        (SETTINGS.person("chief@bureau.cn", ()), {"red_official", "open_to_all", "imported", "shipped"}),
        (SETTINGS.person("li", ("gis",)), {"open_to_all", "imported", "shipped"}),
        (SETTINGS.person("li", ("red-line",)), {"red_official", "open_to_all", "shipped"}),
        (SETTINGS.person("li", ()), {"open_to_all", "shipped"}),
        (NOBODY, set()),
        (Person("wang", frozenset({"red-line"})), set()),  # a group, but no role
    ],
)
def test_who_sees_which_layer(person: Person, seen: set[str]) -> None:
    ids = {"red_official": True, "open_to_all": True, "imported": True, "shipped": False}
    assert {one for one, imported in ids.items() if SETTINGS.may_see(person, one, imported=imported)} == seen


def test_where_nobody_signs_in_everybody_may_everything() -> None:
    settings = AccessSettings()
    assert settings.person("", ()) == ANYBODY
    assert ANYBODY.may("administrator")
    assert settings.may_see(NOBODY, "red_official", imported=True)


def test_a_role_may_what_those_below_it_may() -> None:
    may = {role: [one for one in ("viewer", "checker", "manager", "administrator") if Person("x", role=role).may(one)]
           for role in ("viewer", "checker", "manager", "administrator", None)}  # fmt: skip
    assert {role: len(list_) for role, list_ in may.items()} == {
        "viewer": 1, "checker": 2, "manager": 3, "administrator": 4, None: 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("table", "word"),
    [
        ({"mode": "login"}, "nobody has a role"),
        ({"mode": "login", "roles": {"viewer": []}}, "nobody has a role"),
        ({"mode": "open"}, "mode"),
        ({"mode": "login", "roles": {"boss": ["li"]}}, "boss"),
        ({"mode": "login", "roles": {"viewer": ["role:manager"]}}, "by a role"),
        ({"mode": "login", "roles": {"viewer": ["*"]}, "layers": {"red": ["role:boss"]}}, "no role: boss"),
        ({"mode": "login", "roles": {"viewer": ["*"]}, "imported": ["role:boss"]}, "no role: boss"),
        ({"mode": "login", "roles": {"viewer": ["*"]}, "layers": {"Red Line": ["*"]}}, "Red Line"),
        ({"mode": "login", "roles": {"viewer": [""]}}, "viewer"),
    ],
)
def test_a_table_that_means_nothing_is_refused(table: dict[str, object], word: str) -> None:
    with pytest.raises(ValidationError) as fault:
        AccessSettings.model_validate(table)
    assert word in str(fault.value)


def test_a_thread_begun_meanwhile_works_for_nobody() -> None:
    seen: list[Person | None] = []
    with acting_as(Person("li", role="viewer")):
        thread = threading.Thread(target=lambda: seen.append(acting_person()))
        thread.start()
        thread.join()
        assert acting_person() == Person("li", role="viewer")
    assert seen == [None]
    assert acting_person() is None


def test_the_terminal_is_the_systems_user_whatever_a_variable_says(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("USER", "LOGNAME", "USERNAME", "LNAME"):
        monkeypatch.setenv(name, "chief")
    here = f"os:{pwd.getpwuid(os.getuid()).pw_name}"
    settings = AccessSettings(mode="login", roles={"checker": [here], "administrator": ["os:chief", "chief"]})
    assert terminal_person(settings).name == here
    assert terminal_person(settings).role == "checker"
    assert terminal_person(AccessSettings()) == ANYBODY
