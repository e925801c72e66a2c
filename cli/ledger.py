"""``redline ledger``: list, show and amend stored checks."""

from __future__ import annotations

import json
from typing import Any

import click

from cli.base import loaded, main, open_ledger
from cli.case import case_of, case_options
from words import Lang, t


@main.group()
def ledger() -> None:
    """Past checks."""


@ledger.command("list")
@click.argument("words", nargs=-1)
@click.option("--verdict", default=None)
@click.option("--activity", default=None)
@click.option("--since", default=None)
@click.option("--until", default=None)
@click.option("--limit", type=click.IntRange(min=1), default=200)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
@click.pass_obj
def list_checks(obj: dict[str, object], /, words: tuple[str, ...], form: str, **filters: Any) -> None:
    """List checks, the latest first; words are looked for in case, number and file name."""
    from snapshot.findings import checks_text

    lang: Lang = obj["lang"]  # type: ignore[assignment]
    found = open_ledger().search(" ".join(words), **filters)
    if form == "json":
        rows = [vars(line) | {"case": vars(line.case)} for line in found]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    click.echo(checks_text(found, lang))
    click.echo(t("cli.listed", lang, count=len(found)), err=True)


@ledger.command("show")
@click.argument("check_id")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
@click.pass_obj
def show_check(obj: dict[str, object], check_id: str, form: str) -> None:
    """Show a stored check: its case and its report."""
    from dataclasses import replace

    from siting.check import without_withheld
    from siting.ledger import specs_as_strict_as
    from snapshot.findings import stored_text

    lang: Lang = obj["lang"]  # type: ignore[assignment]
    found = open_ledger().get(check_id)
    _, layers = loaded(obj)
    found = replace(found, report=without_withheld(found.report, specs_as_strict_as(found, layers)))
    if form == "json":
        report = found.report
        record = {"case": vars(found.case), "stored_at": found.stored_at, **report}
        click.echo(json.dumps(record, ensure_ascii=False, indent=2))
    else:
        click.echo(stored_text(found, lang))


@ledger.command("amend")
@click.argument("check_id")
@case_options
@click.pass_obj
def amend_check(obj: dict[str, object], /, check_id: str, **options: Any) -> None:
    """Change the case around a check, as when it was reviewed; what stood there is kept."""
    from dataclasses import replace

    lang: Lang = obj["lang"]  # type: ignore[assignment]
    records = open_ledger()
    found = records.get(check_id)
    records.amend(found.id, replace(found.case, **case_of(options)))
    click.echo(t("cli.amended", lang, id=found.id), err=True)
