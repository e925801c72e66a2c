"""The tables of ``data/law``: what law says of siting, as rows that a check can read and a planner can correct.

Declarative and nothing else, in the columns of ``layers.plans.schema``: ``layers.law.tables`` reads tables by it,
``docs/law.md`` tells it to people.
"""

from __future__ import annotations

from typing import Final

from layers.plans import Column, Table

__all__ = [
    "ANY_ACTIVITY", "CONDITIONS", "DECLARED_FLAGS", "FLAGS", "LAW_LAYERS", "LAW_TABLES", "ZONES",
]  # fmt: skip

ANY_ACTIVITY: Final = "any"
"""In ``rules.csv``, in place of a list of activities."""

LAW_LAYERS: Final = (
    "redline", "ecological_space", "permanent_farmland", "town_boundary", "water_source_zone", "river_management",
    "environmental_unit", "public_welfare_forest", "mining_rights", "heritage", "geohazard_zone", "protected_site",
    "river_bank", "wetland", "farmland", "forest_land", "wildlife_habitat", "flood_zone", "sensitive_place",
    "historic_town", "fishery_reserve", "canal_zone", "canal_bank", "steep_slope", "soil_erosion_zone",
    "road", "railway", "pipeline", "any",
)  # fmt: skip
"""The values of ``stands_for`` in config.toml that a rule may name; ``any`` where no layer decides."""

FLAGS: Final = (
    "construction", "industrial", "chemical", "mining", "solid_waste", "linear", "town_use", "soil_polluting",
    "discharging", "heavy_water_polluting", "noisy", "key_project", "national_major", "disaster_relief",
)  # fmt: skip
"""Flags of a project besides its activity."""

DECLARED_FLAGS: Final = ("key_project", "national_major", "disaster_relief")
"""Flags that only the person who makes the case can declare; no activity has them by nature."""

ZONES: Final = (
    "核心保护区", "一般控制区", "自然保护地核心保护区", "自然保护地核心保护区外", "核心区", "缓冲区", "实验区",
    "核心景区", "一级保护区", "二级保护区", "准保护区", "永久基本农田集中区域", "长江干流", "长江支流", "长江重要支流",
    "国家重要湿地", "重要湿地", "保护范围", "建设控制地带", "堤防和护堤地", "河道滩地", "地质灾害危险区",
    "地质灾害易发区", "禁止采砂区", "洪泛区", "蓄滞洪区", "战略性矿产资源", "核心保护范围", "堤防安全保护区",
    "水土流失重点预防区", "水土流失重点治理区", "噪声敏感建筑物集中区域", "高速公路", "国道", "省道", "县道", "乡道",
    "高速铁路", "其他铁路", "穿越河流管段", "管道专用隧道",
)  # fmt: skip
"""Zones as the law names them. 核心区, 缓冲区 and 实验区 are the zones of reserves before 2026-03-15 and are never
mapped to 核心保护区 and 一般控制区."""

SITE_TYPES: Final = ("nature_reserve", "national_park", "nature_park", "scenic_area")
CONDITIONS: Final = (
    "core_zone", "limited_new_land", "limited_no_new_land", "national_major", "otherwise", "key_project",
    "important_wetland", "takes_forest", "river_range", "flood_zone", "covers_minerals", "protected_site",
    "heritage_range", "heritage_belt",
)  # fmt: skip
"""When an approval path applies."""

LEVELS: Final = (
    "law", "administrative_regulation", "central", "ministry", "local_regulation", "province", "prefecture",
)  # fmt: skip


def _code(name: str, meaning: str, allowed: str | tuple[str, ...], *, required: bool = True) -> Column:
    values = tuple(allowed.split()) if isinstance(allowed, str) else allowed
    return Column(name, "code", meaning, required, values)


_ID = Column("id", "id", "stable, readable, unique in the table", required=True)
_INSTRUMENT = Column("instrument", "id", "the row of instruments.csv", required=True)
_ARTICLE = Column("article", "text", "as the instrument numbers it; 未查到 where not found", required=True)
_ADCODES = Column("adcodes", "adcodes", "where it holds; blank: in the whole country")
_FROM = Column("in_force_from", "date", "first day, as exact as known", required=True)
_TO = Column("in_force_to", "date", "last day; blank: no end known")
_VERIFIED = _code("verified", "yes: read; partly: an excerpt or at second hand; no: not found", "yes partly no")
_SOURCE = Column("source", "text", "where it was read", required=True)
_NOTE = Column("note", "text", "what a reader must know")
_ZH = Column("summary", "text", "in our own words, Chinese", required=True)
_EN = Column("summary_en", "text", "in our own words, English", required=True)
_LAYER = _code("layer", "the layer that constrains, in the words of stands_for", LAW_LAYERS)

_TABLES: Final = (
    Table("instruments", "Every text that a rule is taken from, and some that must be known although none is.", (
        _ID,
        Column("title", "text", "the title", required=True),
        Column("title_en", "text", "the title in English, ours", required=True),
        Column("file_number", "text", "文号"),
        Column("issuer", "text", "who made it", required=True),
        _code("level", "its rank", LEVELS),
        Column("adopted", "date", "when this version was adopted or issued"),
        Column("in_force_from", "date", "first day of this version; blank: not found"),
        _TO,
        _code("status", "on 2026-11-20; adopted: its first day is still to come",
              "in_force adopted repealed replaced draft unclear"),
        Column("replaces", "id", "the row that it took the place of"),
        Column("adcode", "adcode", "the region it is for; blank: the whole country"),
        _SOURCE,
        _VERIFIED,
        _NOTE,
    )),
    Table("activities", "What may be planned.", (
        Column("code", "text", "used by rules.csv and required_layers.csv", required=True),
        Column("name", "text", "Chinese", required=True),
        Column("name_en", "text", "English", required=True),
        _code("family", "for the list that a user picks from",
              "industry mining transport energy water town rural nature waste"),
        Column("flags", "codes", "true of every project of this kind", allowed=FLAGS),
        Column("may_flags", "codes", "true of some: ask; till then no rule forbids by it", allowed=FLAGS),
        Column("limited_142", "integer", "which of the ten limited activities it can be", low=1, high=10),
        _code("limited_142_verified", "whether that item's text was read", "yes partly no", required=False),
        Column("limited_142_rebuild", "integer", "which it can be if it is existing works rebuilt", low=1, high=10),
        _code("limited_142_rebuild_verified", "whether that item names such works", "yes partly no", required=False),
        Column("limited_jx", "integer", "which of Jiangxi's nine; blank: list not found", low=1, high=9),
        Column("aliases", "text", "everyday words and names of land-use classes (用地用海分类) by which it is found, "
               "separated by `;`", added="0.3"),
        Column("description", "text", "what it takes in, Chinese", required=True),
        Column("description_en", "text", "what it takes in, English", required=True),
        _NOTE,
    )),
    Table("rules", "What the instruments say of a place.", (
        _ID,
        _INSTRUMENT,
        _ARTICLE,
        _LAYER,
        Column("zone", "codes", "zones of the layer, as the law names them; blank: all of it", allowed=ZONES),
        Column("site_type", "codes", "for protected_site: which types; blank: all", allowed=SITE_TYPES),
        Column("activities", "text", "codes of activities.csv separated by `;`, or `any`", required=True),
        Column("flags", "codes", "holds only for projects with one of these; blank: for all", allowed=FLAGS),
        Column("unless_flags", "codes", "does not hold for projects with one of these", allowed=FLAGS),
        Column("works", "codes", "holds only for these works; blank: for all", allowed=("new", "rebuild", "expand")),
        _code("relation", "how the site stands to the layer", "inside overlaps outside within_distance crosses any"),
        Column("distance_m", "number", "for within_distance", low=0),
        _code("distance_from", "what the distance is from: the bank, the edge of the land, the middle line",
              "bank edge centreline", required=False),
        _code("effect", "what follows", "prohibit restrict condition notice"),
        Column("exceptions", "text", "codes of activities that it does not hold for"),
        _code("checkable", "whether geometry can decide it, or facts that no layer holds", "geometry attribute"),
        _ADCODES,
        _FROM,
        _TO,
        _ZH,
        _EN,
        _VERIFIED,
        _SOURCE,
        _NOTE,
    )),
    Table("required_layers", "必查清单: what an activity must be checked against.", (
        Column("activity", "text", "a code of activities.csv", required=True),
        _code("stands_for", "the layer", LAW_LAYERS[:-1]),
        _code("level", "without a required layer there is no 未发现限制", "required advised"),
        _code("basis", "whether a rule asks for it or practice does", "rule practice"),
        Column("rules", "text", "the rows of rules.csv that ask for it, separated by `;`"),
        Column("adcodes", "adcodes", "asked for there only; blank: everywhere"),
        Column("why", "text", "Chinese", required=True),
        Column("why_en", "text", "English", required=True),
    )),
    Table("keepers", "Which authority keeps the official layer: whom to ask for it.", (
        _code("stands_for", "the layer", LAW_LAYERS[:-1]),
        Column("keeper", "text", "the authority at county or city level, Chinese", required=True),
        Column("keeper_en", "text", "English", required=True),
        _INSTRUMENT,
        _ARTICLE,
        _VERIFIED,
        _SOURCE,
        _NOTE,
    )),
    Table("plan_words", "What rules.csv of data/plans constrains, in the words of activities.csv.", (
        Column("activity", "text", "as data/plans/rules.csv has it", required=True),
        Column("activities", "text", "codes of activities.csv separated by `;`, or `any`; blank: no activity is meant"),
        Column("flags", "codes", "holds only for projects with one of these; blank: for all", allowed=FLAGS),
        _NOTE,
    )),
    Table("approval_paths", "办理路径: who says what at which stage once a layer is hit.", (
        _ID,
        _LAYER,
        _code("condition", "when this path applies", CONDITIONS),
        Column("step", "integer", "order within layer, condition and region", required=True, low=1, high=9),
        _code("stage", "when it is done", "before_siting preapproval land_conversion before_works"),
        Column("actor", "text", "who acts, Chinese", required=True),
        Column("actor_en", "text", "who acts, English", required=True),
        _INSTRUMENT,
        _ARTICLE,
        _ADCODES,
        _FROM,
        _TO,
        _ZH,
        _EN,
        _VERIFIED,
        _SOURCE,
        _NOTE,
    )),
)  # fmt: skip

LAW_TABLES: Final[dict[str, Table]] = {table.name: table for table in _TABLES}
"""Every table of ``data/law`` by name, in the order they are read."""
