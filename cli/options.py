"""Options shared by the commands that check sites: file, reading, project; and the settings they make."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from click.core import ParameterSource

from geo.errors import BadInput

if TYPE_CHECKING:
    from geo.sites import Sites
    from layers.catalogue import Catalogue
    from siting.check import Settings

__all__ = [
    "STDIN",
    "check_options",
    "content_of",
    "read_with_options",
    "refuse_given",
    "settings_from",
    "site_options",
    "take_site_options",
]

STDIN: Final = "-"
_ROLES: Final = (
    "id", "declared_area_m2", "declared_area_ha", "declared_area_mu", "x", "y", "wkt", "group", "ring", "order",
    "shape",
)  # fmt: skip
_ALIASES: Final = {
    "lon": "x", "lng": "x", "longitude": "x", "east": "x", "easting": "x",
    "lat": "y", "latitude": "y", "north": "y", "northing": "y", "parcel": "group",
}  # fmt: skip
_STRETCH: Final = re.compile(r"(.+?\+.+?)\s*(?:-|~|–|—|至|到|,|，)\s*(.+\+.+)")
_MOST_IN_FULL: Final = 20

_OPTIONS: Final = {
    "activity": click.option("--activity", default=None),
    "flags": click.option("--flag", "flags", multiple=True),
    "works": click.option("--works", type=click.Choice(["new", "rebuild", "expand"]), default="new"),
    "as_of": click.option("--as-of", default=None),
    "chosen": click.option("--layers", "chosen", default=""),
    "crs": click.option("--crs", default=None),
    "layer": click.option("--layer", default=None),
    "columns": click.option("--column", "columns", multiple=True, metavar="ROLE=NAME"),
    "swap": click.option("--swap", is_flag=True),
    "shape": click.option(
        "--shape",
        type=click.Choice(["points", "line", "polygon"]),
        default=None,
    ),
    "sites": click.option("--site", "sites", multiple=True, metavar="ID"),
    "corridor": click.option("--corridor", type=float, default=0.0, metavar="METRES"),
    "bridges": click.option("--bridge", "bridges", multiple=True, metavar="K0+000-K0+000"),
    "tunnels": click.option("--tunnel", "tunnels", multiple=True, metavar="K0+000-K0+000"),
    "sections": click.option("--sections/--no-sections", default=None),
    "accuracy": click.option("--accuracy", type=click.FloatRange(min=0), default=None),
}
_OF_A_CHECK_ALONE: Final[dict[str, Any]] = {
    "chosen": "", "layer": None, "shape": None, "sites": (), "sections": None,
}  # fmt: skip
"""What a command that takes a site along does not ask, with its default."""


def check_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of a check to a command."""
    for option in reversed(_OPTIONS.values()):
        command = option(command)
    return command


def site_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of a check to a command that has a site among other things."""
    for name, option in reversed(_OPTIONS.items()):
        if name not in _OF_A_CHECK_ALONE:
            command = option(command)
    return command


def take_site_options(options: dict[str, Any]) -> dict[str, Any]:
    """Return the values of `site_options` taken out of a command's options, with defaults for the rest."""
    mine = _OPTIONS.keys() - _OF_A_CHECK_ALONE.keys()
    return {name: options.pop(name) for name in mine} | _OF_A_CHECK_ALONE


def refuse_given(check_id: str) -> None:
    """Refuse options of `check_options` on the command line: a stored check is reported as it was stored.

    Raises
    ------
    BadInput
        If one was given; it names all that were.
    """
    context = click.get_current_context()
    given = [
        option.opts[0]
        for option in context.command.get_params(context)
        if option.name in _OPTIONS and context.get_parameter_source(option.name) is ParameterSource.COMMANDLINE
    ]
    if given:
        raise BadInput("cli.record_is_kept", options=", ".join(given), id=check_id)


def settings_from(options: dict[str, Any], catalogue: Catalogue, *, typed: bool) -> Settings:
    """Return the settings of a check from a command's options.

    Parameters
    ----------
    options : dict
        The options of `check_options`, by name.
    catalogue : Catalogue
    typed : bool
        Whether coordinates are read from standard input rather than from a file.

    Raises
    ------
    BadInput, ConfigError
        On a layer, column, width or stretch that there cannot be.
    """
    from siting.check import chosen_layers, settings_of

    columns = _columns(options["columns"])
    if options["shape"] and not typed:
        columns["shape"] = options["shape"]
    if not options["corridor"] >= 0:
        raise BadInput("siting.no_width", value=options["corridor"])
    stretches = [
        (kind, text) for kind, name in (("bridge", "bridges"), ("tunnel", "tunnels")) for text in options[name]
    ]
    return settings_of(
        catalogue,
        layers=chosen_layers(options["chosen"].split(","), catalogue),
        survey_accuracy_m=options["accuracy"],
        source_layer=options["layer"],
        source_columns=tuple(sorted(columns.items())),
        source_swap=options["swap"],
        source_kind="text" if typed else "file",
        source_shape=options["shape"] if typed else None,
        source_sites=tuple(options["sites"]),
        corridor_m=options["corridor"],
        sections=bool(options["sections"]),
        structures=tuple(_structure(kind, text) for kind, text in stretches),
        **{name: options[name] for name in ("activity", "works", "crs")},
        flags=tuple(options["flags"]),
        as_of=options["as_of"] or "",
    )


def content_of(file: Path) -> bytes | None:
    """Return standard input where the file is ``-``; None for a file, which its reader opens."""
    return sys.stdin.buffer.read() if str(file) == STDIN else None


def read_with_options(
    file: Path, settings: Settings, catalogue: Catalogue, *, content: bytes | None, sections: bool | None
) -> tuple[Sites, Settings]:
    """Return the sites of a file, and the settings completed by what was read.

    Raises
    ------
    BadInput, CrsError
        As the readers; where linear works are options for and nothing is a line.
    """
    import shapely

    from siting.check import read_input

    sites = read_input(content if content is not None else file, file.name, settings, catalogue.limits.of_commands)
    lines = bool((shapely.get_dimensions(sites.frame.geometry.to_numpy()) == 1).any())
    if not lines and (settings.corridor_m or settings.structures or sections):
        raise BadInput("cli.no_line", name=sites.name)
    wanted = lines and len(sites) <= _MOST_IN_FULL if sections is None else sections
    return sites, replace(settings, sections=wanted or bool(settings.structures))


def _columns(pairs: Sequence[str]) -> dict[str, str]:
    """Return columns by role from texts ``role=name``."""
    found = {}
    for pair in pairs:
        role, sign, name = pair.partition("=")
        role = _ALIASES.get(role.strip().casefold(), role.strip().casefold())
        if not sign or not name.strip() or role not in _ROLES:
            known = ", ".join((*_ROLES, *_ALIASES))
            raise BadInput("cli.no_role", value=pair[:60], known=known)
        found[role] = name.strip()
    return found


def _structure(kind: str, text: str) -> tuple[str, float, float]:
    """Return a bridge or tunnel from the text of its two chainages."""
    from siting.check import Structure, chainage, chainage_m

    ends = _STRETCH.fullmatch(text.strip())
    if ends is None:
        raise BadInput("cli.no_stretch", value=text[:60])
    made = Structure(chainage_m(ends[1]), chainage_m(ends[2]), kind)  # type: ignore[arg-type]
    if made.to_m <= made.from_m:
        raise BadInput("siting.structure", start=chainage(made.from_m), end=chainage(made.to_m))
    return made.kind, made.from_m, made.to_m
