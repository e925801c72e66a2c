"""Install Redline from this bundle, without network: ``python install.py`` (or install.sh, install.cmd).

Stands alone: nothing but Python's own library. What it says stands in `SAYS`, Chinese first. Nothing that runs changes
before the new version has been tried: the last step is the command that starts it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

BUNDLE: Final = Path(__file__).resolve().parent
WINDOWS: Final = os.name == "nt"
UNIT: Final = Path("/etc/systemd/system/redline.service")
SAYS: Final = {
    "python": (
        "本安装包适用于 Python {known}，当前是 {found}；请安装其中之一，再用它运行 install.py。",
        "This bundle is for Python {known}, this is {found}; install one of them and run install.py with it.",
    ),
    "system": (
        "本安装包适用于 {known}，不适用于本机（{found}）；请索取对应的安装包。",
        "This bundle is for {known}, not for this machine ({found}); ask for the bundle of this system.",
    ),
    "no_wheel": (
        "本安装包没有 {system} 上 Python {found} 的组件，有的是 Python {known}；请安装其中之一。",
        "This bundle has nothing for Python {found} on {system}, but for Python {known}; install one of them.",
    ),
    "glibc": (
        "需要 glibc {least} 及以上，本机是 {found}；请升级操作系统。",
        "glibc {least} or newer is needed, this machine has {found}; a newer system is needed.",
    ),
    "venv": (
        "Python 缺少 venv 或 ensurepip 模块；请安装（Debian、UOS：python3-venv 软件包）后重试。",
        "Python lacks its venv or ensurepip module; install it (Debian, UOS: package python3-venv) and run this again.",
    ),
    "sums": (
        "安装包不完整或被改动：{files}；请重新复制整个安装包，再对照 SHA256SUMS。",
        "The bundle is not whole or was changed: {files}; copy it again and compare with SHA256SUMS.",
    ),
    "folder": (
        "无法写入 {folder}（{fault}）；请换一个文件夹（--to、--data），或以有权限的用户运行。",
        "{folder} cannot be written ({fault}); name another folder (--to, --data), or run as a user who may write it.",
    ),
    "no_root": (
        "--service 要以 root（Windows：管理员）身份运行；不加 --service 则只安装，不设开机启动。",
        "--service has to run as root (Windows: administrator); without it Redline is installed, not started at boot.",
    ),
    "step": (
        "{what}失败：{fault}；原有版本未受影响。",
        "{what} failed: {fault}; what was installed before is untouched.",
    ),
    "checking": ("核对 {count} 个文件……", "checking {count} files …"),
    "installing": ("安装到 {folder}……", "installing into {folder} …"),
    "trying": ("试运行……", "trying it …"),
    "there": ("{folder} 已安装过此版本。", "{folder} already has this version."),
    "done": (
        "完成。启动：{command} serve，然后打开 http://127.0.0.1:8501；数据文件夹：{data}；本单位的设置：{config}。",
        "Done. Start: {command} serve, then open http://127.0.0.1:8501; data: {data}; settings of your own: {config}.",
    ),
    "service": (
        "已设为服务：{name}；地址与端口写在 {file}。",
        "Set up as a service: {name}; address and port stand in {file}.",
    ),
    "no_systemd": (
        "本机没有运行 systemd：服务文件已写在 {file}，请交给本机的服务管理程序。",
        "systemd does not run here: the service file is {file}; hand it to what starts services on this machine.",
    ),
}
OWN_CONFIG: Final = """\
# 本单位的设置：只写与随附 config.toml 不同之处；升级不会改动本文件。
# What differs here from the shipped config.toml; upgrades leave this file alone. Keys: docs/catalogue.md, access.md
extends = "shipped"

# [server]
# hosts = ["red.example.gov.cn"]   # 浏览器所用的域名 / the name that browsers use
"""


class Refusal(Exception):
    """Why nothing is installed, as a key of `SAYS` with its values."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(say(key, **values))


def say(key: str, **values: object) -> str:
    """Return a sentence in Chinese and in English."""
    return "\n".join(text.format(**values) for text in SAYS[key])


def main(arguments: list[str] | None = None) -> int:
    """Install; return 0, or 1 if it cannot be, having said why."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    options = _options(arguments)
    try:
        install(options)
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1
    return 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    root = not WINDOWS and os.geteuid() == 0
    local = Path(os.environ.get("LOCALAPPDATA") or Path.home())
    to = local / "Programs" / "Redline" if WINDOWS else Path("/opt/redline") if root else Path.home() / "redline"
    data = local / "redline" if WINDOWS else Path.home() / ".local/share/redline"
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--to", type=Path, default=to, help=f"where the programs go ({to})")
    parser.add_argument("--data", type=Path, default=Path("/var/lib/redline") if root else data, help="data folder")
    parser.add_argument("--address", default="127.0.0.1", help="address that the service listens on (127.0.0.1)")
    parser.add_argument("--port", type=int, default=8501, help="its port (8501)")
    parser.add_argument("--service", action="store_true", help="start at boot: systemd, or a task of Windows")
    parser.add_argument("--user", default="redline", help="user that the service of systemd runs as (redline)")
    parser.add_argument("--with-tests", action="store_true", help="install what the tests need too")
    return parser.parse_args(arguments)


def install(options: argparse.Namespace) -> None:
    """Check the machine and the bundle, install beside what is there, try it, then switch to it."""
    os.umask(0o022)  # a stricter one of root's would keep the programs from the user of the service
    facts = json.loads((BUNDLE / "bundle.json").read_text(encoding="utf-8"))
    check_machine(facts)
    if options.service and not may_set_up_services():
        raise Refusal("no_root")
    check_files()
    options.to, options.data = options.to.expanduser().resolve(), options.data.expanduser().resolve()
    place = options.to / f"{facts['version']}-{facts['commit'][:7]}"
    whole = place / "installed"
    wanted = "requirements-tests.txt" if options.with_tests else "requirements.txt"
    _make_folder(options.to)
    if not whole.is_file():
        print(say("installing", folder=place), flush=True)
        _install_version(place, wanted)
    elif wanted not in whole.read_text(encoding="utf-8").split():
        print(say("installing", folder=place), flush=True)
        _add_packages(place, wanted)  # it may be running: nothing of it is taken away
    else:
        print(say("there", folder=place))
    config = _own_config(options)
    command = _write_command(place, options)
    print(say("done", command=command, data=options.data, config=config))
    if options.service:
        (windows_task if WINDOWS else systemd_service)(command, options)


def check_machine(facts: dict) -> None:
    """Raise `Refusal` where the bundle has nothing for this system, processor, C library or Python."""
    system = f"{'windows' if WINDOWS else sys.platform}-{platform.machine().lower()}"
    found = ".".join(map(str, sys.version_info[:2]))
    every = sorted({one for pythons in facts["targets"].values() for one in pythons}, key=lambda one: one.split("."))
    if found not in every:
        raise Refusal("python", known=", ".join(every), found=platform.python_version())
    if system not in facts["targets"]:
        raise Refusal("system", known=", ".join(facts["targets"]), found=system)
    if found not in facts["targets"][system]:
        raise Refusal("no_wheel", system=system, known=", ".join(facts["targets"][system]), found=found)
    if not WINDOWS:
        library, version = platform.libc_ver()
        least = facts["glibc"]
        if library != "glibc" or [int(part) for part in version.split(".")[:2]] < least:
            raise Refusal("glibc", least=".".join(map(str, least)), found=f"{library} {version}".strip() or "musl")


def check_files() -> None:
    """Raise `Refusal` naming the files of the bundle that are missing or are not those that were packed."""
    listed = (BUNDLE / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    print(say("checking", count=len(listed)), flush=True)
    wrong = []
    for line in listed:
        digest, name = line.split("  ", 1)
        if not (BUNDLE / name).is_file() or digest_of(BUNDLE / name) != digest:
            wrong.append(name)
    if wrong:
        raise Refusal("sums", files=", ".join(wrong[:5]) + (" …" if len(wrong) > 5 else ""))


def digest_of(path: Path) -> str:
    """Return the sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise Refusal("folder", folder=folder, fault=fault.strerror or fault) from None


def _install_version(place: Path, wanted: str) -> None:
    """Make the environment of a version in its own folder; a half-made one of an earlier try goes first."""
    try:
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(BUNDLE / "app", place / "app", copy_function=shutil.copyfile)
        for folder in [place / "app", *(path for path in (place / "app").rglob("*") if path.is_dir())]:
            folder.chmod(0o755)  # however the archive was unpacked, the user of the service may read it
    except OSError as fault:
        raise Refusal("folder", folder=place, fault=fault.strerror or fault) from None
    _run("venv", sys.executable, "-m", "venv", place / "venv", missing="venv")
    _add_packages(place, wanted)


def _add_packages(place: Path, wanted: str) -> None:
    """Install packages into the environment of a version, try the version, note that it is whole."""
    python = place / "venv" / ("Scripts/python.exe" if WINDOWS else "bin/python")
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-index"]
    _run("pip", *pip, "--find-links", BUNDLE / "wheels", "--require-hashes", "--no-deps", "-r", BUNDLE / wanted)
    _run("pip", *pip, "--no-deps", "--no-build-isolation", "--editable", place / "app")
    print(say("trying"), flush=True)
    with tempfile.TemporaryDirectory() as empty:
        _run("redline layers", python, "-m", "cli", "layers", home=empty, folder=place / "app")
    (place / "installed").write_text(f"requirements.txt {wanted}\n", encoding="utf-8")


def _run(what: str, *command: object, missing: str = "", home: str = "", folder: Path | None = None) -> None:
    """Run a step; raise `Refusal` with the last line that it printed if it fails."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "PIP_", "REDLINE"))}
    environment = kept | {"PIP_CONFIG_FILE": os.devnull, "PYTHONUTF8": "1"} | ({"REDLINE_HOME": home} if home else {})
    run = subprocess.run(
        [str(word) for word in command], env=environment, cwd=folder, capture_output=True, text=True,
        encoding="utf-8", errors="replace", check=False,
    )  # fmt: skip
    if run.returncode != 0:
        if missing and "ensurepip" in run.stdout + run.stderr:
            raise Refusal(missing)
        lines = (run.stderr.strip() or run.stdout.strip() or f"exit {run.returncode}").splitlines()
        raise Refusal("step", what=what, fault=next((one for one in lines if one.startswith("ERROR")), lines[-1]))


def _own_config(options: argparse.Namespace) -> Path:
    """Write the settings of the office, where there are none yet, into the data folder; return their path."""
    path = options.data / "config.toml"
    if not options.data.is_dir():
        _make_folder(options.data)
        options.data.chmod(0o700)  # layers that may not leave the building will lie there
    if not path.exists():
        try:
            path.write_text(OWN_CONFIG, encoding="utf-8")
        except OSError as fault:
            raise Refusal("folder", folder=options.data, fault=fault.strerror or fault) from None
    return path


def _write_command(place: Path, options: argparse.Namespace) -> Path:
    """Write the command that starts this version, over that of an earlier one; return its path."""
    if WINDOWS:
        path, template = options.to / "redline.cmd", BUNDLE / "redline.cmd.txt"
    else:
        path, template = options.to / "redline", BUNDLE / "redline.sh.txt"
    text = template.read_text(encoding="utf-8").replace("@PLACE@", str(place)).replace("@DATA@", str(options.data))
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8", newline="\r\n" if WINDOWS else "\n")
    part.chmod(0o755)
    part.replace(path)
    return path


def may_set_up_services() -> bool:
    """Return whether who runs this may add a service to the machine."""
    if WINDOWS:
        return subprocess.run(["net", "session"], capture_output=True, check=False).returncode == 0
    return os.geteuid() == 0


def systemd_service(command: Path, options: argparse.Namespace) -> None:
    """Write the unit and start it; where systemd does not run, say where the unit lies."""
    runs = Path("/run/systemd/system").is_dir()
    path = UNIT if runs else options.to / UNIT.name
    if shutil.which("useradd") and subprocess.run(["id", options.user], capture_output=True, check=False).returncode:
        _run("useradd", "useradd", "--system", "--home-dir", options.data, "--shell", "/usr/sbin/nologin", options.user)
    path.write_text(unit_text(command, options), encoding="utf-8")
    if subprocess.run(["id", options.user], capture_output=True, check=False).returncode == 0:
        _run("chown", "chown", "-R", f"{options.user}:", options.data)
    if not runs:
        print(say("no_systemd", file=path))
        return
    _run("systemctl", "systemctl", "daemon-reload")
    _run("systemctl", "systemctl", "enable", "redline.service")
    _run("systemctl", "systemctl", "restart", "redline.service")
    print(say("service", name="redline.service", file=path))


def unit_text(command: Path, options: argparse.Namespace) -> str:
    """Return the unit of systemd."""
    text = (BUNDLE / "redline.service.txt").read_text(encoding="utf-8")
    return _filled(text, command, options, account=options.user, spelled=lambda value: value.replace("%", "%%"))


def windows_task(command: Path, options: argparse.Namespace) -> None:
    """Register the task that starts the server with the machine, and start it."""
    path = options.to / "redline-task.xml"
    path.write_text(task_text(command, options), encoding="utf-16")
    _run("schtasks", "schtasks", "/Create", "/F", "/TN", "Redline", "/XML", path)
    _run("schtasks", "schtasks", "/Run", "/TN", "Redline")
    print(say("service", name="Redline", file=path))


def task_text(command: Path, options: argparse.Namespace) -> str:
    """Return the task of Windows, as XML."""
    account = f"{os.environ.get('USERDOMAIN', '.')}\\{os.environ.get('USERNAME', '')}"
    text = (BUNDLE / "redline-task.xml.txt").read_text(encoding="utf-8")
    return _filled(text, command, options, account=account, spelled=escape)


def _filled(
    text: str, command: Path, options: argparse.Namespace, *, account: str, spelled: Callable[[str], str]
) -> str:
    values = {
        "COMMAND": command, "DATA": options.data, "USER": account, "ADDRESS": options.address, "PORT": options.port,
    }  # fmt: skip
    for name, value in values.items():
        text = text.replace(f"@{name}@", spelled(str(value)))
    return text


if __name__ == "__main__":
    sys.exit(main())
