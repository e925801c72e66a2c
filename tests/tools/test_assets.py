"""The fetching of front-end files, with an npm made for the test: no network."""

from __future__ import annotations

import hashlib
import io
import os
import sys
import tarfile

import pytest

from geo.errors import RedlineError
from tools import assets
from tools.assets import Package, fetch, missing, read_manifest

SCRIPT = b"var leaflet;"


@pytest.fixture
def package():
    return Package("leaflet", "1.0.0", {"dist/leaflet.js": hashlib.sha256(SCRIPT).hexdigest()})


@pytest.fixture
def npm(tmp_path, monkeypatch):
    """Put an npm first on the path that leaves `members` as the package's tarball."""

    def install(members, ends=0):
        folder = tmp_path / "bin"
        folder.mkdir(exist_ok=True)
        with tarfile.open(folder / "t.tgz", "w:gz") as archive:
            for name, content in members.items():
                info = tarfile.TarInfo(f"package/{name}")
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
        program = folder / "npm"
        program.write_text(
            f"#!{sys.executable}\nimport shutil, sys\n"
            f"if {ends}: print('npm error network unreachable', file=sys.stderr); sys.exit({ends})\n"
            "to = sys.argv[sys.argv.index('--pack-destination') + 1]\n"
            f"shutil.copy({str(folder / 't.tgz')!r}, to + '/leaflet-1.0.0.tgz')\n"
        )
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")

    return install


def test_only_the_named_files_are_taken(package, npm, tmp_path):
    npm({"dist/leaflet.js": SCRIPT, "dist/other.js": b"x", "postinstall.sh": b"rm -rf /"})
    vendor = tmp_path / "vendor"
    assert missing([package], vendor) == [package]
    fetch([package], vendor)
    assert [path.relative_to(vendor).as_posix() for path in vendor.rglob("*") if path.is_file()] == [
        "leaflet/dist/leaflet.js"
    ]
    assert missing([package], vendor) == []


def test_a_manifest_may_name_the_folder(npm, tmp_path):
    npm({"dist/leaflet.js": SCRIPT})
    renamed = Package("leaflet", "1.0.0", {"dist/leaflet.js": hashlib.sha256(SCRIPT).hexdigest()}, "maps")
    fetch([renamed], tmp_path / "vendor")
    assert (tmp_path / "vendor/maps/dist/leaflet.js").read_bytes() == SCRIPT
    assert missing([renamed], tmp_path / "vendor") == []


def test_a_changed_file_is_refused_and_nothing_is_written(package, npm, tmp_path):
    npm({"dist/leaflet.js": SCRIPT + b"evil()"})
    with pytest.raises(RedlineError) as fault:
        fetch([package], tmp_path / "vendor")
    assert "leaflet@1.0.0" in fault.value.text("en")
    assert not (tmp_path / "vendor").exists()


def test_a_file_that_was_touched_is_fetched_again(package, npm, tmp_path):
    npm({"dist/leaflet.js": SCRIPT})
    fetch([package], tmp_path / "vendor")
    (tmp_path / "vendor/leaflet/dist/leaflet.js").write_bytes(b"cut")
    assert missing([package], tmp_path / "vendor") == [package]


def test_a_package_without_the_file_is_one_sentence(package, npm, tmp_path):
    npm({"README.md": b""})
    with pytest.raises(RedlineError) as fault:
        fetch([package], tmp_path / "vendor")
    assert fault.value.key == "carto.asset_absent"


def test_a_registry_that_does_not_answer_is_one_sentence(package, npm, tmp_path):
    npm({}, ends=1)
    with pytest.raises(RedlineError) as fault:
        fetch([package], tmp_path / "vendor")
    assert "network unreachable" in fault.value.text("en")


def test_no_npm_is_one_sentence(package, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RedlineError) as fault:
        fetch([package], tmp_path / "vendor")
    assert fault.value.key == "carto.npm_missing"
    monkeypatch.setattr(assets, "missing", lambda packages: packages)
    assert assets.main() == 1
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 2
    assert "npm" in said[1]


def test_with_everything_there_nothing_is_said(monkeypatch, capsys):
    monkeypatch.setattr(assets, "missing", lambda packages: [])
    assert assets.main() == 0
    assert capsys.readouterr().out == ""


def test_the_manifest_pins_versions_hashes_and_licences():
    packages = read_manifest()
    assert {package.name for package in packages} == {
        "leaflet",
        "leaflet-draw",
        "leaflet.fullscreen",
        "protomaps-leaflet",
        "@expo-google-fonts/noto-sans-sc",
        "axe-core",
        "geographiclib-geodesic",
        "sortablejs",
    }
    for package in packages:
        assert package.version.count(".") == 2
        assert all(len(digest) == 64 for digest in package.files.values())
        assert not any(name.startswith(("/", "..")) for name in package.files)
