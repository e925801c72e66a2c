"""The one figure of a city or a province: a card, and the territory outlined on the map; never a painted territory."""

from __future__ import annotations

import folium
import geopandas as gpd
import shapely

from carto.map import highlight_group
from carto.markup import style
from geo.crs import STORE_CRS
from views.parts.indicators.figures import MappedIndicator
from views.session import html_of, lang, region_text, show_html

__all__ = ["outline_groups", "show_figure"]

_TOLERANCE_DEG = 0.005


def outline_groups(mapped: MappedIndicator) -> list[folium.FeatureGroup]:
    """Return the map group that outlines the territory of a lone figure; empty for an indicator that is painted."""
    frame = mapped.choropleth.layer.frame
    if not mapped.lone or frame is None:
        return []
    whole = frame.geometry[(frame["adcode"].astype(str) == mapped.lone).to_numpy()].to_numpy()
    edges = shapely.boundary(shapely.simplify(whole, _TOLERANCE_DEG))
    return [highlight_group(gpd.GeoDataFrame(geometry=gpd.GeoSeries(edges, crs=STORE_CRS)))]


def show_figure(mapped: MappedIndicator) -> None:
    """Show the card of a lone figure: value, territory, subject, and the documents with their clauses."""
    now = lang()
    unit = mapped.indicator.unit(now)
    note = mapped.choropleth.note
    card = html_of(
        "views/parts/indicators/templates/figure.html",
        adcode=mapped.lone,
        value=f"{float(mapped.by_region.dropna().iloc[0]):,.6g}",
        unit="" if unit == "—" else unit,
        where=region_text(mapped.lone),
        title=mapped.indicator.title(now),
        source=note(now) if note else "",
    )
    show_html(card, style("views/parts/indicators/templates/figure.css"))
