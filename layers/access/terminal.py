"""The person at the command line: the user of the operating system."""

from __future__ import annotations

import contextlib
import getpass
import os
import sys

from layers.access.person import Person
from layers.access.settings import AccessSettings

__all__ = ["terminal_person"]


def terminal_person(settings: AccessSettings) -> Person:
    """Return the user of the operating system as ``os:<name>``, with groups ``os:<group>``.

    Names come from the system's own tables, not from variables, which anyone may set (but for Windows). Whoever may
    read the files of the data folder can read the layers in them: against that only the rights of the files help
    (docs/access.md).
    """
    if not settings.is_on:
        return settings.person("", ())
    if sys.platform == "win32":
        return settings.person(f"os:{getpass.getuser()}", ())
    import grp  # noqa: PLC0415 -- not there on Windows
    import pwd  # noqa: PLC0415

    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container's user without a name
        name = str(os.getuid())
    groups = []
    for number in {os.getgid(), *os.getgroups()}:
        with contextlib.suppress(KeyError):
            groups.append(f"os:{grp.getgrgid(number).gr_name}")
    return settings.person(f"os:{name}", groups)
