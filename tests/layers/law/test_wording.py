"""The wording of laws that an office gives: named by instrument, found by article, faults in a sentence."""

from __future__ import annotations

from pathlib import Path

import docx
import pytest

from layers.law.wording import articles_of, law_texts

YANGTZE = "中华人民共和国长江保护法"
TEXT = """中华人民共和国长江保护法

目　录
第一章　总则
第三章　资源保护

第一章　总　则
第一条　甲的第一款。
甲的第二款。
第二条　乙。
第二章　规划与管控
第二十六条　丙的第一款。
　　第二十三条、第二十四条规定的，丙的第二款。
第二十六条之一　丁。
第一百零八条 戊。
"""


def test_articles_are_found_by_number_with_all_their_paragraphs() -> None:
    assert articles_of(TEXT.splitlines()) == {
        "1": "甲的第一款。\n甲的第二款。",
        "2": "乙。",
        "26": "丙的第一款。\n第二十三条、第二十四条规定的，丙的第二款。",
        "26-1": "丁。",
        "108": "戊。",
    }


@pytest.mark.parametrize(
    "name", [f"{YANGTZE}.txt", "长江保护法.txt", "《长江保护法》(2020-12-26).txt", "yangtze-law.txt"]
)
def test_a_file_is_known_by_its_name_and_read_in_either_encoding(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(TEXT.encode("gbk"))
    texts = law_texts(tmp_path)
    assert texts.faults == ()
    assert dict(texts.files) == {name: YANGTZE}
    (quote,) = texts.quotes(YANGTZE, "第 26 条第 2、3 款")
    assert quote.text.startswith("丙的第一款")
    assert quote.file == name
    assert [one.article for one in texts.quotes(YANGTZE, "第 2 条、第 26 条")] == ["2", "26"]
    assert [one.article for one in texts.quotes(YANGTZE, "第 1、108 条")] == ["1", "108"]
    assert texts.quotes(YANGTZE, "一（一）") == []
    assert texts.quotes(YANGTZE, "第 99 条") == []
    assert texts.quotes("中华人民共和国湿地保护法", "第 1 条") == []


def test_a_word_file_is_read_paragraph_by_paragraph(tmp_path: Path) -> None:
    document = docx.Document()
    for line in TEXT.splitlines():
        document.add_paragraph(line)
    document.save(str(tmp_path / f"{YANGTZE}.docx"))
    assert [quote.text for quote in law_texts(tmp_path).quotes(YANGTZE, "第 108 条")] == ["戊。"]


@pytest.mark.parametrize(
    ("name", "content", "key"),
    [
        ("某办法.txt", TEXT.encode(), "law.text_unknown"),
        ("自然保护区条例.txt", TEXT.encode(), "law.text_ambiguous"),
        (f"{YANGTZE}.txt", "没有条文".encode(), "law.text_without_articles"),
        (f"{YANGTZE}.docx", b"PK no archive", "law.text_unreadable"),
        (f"{YANGTZE}.txt", b"x" * 5_000_001, "law.text_too_large"),
        (f"{YANGTZE}.txt", b"\xff\xff\xff", "geo.table_unreadable"),
    ],
)
def test_a_file_that_is_not_used_says_why(name: str, content: bytes, key: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    (tmp_path / "中华人民共和国湿地保护法.txt").write_text("第一条 甲。", encoding="utf-8")
    texts = law_texts(tmp_path)
    assert [fault.key for fault in texts.faults] == [key]
    assert name in texts.faults[0].text("zh")
    assert texts.quotes("中华人民共和国湿地保护法", "第 1 条"), "the other files are used all the same"


def test_two_files_of_one_instrument_are_one_too_many(tmp_path: Path) -> None:
    for name in ("长江保护法.txt", f"{YANGTZE}.txt"):
        (tmp_path / name).write_text(TEXT, encoding="utf-8")
    assert [fault.key for fault in law_texts(tmp_path).faults] == ["law.text_twice"]


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    assert law_texts(tmp_path / "nowhere").files == {}
    path = tmp_path / f"{YANGTZE}.txt"
    path.write_text("第一条 旧。", encoding="utf-8")
    assert law_texts(tmp_path).quotes(YANGTZE, "第 1 条")[0].text == "旧。"
    path.write_text("第一条 新的。", encoding="utf-8")
    assert law_texts(tmp_path).quotes(YANGTZE, "第 1 条")[0].text == "新的。"
