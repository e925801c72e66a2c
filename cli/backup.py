"""``redline backup | restore``: the data folder as one file, and back."""

from __future__ import annotations

from pathlib import Path

import click

from cli.base import main
from words import Lang, t


@main.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_obj
def backup(obj: dict[str, object], file: Path) -> None:
    """Write stored checks, imports and drafts to one file; the app may go on running."""
    from layers.paths import home
    from siting.ledger import write_backup

    lang: Lang = obj["lang"]  # type: ignore[assignment]
    done = write_backup(home(), file)
    said = {"file": file.name, "files": done.files, "checks": done.checks, "size": f"{done.size / 1e6:,.1f}"}
    click.echo(t("backup.written", lang, **said), err=True)


@main.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--replace", is_flag=True)
@click.pass_obj
def restore(obj: dict[str, object], file: Path, replace: bool) -> None:
    """Put the content of a backup in the place of the data folder, once all of it is found sound."""
    from layers.paths import home
    from siting.ledger import restore_backup

    lang: Lang = obj["lang"]  # type: ignore[assignment]
    done, before = restore_backup(file, home(), replace=replace)
    said = {"file": file.name, "files": done.files, "checks": done.checks, "when": done.written_at}
    click.echo(t("backup.restored", lang, **said), err=True)
    if before is not None:
        click.echo(t("backup.aside", lang, folder=str(before)), err=True)
