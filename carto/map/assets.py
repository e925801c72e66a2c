"""Bundle the front-end files of the map into one script and one style sheet, versioned by a content digest."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from carto.style import theme_css
from geo.errors import RedlineError
from layers.paths import PRODUCT

__all__ = ["Bundle", "bundle"]

_VENDOR: Final = PRODUCT / "static" / "vendor"
_OWN: Final = PRODUCT / "carto" / "js"

_SCRIPTS: Final = (
    _VENDOR / "leaflet/dist/leaflet.js",
    _VENDOR / "leaflet-draw/dist/leaflet.draw.js",
    _VENDOR / "leaflet.fullscreen/Control.FullScreen.js",
    _VENDOR / "protomaps-leaflet/dist/protomaps-leaflet.js",
    _VENDOR / "geographiclib-geodesic/geographiclib-geodesic.min.js",
    _VENDOR / "sortablejs/Sortable.min.js",
    _OWN / "tools/geodesy.js",
    _OWN / "draw/paint.js",
    _OWN / "draw/badges.js",
    _OWN / "draw/marks.js",
    _OWN / "draw/mark_tiles.js",
    _OWN / "panel/panel.js",
    _OWN / "panel/years.js",
    _OWN / "panel/order.js",
    _OWN / "tools/bar.js",
    _OWN / "tools/measure.js",
    _OWN / "tools/drawings.js",
    _OWN / "tools/link.js",
    _OWN / "panel/bases.js",
    _OWN / "panel/swipe.js",
    _OWN / "map/st_folium.js",
    _OWN / "map/layered.js",
    _OWN / "map/tile_layer.js",
    _OWN / "map/map.js",
    _OWN / "map/groups.js",
    _OWN / "map/picks.js",
    _OWN / "map/image.js",
)
_SHEETS: Final = (
    _VENDOR / "leaflet/dist/leaflet.css",
    _VENDOR / "leaflet-draw/dist/leaflet.draw.css",
    _VENDOR / "leaflet.fullscreen/Control.FullScreen.css",
    _OWN / "map/map.css",
)
_IMAGES: Final = {
    "images/marker-icon.png": _VENDOR / "leaflet/dist/images/marker-icon.png",
    "images/marker-icon-2x.png": _VENDOR / "leaflet/dist/images/marker-icon-2x.png",
    "images/marker-shadow.png": _VENDOR / "leaflet/dist/images/marker-shadow.png",
    "images/spritesheet.svg": _VENDOR / "leaflet-draw/dist/images/spritesheet.svg",
    "images/spritesheet.png": _VENDOR / "leaflet-draw/dist/images/spritesheet.png",
    "images/spritesheet-2x.png": _VENDOR / "leaflet-draw/dist/images/spritesheet-2x.png",
    "icon-fullscreen.svg": _VENDOR / "leaflet.fullscreen/icon-fullscreen.svg",
}


@dataclass(frozen=True)
class Bundle:
    """Content of the map's front-end files by name (``map.js``, ``map.css``, images), and a digest of all of them."""

    digest: str
    files: dict[str, bytes]


@cache
def bundle() -> Bundle:
    """Return the front-end files of the map, read from the disk at the first call only.

    st_folium loads scripts one after another, so one file is faster than eight.

    Raises
    ------
    RedlineError
        If a file of ``static/vendor`` is missing.
    """
    files = {
        "map.js": _concatenated(_SCRIPTS, b"\n;\n"),
        "map.css": theme_css().encode() + b"\n" + _concatenated(_SHEETS, b"\n"),
    }
    files |= {name: _read(path) for name, path in _IMAGES.items()}
    digest = hashlib.sha256()
    for name, content in sorted(files.items()):
        digest.update(name.encode() + b"\0" + hashlib.sha256(content).digest())
    return Bundle(digest.hexdigest()[:16], files)


def _concatenated(paths: tuple[Path, ...], separator: bytes) -> bytes:
    """Return files joined by `separator`, without comments that refer to source maps, which are not served."""
    lines = [line for path in paths for line in (*_read(path).splitlines(), separator)]
    return b"\n".join(line for line in lines if not line.startswith((b"//# sourceMappingURL", b"/*# sourceMappingURL")))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise RedlineError("carto.assets_missing", file=path.relative_to(PRODUCT).as_posix()) from None
