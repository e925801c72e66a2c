"""What a docstring says of parameters and attributes is of those that there are: a rename takes its docstring along."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.test_house import ROOMS, ROOT, committed

MODULES = [path for path in committed() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in ROOMS]


def documented(node: ast.FunctionDef | ast.ClassDef, heading: str) -> Iterator[str]:
    """Yield the names in a section of a numpydoc docstring."""
    section = re.search(
        rf"^{heading}\n-+\n(.*?)(?=^\w[\w ]*\n-+\n|\Z)", ast.get_docstring(node) or "", re.MULTILINE | re.DOTALL
    )
    for line in re.findall(r"^(\**\w[\w, *]*) : ", section[1] if section else "", re.MULTILINE):
        yield from (name.strip(" *") for name in line.split(","))


def arguments(function: ast.FunctionDef) -> set[str]:
    """Return the names of the parameters of a function."""
    spec = function.args
    named = [*spec.posonlyargs, *spec.args, *spec.kwonlyargs, *filter(None, (spec.vararg, spec.kwarg))]
    return {one.arg for one in named}


def unknown_names(source: str) -> list[str]:
    """Return what the docstrings of a module name and the code does not have."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            found += [f"{node.name}: {one}" for one in documented(node, "Parameters") if one not in arguments(node)]
        elif isinstance(node, ast.ClassDef) and not {base.id for base in node.bases if isinstance(base, ast.Name)} - {
            "NamedTuple", "Protocol", "ABC",
        }:  # fmt: skip
            fields = {one.target.id for one in node.body if isinstance(one, ast.AnnAssign)}  # type: ignore[union-attr]
            methods = [one for one in node.body if isinstance(one, ast.FunctionDef)]
            known = fields | {one.name for one in methods}
            known |= {name for one in methods if one.name == "__init__" for name in arguments(one)}
            for heading in ("Attributes", "Parameters"):
                found += [f"{node.name}: {one}" for one in documented(node, heading) if one not in known]
    return found


@pytest.mark.parametrize("room", ROOMS)
def test_parameters_and_attributes_exist(room: str) -> None:
    mine = [path for path in MODULES if path.relative_to(ROOT).parts[0] == room]
    assert mine
    wrong = {path.name: names for path in mine if (names := unknown_names(path.read_text(encoding="utf-8")))}
    assert wrong == {}


def test_a_name_that_is_gone_is_found() -> None:
    source = 'def f(a):\n    """Return a.\n\n    Parameters\n    ----------\n    a : int\n    gone : int\n    """\n'
    assert unknown_names(source) == ["f: gone"]
