"""``redline suggest``: where an activity could stand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.base import loaded, main
from words import Lang, t

if TYPE_CHECKING:
    from layers.catalogue import Catalogue

_FILE = click.Path(path_type=Path, dir_okay=False)


@main.command()
@click.option("--activity", required=True)
@click.option("--area-ha", type=float, required=True)
@click.option("--adcode", "adcodes", multiple=True)
@click.option("--within", type=_FILE, default=None)
@click.option("--min-width-m", type=float, default=None)
@click.option("--wish", "wishes", multiple=True, metavar="WISH=WEIGHT")
@click.option("--off", multiple=True, metavar="LAYER")
@click.option("--on-water", is_flag=True)
@click.option("--flag", "flags", multiple=True)
@click.option("--works", type=click.Choice(["new", "rebuild", "expand"]), default="new")
@click.option("--as-of", default=None)
@click.option("--cell-m", type=float, default=None)
@click.option("--limit", type=int, default=10)
@click.option("--format", "form", type=click.Choice(["table", "json", "geojson", "gpkg"]), default="table")
@click.option("--out", type=_FILE, default=None)
@click.option("--feasible", type=_FILE, default=None)
@click.pass_obj
def suggest(
    obj: dict[str, object], /, form: Any, out: Path | None, feasible: Path | None, within: Path | None, **options: Any
) -> None:
    """Suggest up to ten areas for an activity, ranked, none of which the check forbids."""
    from geo.errors import BadInput
    from siting.check import settings_of
    from siting.suggest import request_of
    from siting.suggest import suggest as suggestion_for
    from snapshot.suggestions import suggestion_text, write_feasible, write_suggestion

    lang: Lang = obj["lang"]  # type: ignore[assignment]
    if out is None and form == "gpkg":
        raise BadInput("cli.needs_out", form=form)
    if any(one is not None and within is not None and one.resolve() == within.resolve() for one in (out, feasible)):
        raise BadInput("cli.out_is_input", file=str(within and within.name))
    catalogue, layers = loaded(obj)
    settings = settings_of(
        catalogue, activity=options.pop("activity"), flags=tuple(options.pop("flags")), works=options.pop("works"),
        as_of=options.pop("as_of") or "",
    )  # fmt: skip
    frame = None if within is None else _frame(within, catalogue)
    request = request_of(layers, within=frame, **options)
    found = suggestion_for(request, layers, settings)
    if feasible is not None:
        write_feasible(feasible, found, layers, lang)
        click.echo(t("cli.written", lang, file=feasible.name), err=True)
    if out is None:
        click.echo(suggestion_text(form, found, layers, lang), nl=False)
    else:
        write_suggestion(out, form, found, layers, lang)
        click.echo(t("cli.written", lang, file=out.name), err=True)


def _frame(path: Path, catalogue: Catalogue) -> Any:
    """Return the polygons of a file as one shape, degrees of EPSG:4490.

    Raises
    ------
    BadInput, CrsError
        As the readers; where the file has no polygon.
    """
    import shapely

    from geo.errors import BadInput
    from siting.check import read_input, settings_of

    sites = read_input(path, path.name, settings_of(catalogue), catalogue.limits)
    shapes = sites.frame.geometry.to_numpy()
    shapes = shapes[shapely.get_dimensions(shapes) == 2]
    if not len(shapes):
        raise BadInput("suggest.frame_no_polygon", file=path.name)
    return shapely.union_all(shapes)
