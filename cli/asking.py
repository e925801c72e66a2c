"""What a check is asked, as options shared by the commands that check: the file, how it is read, what is planned."""

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
    "asked_of_site",
    "asking_options",
    "content_of",
    "read_asked",
    "refuse_given",
    "settings_from",
    "site_options",
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


def asking_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command an option for each thing that a check is asked."""
    for option in reversed(_OPTIONS.values()):
        command = option(command)
    return command


def site_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command that takes a site along the same options, but for those whose names it needs itself."""
    for name, option in reversed(_OPTIONS.items()):
        if name not in _OF_A_CHECK_ALONE:
            command = option(command)
    return command


def asked_of_site(options: dict[str, Any]) -> dict[str, Any]:
    """Take the options of `site_options` out of a command's own; what is not among them is as by default."""
    mine = _OPTIONS.keys() - _OF_A_CHECK_ALONE.keys()
    return {name: options.pop(name) for name in mine} | _OF_A_CHECK_ALONE


def refuse_given(check_id: str) -> None:
    """Refuse options of `asking_options` on the command line: a stored check is reported as it was stored.

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


def settings_from(asked: dict[str, Any], catalogue: Catalogue, *, typed: bool) -> Settings:
    """Return the settings of a check from a command's options.

    Parameters
    ----------
    asked : dict
        The options of `asking_options`, by name.
    catalogue : Catalogue
    typed : bool
        Whether coordinates are read from standard input rather than from a file.

    Raises
    ------
    BadInput, ConfigError
        On a layer, column, width or stretch that there cannot be.
    """
    from siting.check import chosen_layers, settings_of

    columns = _columns(asked["columns"])
    if asked["shape"] and not typed:
        columns["shape"] = asked["shape"]
    if not asked["corridor"] >= 0:
        raise BadInput("siting.no_width", value=asked["corridor"])
    stretches = [(kind, text) for kind, name in (("bridge", "bridges"), ("tunnel", "tunnels")) for text in asked[name]]
    return settings_of(
        catalogue,
        layers=chosen_layers(asked["chosen"].split(","), catalogue),
        survey_accuracy_m=asked["accuracy"],
        source_layer=asked["layer"],
        source_columns=tuple(sorted(columns.items())),
        source_swap=asked["swap"],
        source_kind="text" if typed else "file",
        source_shape=asked["shape"] if typed else None,
        source_sites=tuple(asked["sites"]),
        corridor_m=asked["corridor"],
        sections=bool(asked["sections"]),
        structures=tuple(_structure(kind, text) for kind, text in stretches),
        **{name: asked[name] for name in ("activity", "works", "crs")},
        flags=tuple(asked["flags"]),
        as_of=asked["as_of"] or "",
    )


def content_of(file: Path) -> bytes | None:
    """Return what stands on standard input where the file is ``-``; None for a file, which is read by its reader."""
    return sys.stdin.buffer.read() if str(file) == STDIN else None


def read_asked(
    file: Path, settings: Settings, catalogue: Catalogue, *, content: bytes | None, sections: bool | None
) -> tuple[Sites, Settings]:
    """Read the sites; return them, and the settings with what follows from them.

    Raises
    ------
    BadInput, CrsError
        As the readers; where linear works are asked for and nothing is a line.
    """
    import shapely

    from siting.check import read_input

    sites = read_input(content if content is not None else file, file.name, settings, catalogue.limits)
    lines = bool((shapely.get_dimensions(sites.frame.geometry.to_numpy()) == 1).any())
    if not lines and (settings.corridor_m or settings.structures or sections):
        raise BadInput("cli.no_line", name=sites.name)
    wanted = lines and len(sites) <= _MOST_IN_FULL if sections is None else sections
    return sites, replace(settings, sections=wanted or bool(settings.structures))


def _columns(pairs: Sequence[str]) -> dict[str, str]:
    """Read ``role=name``, the name as it stands in the file."""
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
    """Read a stretch between two chainages."""
    from siting.check import Structure, chainage, chainage_m

    ends = _STRETCH.fullmatch(text.strip())
    if ends is None:
        raise BadInput("cli.no_stretch", value=text[:60])
    made = Structure(chainage_m(ends[1]), chainage_m(ends[2]), kind)  # type: ignore[arg-type]
    if made.to_m <= made.from_m:
        raise BadInput("siting.structure", start=chainage(made.from_m), end=chainage(made.to_m))
    return made.kind, made.from_m, made.to_m
