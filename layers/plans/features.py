"""Rows of the plan tables as features: at their place where it is known, else at the point of their territory."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.crs import STORE_CRS
from layers.plans import site_extents as protected
from layers.plans.clauses import clause_text
from layers.plans.reaches import reaches_in_counties, water_shapes
from layers.plans.routes import LEADS_TO, route_lines
from layers.plans.tables import read_table
from layers.plans.territories import territory_points

__all__ = ["corrected_names", "plan_features", "project_features", "protected_features", "with_documents"]

_SLIPS: Final = ("misprint", "ocr", "back_translation")
"""Kinds of correction that change a name; a variant is another name of the same thing and changes none."""


def plan_features(
    table: Literal["projects", "protected_sites"], data: Path, counties: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Return one feature per row of a plan table, with its geometry and its document.

    Returns
    -------
    GeoDataFrame
        As `project_features` or `protected_features`, with the columns that `with_documents` adds.
    """
    folder = data / "plans"
    projects, sites = read_table("projects", folder), read_table("protected_sites", folder)
    if table == "projects":
        waters = water_shapes(read_table("waters", folder), data / "water", counties)
        frame = project_features(projects, counties, read_table("routes", folder), waters)
    else:
        frame = protected_features(sites, counties)
    return with_documents(frame, read_table("documents", folder), read_table("corrections", folder))


def project_features(
    rows: pd.DataFrame,
    counties: gpd.GeoDataFrame,
    waypoints: pd.DataFrame,
    waters: gpd.GeoDataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Return the projects that the plans name as features.

    Parameters
    ----------
    rows : DataFrame
        ``projects.csv``.
    counties : GeoDataFrame
        EPSG:4490 with ``adcode`` and ``prefecture_adcode``.
    waypoints : DataFrame
        ``routes.csv``.
    waters : GeoDataFrame, optional
        The drawn waters of ``waters.csv`` (`layers.plans.reaches.water_shapes`).

    Returns
    -------
    GeoDataFrame
        EPSG:4490, the rows with a geometry, and

        - ``drawn_as``: ``place`` (the cited point), ``route`` (a schematic line through the named places), ``water``
          (the stretch of its water inside the counties it claims) or ``territory`` (the point of each county, or of
          the prefecture or province, that it claims: all that is known of it);
        - ``located``: True for ``place`` and ``route`` only. A work that is known to be on a water is somewhere along
          the stretch drawn, and nobody knows where: a distance to the stretch would be a distance to the water, so it
          is drawn and never measured against;
        - ``known_in``: of those ``drawn_as`` ``territory`` the codes of the points, ``;`` between, else "";
        - ``leads_to`` and ``leads_to_en``: of a ``route`` where each part goes on to beyond the counties, where the
          line ends (`layers.plans.routes`), else "";
        - ``accuracy_m`` (metres) and ``licence``: for ``water`` those of the water's own shape.

        Rows without any of the territories in `counties` are left out.
    """
    frame = gpd.GeoDataFrame(rows.copy(), geometry=_points(rows), crs=STORE_CRS)
    shapes = frame.geometry.to_numpy().copy()
    drawn_as = np.where(shapely.is_missing(shapes), "territory", "place").astype(object)
    routes = route_lines(waypoints, counties)
    is_route = rows["id"].isin(routes.index).to_numpy()
    shapes[is_route] = routes.geometry.reindex(rows["id"][is_route]).to_numpy()
    drawn_as[is_route] = "route"
    for column in LEADS_TO:
        frame[column] = rows["id"].map(routes[column].to_dict()).astype(object).fillna("")
    if waters is not None:
        along = (rows["location_basis"] == "water").to_numpy() & shapely.is_missing(shapes)
        shapes[along] = reaches_in_counties(rows[along], waters, counties)
        along &= ~shapely.is_missing(shapes)
        drawn_as[along] = "water"
        frame["accuracy_m"] = rows["accuracy_m"].where(~along, rows["water"].map(waters["accuracy_m"]))
        frame["licence"] = rows["water"].map(waters["licence"]).where(along, "")
    frame["drawn_as"] = drawn_as
    frame["located"] = np.isin(drawn_as, ("place", "route"))
    return _with_territories(frame, shapes, counties)


def protected_features(rows: pd.DataFrame, counties: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the protected sites that the plans name as features.

    Returns
    -------
    GeoDataFrame
        EPSG:4490; ``drawn_as`` is ``extent`` (the approximate extent of the published area), ``place`` (the cited
        point) or, with ``located`` False, ``territory`` (see `project_features`). ``source`` is the row's own citation.
    """
    frame = gpd.GeoDataFrame(rows.copy(), geometry=_points(rows), crs=STORE_CRS)
    shapes = frame.geometry.to_numpy().copy()
    drawn_as = np.where(shapely.is_missing(shapes), "territory", "place").astype(object)
    drawn = protected.approximate_extents(rows).set_index("id").geometry
    has_extent = rows["id"].isin(drawn.index).to_numpy()
    shapes[has_extent] = drawn.reindex(rows["id"][has_extent]).to_numpy()
    drawn_as[has_extent] = "extent"
    frame["drawn_as"] = drawn_as
    frame["located"] = drawn_as != "territory"
    frame["basis"] = "approximate"
    return _with_territories(frame, shapes, counties)


def with_documents(frame: gpd.GeoDataFrame, documents: pd.DataFrame, corrections: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return features with the columns of their document, their clause, and their name without misprints.

    Parameters
    ----------
    frame : GeoDataFrame
        With ``name``, ``document`` and ``clause``.
    documents, corrections : DataFrame
        ``documents.csv``, ``corrections.csv``.

    Returns
    -------
    GeoDataFrame
        With ``clause`` as a reader looks it up, Chinese; ``clause_path`` as in the table; ``document_title``;
        ``document_status`` (``in_force``, ``expired``, ``reference``); ``name_zh``, corrected, where ``name`` is as
        printed; ``as_of``, the date of the document as exact as it is known, else ``unknown``; and, where the row
        cites nothing of its own, ``source``: the title of the document.
    """
    known = documents.set_index("id")
    documented = frame.assign(
        clause_path=frame["clause"],
        clause=[clause_text(*pair) for pair in zip(frame["document"], frame["clause"], strict=True)],
        document_title=frame["document"].map(known["title"]),
        document_status=frame["document"].map(known["status"]),
        as_of=frame["document"].map(known["date"].replace("", "unknown")),
        name_zh=corrected_names(frame, corrections),
    )
    if "source" not in documented.columns:
        documented["source"] = documented["document_title"]
    return documented


def corrected_names(rows: pd.DataFrame, corrections: pd.DataFrame) -> pd.Series:
    """Return names without misprints: corrections of high confidence that apply to the whole document.

    Parameters
    ----------
    rows : DataFrame
        ``name``, ``document``.
    corrections : DataFrame
        ``corrections.csv``.
    """
    applied = corrections[
        corrections["kind"].isin(_SLIPS) & (corrections["confidence"] == "high") & (corrections["scope"] == "document")
    ]
    slips = {
        str(document): list(zip(of["as_printed"], of["correct"], strict=True))
        for document, of in applied.groupby("document")
    }
    names = rows["name"].tolist()
    for at, document in enumerate(rows["document"]):
        for printed, correct in slips.get(document, ()):
            names[at] = names[at].replace(printed, correct)
    return pd.Series(names, index=rows.index, name="name", dtype=rows["name"].dtype)


def _points(rows: pd.DataFrame) -> np.ndarray:
    """Return the cited points; None where a row has none."""
    lon, lat = rows["lon"].to_numpy(float), rows["lat"].to_numpy(float)
    known = np.isfinite(lon) & np.isfinite(lat)
    shapes = np.full(len(rows), None, dtype=object)
    shapes[known] = shapely.points(lon[known], lat[known])
    return shapes


def _with_territories(frame: gpd.GeoDataFrame, shapes: np.ndarray, counties: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the frame with the points of the territories where `shapes` is missing, without rows that have neither."""
    missing = shapely.is_missing(shapes)
    points, codes = territory_points(frame["adcodes"].where(missing, ""), counties)
    placed = frame.assign(known_in=codes)
    placed = placed.set_geometry(gpd.GeoSeries(np.where(missing, points, shapes), index=frame.index, crs=STORE_CRS))
    return placed[~(placed.geometry.isna() | placed.geometry.is_empty)].reset_index(drop=True)
