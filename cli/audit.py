"""``redline audit``: who did what and when, and whether the log is whole."""

from __future__ import annotations

import click

from cli.base import main
from words import Lang, t


@main.command()
@click.option("--person", default="")
@click.option("--action", default=None)
@click.option("--since", default="")
@click.option("--format", "form", type=click.Choice(["table", "csv"]), default="table")
@click.pass_obj
def audit(obj: dict[str, object], person: str, action: str | None, since: str, form: str) -> None:
    """List the audit log, the oldest first; ends with 1 if a line was altered or is missing."""
    from tabulate import tabulate

    from layers.access import AuditLog
    from layers.paths import home
    from snapshot.findings import audit_csv, audit_rows, day_of_entry

    lang: Lang = obj["lang"]  # type: ignore[assignment]
    log = AuditLog(home() / "audit")
    found = [
        entry
        for entry in log.entries()
        if person.casefold() in entry.person.casefold()
        and action in {None, entry.action}
        and day_of_entry(entry) >= since
    ]
    if form == "csv":
        click.echo(audit_csv(found, lang).decode("utf-8").removeprefix("\ufeff"), nl=False)
    else:
        click.echo(tabulate(audit_rows(found, lang), headers="keys"))
    state = log.state()
    if state.is_whole:
        click.echo(t("access.audit_whole", lang, count=f"{state.lines:,}"), err=True)
    else:
        click.echo(t("access.audit_broken", lang, number=f"{state.broken_at:,}"), err=True)
    raise SystemExit(0 if state.is_whole else 1)
