"""Virtual environments for tools, apart from the one of the product: each made from its own lock file."""

from __future__ import annotations

import hashlib
import subprocess
import venv
from pathlib import Path

__all__ = ["ROOT", "ready_python"]

ROOT = Path(__file__).resolve().parents[1]


def ready_python(name: str) -> Path:
    """Return the interpreter of `.venv-NAME`, made from `tools/requirements-NAME.txt`; renewed when that changes."""
    env, lock = ROOT / f".venv-{name}", ROOT / "tools" / f"requirements-{name}.txt"
    python = env / "bin" / "python"
    stamp = env / "lock.sha256"
    want = hashlib.sha256(lock.read_bytes()).hexdigest()
    if python.exists() and stamp.exists() and stamp.read_text(encoding="ascii") == want:
        return python
    print(f"making {env.name} from tools/{lock.name}", flush=True)
    venv.EnvBuilder(with_pip=True).create(env)
    command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r", lock]
    subprocess.run(command, check=True)
    stamp.write_text(want, encoding="ascii")
    return python
