"""What Python has on Linux only stands where Windows takes another way; there is no Windows here to try it on."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("geo", "layers", "siting", "carto", "snapshot", "views", "words", "cli")
# attributes that the documentation of Python's os and signal calls available on Unix or Linux alone
UNIX = frozenset(
{
    "fork", "forkpty", "wait", "waitpid", "waitid", "wait3", "wait4", "killpg", "setpgid", "setsid", "getpgid",
    "getuid", "geteuid", "getgid", "getegid", "getgroups", "setuid", "setgid", "initgroups", "pread", "pwrite",
    "preadv", "pwritev", "posix_fallocate", "posix_fadvise", "sendfile", "chown", "fchown", "lchown", "chroot",
    "mkfifo", "mknod", "statvfs", "fstatvfs", "sysconf", "getloadavg", "nice", "setpriority", "getpriority",
    "sched_getaffinity", "sched_setaffinity", "sync", "fdatasync", "O_NOFOLLOW", "O_DIRECTORY", "O_NONBLOCK",
    "O_CLOEXEC", "O_PATH", "O_SYNC", "O_DSYNC", "uname", "confstr", "memfd_create", "copy_file_range", "eventfd",
    "openpty", "ttyname", "lockf", "SIGKILL", "SIGCHLD", "SIGHUP", "SIGALRM", "SIGUSR1", "SIGUSR2", "SIGQUIT",
    "SIGXCPU", "setitimer", "alarm", "pthread_kill",
    }
)  # fmt: skip
MODULES = frozenset({"resource", "fcntl", "pwd", "grp", "termios", "pty", "syslog"})
# file: why it may
APART = {
    "geo/forks/client.py": "used where may_fork() only",
    "geo/forks/server.py": "started where may_fork() only",
    "geo/own_process/child.py": "run where may_fork() only",
    "geo/confined/ceilings.py": "behind sys.platform and /proc",
    "geo/confined/kernel.py": "behind sys.platform",
    "geo/confined/probe.py": "behind sys.platform",
    "layers/access/terminal.py": "behind sys.platform",
    "geo/background.py": "suppresses AttributeError",
}


def unix_only(path: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id in {"os", "signal"} and node.attr in UNIX:
                found.append(f"{node.value.id}.{node.attr}")
        elif isinstance(node, ast.Import):
            found += [one.name for one in node.names if one.name in MODULES]
        elif isinstance(node, ast.ImportFrom) and node.module in MODULES:
            found.append(node.module)
    return found


SOURCES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))


def test_nothing_of_unix_stands_outside_the_files_that_take_another_way() -> None:
    found = {path.relative_to(ROOT).as_posix(): names for path in SOURCES if (names := unix_only(path))}
    assert {name: names for name, names in found.items() if name not in APART} == {}
    assert set(APART) <= set(found), "an exception for a file that needs none"


@pytest.mark.parametrize("text", ["import os\nos.pread(1, 2, 3)", "import fcntl", "from pwd import getpwuid"])
def test_what_is_looked_for_is_found(text: str, tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text(text)
    assert len(unix_only(path)) == 1
