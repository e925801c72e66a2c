"""``redline check | compare | verify``: the siting check, schemes side by side, and whether a check reproduces."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from cli.base import bytes_of, json_of, loaded, main, open_ledger, say_failed
from cli.case import case_of, case_options
from cli.options import check_options, content_of, read_with_options, settings_from
from words import Lang, t

_FORMS = ("table", "json", "csv", "gpkg", "xlsx")
_SHOW_PROGRESS = 500


@main.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@check_options
@click.option("--format", "form", type=click.Choice(_FORMS), default="table")
@click.option("--out", type=click.Path(path_type=Path), default=None)
@click.option("--bom/--no-bom", default=None)
@click.option("--store", is_flag=True)
@case_options
@click.pass_obj
def check(obj: dict[str, object], /, file: Path, form: Any, out: Path | None, bom: bool | None, **options: Any) -> None:
    """Check the sites of a file, or coordinates on standard input (-), against every layer."""
    from geo.errors import BadInput
    from siting.check import Case, run_batch
    from snapshot.findings import as_text, write_results

    lang: Lang = obj["lang"]  # type: ignore[assignment]
    case, store = case_of(options), options.pop("store")
    if case and not store:
        raise BadInput("cli.case_without_store")
    if out is None and form in {"gpkg", "xlsx"}:
        raise BadInput("cli.needs_out", form=form)
    if out is not None and out.exists() and file.exists() and out.samefile(file):
        raise BadInput("cli.out_is_input", file=file.name)
    catalogue, layers = loaded(obj)
    say_failed(layers, lang)
    content = content_of(file)
    settings = settings_from(options, catalogue, typed=content is not None)
    sites, settings = read_with_options(file, settings, catalogue, content=content, sections=options["sections"])
    with click.progressbar(length=len(sites), file=sys.stderr, hidden=len(sites) < _SHOW_PROGRESS) as bar:
        run = run_batch(sites, layers, settings, progress=lambda _share, done="": bar.update(int(done) - bar.pos))
    kept = content if content is not None or not store else bytes_of(file)
    check_id = open_ledger().store(Case(**case), run, kept) if store else None
    if out is None:
        click.echo(as_text(form, run, lang, check_id=check_id, bom=bool(bom)), nl=False)
    else:
        written = write_results(out, form, run, lang, check_id=check_id, bom=bom is not False)
        click.echo(t("cli.written", lang, file=written.name), err=True)
    if check_id is not None:
        click.echo(t("cli.stored", lang, id=check_id), err=True)


@main.command()
@click.argument("files", type=click.Path(path_type=Path, dir_okay=False), nargs=-1, required=True)
@check_options
@click.option("--format", "form", type=click.Choice(["table", "json", "csv", "xlsx"]), default="table")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), default=None)
@click.option("--bom/--no-bom", default=None)
@click.pass_obj
def compare(
    obj: dict[str, object], /, files: tuple[Path, ...], form: Any, out: Path | None, bom: bool | None, **options: Any
) -> None:
    """Put two to five schemes or routes side by side: a file each, or the sites of one file."""
    from geo.errors import BadInput
    from siting.check import run_batch
    from snapshot.findings import schemes_of, schemes_text, write_schemes

    lang: Lang = obj["lang"]  # type: ignore[assignment]
    if out is None and form == "xlsx":
        raise BadInput("cli.needs_out", form=form)
    if out is not None and out.exists() and any(out.samefile(file) for file in files if file.exists()):
        raise BadInput("cli.out_is_input", file=out.name)
    catalogue, layers = loaded(obj)
    settings = settings_from(options, catalogue, typed=False)
    runs = {}
    for number, file in enumerate(files, start=1):
        name = file.stem if [other.stem for other in files].count(file.stem) == 1 else f"{number} {file.stem}"
        sites, mine = read_with_options(file, settings, catalogue, content=None, sections=False)
        runs[name] = run_batch(sites, layers, mine)
    schemes = schemes_of(runs)
    if out is None:
        click.echo(schemes_text(form, schemes, lang, bom=bool(bom)), nl=False)
    else:
        write_schemes(out, form, schemes, lang, bom=bom is not False)
        click.echo(t("cli.written", lang, file=out.name), err=True)


@main.command()
@click.argument("what")
@click.option("--input", "source", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--today", is_flag=True)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
@click.pass_obj
def verify(obj: dict[str, object], what: str, source: Path | None, today: bool, form: str) -> None:
    """Reproduce a stored check (ID) or a report (report.json), or say what changed."""
    from dataclasses import replace

    from geo.errors import BadInput
    from siting.ledger import changes_without_withheld, rerun, verify_report
    from siting.ledger import verify as verify_check
    from snapshot.findings import changes_text, verification_text

    lang: Lang = obj["lang"]  # type: ignore[assignment]
    _, layers = loaded(obj)
    specs = [layer.spec for layer in layers.values()]
    ledger, report = open_ledger(), Path(what)
    sealed = report.is_file() and report.suffix.lower() != ".json"
    if source is not None and (today or sealed):
        raise BadInput("cli.input_unused")
    if today:
        changes = changes_without_withheld(rerun(ledger, what, layers).changes, specs)
        if form == "json":
            click.echo(json.dumps([change.to_json() for change in changes], ensure_ascii=False, indent=2))
        else:
            key = "cli.today_differs" if changes else "cli.today_same"
            click.echo("\n".join([t(key, lang, id=what, count=len(changes)), *changes_text(changes, lang)]))
        raise SystemExit(1 if changes else 0)
    if sealed:
        from snapshot.inspect import verify_file

        held = verify_file(report, layers)
        click.echo(held.text(lang))
        raise SystemExit(0 if held.ok else 1)
    content = None if source is None else bytes_of(source)
    if report.is_file():
        found = verify_report(json_of(report), ledger, layers, content)
    else:
        found = verify_check(ledger, what, layers, content)
    found = replace(
        found,
        differences=tuple(changes_without_withheld(found.differences, specs)),
        since=tuple(changes_without_withheld(found.since, specs)),
    )
    if form == "json":
        click.echo(json.dumps(found.to_json(), ensure_ascii=False, indent=2))
    else:
        click.echo(verification_text(found, report.name, lang))
    raise SystemExit(0 if found.outcome == "reproduced" else 1)
