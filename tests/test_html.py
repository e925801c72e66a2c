"""HTML is written by templates that escape: no other string of the houses builds a tag with a value in it."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers import ROOT

HOUSES = ("geo", "layers", "siting", "carto", "snapshot", "views")
TAG = re.compile(r"(?<!\(\?P)</?[a-zA-Z][\w:-]*(?=[\s/>]|$)|<!(?:doctype|--)|<\?xml")
ESCAPES = {"html", "xml.sax.saxutils", "markupsafe", "jinja2"}
MAY_ESCAPE = {
    "carto/markup.py",  # the one that owns Jinja
    "snapshot/proof/sealing.py",  # the manifest as the one text of an XML part, read back by `unescape`
    "snapshot/vector/kml.py",  # reads that manifest
}
SHOWS = {"views/session/markup.py"}


def files(*endings: str) -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z", *HOUSES], cwd=ROOT, capture_output=True, check=True, text=True)
    paths = [ROOT / name for name in listed.stdout.split("\0") if name.endswith(endings)]
    return [path for path in paths if path.exists()]


def text_of(node: ast.AST) -> str | None:
    """Return a string that stands in the source; None for what is no such thing."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def has_tag(node: ast.AST) -> bool:
    return TAG.search(text_of(node) or "") is not None


def chained(node: ast.expr) -> Iterator[ast.expr]:
    """Yield what is added up."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        yield from chained(node.left)
        yield from chained(node.right)
    else:
        yield node


def built(node: ast.AST) -> bool:
    """Tell whether an expression puts a value into a plain string with a tag."""
    match node:
        case ast.JoinedStr():
            return any(isinstance(part, ast.FormattedValue) for part in node.values) and any(map(has_tag, node.values))
        case ast.BinOp(op=ast.Add()):
            parts = list(chained(node))
            return any(map(has_tag, parts)) and any(text_of(part) is None for part in parts)
        case ast.BinOp(op=ast.Mod()):
            return has_tag(node.left)
        case ast.Call(func=ast.Attribute(attr="format" | "format_map" | "join", value=value)):
            return has_tag(value)
        case ast.Call(func=ast.Attribute(attr="replace")):
            return any(map(has_tag, node.args[1:]))
    return False


@pytest.mark.parametrize(
    ("source", "wrong"),
    [
        ('f"<b>{x}</b>"', True),
        ('"<td class=" + x + ">"', True),
        ('"<b>%s</b>" % x', True),
        ('"<b>{}</b>".format(x)', True),
        ('"<br>".join(x)', True),
        ('x.replace("\\n", "<br/>")', True),
        ('f"<svg {x}/>"', True),
        ('f"a < {x}"', False),
        ('f"{x:<8}"', False),
        ('"<b>" + "</b>"', False),
        ('Markup("<b>{}</b>").format(x)', False),
        ('Markup("<br>").join(x)', False),
    ],
)
def test_the_walk_knows_a_tag_with_a_value(source: str, *, wrong: bool) -> None:
    assert any(map(built, ast.walk(ast.parse(source)))) is wrong


def test_no_plain_string_builds_a_tag_with_a_value() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in files(".py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.expr) and built(node)
    ]
    assert found == []


def test_only_text_of_the_source_counts_as_html() -> None:
    """``Markup(x)`` of a value would let it through unescaped; only ``carto.markup`` may."""
    for path in files(".py"):
        name = path.relative_to(ROOT).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Markup":
                assert name == "carto/markup.py" or all(text_of(one) is not None for one in node.args), (
                    f"{name}:{node.lineno}"
                )


def test_nothing_else_escapes_and_nothing_else_shows() -> None:
    for path in files(".py"):
        name, source = path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
        tree = ast.parse(source)
        taken = {one.module for one in ast.walk(tree) if isinstance(one, ast.ImportFrom)}
        taken |= {alias.name for one in ast.walk(tree) if isinstance(one, ast.Import) for alias in one.names}
        assert name in MAY_ESCAPE or not taken & ESCAPES, name
        assert name in SHOWS or not re.search(r"unsafe_allow_html|\bst\.html\(|\.components\.v1\b", source), name


def test_templates_leave_the_escaping_on() -> None:
    found = files(".html", ".svg")
    assert len(found) > 15
    for path in found:
        source = path.read_text(encoding="utf-8")
        assert not re.search(r"\|\s*safe\b|autoescape|\|\s*forceescape", source), path
        for tag in re.findall(r"<[a-z][^<>]*>", re.sub(r"{%.*?%}", "", source, flags=re.DOTALL)):
            bare = re.sub(r'"[^"]*"', '""', re.sub(r"{{.*?}}", "_", tag, flags=re.DOTALL))
            assert not re.search(r'=\s*(?!"")', bare), f"{path}: a value without quotation marks: {tag}"
