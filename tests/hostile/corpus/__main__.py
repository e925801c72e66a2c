"""``python -m tests.hostile.corpus FOLDER``: write all files of the corpus into a folder."""

import sys
from pathlib import Path

from tests.hostile.corpus import corpus

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
for name, build in corpus().items():
    (folder / name).write_bytes(build())
