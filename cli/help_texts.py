"""Help texts of commands and options from ``words``, in the reader's language.

``redline ledger list`` is ``cli_help.command_ledger_list``; its ``--limit`` is ``cli_help.option_limit``, unless the
option means something of its own there: ``cli_help.option_limit_of_ledger_list``.
"""

from __future__ import annotations

import os
from copy import copy

import click

from words import Lang, has, t

__all__ = ["TranslatedCommand", "TranslatedGroup", "command_key", "keep_language", "language_of", "option_key"]


def keep_language(ctx: click.Context, _: click.Parameter, asked: Lang | None) -> None:
    """Store ``--lang`` before anything else is parsed, so that help and errors are in that language."""
    if asked is not None:
        ctx.ensure_object(dict)["lang"] = asked


def language_of(ctx: click.Context) -> Lang:
    """Return the language of ``--lang``; else Chinese, or English where the system is English."""
    asked: Lang | None = (ctx.find_root().obj or {}).get("lang")
    spoken = os.environ.get("REDLINE_LANG") or os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    return asked or ("en" if spoken.startswith("en") else "zh")


def command_key(path: tuple[str, ...]) -> str:
    """Return the key of a command, named from the group down: ``("ledger", "list")``."""
    return "_".join(("cli_help.command", *path))


def option_key(name: str, path: tuple[str, ...]) -> str:
    """Return the key of an option of a command: its own there, if it has one."""
    general = f"cli_help.option_{name.lstrip('-').replace('-', '_')}"
    own = "_".join((general, "of", *path))
    return own if has(own) else general


def _path(ctx: click.Context) -> tuple[str, ...]:
    """Return the names of a command and the groups above it, but for the program's."""
    return () if ctx.parent is None else (*_path(ctx.parent), str(ctx.info_name))


class _Translated(click.Command):
    """A command whose help is in the catalogue of words."""

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the line of usage."""
        pieces = self.collect_usage_pieces(ctx)
        formatter.write_usage(ctx.command_path, " ".join(pieces), prefix=t("cli_help.usage", language_of(ctx)))

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what the command is for."""
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(t(command_key(_path(ctx)), language_of(ctx)))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what each option is for."""
        lang, rows = language_of(ctx), []
        for param in self.get_params(ctx):
            if isinstance(param, click.Option):
                shown = copy(param)
                shown.help = t(option_key(param.opts[-1], _path(ctx)), lang)
                if param.required:
                    shown.required = False  # said in words instead
                    shown.help += t("cli_help.required", lang)
                if (row := shown.get_help_record(ctx)) is not None:
                    rows.append(row)
        with formatter.section(t("cli_help.options", lang)):
            formatter.write_dl(rows)


class TranslatedCommand(_Translated):
    """A command whose help is in the catalogue of words."""


class TranslatedGroup(_Translated, click.Group):
    """A group whose help, and that of its commands, is in the catalogue of words."""

    command_class = TranslatedCommand

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, then the commands."""
        _Translated.format_options(self, ctx, formatter)
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what each command is for."""
        lang = language_of(ctx)
        rows = [(name, t(command_key((*_path(ctx), name)), lang)) for name in self.list_commands(ctx)]
        with formatter.section(t("cli_help.commands", lang)):
            formatter.write_dl(rows)


TranslatedGroup.group_class = TranslatedGroup
