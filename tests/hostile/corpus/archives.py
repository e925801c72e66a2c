"""Archives, Shapefiles in archives, and workbooks."""

from __future__ import annotations

import io
import math
import struct
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pandas as pd

from tests.hostile.corpus.shapes import LAT, LON, Build
from tests.hostile.corpus.written import frame

__all__ = ["files", "zipped"]


def files() -> Iterator[tuple[str, Build]]:
    """Yield name and builder of each."""
    yield from _archives()
    yield from _shapefiles()
    yield from _xlsx()


def zipped(members: Mapping[str, bytes | int], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return an archive of members; of a number that many blanks."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method, compresslevel=1) as archive:
        for name, content in members.items():
            if isinstance(content, bytes):
                archive.writestr(name, content)
                continue
            with archive.open(name, "w", force_zip64=True) as member:
                for _ in range(content >> 20):
                    member.write(b" " * (1 << 20))
    return out.getvalue()


def _archives() -> Iterator[tuple[str, Build]]:
    point = b'{"type":"Point","coordinates":[117,27]}'
    yield "bomb.zip", lambda: zipped({"a.geojson": 1_200_000_000})
    yield "bombs.zip", lambda: zipped({f"a{at}.geojson": 150_000_000 for at in range(8)})
    yield "in_each_other.zip", lambda: zipped({"a.zip": zipped({"b.zip": zipped({"c.geojson": point})})})
    yield "many_members.zip", lambda: zipped({f"{at}.geojson": point for at in range(30_000)})
    yield "above.zip", lambda: zipped({"../../a.geojson": point})
    yield "rooted.zip", lambda: zipped({"/etc/a.geojson": point})
    yield "drive.zip", lambda: zipped({"C:\\a.geojson": point})
    yield "backslashes.zip", lambda: zipped({"..\\..\\a.geojson": point})
    yield "link.zip", _linked
    yield "device.zip", lambda: _linked(0o060000 << 16)
    yield "locked.zip", lambda: _flagged(zipped({"a.geojson": point}), 1)
    yield "same_name.zip", _doubled
    yield (
        "lies_about_size.zip",
        lambda: zipped({"a.geojson": point * 1000}).replace(
            struct.pack("<I", 1000 * len(point)), struct.pack("<I", 10)
        ),
    )
    yield "no_directory.zip", lambda: zipped({"a.geojson": point})[:-30]
    yield "only_a_head.zip", lambda: b"PK\x03\x04"
    yield "long_names.zip", lambda: zipped({"a" * 60_000 + ".geojson": point})
    yield "odd_names.zip", lambda: zipped({"a\nb\0c\u202e.geojson": point, "%s%n{0}.geojson": point})
    yield (
        "comment.zip",
        lambda: zipped({"a.geojson": point})[:-2] + struct.pack("<H", 65535) + b"PK\x05\x06" * 16_383 + b"xxx",
    )


def _linked(mode: int = 0o120777 << 16) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("a.geojson")
        link.external_attr = mode
        archive.writestr(link, "/etc/passwd")
    return out.getvalue()


def _flagged(content: bytes, flag: int) -> bytes:
    """Return an archive whose members are marked as encrypted."""
    out = bytearray(content)
    for magic, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        out[out.index(magic) + at] |= flag
    return bytes(out)


def _doubled() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for _ in range(50):
            archive.writestr("a.geojson", '{"type":"Point","coordinates":[117,27]}')
    return out.getvalue()


def _shapefile_parts() -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        frame().to_file(Path(folder) / "a.shp")
        return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


def _shapefiles() -> Iterator[tuple[str, Build]]:
    def changed(**members: Callable[[bytes], bytes]) -> bytes:
        parts = _shapefile_parts()
        return zipped({name: members.get(name[2:], lambda one: one)(content) for name, content in parts.items()})

    def at(content: bytes, place: int, value: bytes) -> bytes:
        return content[:place] + value + content[place + len(value) :]

    yield "many_points_told.zip", lambda: changed(shp=lambda c: at(c, 100 + 8 + 36 + 4, struct.pack("<i", 2**31 - 1)))
    yield "many_rings_told.zip", lambda: changed(shp=lambda c: at(c, 100 + 8 + 36, struct.pack("<i", 2**30)))
    yield "long_record_told.zip", lambda: changed(shp=lambda c: at(c, 100 + 4, struct.pack(">i", 2**31 - 1)))
    yield "ring_starts_far.zip", lambda: changed(shp=lambda c: at(c, 100 + 8 + 44, struct.pack("<i", 2**31 - 1)))
    yield "many_rows_told.zip", lambda: changed(dbf=lambda c: at(c, 4, struct.pack("<I", 2**32 - 1)))
    yield "long_rows_told.zip", lambda: changed(dbf=lambda c: at(c, 8, struct.pack("<HH", 65535, 65535)))
    yield "index_far.zip", lambda: changed(shx=lambda c: at(c, 100, struct.pack(">ii", 2**31 - 1, 2**31 - 1)))
    yield "projection_address.zip", lambda: changed(prj=lambda _: b"http://127.0.0.1:1/epsg/4490")
    yield "projection_file.zip", lambda: changed(prj=lambda _: b"+init=/etc/passwd:1 +nadgrids=/etc/passwd")
    yield "projection_deep.zip", lambda: changed(prj=lambda _: b'GEOGCS["a",' * 50_000 + b"]" * 50_000)
    yield "coding_unknown.zip", lambda: changed(cpg=lambda _: b"../../../etc/passwd" * 1000)
    yield "not_a_number.zip", lambda: changed(shp=lambda c: at(c, 100 + 8 + 48, struct.pack("<dd", math.nan, math.inf)))


def _xlsx() -> Iterator[tuple[str, Build]]:
    def book(sheets: dict[str, pd.DataFrame]) -> bytes:
        out = io.BytesIO()
        with pd.ExcelWriter(out, engine="openpyxl") as writer:
            for name, frame in sheets.items():
                frame.to_excel(writer, sheet_name=name, index=False)
        return out.getvalue()

    def with_member(name: str, change: Callable[[bytes], bytes]) -> bytes:
        source = book({"a": pd.DataFrame({"lon": [LON], "lat": [LAT]})})
        with zipfile.ZipFile(io.BytesIO(source)) as archive:
            members = {one: archive.read(one) for one in archive.namelist()}
        members[name] = change(members[name])
        return zipped(members)

    sheet = "xl/worksheets/sheet1.xml"
    yield (
        "entities.xlsx",
        lambda: with_member(
            sheet,
            lambda c: c.replace(b"<worksheet", b'<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]><worksheet', 1),
        ),
    )
    yield "far_cell.xlsx", lambda: with_member(sheet, lambda c: c.replace(b'r="A2"', b'r="XFD1048576"'))
    yield "bomb.xlsx", lambda: with_member(sheet, lambda c: c + b"<!-- " + b" " * 60_000_000 + b" -->")
    yield (
        "rows_without_end.xlsx",
        lambda: with_member(sheet, lambda c: c.replace(b"</sheetData>", b'<row r="9"/>' * 3_000_000 + b"</sheetData>")),
    )
    yield (
        "deep.xlsx",
        lambda: with_member(sheet, lambda c: c.replace(b"<sheetData>", b"<x>" * 200_000 + b"<sheetData>")),
    )
    yield "many_sheets.xlsx", lambda: book({f"s{at}": pd.DataFrame({"lon": [LON]}) for at in range(400)})
    yield "formula.xlsx", lambda: book({"a": pd.DataFrame({"lon": ["=1+1"], "lat": ['=HYPERLINK("http://x")']})})
    yield "no_book.xlsx", lambda: zipped({"xl/worksheets/sheet1.xml": b"<worksheet/>"})
