"""The person at the command line: the user of the operating system."""

from __future__ import annotations

import getpass
import os

from layers.access.person import Person
from layers.access.settings import AccessSettings

__all__ = ["terminal_person"]


def terminal_person(settings: AccessSettings) -> Person:
    """Return the user of the operating system as ``os:<name>``, with groups ``os:<group>``.

    Names come from the system's own tables, not from variables, which anyone may set. Whoever may read the files of
    the data folder can read the layers in them: against that only the rights of the files help (docs/access.md).
    """
    if not settings.is_on:
        return settings.person("", ())
    try:
        import grp
        import pwd
    except ImportError:  # Windows, whose own function does not look at variables either
        return settings.person(f"os:{os.getlogin()}" if os.name == "nt" else f"os:{getpass.getuser()}", ())
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        name = str(os.getuid())
    groups = []
    for number in {os.getgid(), *os.getgroups()}:
        try:
            groups.append(f"os:{grp.getgrgid(number).gr_name}")
        except KeyError:
            continue
    return settings.person(f"os:{name}", groups)
