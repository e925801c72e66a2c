"""Systems, processors and Pythons that a bundle is for, and what each needs of ``requirements.txt``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import metadata
from typing import Final

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

__all__ = ["GLIBC", "PYTHONS", "SYSTEMS", "Pinned", "Target", "needed", "parse_lock", "parts", "targets"]

PYTHONS: Final = ("3.11", "3.12", "3.13")
GLIBC: Final = (2, 28)
"""Oldest C library of Linux: that of Debian 10, RHEL 8, Kylin V10, UOS 20, openEuler 20.03."""
SYSTEMS: Final = {"linux-x86_64": "x86_64", "linux-aarch64": "aarch64", "windows-amd64": "AMD64"}
"""Name of a system, and its processor as Python's ``platform.machine()`` calls it."""
_PART: Final = re.compile(r"^# == (\w+)", re.MULTILINE)


@dataclass(frozen=True)
class Target:
    """A system with its processor, and a Python."""

    system: str
    python: str

    @property
    def platform_tags(self) -> list[str]:
        """Tags of wheels that run there, the best first (PEP 600)."""
        if self.system == "windows-amd64":
            return ["win_amd64"]
        machine = SYSTEMS[self.system]
        newest = [f"manylinux_{GLIBC[0]}_{minor}_{machine}" for minor in range(GLIBC[1], 4, -1)]
        return [*newest, f"manylinux2014_{machine}", f"manylinux2010_{machine}", f"manylinux1_{machine}"]

    @property
    def environment(self) -> dict[str, str]:
        """What markers of requirements see there (PEP 508)."""
        windows = self.system == "windows-amd64"
        return {
            **{key: str(value) for key, value in default_environment().items()},
            "sys_platform": "win32" if windows else "linux",
            "platform_system": "Windows" if windows else "Linux",
            "os_name": "nt" if windows else "posix",
            "platform_machine": SYSTEMS[self.system],
            "python_version": self.python,
            "python_full_version": f"{self.python}.0",
            "extra": "",
        }


@dataclass(frozen=True)
class Pinned:
    """A package of a lock file: its name and version, where it is needed, and the hashes of its files."""

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]

    @property
    def line(self) -> str:
        """The requirement as pip reads it with ``--require-hashes``."""
        marker = f" ; {self.marker}" if self.marker else ""
        return " \\\n    ".join([f"{self.name}=={self.version}{marker}", *(f"--hash={one}" for one in self.hashes)])


def targets(systems: Iterable[str] = SYSTEMS, pythons: Iterable[str] = PYTHONS) -> list[Target]:
    """Return every combination of systems and Pythons."""
    return [Target(system, python) for system in systems for python in pythons]


def parse_lock(text: str) -> dict[str, Pinned]:
    """Return the packages of a lock file with hashes, by their name in normal form."""
    found = {}
    for entry in text.replace("\\\n", " ").splitlines():
        if not entry.strip() or entry.startswith("#"):
            continue
        requirement = Requirement(entry.split("--hash=")[0])
        name = canonicalize_name(requirement.name)
        version = next(iter(requirement.specifier)).version
        hashes = tuple(word.removeprefix("--hash=") for word in entry.split() if word.startswith("--hash="))
        found[name] = Pinned(name, version, str(requirement.marker or ""), hashes)
    return found


def parts(text: str) -> dict[str, list[str]]:
    """Return the names in ``requirements.in`` by its headings (``# == product`` and so on)."""
    pieces = _PART.split(text)
    return {
        heading: [
            canonicalize_name(line.split("==")[0])
            for line in body.splitlines()
            if "==" in line and not line.startswith("#")
        ]
        for heading, body in zip(pieces[1::2], pieces[2::2], strict=True)
    }


def needed(names: Iterable[str], lock: dict[str, Pinned], environment: dict[str, str]) -> list[Pinned]:
    """Return what packages need to be installed in an environment, themselves among it, in the order of their names.

    Their own requirements are read from what is installed here, by the markers of that environment.
    """
    seen: set[str] = set()
    todo = list(names)
    while todo:
        name = canonicalize_name(todo.pop())
        if name in seen:
            continue
        seen.add(name)
        for text in _requirements_of(name):
            requirement = Requirement(text)
            if requirement.marker is None or requirement.marker.evaluate(environment):
                todo.append(requirement.name)
    return [lock[name] for name in sorted(seen)]


def _requirements_of(name: str) -> list[str]:
    try:
        return metadata.requires(name) or []
    except metadata.PackageNotFoundError:  # of another system: nothing here says what it needs
        return []
