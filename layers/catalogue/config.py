"""Schema and reader of ``config.toml``: regions, map defaults, limits and the layer catalogue."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, ValidationError, field_validator, model_validator

from geo.errors import ConfigError
from layers.access import AccessSettings
from layers.catalogue.model import Bilingual, LayerSpec
from layers.clock import DEFAULT_ZONE
from layers.entry import Entry

__all__ = ["Catalogue", "CheckSettings", "Limits", "MapSettings", "OnlineMap", "Region", "read_catalogue"]


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
    """Under which names the server is reached."""

    hosts: list[Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$", max_length=253)]] = Field(
        default_factory=list
    )
    """Names with a dot, in lower case, without scheme and port; addresses and plain machine names need no entry."""


class DraftSettings(Entry):
    """How long the work of a session is kept as a draft."""

    keep_days: float = Field(default=30.0, gt=0, le=3650, strict=False)


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
        If the file is missing, is no TOML, or an entry is wrong; the sentence names the key.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError("layers.config_missing", file=path.name) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise ConfigError("layers.config_not_toml", file=path.name, fault=str(fault)) from None
    try:
        catalogue = Catalogue.model_validate({**raw, "folder": path.resolve().parent})
    except ValidationError as fault:
        raise _config_error(path.name, raw, fault) from None
    _check_references(path.name, catalogue)
    return catalogue


def _config_error(file: str, raw: dict[str, Any], fault: ValidationError) -> ConfigError:
    """Return a `ConfigError` about the first wrong key that pydantic found."""
    first = fault.errors()[0]
    parts = [part for part in first["loc"] if part not in {"none", "file", "plans", "corridor", "raster", "imported"}]
    return ConfigError("layers.config_key", file=file, key=_key_path(raw, parts), fault=first["msg"])


def _key_path(raw: dict[str, Any], parts: list[int | str]) -> str:
    """Return the path of a key as text, entries by their id: ``layer "redline".accuracy_m``."""
    path = ""
    node: Any = raw
    for part in parts:
        node = node[part] if isinstance(part, int) or (isinstance(node, dict) and part in node) else None
        if isinstance(part, int):
            name = node.get("id") if isinstance(node, dict) else None
            path += f' "{name}"' if name else f"[{part + 1}]"
        else:
            path += f".{part}" if path else part
    return path


def _check_references(file: str, catalogue: Catalogue) -> None:
    """Raise `ConfigError` for duplicate layer ids and for corridors along layers that do not exist."""
    counts = Counter(spec.id for spec in catalogue.layer)
    for layer_id, count in counts.items():
        if count > 1:
            raise ConfigError("layers.config_doubled", file=file, id=layer_id)
    for spec in catalogue.layer:
        if spec.id in catalogue.access.layers and spec.role == "boundary":
            raise ConfigError("layers.config_closed_boundary", file=file, id=spec.id)
        if spec.id in catalogue.access.layers and spec.source.kind in _FROM_TABLES:
            raise ConfigError("layers.config_closed_table", file=file, id=spec.id)
        for other in spec.source.made_of:
            if other not in counts:
                raise ConfigError("layers.config_corridor", file=file, id=spec.id, other=other)
