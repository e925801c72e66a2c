"""Whether a built site loads anything from elsewhere: every address that a page or a style fetches by itself."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

__all__ = ["foreign_loads"]

_FETCHED: Final = {
    "script": ("src",), "img": ("src", "srcset"), "iframe": ("src",), "source": ("src", "srcset"), "video": ("src",),
    "audio": ("src",), "embed": ("src",), "object": ("data",), "link": ("href",), "input": ("src",), "use": ("href",),
    "image": ("href",), "track": ("src",),
}  # fmt: skip
_FOREIGN: Final = re.compile(r"(?:https?:)?//", re.I)
_IN_A_STYLE: Final = re.compile(r"""(?:url\(\s*|@import\s+)["']?((?:https?:)?//[^"')\s]+)""", re.I)


class _Loads(HTMLParser):
    """Gathers what a page fetches from elsewhere; a link that a reader may click is none of it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at the attributes of a tag that fetches, and at the style of any."""
        self._style = tag == "style"
        for name, value in attrs:
            if name in _FETCHED.get(tag, ()) and _FOREIGN.match((value or "").strip()):
                self.found.append(str(value))
            if name == "style":
                self.found += _IN_A_STYLE.findall(value or "")

    def handle_data(self, data: str) -> None:
        """Look at what stands in a <style>."""
        if self._style:
            self.found += _IN_A_STYLE.findall(data)
            self._style = False


def foreign_loads(site: Path) -> list[str]:
    """Return what the pages and styles of a site would load from elsewhere, as ``file: address``."""
    found = []
    for path in sorted(site.rglob("*.html")):
        page = _Loads()
        page.feed(path.read_text(encoding="utf-8"))
        found += [f"{path.relative_to(site)}: {address}" for address in page.found]
    for path in sorted(site.rglob("*.css")):
        loads = _IN_A_STYLE.findall(path.read_text(encoding="utf-8"))
        found += [f"{path.relative_to(site)}: {address}" for address in loads]
    return found
