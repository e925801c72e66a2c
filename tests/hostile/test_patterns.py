"""No regular expression takes more than a moment over a long text, whatever that text is."""

from __future__ import annotations

import ast
import importlib
import itertools
import re
import time
from collections.abc import Iterator

import pytest

from tests.helpers import ROOT

HOUSES = ("geo", "layers", "siting", "snapshot", "words")
OUR_OWN_TEXT = frozenset({"layers.gazetteer.beside._CODE"})
"""Patterns that are matched with nothing but names of columns that were cut short before."""
BY_ANOTHER_NAME = {"geo.crs.degrees_text._LED": "match", "geo.crs.degrees_text._TRAILED": "match"}
"""How patterns are used that are handed on."""
BEGINS = ("", "1", "2020", "1 ", "a", "(", "SRID=1;", "K1", "<row ", "1,", "点")
PIECES = (
    " ", "\n", "\r\n", "\t", "\u3000", "1", "1,", "1.", "1 ", "1e", "a", "a1", "A", "E", "N1", "(", "[", "<", "<row ",
    "=", ",", "，", "-", "+", "°", "1°", "度", "'", '"', "SRID=", "POINT ", "&#", "_", "\\U+", "80", "gcs", "2d", "0x",
)  # fmt: skip
LENGTH = 20_000
MOST_S = 0.15
"""Processor time: what grows with the square of the length takes longer, what grows with it a thousandth of that."""


def patterns() -> Iterator[tuple[str, re.Pattern[str] | re.Pattern[bytes], str]]:
    """Yield name, pattern and method for each compiled pattern of the product and each way it is used."""
    for house in HOUSES:
        for path in sorted((ROOT / house).rglob("*.py")):
            text = path.read_text("utf-8")
            if "re.compile(" not in text:
                continue
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            for name, value in vars(importlib.import_module(module)).items():
                if isinstance(value, re.Pattern):
                    used = set(re.findall(rf"\b{name}\.(\w+)\b", text)) or {
                        BY_ANOTHER_NAME.get(f"{module}.{name}", "search")
                    }
                    for how in sorted({"match": "match", "fullmatch": "fullmatch"}.get(one, "search") for one in used):
                        yield f"{module}.{name}", value, how


def literal_patterns() -> Iterator[tuple[str, re.Pattern[str], str]]:
    """Yield the same for patterns that are written where they are used."""
    for house in HOUSES:
        for path in sorted((ROOT / house).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and ast.unparse(node.func) in {
                    "re.sub", "re.split", "re.search", "re.match", "re.fullmatch", "re.findall", "re.finditer",
                }:  # fmt: skip
                    how = ast.unparse(node.func).removeprefix("re.")
                    pattern = node.args[0]
                    if isinstance(pattern, ast.Constant) and isinstance(pattern.value, str):
                        place = f"{path.relative_to(ROOT)}:{node.lineno}"
                        yield place, re.compile(pattern.value), how if how in {"match", "fullmatch"} else "search"


ALL = [one for one in itertools.chain(patterns(), literal_patterns()) if one[0] not in OUR_OWN_TEXT]


def test_the_patterns_are_found() -> None:
    assert len(ALL) > 60
    assert any(name == "geo.read.pasted._WKT" for name, _, _ in ALL)


@pytest.mark.parametrize(("pattern", "how"), [one[1:] for one in ALL], ids=[f"{name}.{how}" for name, _, how in ALL])
def test_a_long_text_takes_a_moment(pattern: re.Pattern[str] | re.Pattern[bytes], how: str) -> None:
    for begin, piece in itertools.product(BEGINS, PIECES):
        text = begin + piece * (LENGTH // len(piece)) + "\x01"
        subject = text.encode("gb18030") if isinstance(pattern.pattern, bytes) else text
        taken = _seconds(pattern, how, subject)
        assert taken < MOST_S or _seconds(pattern, how, subject) < MOST_S, f"{begin!r} and many {piece!r}"


def _seconds(pattern: re.Pattern[str] | re.Pattern[bytes], how: str, subject: str | bytes) -> float:
    begun = time.process_time()
    getattr(pattern, how)(subject)
    return time.process_time() - begun
