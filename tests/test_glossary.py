"""The glossary is true: each word once, each thing where it says, each Chinese term one that the product uses."""

from __future__ import annotations

import re

import words
from tests.helpers import ROOT

PAGE = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.splitlines()
    if line.startswith("| ") and not line.startswith("| word")
]


def test_each_word_stands_once() -> None:
    terms = [row[0] for row in ROWS]
    assert len(terms) > 50
    assert sorted(set(terms)) == sorted(terms)


def test_each_thing_is_where_the_glossary_says() -> None:
    for term, *_, where in ROWS:
        named = re.findall(r"`([^`]+):([^`]+)`", where)
        assert named, term
        for file, name in named:
            text = (ROOT / file).read_text(encoding="utf-8")
            code = rf"^(?:class|def) {name}\b|^{name}\b[^=\n]*=|^    {name}\b" if file.endswith(".py") else name
            assert re.search(code, text, re.M), f"{term}: {name} is not in {file}"


def test_the_chinese_is_what_the_product_says() -> None:
    said = "\n".join(texts["zh"] for texts in words.all_texts().values())
    said += (ROOT / "README.md").read_text(encoding="utf-8").partition("## English")[0]
    for row in ROWS:
        if len(row) == 4:
            for term in row[1].split("、"):
                assert term in said, term
