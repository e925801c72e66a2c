"""``redline import``: store a user's layer as a new version; and list or switch versions."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Literal, get_args

import click

from cli.base import extent_text, loaded, main, open_ledger, require_role, visible
from cli.own_all import extent_of_option, import_all
from geo.errors import BadInput
from words import Lang, t

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from layers.catalogue import Catalogue, Layer
    from layers.own import Intake, Placement

_ROLES = ("redline", "protected", "river", "project", "other")
_BASES = ("statutory", "published", "derived", "modelled", "approximate")
_DECLARED = (
    "role", "group", "export", "time_field", "time_end_field", "id_field", "name_field", "zone_field", "basis",
    "publisher", "licence", "as_of", "secrecy",
)  # fmt: skip
"""Options that stand in the place of what is proposed."""
_GROUPS = ("control", "protection", "water", "projects", "own")


@main.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--id", "layer_id")
@click.option("--layer")
@click.option("--crs")
@click.option("--stands-for")
@click.option("--role", type=click.Choice(_ROLES))
@click.option("--group", type=click.Choice(_GROUPS))
@click.option("--title")
@click.option("--title-en")
@click.option("--publisher", required=True)
@click.option("--licence")
@click.option("--as-of", default="unknown")
@click.option("--basis", type=click.Choice(_BASES))
@click.option("--accuracy", type=click.FloatRange(min=0))
@click.option("--secrecy", type=click.Choice(("public", "internal", "secret")))
@click.option("--export", type=click.Choice(("none", "findings", "full")))
@click.option("--extent")
@click.option("--id-field")
@click.option("--name-field")
@click.option("--zone-field")
@click.option("--time-field")
@click.option("--time-end-field")
@click.option("--replace", is_flag=True)
@click.option("--all", "every", is_flag=True)
@click.option("--accept-repairs", is_flag=True)
@click.option("--dry-run", is_flag=True)
@click.pass_obj
def import_layer(
    obj: dict[str, object], /, file: Path, replace: bool, every: bool, dry_run: bool, **options: Any
) -> None:
    """Bring a layer in: check it, store it as a version, put it in use."""
    if every:
        import_all(obj, file, dry_run, **options)
        return
    from geo.read import pack_for_upload
    from layers.catalogue import counties_of
    from layers.own import LAYER_LIMITS, field_faults, read_and_validate, store_layer

    lang: Lang = obj["lang"]  # type: ignore[assignment]
    catalogue, layers = loaded(obj)
    counties = counties_of(layers)
    folder = click.get_current_context().with_resource(TemporaryDirectory(prefix="redline-"))
    content, name = pack_for_upload(file, LAYER_LIMITS.upload_mb, Path(folder))
    intake = read_and_validate(
        content,
        name,
        layer=options["layer"],
        crs=options["crs"],
        accept_repairs=options["accept_repairs"],
        counties=counties,
    )
    _tell(intake, lang)
    given = _given(intake, options, catalogue, layers, replace=replace)
    for fault in field_faults(intake, given.id_field, given.name_field):
        click.echo(f"  {fault.text(lang)} {fault.cure(lang)}", err=True)
    where = t("data.comma", lang).join(given.extent) or t("data.everywhere", lang)
    click.echo(
        t("data.cli_goes", lang, id=given.id, stands_for=given.stands_for, basis=given.basis, extent=where), err=True
    )
    if given.supersedes:
        click.echo(t("data.cli_beside", lang, other=given.supersedes), err=True)
    if intake.blocked:
        click.echo(t("data.still_stopped", lang, name=intake.name), err=True)
        raise SystemExit(1)
    if dry_run:
        return

    def show(_share: float, doing: str = "", /) -> None:
        click.echo(f"  {t(f'data.step_{doing}', lang)}", err=True)

    version = store_layer(intake, given, content, catalogue=catalogue, counties=counties, progress=show)
    title = version.layer.title(lang)
    click.echo(t("data.kept", lang, title=title, number=version.number, count=f"{version.count:,}"), err=True)
    click.echo(json.dumps({"id": version.layer.id, "version": version.number, "digest": _digest(version.layer.source)}))


def _tell(intake: Intake, lang: Lang) -> None:
    """Print what was found, one line a kind of fault."""
    found = intake.recognition
    counts = {"read": f"{intake.row_count:,}", "kept": f"{len(intake.frame):,}"}
    click.echo(
        f"{intake.name} / {intake.layer}: {t('data.rows_kept', lang, **counts)} · EPSG:{intake.reading.epsg}", err=True
    )
    if found.official is not None:
        words = {"table": found.official.table, "title": found.official.title(lang), "ysdm": found.ysdm}
        click.echo(t("data.recognised", lang, standard=found.official.standard(lang), **words), err=True)
    elif found.near_miss is not None:
        click.echo(found.near_miss.text(lang), err=True)
    for notice in intake.notices:
        click.echo(f"  {notice.text(lang)}", err=True)
    for fault in intake.faults:
        level = t(f"data.level_{fault.level}", lang)
        click.echo(f"  [{level}] {fault.text(lang)} {fault.cure(lang)}", err=True)
        for at in range(min(len(fault.notes), 5)):
            click.echo(f"      {fault.rows[at]}: {fault.note(at, lang)}", err=True)


def _given(
    intake: Intake, options: dict[str, Any], catalogue: Catalogue, layers: Mapping[str, Layer], *, replace: bool
) -> Any:
    """Return the proposed settings of a layer with the user's options on top."""
    import dataclasses

    from layers.catalogue import counties_of
    from layers.own import Placement, propose

    counties, official = counties_of(layers), intake.recognition.official
    word = options["stands_for"] or (official.stands_for if official else "own")
    extent = _extent(intake, options["extent"], counties)
    if replace:
        place = _in_place(options["layer_id"], word, extent, catalogue, counties)
    else:
        if options["layer_id"] in {spec.id for spec in catalogue.layer}:
            raise BadInput("data.id_taken", id=options["layer_id"])
        place = Placement("new")

    proposed = propose(
        intake,
        stands_for=word,
        extent=extent,
        placement=place,
        catalogue=catalogue,
        format_territories=lambda codes, lang: extent_text(codes, layers, lang),
    )
    chosen = {key: options[key] for key in _DECLARED if options[key] is not None}
    if options["accuracy"] is not None:
        chosen["accuracy_m"] = options["accuracy"]
    if options["layer_id"] and not replace:
        chosen["id"] = options["layer_id"]
    if options["title"]:
        chosen |= {"title_zh": options["title"], "title_en": options["title_en"] or options["title"]}
    elif options["title_en"]:
        chosen["title_en"] = options["title_en"]
    given = dataclasses.replace(proposed, **chosen)
    if "export" not in chosen and given.basis != proposed.basis:  # what usually goes with it
        given = dataclasses.replace(given, export=None)
    return given if given.licence else dataclasses.replace(given, licence="internal")


def _extent(intake: Intake, named: str | None, counties: Any) -> tuple[str, ...]:
    """Return the territories named, else those that the layer's codes or shapes suggest."""
    from layers.own import likely_extent

    if named is not None:
        return extent_of_option(named, counties)
    proposed = likely_extent(intake, counties)
    if intake.recognition.official is None and not intake.blocked:  # nobody but its user knows where it is complete
        raise BadInput("data.say_extent", proposed=",".join(proposed) or "all")
    return proposed


def _in_place(layer_id: str | None, word: str, extent: Sequence[str], catalogue: Catalogue, counties: Any) -> Placement:
    """Return which layer it replaces, everywhere or inside its extent only."""
    from layers.own import Placement, can_replace, replaceable_entries

    found = [catalogue.spec(layer_id)] if layer_id else replaceable_entries(word, extent, catalogue)
    if len(found) != 1:
        names = ", ".join(spec.id for spec in found) or "—"
        raise BadInput("data.which_to_replace", word=word, layers=names)
    return Placement("replace" if can_replace(extent, found[0], counties) else "beside", found[0])


Action = Literal["history", "rollback", "forward", "remove"]


def versions(action: Action, layer_id: str, lang: Lang, form: str) -> None:
    """List the versions of a layer, or put another one in use."""
    from tabulate import tabulate

    from layers.own import remove, use_version
    from siting.ledger import uses_by_version

    assert action in get_args(Action)
    require_role(f"layers --{action} {layer_id}", "manager", lang)
    entry = visible().user_catalogue.of(layer_id)
    if entry is None:
        raise BadInput("data.no_versions", id=layer_id)
    numbers = [0, *(version.number for version in entry.version)]
    at = numbers.index(entry.current) + {"rollback": -1, "forward": 1}.get(action, 0)
    if not 0 <= at < len(numbers):
        raise BadInput("data.no_further", id=layer_id, number=entry.current)
    if action == "remove":
        remove(layer_id)
        click.echo(t("data.removed", lang), err=True)
    elif action != "history":
        use_version(layer_id, numbers[at])
        click.echo(t("data.rolled", lang, number=numbers[at]), err=True)
    entry = visible().user_catalogue.of(layer_id) or entry
    used = uses_by_version(open_ledger(), layer_id, entry)
    rows = [
        {
            "version": version.number,
            "in_use": version.number == entry.current,
            "imported": version.made_at,
            "publisher": version.layer.publisher(lang),
            "as_of": version.layer.as_of,
            "basis": version.layer.basis,
            "features": version.count,
            "checks": used[version.number].count,
            "file": version.upload,
            "digest": _digest(version.layer.source),
        }
        for version in entry.version
    ]
    if form == "json":
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        click.echo(tabulate([{**row, "digest": str(row["digest"])[:12]} for row in rows], headers="keys"))


def _digest(source: object) -> str:
    return str(getattr(source, "digest", ""))
