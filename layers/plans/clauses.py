"""Clause references of the plan documents, from the short form of the tables to what a reader looks up.

The short form is a path: ``3/3/专栏3-1/2`` is chapter 3, section 3, box 3-1, item 2. See docs/plans-schema.md.
"""

from __future__ import annotations

import re
from typing import Final

from words import Lang, has, t

__all__ = ["clause_text", "document_name"]

_DIGITS: Final = "零一二三四五六七八九"
_LEVELS: Final = {
    "000": ("chapter", "section", "item"),
    "001": ("part", "point", "firstly"),
    "002": ("part", "point", "item"),
    "003": ("part", "point", "item"),
    "004": ("part", "point", "item"),
}
_ITEMS: Final = ("item", "item", "item")


def document_name(document: str, lang: Lang = "zh") -> str:
    """Return the short name of a document by its id in ``documents.csv``; its id where it has no name.

    Examples
    --------
    >>> document_name("003"), document_name("003", "en"), document_name("917")
    ('江西方案', 'Jiangxi scheme', '文件 917')
    """
    key = f"plans_page.short_{document}"
    return t(key, lang) if has(key) else t("plans.document", lang, document=document)


def clause_text(document: str, clause: str, lang: Lang = "zh") -> str:
    """Return the clause as the document itself counts.

    Parameters
    ----------
    document : str
        Id of ``documents.csv``.
    clause : str
        Path as in the plan tables.
    lang : {"zh", "en"}

    Examples
    --------
    >>> clause_text("000", "3/3/专栏3-1/2")
    '第三章第三节专栏3-1第2项'
    >>> clause_text("001", "1/2/4")
    '一、（二）四是'
    >>> clause_text("002", "附件/36", "en")
    'annex, item 36'
    """
    levels = _LEVELS.get(document, _LEVELS["002"])
    pieces: list[str] = []
    depth = 0
    for token in clause.split("/"):
        named = re.fullmatch(r"(专栏|表)(.+)", token)
        if paragraph := re.fullmatch(r"p(\d+)", token):
            pieces.append(t("plans.clause_paragraph", lang, n=paragraph[1], zh=_chinese(int(paragraph[1]))))
            depth = 2
        elif named:
            key = "plans.clause_box" if named[1] == "专栏" else "plans.clause_table"
            pieces.append(t(key, lang, name=named[2]))
            levels, depth = _ITEMS, 2
        elif token.isdigit():
            key = f"plans.clause_{levels[min(depth, 2)]}"
            pieces.append(t(key, lang, n=token, zh=_chinese(int(token))))
            depth += 1
        else:
            key = f"plans.clause_{_NAMED.get(token, 'other')}"
            pieces.append(t(key, lang) if has(key) else token)
            levels, depth = _ITEMS, 2
    return t("plans.clause_joint", lang).join(pieces)


_NAMED: Final = {
    "前言": "foreword",
    "附件": "annex",
    "注": "glossary",
    "印发通知": "covering_note",
    "主送": "addressees",
}


def _chinese(number: int) -> str:
    """Return a number below 100 in Chinese."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return head + (_DIGITS[ones] if ones or not tens else "")
