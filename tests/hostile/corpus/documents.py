"""GeoJSON and KML."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.hostile.corpus.archives import zipped
from tests.hostile.corpus.shapes import LAT, LON, Build, squares, star

__all__ = ["files"]


def files() -> Iterator[tuple[str, Build]]:
    """Yield name and builder of each."""
    yield from _geojson()
    yield from _kml()


def _geojson() -> Iterator[tuple[str, Build]]:
    def collection(*features: Any) -> bytes:
        return json.dumps({"type": "FeatureCollection", "features": features}).encode()

    def feature(geometry: Any, **properties: Any) -> dict[str, Any]:
        return {"type": "Feature", "properties": properties, "geometry": geometry}

    def polygon(*rings: Any) -> dict[str, Any]:
        return {"type": "Polygon", "coordinates": rings}

    deep = b'{"type":"GeometryCollection","geometries":['
    yield "deep_arrays.geojson", lambda: b'{"type":"Polygon","coordinates":' + b"[" * 200_000 + b"]" * 200_000 + b"}"
    yield (
        "deep_collections.geojson",
        lambda: deep * 50_000 + b'{"type":"Point","coordinates":[117,27]}' + b"]}" * 50_000,
    )
    yield "deep_collections_900.geojson", lambda: deep * 900 + b'{"type":"Point","coordinates":[117,27]}' + b"]}" * 900
    yield (
        "deep_properties.geojson",
        lambda: (
            b'{"type":"Feature","geometry":{"type":"Point","coordinates":[117,27]},"properties":{"a":'
            + b'{"a":' * 100_000
            + b"1"
            + b"}" * 100_002
        ),
    )
    yield "star.geojson", lambda: collection(feature(polygon(star(4001))))
    yield "star_20001.geojson", lambda: collection(feature(polygon(star(20_001))))
    yield "stars.geojson", lambda: collection(*[feature(polygon(star(1201)))] * 50)
    yield "many_rings.geojson", lambda: collection(feature(polygon(*squares(50_000))))
    yield (
        "many_parts.geojson",
        lambda: collection(feature({"type": "MultiPolygon", "coordinates": [[ring] for ring in squares(100_000)]})),
    )
    yield (
        "same_parts.geojson",
        lambda: collection(feature({"type": "MultiPolygon", "coordinates": [[squares(1, 0.01)[0]]] * 5_000})),
    )
    yield (
        "many_nothing.geojson",
        lambda: (
            b'{"type":"FeatureCollection","features":['
            + b",".join([b'{"type":"Feature","properties":null,"geometry":null}'] * 300_000)
            + b"]}"
        ),
    )
    yield (
        "a_column_each.geojson",
        lambda: collection(
            *[feature({"type": "Point", "coordinates": [LON, LAT]}, **{f"c{at}": at}) for at in range(20_000)]
        ),
    )
    yield (
        "many_columns.geojson",
        lambda: collection(
            feature({"type": "Point", "coordinates": [LON, LAT]}, **{f"c{at}": at for at in range(200_000)})
        ),
    )
    yield (
        "long_text.geojson",
        lambda: collection(feature({"type": "Point", "coordinates": [LON, LAT]}, a="x" * 5_000_000)),
    )
    yield (
        "long_texts.geojson",
        lambda: collection(*[feature({"type": "Point", "coordinates": [LON, LAT]}, a="x" * 50_000)] * 200),
    )
    yield (
        "far.geojson",
        lambda: collection(feature(polygon([[-1e300, -1e300], [1e300, -1e300], [1e300, 1e300], [-1e300, -1e300]]))),
    )
    yield (
        "around_the_earth.geojson",
        lambda: collection(*[feature({"type": "LineString", "coordinates": [[-180, -89], [180, 89]] * 2_000})] * 20),
    )
    yield (
        "not_numbers.geojson",
        lambda: b'{"type":"Polygon","coordinates":[[[NaN,27],[117,Infinity],[117,27],[NaN,27]]]}',
    )
    yield "words.geojson", lambda: collection(feature({"type": "Point", "coordinates": ["117", {"a": 1}]}))
    yield "long_number.geojson", lambda: b'{"type":"Point","coordinates":[' + b"1" * 100_000 + b",27]}"
    yield (
        "crs_address.geojson",
        lambda: json.dumps(
            {
                "type": "FeatureCollection",
                "crs": {"type": "link", "properties": {"href": "http://127.0.0.1:1/x"}},
                "features": [feature(polygon(squares(1, 0.01)[0]))],
            }
        ).encode(),
    )
    yield (
        "crs_text.geojson",
        lambda: json.dumps(
            {
                "type": "FeatureCollection",
                "crs": {"type": "name", "properties": {"name": "+init=/etc/passwd:1" + "(" * 100_000}},
                "features": [feature(polygon(squares(1, 0.01)[0]))],
            }
        ).encode(),
    )
    yield "twice.geojson", lambda: b'{"type":"Point",' + b'"type":"Point",' * 200_000 + b'"coordinates":[117,27]}'
    yield "cut_off.geojson", lambda: collection(feature(polygon(star(2001))))[:-40]
    yield (
        "markup.geojson",
        lambda: collection(
            feature(
                polygon(squares(1, 0.01)[0]),
                **{"<script>alert(1)</script>": "<script>alert(1)</script>", "名称": "${7*7}{{7*7}}"},
            )
        ),
    )


def _kml() -> Iterator[tuple[str, Build]]:
    head, tail = (
        b'<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>',
        b"</Document></kml>",
    )
    place = b"<Placemark><Point><coordinates>%s</coordinates></Point></Placemark>"
    bomb = (
        b'<!DOCTYPE k [<!ENTITY a0 "x">'
        + b"".join(b'<!ENTITY a%d "%s">' % (at, b"&a%d;" % (at - 1) * 10) for at in range(1, 12))
        + b"]>"
    )
    yield (
        "entities.kml",
        lambda: b'<?xml version="1.0"?>' + bomb + b"<kml><Document><name>&a11;</name></Document></kml>",
    )
    yield (
        "outer_entity.kml",
        lambda: (
            b'<?xml version="1.0"?><!DOCTYPE k [<!ENTITY x SYSTEM "file:///etc/passwd">]><kml><Document><name>&x;</name></Document></kml>'
        ),
    )
    yield (
        "entities_utf16.kml",
        lambda: (
            '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE k [<!ENTITY x SYSTEM "file:///etc/passwd">]><kml><name>&x;</name></kml>'
        ).encode("utf-16"),
    )
    yield "unknown_coding.kml", lambda: b'<?xml version="1.0" encoding="no-such-coding"?><kml></kml>'
    yield "coding_base64.kml", lambda: b'<?xml version="1.0" encoding="base64"?><kml></kml>'
    yield "coding_long.kml", lambda: b'<?xml version="1.0" encoding="' + b"a" * 100_000 + b'"?><kml></kml>'
    yield "deep_folders.kml", lambda: head + b"<Folder>" * 100_000 + b"</Folder>" * 100_000 + tail
    yield (
        "deep_geometry.kml",
        lambda: (
            head + b"<Placemark>" + b"<MultiGeometry>" * 50_000 + b"</MultiGeometry>" * 50_000 + b"</Placemark>" + tail
        ),
    )
    yield "blanks.kml", lambda: head + place % (b"117,27" + b" " * 2_000_000) + tail
    yield "commas.kml", lambda: head + place % (b"," * 2_000_000) + tail
    yield (
        "link.kml",
        lambda: head + b"<NetworkLink><Link><href>http://127.0.0.1:1/x.kml</href></Link></NetworkLink>" + tail,
    )
    yield (
        "attributes.kml",
        lambda: head + b"<Placemark " + b" ".join(b'a%d="1"' % at for at in range(100_000)) + b"/>" + tail,
    )
    yield "many_places.kml", lambda: head + place % b"117,27" * 100_000 + tail
    yield "long_name.kml", lambda: head + b"<Placemark><name>" + b"n" * 5_000_000 + b"</name></Placemark>" + tail
    yield "bomb.kmz", lambda: zipped({"doc.kml": 1_200_000_000})
    yield "long_comment.kmz", lambda: zipped({"doc.kml": head + b"<!-- " + b" " * 30_000_000 + b" -->" + tail})
    yield "above.kmz", lambda: zipped({"../doc.kml": head + tail})
    yield (
        "itself.kmz",
        lambda: zipped({"doc.kml": head + b"<NetworkLink><Link><href>doc.kml</href></Link></NetworkLink>" + tail}),
    )
