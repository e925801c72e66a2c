"""The top command and what all commands share: catalogue, ledger, files named by the user."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from cli.help_texts import TranslatedGroup, keep_language, language_of
from geo.errors import BadInput, RedlineError
from words import LANGUAGES, Lang, t

if TYPE_CHECKING:
    from layers.access import Role
    from layers.catalogue import Catalogue, CatalogueInUse, Layer
    from siting.ledger import Ledger

__all__ = [
    "ROLES_OF_COMMANDS", "VERSION", "bytes_of", "extent_text", "json_of", "loaded", "main", "open_ledger",
    "require_role", "visible",
]  # fmt: skip

VERSION = metadata.version("redline")
_BAD_INPUT = 2
ROLES_OF_COMMANDS: Final[dict[str, Role | None]] = {
    "audit": "administrator",
    "backup": "administrator",
    "check": "checker",
    "compare": "checker",
    "diff": "checker",
    "import": "manager",
    "layers": "viewer",
    "ledger": "checker",
    "report": "checker",
    "restore": "administrator",
    "serve": None,
    "snapshot": "checker",
    "suggest": "checker",
    "validate": "viewer",
    "verify": "checker",
}
"""Which role each command takes where people have roles; None: none."""


class _OneSentence(TranslatedGroup):
    """A group whose commands answer bad input with one sentence and exit code 2, never a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except RedlineError as fault:
            lang: Lang = (ctx.obj or {}).get("lang", "zh")
            click.echo(fault.text(lang), err=True)
            ctx.exit(_BAD_INPUT)
        except (click.exceptions.Exit, click.ClickException, click.Abort):
            raise
        except Exception as fault:
            if os.environ.get("REDLINE_DEBUG"):
                raise
            click.echo(t("cli.broke", (ctx.obj or {}).get("lang", "zh"), fault=type(fault).__name__), err=True)
            ctx.exit(1)


@click.group(cls=_OneSentence, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--config", type=click.Path(path_type=Path), default=None)
@click.option("--lang", type=click.Choice(LANGUAGES), callback=keep_language, is_eager=True, expose_value=False)
@click.version_option(VERSION, prog_name="redline")
@click.pass_context
def main(ctx: click.Context, config: Path | None) -> None:
    """Redline 红线一张图: may this stand here?"""  # noqa: D400
    import gc
    import warnings

    from layers.paths import config_in_use

    if not os.environ.get("REDLINE_DEBUG"):  # what a library mutters is no sentence for a user
        warnings.simplefilter("ignore")
    if config is not None:
        _use(ctx, config)
    ctx.obj = {"config": config_in_use(), "lang": language_of(ctx)}
    command = str(ctx.invoked_subcommand)
    if (
        command != "serve"
    ):  # what is imported stays: a command that ends soon need not search it for waste again and again
        gc.set_threshold(100_000, 50, 50)
    require_role(command, ROLES_OF_COMMANDS[command], ctx.obj["lang"])


def _use(ctx: click.Context, config: Path) -> None:
    """Set the configuration in use, with its tables, until the command ends (`layers.paths`)."""
    before = os.environ.get("REDLINE_CONFIG")
    os.environ["REDLINE_CONFIG"] = str(config)

    def restore() -> None:
        if before is None:
            os.environ.pop("REDLINE_CONFIG", None)
        else:
            os.environ["REDLINE_CONFIG"] = before

    ctx.call_on_close(restore)


def require_role(command: str, role: Role | None, lang: Lang) -> None:
    """Raise `BadInput` if the user of the operating system has neither a role nor one above it; None: nobody needs one.

    Where people have roles, the audit log has the command either way.

    Raises
    ------
    ConfigError
        If the configuration cannot be read: nobody knows then who may do what.
    """
    if role is None:
        return
    from layers.access import AuditLog, terminal_person
    from layers.paths import home

    access = _catalogue_in_use().shipped.access
    person = terminal_person(access)
    if access.is_on:
        AuditLog(home() / "audit").add(person, "command" if person.may(role) else "refused", command)
    if not person.may(role):
        words = {"role": t(f"access.role_{role}", lang), "own": t(f"access.role_{person.role or 'none'}", lang)}
        raise BadInput("access.role_needed_cli", name=person.name, **words)


def _catalogue_in_use() -> CatalogueInUse:
    """Return the catalogue with the user's own layers, all of them."""
    from layers.catalogue import current_catalogue
    from layers.paths import config_in_use

    return current_catalogue(config_in_use())


def visible() -> CatalogueInUse:
    """Return the catalogue with the user's own layers, without those that the user of the system may not see."""
    from layers.access import terminal_person
    from layers.catalogue import closed_layers, visible_catalogue

    current = _catalogue_in_use()
    return visible_catalogue(current, closed_layers(current, terminal_person(current.shipped.access)))


def loaded(obj: dict[str, object]) -> tuple[Catalogue, Mapping[str, Layer]]:
    """Return the catalogue with the user's own layers, and all layers loaded; warn of a broken user catalogue."""
    from layers.catalogue import load_layers
    from layers.paths import stored_layers

    current = visible()
    if current.fault is not None:
        click.echo(current.fault.text(obj["lang"]), err=True)  # type: ignore[arg-type]
    return current.catalogue, load_layers(current.catalogue, store=stored_layers())


def extent_text(extent: Sequence[str], layers: Mapping[str, Layer], lang: Lang) -> str:
    """Return the extent in which a layer is complete, as text; none means everywhere."""
    from layers.catalogue import territory_names

    named = territory_names(layers, lang)
    return t("data.comma", lang).join(named.get(code, code) for code in extent) or t("data.everywhere", lang)


def open_ledger() -> Ledger:
    """Open the ledger of the user's home folder, without the checks that saw layers which the user may not see."""
    from layers.paths import home
    from siting.ledger import Ledger

    return Ledger.open(home()).without(visible().closed)


def bytes_of(path: Path) -> bytes:
    """Return the bytes of a file, with what SQLite keeps beside a GeoPackage."""
    from geo.files import zip_with_sidecars

    try:
        return zip_with_sidecars(path) or path.read_bytes()
    except OSError:
        raise BadInput("geo.file_missing", name=path.name) from None


def json_of(path: Path) -> Any:
    """Return the JSON report in a file."""
    try:
        return json.loads(bytes_of(path).decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise BadInput("cli.report_unreadable", file=path.name) from None
