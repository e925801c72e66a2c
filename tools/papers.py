"""Sheets and reports as pictures to look at, with tests of their fonts and text: ``python -m tools.papers [FOLDER]``.

Every page becomes a picture; fonts must be embedded and Chinese must be text (poppler-utils looks inside).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from tabulate import tabulate

ROOT: Final = Path(__file__).resolve().parent.parent
_CORNERS: Final = "[117.05,27.70],[117.10,27.70],[117.10,27.74],[117.05,27.74],[117.05,27.70]"
_SITE: Final = (
    '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"A1"},'
    f'"geometry":{{"type":"Polygon","coordinates":[[{_CORNERS}]]}}}}]}}'
)
_FUZHOU: Final = ["--adcode", "361000"]
_SHEETS: Final = {
    "sheet-zh.pdf": ["zh", *_FUZHOU, "--title", "抚州市生态保护红线与自然保护地", "--user", "测试"],
    "sheet-en.pdf": ["en", *_FUZHOU, "--title", "Fuzhou: red line and protected sites", "--grid", "gk"],
    "sheet-zh.png": ["zh", "--adcode", "360827", "--paper", "A3", "--portrait", "--dpi", "110", "--internal"],
}
_WORDS: Final = {"zh": "生态保护红线", "en": "red line"}


def main() -> int:
    """Write every sheet and report, render it, print a table of fonts and text; return 1 if one is not good."""
    missing = [tool for tool in ("pdftoppm", "pdffonts", "pdftotext") if shutil.which(tool) is None]
    if missing:
        print(f"tools.papers: {', '.join(missing)} not found (Debian: apt install poppler-utils)")
        return 1
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / ".build" / "papers"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as home:
        site = Path(home) / "site.geojson"
        site.write_text(_SITE, encoding="utf-8")
        for name, (lang, *options) in _SHEETS.items():
            _run_redline(home, lang, "snapshot", str(folder / name), *options)
        for lang in ("zh", "en"):
            for kind in ("pdf", "docx"):
                target = folder / f"report-{lang}.{kind}"
                what = ["--activity", "chemical_project", "--case-name", "某化工项目", "--case-prepared-by", "张三"]
                _run_redline(home, lang, "report", str(site), "--out", str(target), *what)
    rows = [_inspect_pdf(path) for path in sorted(folder.glob("*.pdf"))]
    print(tabulate(rows, headers=["paper", "pages", "fonts", "embedded", "text", "good"]))
    print(f"{len(list(folder.glob('*.png')))} pictures in {folder.name}/")
    return 0 if all(row[-1] == "yes" for row in rows) else 1


def _run_redline(home: str, lang: str, *arguments: str) -> None:
    """Run a command of the product with `home` as its data folder."""
    environment = os.environ | {"REDLINE_HOME": home}
    command = [sys.executable, "-m", "cli", "--lang", lang, *arguments]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)


def _inspect_pdf(path: Path) -> list[str]:
    """Render each page of a PDF; return its row: name, pages, fonts, embedded fonts, text found, good."""
    subprocess.run(["pdftoppm", "-r", "70", "-png", str(path), str(path.with_suffix(""))], check=True)
    pages = len(list(path.parent.glob(f"{path.stem}-*.png")))
    listed = _output_of("pdffonts", str(path)).splitlines()[2:]
    # name, type, encoding, emb, sub, uni, object, generation: counted from the end, names may hold spaces
    embedded = [line.split()[-5] == "yes" for line in listed]
    lang = "en" if path.stem.endswith("en") else "zh"
    text = _WORDS[lang] in _output_of("pdftotext", "-layout", str(path), "-").replace("\n", " ")
    good = bool(embedded) and all(embedded) and text
    return [path.name, str(pages), str(len(listed)), str(sum(embedded)), _yes_no(text), _yes_no(good)]


def _output_of(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _yes_no(fact: bool) -> str:
    return "yes" if fact else "no"


if __name__ == "__main__":
    sys.exit(main())
