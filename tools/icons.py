"""The font of Streamlit's icons with those icons only that it and the app use: ``python -m tools.icons``.

Streamlit sends a font of 4,000 icons (375 KB) at the first visit. The server sends what is written here in its place
(``views.server.shell_files``).
"""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Final

import streamlit
from fontTools import subset
from fontTools.ttLib import TTFont

from geo.whole_file import whole_file

__all__ = ["icon_names", "write_icons"]

ROOT: Final = Path(__file__).resolve().parent.parent
ICONS: Final = ROOT / "static" / "vendor" / "streamlit-icons"
STATIC: Final = Path(streamlit.__file__).parent / "static" / "static"
_TEXT: Final = re.compile(r"[`\"']([a-z0-9_]{2,40})[`\"']")
_NAMED: Final = re.compile(r":material/([a-z0-9_]+):")
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz0123456789_"


def icon_names() -> set[str]:
    """Return every text of Streamlit's scripts that may name an icon, and the icons that the app names."""
    scripts = [path.read_text(encoding="utf-8", errors="ignore") for path in (STATIC / "js").glob("*.js")]
    ours = [path.read_text(encoding="utf-8") for path in (ROOT / "views").rglob("*.py")]
    return {
        name
        for text, patterns in [*((text, (_TEXT, _NAMED)) for text in scripts), *((text, (_NAMED,)) for text in ours)]
        for pattern in patterns
        for name in pattern.findall(text)
    }


def write_icons(folder: Path = ICONS) -> list[Path]:
    """Write the font, under the name that Streamlit's own has, if it is not there yet; return what was written."""
    written = []
    for source in (STATIC / "media").glob("MaterialSymbols-*.woff2"):
        target = folder / source.name
        if target.is_file():
            continue
        font = TTFont(source)
        options = subset.Options()
        options.layout_closure = False  # else the letters would bring every icon along
        options.layout_features = ["*"]
        options.glyph_names = True
        options.notdef_outline = True
        part = subset.Subsetter(options)
        part.populate(glyphs=icon_names() & set(font.getGlyphOrder()), text=_LETTERS)
        part.subset(font)
        font.flavor = "woff2"
        content = io.BytesIO()
        font.save(content)
        folder.mkdir(parents=True, exist_ok=True)
        with whole_file(target) as draft:
            draft.write_bytes(content.getvalue())
        written.append(target)
    return written


if __name__ == "__main__":
    for path in write_icons():
        print(f"static/vendor/streamlit-icons: {path.name}, {path.stat().st_size / 1000:.0f} KB")
