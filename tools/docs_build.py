"""Build the pages of the project into `.build/docs/site`: `python -m tools.docs_build`.

Its libraries are no business of the product: they are in `.venv-docs`, made from `tools/requirements-docs.txt`. The
site is read from disk (`.build/docs/site/index.html`) and loads nothing from elsewhere; a page that would ends the
build, and so does every warning of mkdocs: a dead link, a docstring that names a parameter that is not there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from geo.errors import RedlineError
from tools import assets
from tools.docs.offline import foreign_loads
from tools.docs.pages import config_text, write_pages
from tools.environments import ROOT, ready_python

PARTS = ROOT / "tools" / "docs"
BUILD = ROOT / ".build" / "docs"


def main() -> int:
    """Write the pages, build the site, test that it loads nothing from elsewhere; return the exit code."""
    python = ready_python("docs")
    shutil.rmtree(BUILD, ignore_errors=True)
    nav = write_pages(BUILD / "source")
    vendor = ROOT / ".venv-docs" / "vendor"
    try:
        if absent := assets.missing(assets.read_manifest(PARTS / "assets.toml"), vendor):
            assets.fetch(absent, vendor)
    except RedlineError as fault:
        print(fault.text("zh"), fault.text("en"), sep="\n", file=sys.stderr)
        return 1
    shutil.copytree(vendor, BUILD / "source" / "vendor")
    shutil.copy(PARTS / "site.css", BUILD / "source" / "vendor" / "site.css")
    config = BUILD / "mkdocs.yml"
    config.write_text(config_text((PARTS / "mkdocs.yml").read_text(encoding="utf-8"), nav, BUILD), encoding="utf-8")
    # not --quiet: with it --strict counts no warnings
    command = [python, "-m", "mkdocs", "build", "--strict", "--config-file", config]
    # the theme says at every start when it ends: requirements-docs.in says so once
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    completed = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if completed.returncode != 0:
        print(
            *[line for line in completed.stderr.splitlines() if not line.startswith("INFO")], sep="\n", file=sys.stderr
        )
        return completed.returncode
    if found := foreign_loads(BUILD / "site"):
        print("The pages must load nothing from elsewhere:", *found, sep="\n", file=sys.stderr)
        return 1
    print(f"{len(list((BUILD / 'site').rglob('*.html')))} pages: {BUILD.relative_to(ROOT) / 'site' / 'index.html'}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
