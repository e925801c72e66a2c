"""The tables of ``data/plans``: each column, its type, what it may hold and what it means.

Declarative and nothing else: ``layers.plans.tables`` reads tables by it, ``docs/plans-schema.md`` tells it to people.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

__all__ = ["TABLES", "Column", "ColumnKind", "Table"]

ColumnKind = Literal[
    "text", "number", "integer", "date", "year", "code", "codes", "adcode", "adcodes", "document", "id"
]


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    name : str
    kind : ColumnKind
        ``codes`` and ``adcodes`` hold several values separated by ``;``; a ``date`` is ``2024``, ``2024-09`` or
        ``2024-09-26``; an ``adcode`` is six digits, of a county, a prefecture or a province.
    meaning : str
        One line, English.
    required : bool
        Whether a cell may be blank.
    allowed : tuple of str
        For ``code`` and ``codes``: every value there is.
    low, high : float or None
        For ``number``, ``integer`` and ``year``: the bounds, both included.
    added : str
        Version of Redline that the column came with, if that was after 0.1: tables without it (an office's own, those
        of a stored check) are read as if it were blank, so it is never required.
    """

    name: str
    kind: ColumnKind
    meaning: str
    required: bool = False
    allowed: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    added: str = ""


@dataclass(frozen=True)
class Table:
    """One file of ``data/plans``, named ``<name>.csv``."""

    name: str
    meaning: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The columns in the order of the file."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """Return the column called `name`."""
        return next(column for column in self.columns if column.name == name)


LEVELS: Final = ("province", "prefecture", "county")
BASES: Final = ("statutory", "published", "derived", "modelled", "approximate")
LOCATION_BASES: Final = ("coordinates", "water", "town", "county", "prefecture", "route")
PLACED_TABLES: Final = ("projects", "protected_sites", "waters")
PLACE_KINDS: Final = (
    "coordinates", "box", "dam", "village", "in_town", "town", "towns", "park", "landmark", "address", "route",
)  # fmt: skip
CATEGORIES: Final = (
    "water_works", "water_supply", "water_environment", "sewage", "ecological_restoration", "mine_restoration",
    "forestry", "biodiversity", "transport_rail", "transport_road", "transport_port", "power_grid", "power_generation",
    "energy", "waste", "air", "soil", "monitoring", "low_carbon", "circular_economy", "industry", "science",
    "agriculture", "tourism", "culture", "urban", "digital",
)  # fmt: skip
TOPICS: Final = (
    "economy", "industry", "digital", "agriculture", "tourism", "transport", "energy", "carbon", "water", "sewage",
    "air", "soil", "waste", "forest", "wetland", "redline", "protected", "biodiversity", "land", "mining", "urban",
    "finance", "governance", "society",
)  # fmt: skip
INDICATOR_FLAGS: Final = (
    "not_printed", "no_number", "compound", "base_year_2021", "target_below_base", "cumulative_target", "sign_unclear",
    "differs_from_text", "sum_disagrees", "change_disagrees", "change_not_printed", "combined", "back_translated",
    "year_not_printed", "part_of_region",
)  # fmt: skip
SITE_TYPES: Final = (
    "nature_reserve", "national_park", "wetland_park", "important_wetland", "wetland", "forest_park", "scenic_area",
    "scenic_spot", "water_scenic_area", "botanical_garden", "cultural_park", "heritage_site", "water_source",
    "priority_area", "ecological_corridor", "function_zone", "habitat",
    "scenic_belt", "cultural_route",
)  # fmt: skip
RULE_LAYERS: Final = (
    "ecological_redline", "protected_site", "water_source_zone", "permanent_farmland", "farmland", "town_boundary",
    "river_space", "lake_space", "wetland", "sensitive_area", "control_unit", "groundwater", "built_up_area",
    "natural_forest", "forest_land", "polluted_plot", "mining_area", "ecological_space", "any",
)  # fmt: skip


def _code(name: str, meaning: str, allowed: str | tuple[str, ...], *, required: bool = True) -> Column:
    """Return a column of codes; `allowed` may be one string with blanks between."""
    values = tuple(allowed.split()) if isinstance(allowed, str) else allowed
    return Column(name, "code", meaning, required, values)


_ID = Column("id", "id", "stable, readable, unique in the table", required=True)
_DOCUMENT = Column("document", "document", "the document that names it first, by id of documents.csv", required=True)
_CLAUSE = Column("clause", "text", "where in the document: see Clauses", required=True)
_MENTIONS = Column("mentions", "text", "further places that name it, `document:clause` separated by `;`")
_NAME = Column("name", "text", "the name as printed", required=True)
_NAME_EN = Column("name_en", "text", "a short English name of our own", required=True)
_NOTE = Column("note", "text", "what a reader must know, in our own words")
_LON = Column("lon", "number", "degrees east, EPSG:4490; blank where no place can be cited", low=73, high=136)
_LAT = Column("lat", "number", "degrees north, EPSG:4490", low=3, high=54)
_ACCURACY = Column("accuracy_m", "number", "how far off the place may be, metres", low=0, high=400_000)
_ADCODES = Column("adcodes", "adcodes", "the counties it lies in; a prefecture or province where no county is named")
_REGION = Column("region", "text", "the name of the region", required=True)

_BOX: Final = tuple(
    Column(f"box_{side}", "number", "published bounding coordinate, degrees", low=low, high=high)
    for side, low, high in (("west", 73, 136), ("east", 73, 136), ("south", 3, 54), ("north", 3, 54))
)

_FIGURES: Final = (
    _ID,
    Column("series", "text", "joins the rows that tell one figure at different times", required=True),
    _code("cell", "for table 2-1: which of its columns", "base target change", required=False),
    Column("adcode", "adcode", "the region that the figure is for", required=True),
    _REGION,
    _code("level", "the level that it was published for, and is shown at", LEVELS),
    Column("category", "text", "the class of the indicator as printed (table 2-1)"),
    _code("topic", "what it is about", TOPICS),
    _NAME,
    _NAME_EN,
    Column("value", "number", "the number; blank where words or a dash are printed"),
    Column("value_high", "number", "the upper end of a range"),
    Column("value_text", "text", "the value as printed, brackets and dashes included", required=True),
    Column("unit", "text", "the unit of value"),
    _code("comparator", "how value is meant", "= >= <= > < ~ range none"),
    Column("year", "year", "the year the value is for or to be reached by", low=1900, high=2060),
    Column("year_from", "year", "for a sum over years: the first of them", low=1900, high=2060),
    _code("kind", "what the value is", "actual target cumulative limit"),
    _code("binding", "as the document says, else blank", "binding expected", required=False),
    _DOCUMENT,
    _CLAUSE,
    Column("flag", "codes", "oddities of the source, kept as printed", allowed=INDICATOR_FLAGS),
    _NOTE,
)  # fmt: skip

_TABLES: Final = (
    Table("documents", "The five plan documents.", (
        Column("id", "id", "000 to 004, the numbers of the source files", required=True),
        Column("title", "text", "the title as printed", required=True),
        Column("title_en", "text", "the title in English", required=True),
        Column("issuer", "text", "who issued it", required=True),
        Column("file_number", "text", "文号, where printed"),
        _REGION,
        Column("adcode", "adcode", "the region it is for", required=True),
        Column("date", "date", "when it was signed or given; as exact as known"),
        Column("published", "date", "when this copy was put on line, where printed"),
        Column("period", "text", "the years it covers or sets goals for"),
        Column("in_force_to", "date", "the last day of its own period; blank where it sets none"),
        _code("kind", "what sort of document", "plan report opinion scheme"),
        _code("authority", "the level of who issued it", "national provincial prefectural"),
        _code("status", "on 2026-11-20", "in_force expired reference"),
        _code("quality", "how good the text is", "good misprints back_translation"),
        _NOTE,
    )),
    Table("projects", "Every project that a document names, one row each.", (
        _ID,
        _NAME,
        _NAME_EN,
        _DOCUMENT,
        _CLAUSE,
        _MENTIONS,
        _code("category", "what sort of work, for colour and filter", CATEGORIES),
        Column("adcodes", "adcodes", _ADCODES.meaning, required=True),
        _code("geometry_kind", "what it is on the ground", "site line area county multi"),
        _code("location_basis", "how its place is known", LOCATION_BASES),
        Column("location_source", "text", "what the place and the counties were taken from", required=True),
        _LON,
        _LAT,
        _ACCURACY,
        _code("status", "as `status_word` tells it: see Status", "planned under_way done"),
        Column("status_word", "text", "the word that the document uses of the work", required=True),
        Column("water", "id", "the row of waters.csv that it is on"),
        _NOTE,
    )),
    Table("routes", "Waypoints of projects that run through named places: schematic lines, never alignments.", (
        Column("project_id", "id", "the row of projects.csv", required=True),
        Column("part", "integer", "which of several lines, from 1", required=True, low=1, high=20),
        Column("seq", "integer", "order along the line, from 1", required=True, low=1, high=200),
        Column("place", "text", "the place", required=True),
        Column("place_en", "text", "the place in English", required=True),
        Column("adcode", "adcode", "the county, or prefecture outside our region, it is in", required=True),
        Column("lon", "number", _LON.meaning, required=True, low=73, high=136),
        Column("lat", "number", _LAT.meaning, required=True, low=3, high=54),
        _code("named", "who names the place: the document, a public source, or we added it", "document source added"),
        Column("source", "text", "where the coordinates are from", required=True),
    )),
    Table("protected_sites", "Reserves, parks, wetlands, water sources, scenic places and priority areas.", (
        _ID,
        _NAME,
        _NAME_EN,
        Column("aliases", "text", "other names, separated by `;`"),
        _DOCUMENT,
        _CLAUSE,
        _MENTIONS,
        _code("type", "what sort of site", SITE_TYPES),
        _code("level", "its rank", "international national provincial municipal county proposed", required=False),
        Column("adcodes", "adcodes", _ADCODES.meaning, required=True),
        Column("zone_as_printed", "text", "the functional zone if stated; old zones are never mapped to new"),
        Column("area_ha", "number", "published total area, hectares", low=0),
        Column("core_ha", "number", "published core zone (核心区), hectares", low=0),
        Column("buffer_ha", "number", "published buffer zone (缓冲区), hectares", low=0),
        Column("experimental_ha", "number", "published experimental zone (实验区), hectares", low=0),
        _LON,
        _LAT,
        *_BOX,
        _code("extent_kind", "what can be drawn", "published_box point_circle point county none"),
        _ACCURACY,
        _code("basis", "basis of the extent", BASES),
        Column("source", "text", "what area, coordinates and counties were taken from", required=True),
        Column("water", "id", "the row of waters.csv that it stands on"),
        _NOTE,
    )),
    Table("waters", "Rivers, lakes, reservoirs, basins and water corridors that a document names.", (
        _ID,
        _NAME,
        _NAME_EN,
        Column("aliases", "text", "other names, separated by `;`"),
        _code("kind", "what sort of water", "river lake reservoir wetland canal basin corridor group irrigation sea"),
        Column("adcodes", "adcodes", _ADCODES.meaning, required=True),
        _DOCUMENT,
        _CLAUSE,
        _MENTIONS,
            Column("geometry", "text", "what of data/water draws it: `file:water_id`, separated by `;`"),
        _LON,
        _LAT,
        _ACCURACY,
        _code("location_basis", "how its place is known", LOCATION_BASES),
        Column("location_source", "text", "what place and counties were taken from", required=True),
        _NOTE,
    )),
    Table("place_sources", "What public sources state of where a feature is, one statement a row.", (
        _ID,
        _code("table", "the table of the feature", PLACED_TABLES),
        Column("feature", "id", "its row there", required=True),
        _code("kind", "what the source states", PLACE_KINDS),
        Column("stated", "text", "what it states, in our own words, Chinese", required=True),
        Column("towns", "text", "the townships that it names, `;` between"),
        Column("places", "text", "the places of the gazetteer that stand for them: `place_id`, `;` between"),
        _LON,
        _LAT,
        Column("accuracy_m", "number", "metres: of printed coordinates; else if above the rule", low=0, high=400_000),
        *_BOX,
        Column("area_ha", "number", "the area that it states, hectares", low=0),
        Column("publisher", "text", "who says so", required=True),
        Column("title", "text", "the title of the source"),
        Column("url", "text", "where it was read"),
        Column("source_date", "date", "the date printed on it"),
        Column("looked_up", "date", "when it was read", required=True),
        Column("same", "text", "why this is the thing that the plan names, Chinese"),
        _code("confidence", "how sure the statement is", "high medium low"),
        _code("used", "whether the feature stands by it", "yes no"),
        _code("review", "what a second reader found who did not place it", "agrees doubts", required=False),
    )),
    Table("place_searches", "What was searched for features that no public source places nearer than the plan does.", (
        _ID,
        _code("table", "the table of the feature", PLACED_TABLES),
        _code("result", "`nothing` was found, or it is `no_place`: a programme, a pattern", "nothing no_place"),
        Column("searched", "text", "the words searched, ` | ` between"),
        Column("looked_up", "date", "when", required=True),
        _NOTE,
    )),
    Table("indicators", "Figures: table 2-1 and every other figure for a region.", _FIGURES),
    Table("limits", "Figures on red lines, protected land, farmland, town boundaries, wetland and forest.", _FIGURES),
    Table("rules", "Siting constraints. Targets and finished work are no rules.", (
        _ID,
        _DOCUMENT,
        _CLAUSE,
        Column("adcodes", "adcodes", "where it holds", required=True),
        _REGION,
        _code("layer", "what constrains", RULE_LAYERS),
        Column("zone", "text", "the zone of the layer, as printed"),
        Column("activity", "text", "what is constrained, Chinese", required=True),
        Column("activity_en", "text", "the same in English", required=True),
        _code("relation", "how the site stands to the layer", "inside overlaps outside within_distance crosses any"),
        Column("distance_m", "number", "for within_distance", low=0),
        _code("effect", "what follows", "prohibit restrict condition notice"),
        _code("checkable", "whether geometry can decide it, or it is policy wording", "geometry attribute policy"),
        _code("authority", "what sort of text says so", "plan report opinion scheme"),
        _code("status", "on 2026-11-20", "in_force expired reference"),
        Column("in_force_from", "date", "as exact as known"),
        Column("in_force_to", "date", "blank: no end stated"),
        Column("summary", "text", "in our own words, Chinese", required=True),
        Column("summary_en", "text", "in our own words, English", required=True),
        _NOTE,
    )),
    Table("county_facts", "Designations, pilots, honours and aims, by county (or prefecture) and year.", (
        _ID,
        Column("adcode", "adcode", "the county; a prefecture where the fact is its own", required=True),
        _REGION,
        _code("level", "level of the region", LEVELS),
        Column("name", "text", "the designation, pilot or honour", required=True),
        _NAME_EN,
        _code("kind", "what sort of fact", "designation pilot honour product heritage practice institution event"),
        _code("rank", "who grants it", "international national provincial municipal county", required=False),
        _code("state", "had, being worked at or aimed for", "granted under_way aimed"),
        Column("year", "year", "year stated", low=1900, high=2060),
        _code("year_basis", "how the year is known", "stated by", required=False),
        Column("place", "text", "the zone, town or village inside the county, if it is theirs"),
        _DOCUMENT,
        _CLAUSE,
        _NOTE,
    )),
    Table("corrections", "What is printed wrongly or otherwise than it is called; originals stay visible.", (
        _ID,
        _DOCUMENT,
        _CLAUSE,
        Column("as_printed", "text", "as the source has it", required=True),
        Column("correct", "text", "what is meant", required=True),
        Column("adcode", "adcode", "the region meant, for names of regions"),
        _code("kind", "how it came about", "misprint back_translation ocr variant omission"),
        _code("confidence", "how sure the correction is", "high medium low"),
        _code("scope", "whether a lookup may apply it in the whole document", "document clause"),
        _NOTE,
    )),
)  # fmt: skip

TABLES: Final[dict[str, Table]] = {table.name: table for table in _TABLES}
"""Every table of ``data/plans`` by name, in the order they are read."""
