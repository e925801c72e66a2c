"""The site that was read: its areas side by side, what was mended, and which of many to check."""

from __future__ import annotations

import hashlib
import math
from dataclasses import replace
from typing import Any, Final

import pandas as pd
import streamlit as st

from carto.markup import Markup, style
from geo.measure import area_m2, length_m, plane_area_m2
from geo.sites import Sites
from views.parts.findings import size_text, square_metres
from views.session import Memo, lang, say, show_html
from words import has

__all__ = ["choose_sites", "show_areas", "show_repairs"]

_LIST: Final[Memo[pd.DataFrame]] = Memo("chk-listed")

_LIST_HEIGHT = 212
_SHOWN = 6


def choose_sites(sites: Sites, token: str) -> Sites:
    """Show the sites of a source where there are several; return those to check: the ticked, or all."""
    if len(sites) == 1:
        return sites
    st.caption(say("check_page.sites_choose", count=len(sites)))
    table = _listed(sites, token)
    digest = hashlib.sha256(f"{token}-{len(sites)}".encode()).hexdigest()[:12]
    event = st.dataframe(
        table,
        hide_index=True,
        height=min(_LIST_HEIGHT, 36 * (len(table) + 1)),
        width="stretch",
        key=f"chk-sites-{digest}",
        on_select="rerun",
        selection_mode="multi-row",
    )
    rows = sorted(event["selection"]["rows"])
    if not rows:
        return sites
    st.caption(say("check_page.sites_chosen", count=len(rows)))
    return replace(sites, frame=sites.frame.iloc[rows].reset_index(drop=True))


def _listed(sites: Sites, token: str) -> pd.DataFrame:
    """Return the list of sites in words, made once for a source."""
    return _LIST.once((token, len(sites), sites.crs, lang()), lambda: _in_words(sites))


def _in_words(sites: Sites) -> pd.DataFrame:
    frame = sites.frame
    own = frame.columns[list(frame.columns).index("geometry") + 1 :][:3]
    kinds = ["point", "line", "polygon"]
    sizes = zip(area_m2(frame), length_m(frame), strict=True)
    return pd.DataFrame(
        {
            say("check_page.col_id"): frame["site_id"].to_numpy(),
            say("check_page.col_kind"): [say(f"siting.kind_{_kind(g.geom_type, kinds)}") for g in frame.geometry],
            say("check_page.col_size"): [size_text(area, length) for area, length in sizes],
            **{str(name): frame[name].astype(str).to_numpy() for name in own},
        }
    )


def _kind(geom_type: str, kinds: list[str]) -> str:
    return kinds[2] if "Polygon" in geom_type else kinds[1] if "Line" in geom_type else kinds[0]


_AREA: Final = Markup("<tr><td>{}</td><td>{}</td><td>{}</td></tr>")


def show_areas(sites: Sites, position: int) -> None:
    """Show declared, ellipsoidal and plane area of a site, and how far the others are from the one that counts."""
    one = sites.frame.iloc[[position]]
    whole = float(area_m2(one).iloc[0])
    if math.isnan(whole):
        return
    declared = float(one["declared_area_m2"].iloc[0])
    rows = [
        ("area_ellipsoid", whole, say("check_page.area_reference")),
        ("area_plane", (plane := float(plane_area_m2(one).iloc[0])), _apart(plane, whole)),
        ("area_declared", declared, _apart(declared, whole)),
    ]
    written = [_AREA.format(say(f"check_page.{key}"), _value(value), note) for key, value, note in rows]
    table = Markup('<table class="rl-areas">{}</table>').format(Markup().join(written))
    show_html(style("views/screens/check/templates/areas.css"), table)


def _value(value: float) -> str:
    if math.isnan(value):
        return say("check_page.area_none")
    return say("check_page.area_m2", value=square_metres(value))


def _apart(value: float, whole: float) -> str:
    """Say by how much an area differs from the ellipsoidal one."""
    if math.isnan(value) or not whole:
        return ""
    apart = value - whole
    return say("check_page.area_diff", value=f"{apart:+,.2f}", ppm=f"{apart / whole * 1e6:+,.0f}")


def show_repairs(sites: Sites) -> None:
    """Say what was mended in which site, and by how much its area changed."""
    mended = sites.frame[sites.frame["repair"] != ""]
    lines: list[Any] = []
    for site, codes, area in zip(mended["site_id"], mended["repair"], mended["repair_area_m2"], strict=True):
        if len(lines) == _SHOWN:
            lines.append(say("check_page.more", count=len(mended) - _SHOWN))
            break
        what = say("snapshot.and").join(_repair(code) for code in codes.split(";"))
        lines.append(say("check_page.mended", site=site, what=what, area=f"{area:+,.4f}"))
    if lines:
        show_html(Markup('<div class="rl-facts">{}</div>').format(Markup("<br>").join(lines)))


def _repair(code: str) -> str:
    return say(f"geo.repair_{code}") if has(f"geo.repair_{code}") else code
