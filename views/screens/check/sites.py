"""Sites as read: choice of those to check, areas compared, repairs listed."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Hashable
from dataclasses import replace
from typing import Any, Final

import pandas as pd
import streamlit as st

from carto.markup import Markup, style
from geo.measure import area_m2, length_m, plane_area_m2
from geo.sites import Sites
from views.parts.findings import size_text, square_metres
from views.parts.intake import Source, current_source
from views.session import Memo, Slot, at_mount, lang, say, show_html
from views.work import WorkPart
from words import has

__all__ = ["CHOSEN_PART", "choose_sites", "show_areas", "show_repairs"]

_TABLE: Final[Memo[pd.DataFrame]] = Memo("chk-listed")

_CHOSEN: Final[Slot[list[str]]] = Slot("chk-chosen-sites", [])
"""Of each source, by token: the ids of the sites that the user chose."""
_BEGUN: Final[Slot[tuple[Hashable, list[int]] | None]] = Slot("chk-chosen-at-mount", None)
_TABLE_HEIGHT_PX = 212
_MAX_REPAIRS = 6


def _dump_chosen() -> Any:
    """Return the chosen sites of the current source as JSON has them; None where none were chosen."""
    source = current_source()
    chosen = [] if source is None else _CHOSEN.of(source.token).get()
    return {"token": source.token, "ids": chosen} if source is not None and chosen else None


def _load_chosen(value: Any) -> None:
    """Restore chosen sites; what another version wrote otherwise is left out."""
    try:
        _CHOSEN.of(str(value["token"])).set([str(one) for one in value["ids"]])
    except (KeyError, TypeError):
        return


CHOSEN_PART: Final = WorkPart("chosen", _dump_chosen, _load_chosen)


def choose_sites(sites: Sites, source: Source, token: str) -> Sites:
    """Show a table of the sites where there are several; return the selected ones, all without a selection.

    Parameters
    ----------
    sites : Sites
    source : Source
    token : str
        Identifies the source and how it was read.
    """
    if len(sites) == 1:
        return sites
    st.caption(say("check_page.sites_choose", count=len(sites)))
    table = _sites_table(sites, token)
    digest = hashlib.sha256(f"{token}-{len(sites)}-{lang()}".encode()).hexdigest()[:12]
    ids = sites.frame["site_id"].tolist()
    kept = set(_CHOSEN.of(source.token).get())
    at_first = at_mount(_BEGUN, digest, [position for position, one in enumerate(ids) if one in kept])
    event = st.dataframe(
        table,
        hide_index=True,
        height=min(_TABLE_HEIGHT_PX, 36 * (len(table) + 1)),
        width="stretch",
        key=f"chk-sites-{digest}",
        on_select="rerun",
        selection_mode="multi-row",
        selection_default={"selection": {"rows": at_first}} if at_first else None,
    )
    rows = sorted(event["selection"]["rows"])
    _CHOSEN.of(source.token).set([ids[row] for row in rows])
    if not rows:
        return sites
    st.caption(say("check_page.sites_chosen", count=len(rows)))
    return replace(sites, frame=sites.frame.iloc[rows].reset_index(drop=True))


def _sites_table(sites: Sites, token: str) -> pd.DataFrame:
    """Return the table of sites with translated labels, made once per source."""
    return _TABLE.once((token, len(sites), sites.crs, lang()), lambda: _label_sites(sites))


def _label_sites(sites: Sites) -> pd.DataFrame:
    """Return id, geometry type and size of each site, as texts, and the first three columns of its own."""
    frame = sites.frame
    own_columns = frame.columns[list(frame.columns).index("geometry") + 1 :][:3]
    kinds = ["point", "line", "polygon"]
    sizes = zip(area_m2(frame), length_m(frame), strict=True)
    return pd.DataFrame(
        {
            say("check_page.col_id"): frame["site_id"].to_numpy(),
            say("check_page.col_kind"): [say(f"siting.kind_{_kind_of(g.geom_type, kinds)}") for g in frame.geometry],
            say("check_page.col_size"): [size_text(area, length) for area, length in sizes],
            **{str(name): frame[name].astype(str).to_numpy() for name in own_columns},
        }
    )


def _kind_of(geom_type: str, kinds: list[str]) -> str:
    return kinds[2] if "Polygon" in geom_type else kinds[1] if "Line" in geom_type else kinds[0]


_AREA_ROW: Final = Markup("<tr><td>{}</td><td>{}</td><td>{}</td></tr>")


def show_areas(sites: Sites, position: int) -> None:
    """Show ellipsoidal, plane and declared area of a site, the last two with their difference from the first."""
    site = sites.frame.iloc[[position]]
    reference_m2 = float(area_m2(site).iloc[0])
    if math.isnan(reference_m2):
        return
    declared = float(site["declared_area_m2"].iloc[0])
    rows = [
        ("area_ellipsoid", reference_m2, say("check_page.area_reference")),
        ("area_plane", (plane := float(plane_area_m2(site).iloc[0])), _difference_text(plane, reference_m2)),
        ("area_declared", declared, _difference_text(declared, reference_m2)),
    ]
    html_rows = [_AREA_ROW.format(say(f"check_page.{key}"), _area_text(value), note) for key, value, note in rows]
    table = Markup('<table class="rl-areas">{}</table>').format(Markup().join(html_rows))
    show_html(style("views/screens/check/templates/areas.css"), table)


def _area_text(value: float) -> str:
    if math.isnan(value):
        return say("check_page.area_none")
    return say("check_page.area_m2", value=square_metres(value))


def _difference_text(value_m2: float, reference_m2: float) -> str:
    """Return the difference of an area from the ellipsoidal one, in m² and ppm; "" without one."""
    if math.isnan(value_m2) or not reference_m2:
        return ""
    excess_m2 = value_m2 - reference_m2
    return say("check_page.area_diff", value=f"{excess_m2:+,.2f}", ppm=f"{excess_m2 / reference_m2 * 1e6:+,.0f}")


def show_repairs(sites: Sites) -> None:
    """Show the repairs of each site and the change of its area in m²; the first sites only where there are many."""
    repaired = sites.frame[sites.frame["repair"] != ""]
    lines: list[Any] = []
    for site, codes, area in zip(repaired["site_id"], repaired["repair"], repaired["repair_area_m2"], strict=True):
        if len(lines) == _MAX_REPAIRS:
            lines.append(say("check_page.more", count=len(repaired) - _MAX_REPAIRS))
            break
        repairs = say("snapshot.and").join(_repair_text(code) for code in codes.split(";"))
        lines.append(say("check_page.mended", site=site, what=repairs, area=f"{area:+,.4f}"))
    if lines:
        show_html(Markup('<div class="rl-facts">{}</div>').format(Markup("<br>").join(lines)))


def _repair_text(code: str) -> str:
    return say(f"geo.repair_{code}") if has(f"geo.repair_{code}") else code
