"""The wheel that PyPI lacks: exactextract for Linux on aarch64 (Kunpeng, Phytium), compiled here from its source.

zig compiles for another processor and an older C library; GEOS comes out of shapely's wheel for that processor, its
header from Debian's package. Python's own headers are those of the Python that runs: one Python is served.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Final

from geo.errors import RedlineError
from tools.assets import unpack
from tools.bundle.targets import GLIBC, Pinned, Target
from tools.environments import ROOT, ready_python

__all__ = ["build", "can_build", "lacks_wheel"]

WORK: Final = ROOT / ".build" / "wheels"
_NAME: Final = "exactextract"
_MACHINE: Final = "linux-aarch64"
_NOT_OURS: Final = re.compile(r"gdal_|utils_cli|src/exactextract\.cpp|subdivide|parallel")
"""Sources of its command and of its use of threads, which the Python package does without."""


def lacks_wheel(package: Pinned, target: Target) -> bool:
    """Return whether PyPI has no wheel of a package for a target."""
    return package.name == _NAME and target.system == _MACHINE


def can_build(target: Target) -> bool:
    """Return whether this Python has the headers to compile for that of a target."""
    return target.python == ".".join(map(str, sys.version_info[:2]))


def build(package: Pinned, target: Target, wheels: Path) -> Pinned:
    """Compile the wheel into `wheels`, where shapely's for the same target lies.

    Returns
    -------
    Pinned
        The package with the hash of what was compiled.

    Raises
    ------
    RedlineError
        If a part cannot be fetched or a compiler refuses, with its first line.
    """
    python = ready_python("wheels")
    tag = f"cp{target.python.replace('.', '')}"
    source, header = _source(package, python), _geos_header()
    tree = WORK / "tree"
    shutil.rmtree(tree, ignore_errors=True)
    module = tree / _NAME / f"_exactextract.cpython-{target.python.replace('.', '')}-aarch64-linux-gnu.so"
    shutil.copytree(source / "python" / "src" / _NAME, module.parent)
    libraries = tree / f"{_NAME}.libs"
    shapely = next(wheels.glob(f"shapely-*-{tag}-*aarch64.whl"))
    _take_geos(shapely, libraries)
    _compile(source, header, libraries, module, python)
    _write_metadata(source, package.version, tag, tree)
    _run([python, "-m", "wheel", "pack", tree, "--dest-dir", wheels])
    written = next(wheels.glob(f"{_NAME}-{package.version}-{tag}-*aarch64.whl"))
    return replace(package, hashes=(f"sha256:{hashlib.sha256(written.read_bytes()).hexdigest()}",))


def _source(package: Pinned, python: Path) -> Path:
    """Return the folder of the source, fetched by pip with the hash of the lock file."""
    folder = WORK / f"{_NAME}-{package.version}"
    if not folder.is_dir():
        WORK.mkdir(parents=True, exist_ok=True)
        listed = WORK / "source.txt"
        listed.write_text(replace(package, marker="").line + "\n", encoding="utf-8")
        words = ["--no-deps", "--no-binary", ":all:", "--no-build-isolation", "--require-hashes", "--quiet"]
        _run([python, "-m", "pip", "download", *words, "--dest", WORK, "--requirement", listed])
        with tarfile.open(WORK / f"{_NAME}-{package.version}.tar.gz") as packed:
            unpack(packed, WORK)
    return folder


def _geos_header() -> Path:
    """Return the folder of ``geos_c.h``, from Debian's package: GEOS has the same C interface on each processor."""
    folder = WORK / "libgeos-dev"
    if not folder.is_dir():
        part = WORK / "libgeos-dev.part"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        _run(["apt-get", "download", "libgeos-dev"], cwd=part)
        _run(["dpkg-deb", "--extract", next(part.glob("*.deb")), part])
        part.rename(folder)
    return folder / "usr" / "include"


def _take_geos(shapely: Path, folder: Path) -> None:
    with zipfile.ZipFile(shapely) as packed:
        for name in packed.namelist():
            if name.startswith("shapely.libs/libgeos"):
                folder.mkdir(exist_ok=True)
                (folder / Path(name).name).write_bytes(packed.read(name))
            if name.endswith("LICENSE_GEOS"):
                (folder.parent / "LICENSE_GEOS").write_bytes(packed.read(name))


def _compile(source: Path, header: Path, libraries: Path, module: Path, python: Path) -> None:
    zig = [python, "-m", "ziglang", "c++", "-target", f"aarch64-linux-gnu.{GLIBC[0]}.{GLIBC[1]}"]
    binding = subprocess.run(
        [python, "-c", "import pybind11; print(pybind11.get_include())"], capture_output=True, text=True, check=True
    ).stdout.strip()
    generated = WORK / "generated"
    generated.mkdir(exist_ok=True)
    template = (source / "src" / "version.h.in").read_text(encoding="utf-8")
    (generated / "version.h").write_text(re.sub(r"@\w+@", source.name.split("-")[1], template), encoding="utf-8")
    sources = [*sorted((source / "src").glob("*.cpp")), *sorted((source / "python/src/pybindings").glob("*.cpp"))]
    folders = [source / "src", generated, binding, sysconfig.get_path("include"), header]
    objects = WORK / "objects"
    objects.mkdir(exist_ok=True)
    for path in sources:
        if _NOT_OURS.search(path.as_posix()):
            continue
        flags = ["-std=c++17", "-O2", "-DNDEBUG", "-fPIC", "-fvisibility=hidden", *(f"-I{one}" for one in folders)]
        if not (done := objects / f"{path.stem}.o").is_file():
            part = objects / f"{path.stem}.part.o"
            _run([*zig, *flags, "-c", path, "-o", part])
            part.rename(done)
    geos_c = next(libraries.glob("libgeos_c-*"))
    linked = [f"-L{libraries}", f"-l:{geos_c.name}", "-Wl,--allow-shlib-undefined"]
    at_run_time = f"-Wl,-rpath,$ORIGIN/../{libraries.name}"
    _run([*zig, "-shared", "-s", *sorted(objects.glob("*.o")), *linked, at_run_time, "-o", module])


def _write_metadata(source: Path, version: str, tag: str, tree: Path) -> None:
    info = tree / f"{_NAME}-{version}.dist-info"
    (info / "licenses").mkdir(parents=True)
    shutil.copy(source / "PKG-INFO", info / "METADATA")
    shutil.copy(source / "LICENSE", info / "licenses" / "LICENSE")
    (tree / "LICENSE_GEOS").rename(info / "licenses" / "LICENSE_GEOS")
    lines = [
        "Wheel-Version: 1.0", "Generator: redline", "Root-Is-Purelib: false",
        f"Tag: {tag}-{tag}-manylinux_{GLIBC[0]}_{GLIBC[1]}_aarch64",
    ]  # fmt: skip
    (info / "WHEEL").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _run(command: list[object], cwd: Path | None = None) -> None:
    run = subprocess.run([str(word) for word in command], cwd=cwd, capture_output=True, text=True, check=False)
    if run.returncode != 0:
        lines = run.stderr.strip().splitlines() or [f"exit {run.returncode}"]
        reason = next((line for line in lines if "error" in line.lower()), lines[-1])
        raise RedlineError("carto.bundle_failed", what=f"exactextract ({command[0]})", fault=reason)
