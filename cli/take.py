"""``redline snapshot | report | diff``: exports."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from tabulate import tabulate

from cli.base import VERSION, bytes_of, loaded, main, open_ledger
from cli.case import case_of, case_options
from cli.options import check_options, read_with_options, refuse_given, settings_from, site_options, take_site_options
from words import Lang, t

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo.progress import Progress
    from layers.catalogue import Catalogue, Layer
    from siting.check import Run
    from snapshot.sheet import Relief

_FILE = click.Path(path_type=Path, dir_okay=False)


@main.command()
@click.argument("target", type=_FILE)
@click.option("--form", default=None)
@click.option("--layer", "chosen", multiple=True)
@click.option("--epsg", type=int, default=None)
@click.option("--extent", default=None)
@click.option("--adcode", "adcodes", multiple=True)
@click.option("--filter", "filters", multiple=True)
@click.option("--site", type=_FILE, default=None)
@site_options
@click.option("--title", default="")
@click.option("--paper", type=click.Choice(["A4", "A3", "A2", "A1", "A0"]), default="A4")
@click.option("--portrait", is_flag=True)
@click.option("--dpi", type=click.IntRange(30, 1200), default=300)
@click.option("--scale", type=click.FloatRange(min=100), default=None)
@click.option("--grid", type=click.Choice(["graticule", "gk", "none"]), default="graticule")
@click.option("--internal", is_flag=True)
@click.option("--approval", default="")
@click.option("--user", default="")
@click.option("--no-relief", is_flag=True)
@click.option("--raster", type=click.Choice(["distance", "constraint"]), default="distance")
@click.option("--cell", "cell_m", type=float, default=100.0)
@click.option("--encoding", type=click.Choice(["gb18030", "utf-8"]), default="gb18030")
@click.option("--no-heading", is_flag=True)
@click.option("--unplaced", type=click.Choice(["table", "county"]), default="table")
@click.pass_obj
def snapshot(obj: dict[str, object], /, target: Path, **options: Any) -> None:
    """Take layers away as tables, shapes, a sheet, a raster or a page, each with its manifest."""
    from snapshot.arguments import snapshot as take
    from snapshot.pictures import Picture
    from snapshot.selection import SurveyFormat

    lang: Lang = obj["lang"]  # type: ignore[assignment]
    catalogue, layers = loaded(obj)
    site, how = options.pop("site"), take_site_options(options)
    run = None if site is None else _checked(site, catalogue, layers, how)
    relief = None if options.pop("no_relief") else _relief(catalogue)
    names = ("title", "paper", "dpi", "scale", "grid", "internal", "approval", "user", "raster", "cell_m")
    picture = Picture(
        landscape=not options.pop("portrait"), relief=relief, **{name: options.pop(name) for name in names}
    )
    survey = SurveyFormat(options.pop("encoding"), heading=not options.pop("no_heading"))
    with _progress() as progress:
        written = take(
            target, layers, **options, run=run, picture=picture, survey=survey, lang=lang, version=VERSION,
            progress=progress,
        )  # fmt: skip
    click.echo(t("cli.written", lang, file=written.name))


@main.command()
@click.argument("what")
@click.option("--out", type=_FILE, required=True)
@check_options
@click.option("--user", default="")
@case_options
@click.pass_obj
def report(obj: dict[str, object], /, what: str, out: Path, user: str, **options: Any) -> None:
    """Write the report of a stored check (ID), or of a site file, as PDF or DOCX."""
    from dataclasses import asdict

    from siting.check import Case
    from siting.ledger import kept_run
    from snapshot.report import deliver_report

    lang: Lang = obj["lang"]  # type: ignore[assignment]
    case = case_of(options)
    catalogue, layers = loaded(obj)
    if Path(what).is_file():
        run, check_id = _checked(Path(what), catalogue, layers, options), ""
    else:
        kept = open_ledger().get(what)
        refuse_given(kept.id)
        run, check_id, case = kept_run(open_ledger(), what, layers), kept.id, asdict(kept.case) | case
    with _progress() as progress:
        written = deliver_report(
            out, run, Case(**case), lang=lang, version=VERSION, check_id=check_id, user=user,
            relief=_relief(catalogue), progress=progress,
        )  # fmt: skip
    click.echo(t("cli.written", lang, file=written.name))


@main.command()
@click.argument("first", type=_FILE)
@click.argument("second", type=_FILE)
@click.option("--out", type=_FILE, default=None)
@click.pass_obj
def diff(obj: dict[str, object], first: Path, second: Path, out: Path | None) -> None:
    """Compare two snapshots, layer by layer."""
    from datetime import UTC, datetime

    from snapshot.arguments import diff_files
    from snapshot.inspect import write_diff

    lang: Lang = obj["lang"]  # type: ignore[assignment]
    for path in (first, second):
        bytes_of(path)
    diffs = diff_files(first, second)
    for found in diffs.values():
        click.echo(found.text(lang))
        if len(found.table):
            click.echo(tabulate(found.table, headers="keys", showindex=False, missingval=""))
    if out is not None:
        write_diff(out, diffs, written=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), lang=lang)
        click.echo(t("cli.written", lang, file=out.name), err=True)


def _checked(path: Path, catalogue: Catalogue, layers: Mapping[str, Layer], options: dict[str, Any]) -> Run:
    """Check the sites of a file; a few lines by chainage too."""
    from siting.check import run_batch

    settings = settings_from(options, catalogue, typed=False)
    sites, settings = read_with_options(path, settings, catalogue, content=None, sections=options["sections"])
    return run_batch(sites, layers, settings)


def _relief(catalogue: Catalogue) -> Relief | None:
    from snapshot.sheet import relief_of

    return relief_of(catalogue.folder / catalogue.map.base)


@contextmanager
def _progress() -> Iterator[Progress]:
    """Show the share done on a terminal; nothing where there is none."""
    with click.progressbar(length=1000, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        yield lambda share, _doing="": bar.update(max(0, round(1000 * share) - bar.pos))
