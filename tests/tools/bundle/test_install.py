"""The installer of a bundle: what it refuses, and that what was installed before stays whatever goes wrong."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import json
import os
import platform
import shutil
import stat
import subprocess
import sys
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from tools.bundle.contents import INSTALLER, write_sums

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the command is a script of the shell")
HERE = f"{sys.platform}-{platform.machine().lower()}"
PYTHON = ".".join(map(str, sys.version_info[:2]))
BACKEND = '''
"""Builds what `pip install --editable` takes, without setuptools."""
import zipfile
from pathlib import Path

def build_editable(folder, config_settings=None, metadata_directory=None):
    name = "redline-1-py3-none-any.whl"
    with zipfile.ZipFile(Path(folder) / name, "w") as wheel:
        wheel.writestr("redline.pth", str(Path.cwd()))
        wheel.writestr("redline-1.dist-info/METADATA", "Metadata-Version: 2.1\\nName: redline\\nVersion: 1\\n")
        wheel.writestr("redline-1.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr("redline-1.dist-info/RECORD", "")
    return name
'''
PROGRAM = """
import os, sys
import brick
print("version", {version!r}, os.environ["REDLINE_HOME"], *sys.argv[1:])
sys.exit({status})
"""


def make_wheel(folder: Path) -> str:
    """Write a wheel of the package `brick` and return its hash."""
    path = folder / "brick-1-py3-none-any.whl"
    files = {
        "brick.py": "",
        "brick-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: brick\nVersion: 1\n",
        "brick-1.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(
        f"{name},sha256={base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip('=')},\n"
        for name, text in files.items()
    )
    with zipfile.ZipFile(path, "w") as wheel:
        for name, text in (files | {"brick-1.dist-info/RECORD": record}).items():
            wheel.writestr(name, text)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def make_bundle(folder: Path, version: str = "1.0", status: int = 0, **facts: object) -> Path:
    """Write a bundle whose program prints its version and ends with a status."""
    (folder / "wheels").mkdir(parents=True)
    (folder / "app" / "cli").mkdir(parents=True)
    for path in INSTALLER.iterdir():
        if path.is_file():
            shutil.copy(path, folder / path.name)
    digest = make_wheel(folder / "wheels")
    for name in ("requirements.txt", "requirements-tests.txt"):
        (folder / name).write_text(f"brick==1 --hash=sha256:{digest}\n")
    (folder / "app" / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
        '[project]\nname = "redline"\nversion = "1"\n'
    )
    (folder / "app" / "backend.py").write_text(BACKEND)
    (folder / "app" / "cli" / "__init__.py").write_text("")
    (folder / "app" / "cli" / "__main__.py").write_text(PROGRAM.format(version=version, status=status))
    whole = {"version": version, "commit": "0123456789", "glibc": [2, 17], "targets": {HERE: [PYTHON]}} | facts
    (folder / "bundle.json").write_text(json.dumps(whole))
    write_sums(folder)
    return folder


def run(bundle: Path, place: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, bundle / "install.py", "--to", place / "程序", "--data", place / "数 据", *more]
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, umask=0o077)


def told(place: Path, *words: str) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "REDLINE_HOME"}
    command = [place / "程序" / "redline", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.strip()


@LINUX
def test_a_version_is_installed_upgraded_and_kept_if_the_next_one_does_not_run(tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path / "one")
    for path in [bundle / "app", *(bundle / "app").rglob("*")]:
        path.chmod(0o700 if path.is_dir() else 0o600)  # as root unpacks it with a strict umask
    done = run(bundle, tmp_path)
    assert done.returncode == 0, done.stderr
    assert (Path.cwd() / "cli").is_dir(), "a folder with a module of the same name is not where it looks"
    assert told(tmp_path, "serve", "--port", "1") == f"version 1.0 {tmp_path}/数 据 serve --port 1"
    own = tmp_path / "数 据" / "config.toml"
    assert stat.S_IMODE(own.parent.stat().st_mode) == 0o700, "nobody else reads what is kept there"
    app = tmp_path / "程序" / "1.0-0123456" / "app"
    assert [path for path in [app.parent, *app.rglob("*")] if not path.stat().st_mode & stat.S_IROTH] == []
    assert 'extends = "shipped"' in own.read_text()
    own.write_text("mine")

    broken = run(make_bundle(tmp_path / "two", "2.0", status=3), tmp_path)
    assert broken.returncode == 1
    assert "redline layers" in broken.stderr
    assert "Traceback" not in broken.stderr
    assert told(tmp_path).startswith("version 1.0"), "the version before still starts"

    again = run(tmp_path / "one", tmp_path)
    assert "already has this version" in again.stdout
    mended = run(make_bundle(tmp_path / "three", "2.0"), tmp_path)
    assert mended.returncode == 0, mended.stderr
    assert told(tmp_path).startswith("version 2.0")
    assert own.read_text() == "mine", "settings of the office outlast an upgrade"


@pytest.mark.parametrize("change", ["more", "less", "away"])
def test_a_file_that_was_changed_is_named_and_nothing_is_written(change: str, tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path / "one")
    wheel = next((bundle / "wheels").iterdir())
    if change == "away":
        wheel.unlink()
    else:
        wheel.write_bytes(wheel.read_bytes() + b"x" if change == "more" else wheel.read_bytes()[:-1])
    done = run(bundle, tmp_path)
    assert done.returncode == 1
    assert wheel.name in done.stderr
    assert not (tmp_path / "程序").exists()
    assert not (tmp_path / "数 据").exists()


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"targets": {HERE: ["3.99"]}}, "This bundle is for Python 3.99"),
        ({"targets": {"plan9-vax": [PYTHON]}}, "This bundle is for plan9-vax, not for this machine"),
        ({"targets": {HERE: ["3.99"], "plan9-vax": [PYTHON]}}, f"nothing for Python {PYTHON} on {HERE}, but for"),
        ({"glibc": [99, 1]}, "glibc 99.1 or newer is needed"),
    ],
)
def test_a_machine_that_the_bundle_is_not_for_is_told_so(facts: dict, sentence: str, tmp_path: Path) -> None:
    done = run(make_bundle(tmp_path / "one", **facts), tmp_path)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 2, "one sentence in Chinese, one in English"
    assert not (tmp_path / "程序").exists()


def test_a_package_with_another_hash_is_not_installed(tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path / "one")
    (bundle / "requirements.txt").write_text(f"brick==1 --hash=sha256:{'0' * 64}\n")
    write_sums(bundle)
    done = run(bundle, tmp_path)
    assert done.returncode == 1
    assert "HASH" in done.stderr.upper()
    assert not (tmp_path / "程序" / "redline").exists()


@pytest.fixture
def installer(tmp_path: Path) -> ModuleType:
    path = make_bundle(tmp_path / "one") / "install.py"
    module = importlib.util.module_from_spec(found := importlib.util.spec_from_file_location("install", path))
    found.loader.exec_module(module)
    return module


def test_the_task_of_windows_is_xml_whatever_the_folder_is_called(
    installer: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("USERDOMAIN", "局")
    monkeypatch.setenv("USERNAME", "甲 & 乙")
    command = Path("C:/规划 & <一张图>/redline.cmd")
    text = installer.task_text(command, SimpleNamespace(data="D:/x", address="0.0.0.0", port=80, user="x"))
    task = ET.fromstring(text.split("?>", 1)[1])
    name = {"t": "http://schemas.microsoft.com/windows/2004/02/mit/task"}
    assert task.findtext(".//t:Command", namespaces=name) == str(command)
    assert task.findtext(".//t:Arguments", namespaces=name) == "serve --address 0.0.0.0 --port 80"
    assert task.findtext(".//t:UserId", namespaces=name) == "局\\甲 & 乙"
    assert "@" not in text


def test_the_unit_of_systemd_has_no_gap(installer: ModuleType) -> None:
    options = SimpleNamespace(data=Path("/var/100 %/redline"), address="127.0.0.1", port=8501, user="redline")
    text = installer.unit_text(Path("/opt/red line/redline"), options)
    assert 'ExecStart="/opt/red line/redline" serve --address 127.0.0.1 --port 8501' in text
    assert 'Environment="REDLINE_HOME=/var/100 %%/redline"' in text
    assert "@" not in text
    analyze = shutil.which("systemd-analyze")
    if analyze:
        path = Path(installer.__file__).with_name("redline.service")
        path.write_text(text)
        run = subprocess.run([analyze, "verify", path], capture_output=True, text=True, check=False)
        assert "Unknown" not in run.stderr, run.stderr


def test_every_sentence_is_in_both_languages(installer: ModuleType) -> None:
    for key, (zh, en) in installer.SAYS.items():
        assert any("\u4e00" <= letter <= "\u9fff" for letter in zh), key
        assert en.isascii() or "…" in en, key
