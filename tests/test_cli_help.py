"""The help of the command line: in both languages, from the catalogue of words, at once, and true in the README."""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

import words
from cli import main
from cli.help_texts import command_key, option_key
from tests.helpers import ROOT

HAN = re.compile(r"[\u4e00-\u9fff]")
FRAME = {f"cli_help.{name}" for name in ("usage", "options", "commands", "required")}


def commands(
    command: click.Command = main, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            yield from commands(below, (*path, name))


def options(command: click.Command) -> list[click.Option]:
    params = command.get_params(click.Context(command, help_option_names=["-h", "--help"]))
    return [param for param in params if isinstance(param, click.Option)]


def helped(path: tuple[str, ...], *before: str) -> str:
    answer = CliRunner().invoke(main, [*before, *path, "--help"], terminal_width=100)
    assert answer.exit_code == 0, answer.output
    return re.sub(r"\s+", "", answer.stdout)


@pytest.mark.parametrize("lang", words.LANGUAGES)
@pytest.mark.parametrize("path", [path for path, _ in commands()], ids=" ".join)
def test_every_command_is_told_in_both_languages(path: tuple[str, ...], lang: words.Lang) -> None:
    command = dict(commands())[path]
    told = helped(path, "--lang", lang)
    assert told.startswith("用法：" if lang == "zh" else "Usage:")
    for key in (command_key(path), *(option_key(option.opts[-1], path) for option in options(command))):
        assert re.sub(r"\s+", "", words.t(key, lang)) in told, key
    if lang == "en":
        assert not HAN.search(told.replace("红线一张图", ""))


def test_the_catalogue_holds_what_is_asked_for_and_nothing_else() -> None:
    asked = {
        key
        for path, command in commands()
        for key in (command_key(path), *(option_key(option.opts[-1], path) for option in options(command)))
    }
    assert len(asked) > 80
    assert asked | FRAME == {key for key in words.all_texts() if key.startswith("cli_help.")}


def test_no_help_is_written_in_the_code() -> None:
    """Neither as an argument of a command or option, nor after a slash in a docstring."""
    for path in (ROOT / "cli").glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                named = {keyword.arg for keyword in node.keywords}
                assert not named & {"help", "short_help", "epilog", "prompt", "confirmation_prompt"}, ast.unparse(node)
            if isinstance(node, ast.FunctionDef) and node.name != "main":
                assert not HAN.search(ast.get_docstring(node) or ""), node.name


def test_help_speaks_the_language_of_the_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REDLINE_LANG", "LC_ALL", "LANG"):
        monkeypatch.delenv(name, raising=False)
    assert "用法：" in helped(("check",))
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    assert "Usage:" in helped(("check",))
    monkeypatch.setenv("REDLINE_LANG", "zh")
    assert "用法：" in helped(("ledger", "list"))
    assert "Usage:" in helped(("ledger", "list"), "--lang", "en")


def test_a_required_option_is_said_to_be_one() -> None:
    assert "来源单位（必填）" in helped(("import",), "--lang", "zh")
    assert "whereitisfrom(required)" in helped(("import",), "--lang", "en")


def test_one_question_of_versions_at_a_time() -> None:
    answer = CliRunner().invoke(main, ["--lang", "en", "layers", "--history", "a", "--remove", "a"])
    assert answer.exit_code == 2
    assert "at a time" in answer.stderr


def test_help_loads_nothing_heavy() -> None:
    asked = (
        "import sys\nfrom cli import main\ntry:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "print(sorted({'geopandas', 'numpy', 'pandas', 'pyproj', 'shapely', 'streamlit'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_examples_of_the_readme_are_understood() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    lines = re.findall(r"^\.venv/bin/redline (.+)$", text, re.M)
    assert len(lines) > 25
    for line in lines:
        command: click.Command = main
        asked = shlex.split(line, comments=True)
        while isinstance(command, click.Group):
            command = command.commands[asked.pop(0)]
        command.make_context(command.name, asked, parent=click.Context(main))
