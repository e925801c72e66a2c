"""Schema and reader of ``config.toml``: regions, map defaults, limits and the layer catalogue."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, ValidationError, field_validator, model_validator

from geo.errors import ConfigError
from layers.access import AccessSettings
from layers.catalogue.model import Bilingual, LayerSpec
from layers.catalogue.wrong_entries import entry_faults
from layers.clock import DEFAULT_ZONE
from layers.configuration import read_tables
from layers.entry import Entry

__all__ = [
    "Catalogue", "CheckSettings", "Limits", "MapSettings", "OnlineMap", "Region", "config_faults", "read_catalogue",
]  # fmt: skip


_FROM_TABLES = ("plans", "places")
"""Kinds of sources whose tables the pages on plans, counties and the search read too."""


class Region(Entry):
    """A territory that the map can jump to."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: Bilingual
    adcode: str = Field(pattern=r"^\d{6}$")


class OnlineMap(Entry):
    """An external tile service (XYZ or WMTS) that the configuration enables; the map requests tiles from no other."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{1,40}$")
    title: Bilingual
    kind: Literal["xyz", "wmts"]
    url: str = Field(pattern=r"^https?://[A-Za-z0-9.{}-]+(:\d{1,5})?/\S*$", max_length=500)
    """With ``{z}``, ``{x}``, ``{y}`` (or ``{TileMatrix}``, ``{TileCol}``, ``{TileRow}``), ``{key}`` and ``{s}``."""
    key_env: str | None = Field(default=None, pattern=r"^[A-Z][A-Z0-9_]*$")
    """Environment variable that holds the key: a key never stands in a file that is shared."""
    subdomains: list[str] = Field(default_factory=list)
    attribution: str = Field(min_length=1, max_length=200)
    max_zoom: int = Field(default=18, ge=1, le=22)

    @model_validator(mode="after")
    def _address_is_whole(self) -> OnlineMap:
        if not all(f"{{{name}}}" in self.template for name in "zxy"):
            raise ValueError("url needs {z}, {x} and {y}, or {TileMatrix}, {TileCol} and {TileRow}")
        if ("{key}" in self.url) != (self.key_env is not None):
            raise ValueError("{key} in url and key_env go together")
        if ("{s}" in self.url) != bool(self.subdomains):
            raise ValueError("{s} in url and subdomains go together")
        return self

    @property
    def template(self) -> str:
        """The URL template with ``{z}``, ``{x}`` and ``{y}`` in place of the WMTS names."""
        names = {"{TileMatrix}": "{z}", "{TileCol}": "{x}", "{TileRow}": "{y}"}
        found = self.url
        for name, short in names.items():
            found = found.replace(name, short)
        return found


class MapSettings(Entry):
    """Initial view, zoom range and base maps."""

    centre_lon: float = Field(ge=-180, le=180, strict=False)
    centre_lat: float = Field(ge=-85, le=85, strict=False)
    zoom: int = Field(ge=0, le=18)
    min_zoom: int = Field(ge=0, le=18)
    max_zoom: int = Field(ge=0, le=20)
    home: tuple[float, float, float, float] | None = Field(default=None, strict=False)
    """West, south, east, north: what a first visit shows whole, beside the panel; else centre and zoom."""
    base: str
    """Folder-relative shaded relief image; its bounds stand beside it in a .json of the same name."""
    online: list[OnlineMap] = Field(default_factory=list)


class Limits(Entry):
    """Upper limits for an upload."""

    upload_mb: int = Field(gt=0, le=4096)
    unpacked_mb: int = Field(gt=0, le=16384)
    sites: int = Field(gt=0)
    vertices: int = Field(gt=0)
    read_memory_mb: int = Field(default=4096, ge=256)
    """Memory of the process that reads it, and its time."""
    read_seconds: int = Field(default=300, ge=5)
    sites_by_command: int = Field(default=1_000_000, gt=0)
    """Of a file that a command reads: nobody else waits for it."""
    vertices_by_command: int = Field(default=50_000_000, gt=0)

    @property
    def of_commands(self) -> Limits:
        """The limits of what a command reads."""
        return self.model_copy(update={"sites": self.sites_by_command, "vertices": self.vertices_by_command})


class CheckSettings(Entry):
    """Tolerances of the siting check, and decimal places of its figures."""

    touch_tolerance_m: float = Field(ge=0, le=10, strict=False)
    """Two edges closer than this touch; they do not overlap."""
    sliver_area_m2: float = Field(default=100.0, ge=0, le=100_000, strict=False)
    sliver_width_m: float = Field(default=1.0, ge=0, le=100, strict=False)
    """Overlaps smaller and nowhere wider than this are suspected edge-matching errors."""
    places_m2: int = Field(default=2, ge=0, le=6)
    places_ha: int = Field(default=4, ge=0, le=8)
    places_mu: int = Field(default=2, ge=0, le=6)
    """Decimal places of the 占压 table."""


class ServerSettings(Entry):
    """Under which names the server is reached, and how it writes its log."""

    hosts: list[Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$", max_length=253)]] = Field(
        default_factory=list
    )
    """Names with a dot, in lower case, without scheme and port; addresses and plain machine names need no entry."""
    log: Literal["text", "json"] = "text"
    """An event a line, on standard error."""


class DraftSettings(Entry):
    """How long the work of a session is kept as a draft."""

    keep_days: float = Field(default=30.0, gt=0, le=3650, strict=False)


class RetentionSettings(Entry):
    """How long the ledger keeps what it does not need to verify a check."""

    inputs_days: float = Field(default=0.0, ge=0, le=36_500, strict=False)
    """Days that files as uploaded are kept after the last check of them; 0: for good."""


class Catalogue(Entry):
    """The content of ``config.toml``, validated."""

    version: int = Field(ge=1, le=1)
    language: str = Field(pattern="^(zh|en)$")
    timezone: str = DEFAULT_ZONE
    """Time zone in which people read days and times (IANA name)."""
    region: list[Region] = Field(min_length=1)
    map: MapSettings
    limits: Limits
    check: CheckSettings
    drafts: DraftSettings = Field(default_factory=DraftSettings)
    retention: RetentionSettings = Field(default_factory=RetentionSettings)
    server: ServerSettings = Field(default_factory=ServerSettings)
    access: AccessSettings = Field(default_factory=AccessSettings)
    layer: list[LayerSpec] = Field(min_length=1)
    folder: Path = Field(strict=False)
    """Folder of the configuration: relative paths start here."""
    closed: frozenset[str] = Field(default_factory=frozenset, max_length=0)
    """Ids of layers that are left out because a person may not see them (`layers.catalogue.visible`); not to be set."""

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"no time zone: {name}") from None
        return name

    def spec(self, layer_id: str) -> LayerSpec:
        """Return the catalogue entry with the id `layer_id`.

        Raises
        ------
        ConfigError
            If there is none.
        """
        for spec in self.layer:
            if spec.id == layer_id:
                return spec
        raise ConfigError("layers.no_such_layer", id=layer_id, known=", ".join(s.id for s in self.layer))


def read_catalogue(path: Path) -> Catalogue:
    """Return the catalogue read from a configuration file, validated.

    Parameters
    ----------
    path : Path
        A TOML file.

    Raises
    ------
    ConfigError
        If the file is missing, is no TOML, or an entry is wrong: the first fault of `config_faults`.
    """
    catalogue, faults = _read(path)
    if catalogue is None or faults:
        raise faults[0]
    return catalogue


def config_faults(path: Path) -> list[ConfigError]:
    """Return all that is wrong in a configuration file, each in a sentence that names the key; empty if it is sound."""
    return _read(path)[1]


def _read(path: Path) -> tuple[Catalogue | None, list[ConfigError]]:
    """Return the catalogue, None if its entries are wrong each by itself, and all faults."""
    try:
        raw, folder = read_tables(path)
    except ConfigError as fault:
        return None, [fault]
    try:
        catalogue = Catalogue.model_validate({**raw, "folder": folder})
    except ValidationError as fault:
        return None, entry_faults(path.name, raw, fault)
    return catalogue, _reference_faults(path.name, catalogue)


def _reference_faults(file: str, catalogue: Catalogue) -> list[ConfigError]:
    """Return what is wrong between entries: ids that stand twice, what may not be closed, corridors along nothing."""
    ids = [spec.id for spec in catalogue.layer]
    twice = [layer_id for layer_id in dict.fromkeys(ids) if ids.count(layer_id) > 1]
    faults = [ConfigError("layers.config_doubled", file=file, id=layer_id) for layer_id in twice]
    for spec in catalogue.layer:
        if spec.id in catalogue.access.layers and spec.role == "boundary":
            faults.append(ConfigError("layers.config_closed_boundary", file=file, id=spec.id))
        if spec.id in catalogue.access.layers and spec.source.kind in _FROM_TABLES:
            faults.append(ConfigError("layers.config_closed_table", file=file, id=spec.id))
        faults += [
            ConfigError("layers.config_corridor", file=file, id=spec.id, other=other)
            for other in spec.source.made_of
            if other not in ids
        ]
    return faults
