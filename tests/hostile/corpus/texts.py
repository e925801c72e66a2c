"""Tables, rows of coordinates and survey files."""

from __future__ import annotations

from collections.abc import Iterator

from tests.hostile.corpus.shapes import Build, deep_wkt, squares, star, wkt_of

__all__ = ["files"]


def files() -> Iterator[tuple[str, Build]]:
    """Yield name and builder of each."""
    yield from _csv()
    yield from _text()
    yield from _survey()


def _wkt_csv(*texts: str) -> bytes:
    return ("id,wkt\n" + "".join(f'{at},"{text}"\n' for at, text in enumerate(texts, 1))).encode()


def _csv() -> Iterator[tuple[str, Build]]:
    yield "deep_wkt.csv", lambda: _wkt_csv(deep_wkt(100_000))
    yield "deep_wkt_1000.csv", lambda: _wkt_csv(deep_wkt(1000))
    yield "star.csv", lambda: _wkt_csv(wkt_of(star(4001)))
    yield "stars.csv", lambda: _wkt_csv(*[wkt_of(star(801))] * 40)
    yield (
        "many_rings.csv",
        lambda: _wkt_csv(
            "POLYGON ("
            + ", ".join("(" + ", ".join(f"{x} {y}" for x, y in ring) + ")" for ring in squares(20_000))
            + ")"
        ),
    )
    yield "header_of_blanks.csv", lambda: b" " * 60_000 + b"\n1,2\n" * 3
    yield "header_of_quotes.csv", lambda: b'"' * 60_001 + b"\n1,2\n"
    yield "open_quote.csv", lambda: b'id,lon,lat\n1,"' + b"x,\n" * 1_000_000
    yield "many_columns.csv", lambda: b",".join([b"c"] * 500_000) + b"\n" + b",".join([b"1"] * 500_000) + b"\n"
    yield "many_lines.csv", lambda: b"lon,lat\n" + b"1\n" * 2_000_000
    yield "long_number.csv", lambda: b"lon,lat\n" + b"9" * 200_000 + b"," + b"9" * 200_000 + b"\n"
    yield "long_exponent.csv", lambda: b"lon,lat\n1e999999999999,27\n-1e308,1e308\n117,27\n"
    yield "not_numbers.csv", lambda: b"lon,lat\nnan,inf\n-inf,nan\n117,27\n"
    yield "nul.csv", lambda: b"lon,lat\n" + b"\0" * 100_000 + b"\n117,27\n"
    yield "half_utf16.csv", lambda: "lon,lat\n117,27\n".encode("utf-16")[:-1]
    yield "surrogates.csv", lambda: "名,lon,lat\n".encode() + b"\xed\xa0\x80\xed\xb0\x80,117,27\n"
    yield "formulas.csv", lambda: b'id,lon,lat\n=HYPERLINK("http://x"),117.05,27.7\n@SUM(1),117.06,27.7\n+1,117,27.8\n'
    yield (
        "markup.csv",
        lambda: b'id,lon,lat\n<img src=x onerror=alert(1)>,117.05,27.7\n"](javascript:alert(1))",117.06,27.7\n',
    )
    yield "delimiters.csv", lambda: b",;\t|" * 200_000 + b"\n"
    yield "degrees_without_end.csv", lambda: b"lon,lat\n" + "117°".encode() * 50_000 + b",27\n"


def _text() -> Iterator[tuple[str, Build]]:
    yield "blanks.txt", lambda: b"116.95, 27.60" + b" " * 60_000 + b"\n116.95, 27.61\n"
    yield "only_blanks.txt", lambda: b" " * 2_000_000
    yield "commas.txt", lambda: b"1," * 500_000
    yield "minus_signs.txt", lambda: b"-" * 500_000 + b"1 2\n"
    yield "dots.txt", lambda: b"1." * 250_000 + b" 2\n"
    yield "letters_and_digits.txt", lambda: b"N1E" * 200_000 + b"\n"
    yield "degree_signs.txt", ("116°57′00″" * 30_000 + "E 27°36′00″N\n").encode
    yield "digits.txt", lambda: b"1" * 1_000_000 + b" " + b"2" * 1_000_000 + b"\n"
    yield "line_ends.txt", lambda: b"\r\n\n\r" * 500_000 + b"116.95 27.6\n"
    yield "ewkt.txt", lambda: b"SRID=" + b"9" * 100_000 + b";POINT (117 27)\n"
    yield "brackets.txt", lambda: b"(" * 500_000 + b"117 27" + b")" * 500_000 + b"\n"
    yield "curves.txt", ("COMPOUNDCURVE (" * 50_000 + "(117 27, 117.1 27)" + ")" * 50_000).encode


def _survey() -> Iterator[tuple[str, Build]]:
    head = (
        "[属性描述]\n坐标系=2000国家大地坐标系\n几度分带=3\n投影类型=高斯克吕格\n计量单位=米\n带号=39\n"
        "精度=0.01\n转换参数=0,0,0,0,0,0,0\n[地块坐标]\n"
    )
    plot = "4,1.0,P{0},地块{0},面,,,,@\n"
    yield (
        "survey_ring_number.txt",
        lambda: (head + plot.format(1) + "J1,999999999999,3053917.3,39445120.8\n" * 4).encode("gb18030"),
    )
    yield (
        "survey_blank_line.txt",
        lambda: (head + plot.format(1) + "J1,1,3053917.3,39445120.8" + " " * 60_000 + "\n").encode("gb18030"),
    )
    yield "survey_many_plots.txt", lambda: (head + "".join(plot.format(at) for at in range(100_000))).encode("gb18030")
    yield (
        "survey_many_points.txt",
        lambda: (head + plot.format(1) + "J1,1,3053917.3,39445120.8\n" * 500_000).encode("gb18030"),
    )
    yield "survey_header.txt", lambda: (head.replace("=0.01", "=" + "0" * 200_000 + "1")).encode("gb18030")
    yield "survey_at_signs.txt", lambda: (head + "@" * 500_000 + "\n").encode("gb18030")
