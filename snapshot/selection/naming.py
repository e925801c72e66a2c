"""Names of exports: place, content, form, local time, as in ``资溪县_控制线_SHP_20261129-0317``."""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
import shapely

from layers.catalogue import counties_of
from layers.clock import stamp_text
from snapshot.selection.names import safe_name
from snapshot.selection.selection import Selection
from words import Lang, t

__all__ = ["check_file_name", "export_name", "place_name"]

_LEVELS: Final = ("county", "prefecture", "province")
_MOST_NAMES: Final = 2
_MOST_OF_IT: Final = 0.6


def export_name(selection: Selection, form: str, lang: Lang, place: str = "") -> str:
    """Return the name of an export, without suffix: where, what, in which form, when (the office's time).

    Parameters
    ----------
    selection : Selection
    form : str
        Code of the form, such as ``shp``.
    lang : {"zh", "en"}
    place : str
        Where; found from the selection by default.
    """
    parts = (place or place_name(selection, lang), _content(selection, lang), form.upper(), stamp_text())
    return safe_name("_".join(part.replace(" ", "-") for part in parts if part))


def check_file_name(project: str, content: Literal["results", "report"], form: str, lang: Lang, check_id: str) -> str:
    """Return the name of a file of a check, without suffix: project, content and form, when; or its check id.

    Parameters
    ----------
    project : str
        Name of the project, or of the file that was checked.
    content : {"results", "report"}
    form : str
        Code of the form, such as ``xlsx``.
    lang : {"zh", "en"}
    check_id : str
        Under which the check is stored; empty if it is not.
    """
    parts = (project, t(f"naming.{content}", lang), form.upper(), check_id or stamp_text())
    return safe_name("_".join(part.replace(" ", "-") for part in parts if part))


def place_name(selection: Selection, lang: Lang) -> str:
    """Return the smallest territory that fills most of what is exported: county, prefecture, province; else all."""
    counties = counties_of(selection.layers)
    if selection.adcodes:
        names = [_name(selection, code, lang) for code in selection.adcodes]
        more = t("naming.and_more", lang) if len(names) > _MOST_NAMES else ""
        return t("naming.join", lang).join(names[:_MOST_NAMES]) + more
    if selection.extent is not None:
        area = shapely.box(*selection.extent)
    elif selection.sites is not None and selection.only_sites:
        area = shapely.union_all(selection.sites.frame.geometry.to_numpy())
    else:
        return t("naming.everywhere", lang)
    shapes = counties.geometry.to_numpy()
    near = shapely.intersects(shapes, area)
    if not near.any():
        return t("naming.outside", lang)
    shared = shapely.intersection(shapes[near], area)
    sizes = np.maximum(shapely.area(shared), 1e-12)  # in degrees: only compared with one another
    codes = counties["adcode"].astype(str).to_numpy()[near]
    for digits in (6, 4, 2):
        by_stem: dict[str, float] = {}
        for code, size in zip(codes, sizes.tolist(), strict=True):
            by_stem[code[:digits]] = by_stem.get(code[:digits], 0.0) + size
        largest = max(by_stem, key=lambda stem: by_stem[stem])
        if by_stem[largest] >= _MOST_OF_IT * sizes.sum():
            return _name(selection, largest.ljust(6, "0"), lang)
    return t("naming.everywhere", lang)


def _name(selection: Selection, code: str, lang: Lang) -> str:
    """Return the name of a territory by its code; the code where no layer has it."""
    for layer in selection.layers.values():
        if layer.spec.stands_for in _LEVELS and layer.frame is not None and "adcode" in layer.frame.columns:
            found = layer.frame[layer.frame["adcode"].astype(str) == code]
            if len(found):
                return str(found[f"name_{lang}"].iloc[0] or found["name_zh"].iloc[0])
    return code


def _content(selection: Selection, lang: Lang) -> str:
    """Return what is exported: the layer, the group that all layers are of, or layers; the site where it goes along."""
    taken = [selection.layers[name].spec for name in selection.chosen if name in selection.layers]
    groups = {spec.group for spec in taken}
    words = []
    if selection.sites is not None:
        words.append(t("naming.sites", lang))
    if len(taken) == 1:
        words.append(taken[0].title(lang))
    elif len(groups) == 1:
        words.append(t(f"carto.group_{groups.pop()}", lang))
    elif taken:
        words.append(t("naming.layers", lang))
    return t("naming.join", lang).join(words)
