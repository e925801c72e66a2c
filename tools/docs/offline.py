"""Find the foreign addresses that the pages and style sheets of a built site load."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

__all__ = ["foreign_loads"]

_FETCHING_ATTRIBUTES: Final = {
    "script": ("src",), "img": ("src", "srcset"), "iframe": ("src",), "source": ("src", "srcset"), "video": ("src",),
    "audio": ("src",), "embed": ("src",), "object": ("data",), "link": ("href",), "input": ("src",), "use": ("href",),
    "image": ("href",), "track": ("src",),
}  # fmt: skip
_FOREIGN: Final = re.compile(r"(?:https?:)?//", re.I)
_STYLE_URL: Final = re.compile(r"""(?:url\(\s*|@import\s+)["']?((?:https?:)?//[^"')\s]+)""", re.I)


class _ForeignLoads(HTMLParser):
    """Parser that collects the foreign addresses that a page loads by itself, unlike links that a reader clicks."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect addresses of attributes that load something, and those in ``style`` attributes."""
        self._style = tag == "style"
        for name, value in attrs:
            if name in _FETCHING_ATTRIBUTES.get(tag, ()) and _FOREIGN.match((value or "").strip()):
                self.found.append(str(value))
            if name == "style":
                self.found += _STYLE_URL.findall(value or "")

    def handle_data(self, data: str) -> None:
        """Collect addresses in a ``<style>`` element."""
        if self._style:
            self.found += _STYLE_URL.findall(data)
            self._style = False


def foreign_loads(site: Path) -> list[str]:
    """Return the foreign addresses that the pages and style sheets of a site load, as ``file: address``."""
    found = []
    for path in sorted(site.rglob("*.html")):
        page = _ForeignLoads()
        page.feed(path.read_text(encoding="utf-8"))
        found += [f"{path.relative_to(site)}: {address}" for address in page.found]
    for path in sorted(site.rglob("*.css")):
        loads = _STYLE_URL.findall(path.read_text(encoding="utf-8"))
        found += [f"{path.relative_to(site)}: {address}" for address in loads]
    return found
