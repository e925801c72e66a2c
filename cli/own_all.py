"""``redline import --all``: store every official table of a database."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

import click

from cli.base import extent_text, loaded, visible
from geo.errors import BadInput
from words import Lang, t

if TYPE_CHECKING:
    from layers.own import Database, Intake, StoreResult, TableReport

__all__ = ["extent_of_option", "import_all"]

_ONE_AT_A_TIME: Final = (
    "layer_id", "layer", "stands_for", "role", "group", "title", "title_en", "basis", "export", "id_field",
    "name_field", "zone_field", "time_field", "time_end_field",
)  # fmt: skip
"""Options that say what a single table is: an official one says so itself."""


def import_all(obj: dict[str, object], file: Path, dry_run: bool, **options: Any) -> None:
    """Look through all official tables of a file, say what was found, and store those that fit.

    Ends with code 1 where a table of the database was left out or could not be stored.
    """
    from geo.read import inspect
    from layers.own import LAYER_LIMITS, SharedMetadata, inspect_tables, store_tables

    if given := [name for name in _ONE_AT_A_TIME if options.get(name) is not None]:
        names = ", ".join("--id" if name == "layer_id" else f"--{name.replace('_', '-')}" for name in given)
        raise BadInput("data.all_alone", options=names)
    lang: Lang = obj["lang"]  # type: ignore[assignment]
    database, name = _database(obj, file, options)
    seen = inspect_tables(
        database,
        inspect(database.content, name, limits=LAYER_LIMITS).layers,
        extent=None if options["extent"] is None else extent_of_option(options["extent"], database.counties),
        progress=lambda _share, table="": click.echo(t("data.many_reading", lang, layer=table), err=True),
    )
    if not any(table.official for table in seen):
        for table in seen:
            click.echo(table.refusal_text(lang), err=True)
        raise BadInput("data.no_official", name=name)
    for table in seen:
        _tell(table, lang)
    outcomes: list[StoreResult] = []
    if not dry_run:
        common = SharedMetadata(
            options["publisher"],
            options["licence"] or "internal",
            options["as_of"],
            secrecy=options["secrecy"],
            accuracy_m=options["accuracy"],
        )
        fitting = [table for table in seen if table.can_be_stored]

        def show(_share: float, table: str = "", /) -> None:
            click.echo(f"  {t('data.many_storing', lang, layer=table)}", err=True)

        outcomes = store_tables(database, fitting, common, progress=show)
        for outcome in outcomes:
            _tell_outcome(outcome, lang)
    if any(not table.can_be_stored for table in seen) or any(outcome.fault for outcome in outcomes):
        raise SystemExit(1)


def extent_of_option(text: str, counties: Any) -> tuple[str, ...]:
    """Return the territories of the ``--extent`` option; none for ``all``.

    Raises
    ------
    BadInput
        If there is no such territory.
    """
    if text == "all":
        return ()
    known = {str(code) for level in ("adcode", "prefecture_adcode", "province_adcode") for code in counties[level]}
    codes = tuple(code.strip() for code in text.split(",") if code.strip())
    for code in codes:
        if code not in known:
            raise BadInput("data.no_territory", code=code)
    return codes


def _database(obj: dict[str, object], file: Path, options: dict[str, Any]) -> tuple[Database, str]:
    """Return the file as its tables will be read, and its name."""
    from geo.read import pack_for_upload
    from layers.catalogue import counties_of
    from layers.own import LAYER_LIMITS, Database, read_and_validate

    _, layers = loaded(obj)
    counties = counties_of(layers)
    folder = click.get_current_context().with_resource(TemporaryDirectory(prefix="redline-"))
    content, name = pack_for_upload(file, LAYER_LIMITS.upload_mb, Path(folder))

    def take(layer: str) -> Intake:
        return read_and_validate(
            content, name, layer=layer, crs=options["crs"], accept_repairs=options["accept_repairs"], counties=counties
        )

    return Database(
        content,
        take,
        counties,
        lambda: visible().catalogue,
        lambda extent, lang: extent_text(extent, layers, lang),
    ), name


def _tell(table: TableReport, lang: Lang) -> None:
    """Print what was found in a table, and where it goes or why it is left out."""
    from layers.own import placement_text

    title = table.official.title(lang) if table.official else "—"
    click.echo(f"{table.layer} · {title}", err=True)
    if table.official is not None:
        where = t("data.comma", lang).join(table.extent) or t("data.everywhere", lang)
        facts = {"kept": f"{table.valid_count:,}", "read": f"{table.row_count:,}", "extent": where}
        faults = t("data.many_faults" if table.faults else "data.many_no_faults", lang, count=len(table.faults))
        place = placement_text(table.placement, where, lang) if table.placement else "—"
        click.echo("  " + t("data.many_facts", lang, **facts, faults=faults, place=place), err=True)
    for notice in table.notices:
        click.echo(f"  {notice.text(lang)}", err=True)
    for fault in table.faults:
        click.echo(f"  [{t(f'data.level_{fault.level}', lang)}] {fault.text(lang)} {fault.cure(lang)}", err=True)
    if not table.can_be_stored:
        out = t("data.many_out", lang, layer=table.layer, count=f"{table.row_count:,}")
        click.echo(f"  {out} {table.refusal_text(lang)}", err=True)


def _tell_outcome(outcome: StoreResult, lang: Lang) -> None:
    """Print the outcome of storing a table; success also as a line of JSON."""
    if outcome.version is None:
        why = outcome.fault.text(lang) if outcome.fault else ""
        click.echo(t("data.many_not_kept", lang, layer=outcome.layer, why=why), err=True)
        return
    version = outcome.version
    counts = {"title": version.layer.title(lang), "number": version.number, "count": f"{version.count:,}"}
    click.echo(t("data.many_kept_one", lang, layer=outcome.layer, **counts), err=True)
    digest = str(getattr(version.layer.source, "digest", ""))
    click.echo(
        json.dumps({"table": outcome.layer, "id": version.layer.id, "version": version.number, "digest": digest})
    )
