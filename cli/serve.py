"""``redline serve | layers | validate``: the app, and whether what it stands on is sound."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from cli.base import loaded, main
from geo.errors import BadInput
from words import Lang, t


@main.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8501)
@click.option("--address", default="127.0.0.1")
@click.pass_obj
def serve(obj: dict[str, object], port: int, address: str) -> None:
    """Serve the app in the browser."""
    from layers.paths import PRODUCT

    config = Path(str(obj["config"])).resolve()
    os.environ["REDLINE_CONFIG"] = str(config)
    os.chdir(PRODUCT)  # where Streamlit's settings are

    from layers.catalogue import config_faults, read_catalogue
    from views.condition import configure_logs
    from views.serve import prepare, run_server
    from views.server import prepare_tiles, refuse_unready_sign_in

    lang: Lang = obj["lang"]  # type: ignore[assignment]
    if faults := config_faults(config):
        click.echo("\n".join(one.text(lang) for one in faults), err=True)
        raise SystemExit(2)
    catalogue = read_catalogue(config)
    configure_logs(catalogue.server.log)
    access = catalogue.access
    refuse_unready_sign_in(access)
    if not access.is_on and address not in {"127.0.0.1", "::1", "localhost"}:
        click.echo(t("access.open_to_all", lang, address=address), err=True)
    prepare_tiles(config, write_line=lambda text: click.echo(text, err=True), lang=lang)
    prepare()
    run_server(address, port)


@main.command()
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
@click.option("--history", metavar="ID")
@click.option("--rollback", metavar="ID")
@click.option("--forward", metavar="ID")
@click.option("--remove", metavar="ID")
@click.pass_obj
def layers(obj: dict[str, object], /, form: str, **options: str | None) -> None:
    """List every layer: count, CRS, basis, as-of date, health."""
    wanted = [(kind, layer_id) for kind, layer_id in options.items() if layer_id]
    if len(wanted) > 1:
        raise BadInput("cli.one_at_a_time", options="--history, --rollback, --forward, --remove")
    if wanted:
        from cli.own import versions

        versions(*wanted[0], obj["lang"], form)  # type: ignore[arg-type]
        return
    from layers.catalogue import failed_layers
    from snapshot.findings import layer_rows, layers_text

    lang: Lang = obj["lang"]  # type: ignore[assignment]
    _, found = loaded(obj)
    rows = layer_rows(found.values(), lang)
    if form == "json":
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        click.echo(layers_text(rows, lang))
        for row in rows:
            if row["fault"]:
                click.echo(f"{row['id']}: {row['fault']}", err=True)
    faulty = len(failed_layers(found.values()))
    click.echo(t("cli.health", lang, total=len(rows), faulty=faulty), err=True)
    raise SystemExit(1 if faulty else 0)


@main.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=None, required=False)
@click.pass_obj
def validate(obj: dict[str, object], folder: Path | None) -> None:
    """Check the tables of plans and of law, naming file, line and column."""
    from layers.law import validate_law
    from layers.paths import law_folder, plans_folder
    from layers.plans import validate_folder

    lang: Lang = obj["lang"]  # type: ignore[assignment]
    count = 0
    for place in [folder] if folder is not None else [plans_folder(), law_folder()]:
        of_law = (place / "instruments.csv").is_file()
        faults = validate_law(place) if of_law else validate_folder(place)
        for fault in faults:
            click.echo(fault.text(lang))
        click.echo(t("cli.validated", lang, folder=place.name, count=len(faults)), err=True)
        count += len(faults)
    raise SystemExit(1 if count else 0)
