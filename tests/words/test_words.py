"""The catalogue of texts: complete in both languages, with every key that the code uses."""

from __future__ import annotations

import re
import string

import words
from tests.helpers import ROOT


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_fill_the_same_fields() -> None:
    for key, texts in words.all_texts().items():
        if not key.endswith("_joint"):  # what stands between two words may be nothing
            assert texts["zh"].strip(), key
            assert texts["en"].strip(), key
        # a clause counts 第三章 in Chinese numerals ({zh}) and chapter 3 in English ({n})
        assert {"n" if name == "zh" else name for name in fields(texts["zh"])} == fields(texts["en"]), key


def test_every_key_named_in_the_code_is_in_the_catalogue() -> None:
    rooms = {key.split(".")[0] for key in words.all_texts()}
    names = "|".join(sorted(rooms))
    call = re.compile(rf'(?:\bt|\bsay|Error|Input|Fault)\(\s*"((?:{names})\.[a-z0-9_]+)"(?!\s*~)')
    found: set[str] = set()
    for path in [*ROOT.rglob("*.py"), *(ROOT / "views").rglob("*.html")]:
        parts = path.relative_to(ROOT).parts
        if parts[0] not in {"tests", ".venv", ".venv-data", ".venv-docs", ".build", "benchmarks"}:
            found |= set(call.findall(path.read_text(encoding="utf-8")))
    assert len(found) > 20
    assert found <= set(words.all_texts())


def test_chinese_is_chinese_and_english_is_not() -> None:
    han = re.compile(r"[\u4e00-\u9fff]")
    for key, texts in words.all_texts().items():
        stripped = re.sub(r"\{[^}]*\}", "", texts["en"])
        # Chinese in an English text is a quoted term of law or a file's own word
        assert len(han.findall(stripped)) <= 0.5 * len(stripped), key


def test_english_has_quotation_marks_that_a_chinese_font_sets_narrow() -> None:
    """A font made for Chinese sets curly marks as wide as a character: the text falls apart."""
    assert [key for key, texts in words.all_texts().items() if set("“”‘’") & set(texts["en"])] == []


def test_a_key_that_is_not_there_is_an_error() -> None:
    assert not words.has("no.such_key")
