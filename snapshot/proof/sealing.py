"""Sealing of files without tables: a manifest inside, with the hash of the rest of the file.

PNG holds it as a text chunk, PDF as an attached file, HTML as a script of data, DOCX as a custom XML part, GeoTIFF as a
tag.
"""

from __future__ import annotations

import hashlib
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape, unescape

import rasterio

from snapshot.proof.manifest import manifest_text

__all__ = [
    "DOCX_MEMBER",
    "Reading",
    "read_docx",
    "read_html",
    "read_pdf",
    "read_png",
    "read_raster",
    "seal",
    "seal_raster",
    "tag_raster",
]

DOCX_MEMBER: Final = "customXml/redline.xml"

_KEY: Final = "sha256"
_TAG: Final = "REDLINE_MANIFEST"
_BLANK: Final = "0" * 64
_PNG_WORD: Final = b"Redline-Manifest"
_PNG_HEAD: Final = b"\x89PNG\r\n\x1a\n"
_PDF_MARK: Final = b"\n%Redline-Manifest "
_HTML_HEAD: Final = b'<script type="application/json" id="redline-manifest">'
_HTML_END: Final = b"</script>"
_XML_HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>\n<manifest xmlns="urn:redline:manifest:1">'
_XML_END: Final = "</manifest>"

Reading = tuple[dict[str, Any], dict[str, Any], dict[str, str]]
"""Manifest, hashes that it states, hashes of what is there; both by name."""


def seal(draft: Path, manifest: Mapping[str, Any]) -> None:
    """Write a manifest into a file, with the hash of the file as it was.

    Parameters
    ----------
    draft : Path
        ``.png``, ``.pdf``, ``.html`` or ``.docx`` as our own writers make them.
    manifest : mapping
        From ``snapshot.proof.manifest.build_manifest``; ``sha256`` (or, of a DOCX, ``members``) is added to it.
    """
    if draft.suffix == ".docx":
        _seal_docx(draft, manifest)
        return
    whole = draft.read_bytes()
    text = manifest_text({**manifest, _KEY: hashlib.sha256(_bare(draft.suffix, whole)).hexdigest()}).encode()
    if draft.suffix == ".png":
        end = whole.rindex(b"IEND") - 4
        draft.write_bytes(whole[:end] + _chunk(b"iTXt", _PNG_WORD + b"\0\0\0\0\0" + text) + whole[end:])
    elif draft.suffix == ".pdf":
        draft.write_bytes(_attached(whole, text))
    else:
        before, after = _around(whole)
        draft.write_bytes(before + _for_script(text) + after)


def _bare(suffix: str, whole: bytes) -> bytes:
    """Return the bytes of a file that are hashed: all but the place of the manifest."""
    return b"".join(_around(whole)) if suffix == ".html" else whole


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _reading(text: bytes | str, suffix: str, found: str) -> Reading:
    manifest = json.loads(text)
    return manifest, {suffix: manifest.get(_KEY)}, {suffix: found}


# ---------------------------------------------------------------- PNG


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _chunks(whole: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, start and end of each chunk; what follows the last is one of no kind."""
    at = len(_PNG_HEAD)
    kind = b""
    while kind != b"IEND" and at + 12 <= len(whole):
        (size,) = struct.unpack(">I", whole[at : at + 4])
        kind = whole[at + 4 : at + 8]
        yield kind, at, at + 12 + size
        at += 12 + size
    if at < len(whole):
        yield b"", at, len(whole)


def read_png(whole: bytes) -> Reading | None:
    """Read the manifest of a PNG and hash the rest; None where there is none."""
    for kind, start, end in _chunks(whole):
        data = whole[start + 8 : end - 4]
        if kind == b"iTXt" and data.startswith(_PNG_WORD + b"\0"):
            return _reading(data[len(_PNG_WORD) + 5 :], ".png", _hash(whole[:start] + whole[end:]))
    return None


# ---------------------------------------------------------------- PDF


def _attached(whole: bytes, text: bytes) -> bytes:
    """Return a PDF with a file attached, as an update after its end (ISO 32000-1, 7.5.6): the rest stays as it was."""
    trailer = whole[whole.rindex(b"trailer") :]
    previous = int(re.findall(rb"startxref\s+(\d+)", trailer)[-1])
    root = _number(rb"/Root\s+(\d+)\s+0\s+R", trailer)
    size = _number(rb"/Size\s+(\d+)", trailer)
    kept = b"".join(b"/%s %s " % one for one in re.findall(rb"/(Info|ID)\s*(\d+ 0 R|\[[^\]]*\])", trailer))
    held = re.search(rb"(?:^|\s)%d 0 obj\s*<<(.*?)>>\s*endobj" % root, whole, re.DOTALL)
    if held is None:
        raise ValueError("no catalog")
    files = b"/Names << /EmbeddedFiles << /Names [(redline-manifest.json) %d 0 R] >> >> /AF [%d 0 R]" % (size, size)
    about = (
        b"<< /Type /Filespec /F (redline-manifest.json) /UF (redline-manifest.json) /AFRelationship /Data"
        b" /EF << /F %d 0 R >> >>" % (size + 1)
    )
    stream = (
        b"<< /Type /EmbeddedFile /Subtype /application#2Fjson /Params << /Size %d >> /Length %d >>\nstream\n"
        b"%s\nendstream" % (len(text), len(text), text)
    )
    bodies = {root: b"<<%s\n%s >>" % (held[1], files), size: about, size + 1: stream}
    made = bytearray(whole + _PDF_MARK + b"%d\n" % len(whole))
    table = b"xref\n"
    for number, body in bodies.items():
        table += b"%d 1\n%010d 00000 n \n" % (number, len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(made)
    end = b"trailer\n<< /Size %d /Root %d 0 R %s/Prev %d >>\nstartxref\n%d\n%%%%EOF\n"
    return bytes(made) + table + end % (size + 2, root, kept, previous, start)


def _number(pattern: bytes, text: bytes) -> int:
    found = re.search(pattern, text)
    if found is None:
        raise ValueError(pattern.decode())
    return int(found[1])


def read_pdf(whole: bytes) -> Reading | None:
    """Read the manifest of a PDF and hash the rest; None where there is none.

    What was added after the manifest, by a program that saves changes there, counts as changed.
    """
    mark = re.search(re.escape(_PDF_MARK) + rb"(\d+)\n", whole)
    if mark is None:
        return None
    start = whole.index(b"\nstream\n", mark.end()) + 8
    length = _number(rb"/Length (\d+) >>\nstream\n$", whole[mark.end() : start])
    text = whole[start : start + length]
    first = whole[: mark.start()]
    same = int(mark[1]) == len(first) and _attached(first, text) == whole
    return _reading(text, ".pdf", _hash(first if same else whole))


# ---------------------------------------------------------------- HTML


def _around(whole: bytes) -> tuple[bytes, bytes]:
    """Return what stands before and after the manifest of a page."""
    start = whole.index(_HTML_HEAD) + len(_HTML_HEAD)
    return whole[:start], whole[whole.index(_HTML_END, start) :]


def _for_script(text: bytes) -> bytes:
    return text.replace(b"<", b"\\u003c")


def read_html(whole: bytes) -> Reading | None:
    """Read the manifest of a page and hash the rest; None where there is none."""
    if _HTML_HEAD not in whole:
        return None
    before, after = _around(whole)
    text = whole[len(before) : len(whole) - len(after)]
    return _reading(text, ".html", _hash(before + after)) if text.strip() not in {b"", b"{}"} else None


# ---------------------------------------------------------------- DOCX


def _seal_docx(draft: Path, manifest: Mapping[str, Any]) -> None:
    """Fill the part that the writer left for the manifest; the other parts are hashed one by one."""
    with zipfile.ZipFile(draft) as source:
        parts = {member.filename: source.read(member) for member in source.infolist()}
    hashes = {name: _hash(content) for name, content in parts.items() if name != DOCX_MEMBER}
    text = manifest_text({**manifest, "members": hashes})
    parts[DOCX_MEMBER] = f"{_XML_HEAD}{escape(text)}{_XML_END}".encode()
    stamp = datetime.fromisoformat(manifest["written"]).timetuple()[:6]
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, stamp)
            entry.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(entry, content)


def read_docx(part: bytes) -> dict[str, Any] | None:
    """Read the manifest in the custom part of a DOCX."""
    text = part.decode()
    if not (text.startswith(_XML_HEAD) and text.endswith(_XML_END)):
        return None
    manifest = json.loads(unescape(text[len(_XML_HEAD) : -len(_XML_END)]))
    return manifest if isinstance(manifest, dict) else None


# ---------------------------------------------------------------- GeoTIFF


def tag_raster(plain: Path, manifest: Mapping[str, Any]) -> None:
    """Put a manifest with room for its hash into the tags of a GeoTIFF."""
    with rasterio.open(plain, "r+") as made:
        made.update_tags(**{_TAG: manifest_text({**manifest, _KEY: _BLANK})})


def seal_raster(draft: Path) -> None:
    """Fill in the hash of a GeoTIFF that `tag_raster` tagged: of the whole file, with noughts where the hash stands."""
    whole = draft.read_bytes()
    if whole.count(_BLANK.encode()) != 1:
        raise ValueError("no single room for the hash")
    draft.write_bytes(whole.replace(_BLANK.encode(), _hash(whole).encode()))


def read_raster(path: Path) -> Reading | None:
    """Read the manifest of a GeoTIFF and hash the rest; None where there is none."""
    with rasterio.open(path) as held:
        text = held.tags().get(_TAG)
    if text is None:
        return None
    stated = str(json.loads(text).get(_KEY)).encode()
    return _reading(text, ".tif", _hash(path.read_bytes().replace(stated, _BLANK.encode(), 1)))
