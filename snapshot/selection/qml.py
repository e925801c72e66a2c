"""QGIS styles (QML) made from the same ``Symbol`` that draws the map and its legend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal
from xml.etree import ElementTree as ET

from carto.style import Shape, Symbol

__all__ = ["Category", "GeometryKind", "qml"]

GeometryKind = Literal["point", "line", "polygon"]

_SYMBOL_TYPE: Final = {"point": "marker", "line": "line", "polygon": "fill"}
_HATCH_SPACING_PX: Final = 7
_LABEL_FONT: Final = "Noto Sans CJK SC"
_PLACEMENT: Final = {"polygon": "4", "line": "2", "point": "6"}
"""QGIS: horizontal inside, along the line, cartographic positions round the point."""
_MARKERS: Final[dict[Shape, tuple[str, int]]] = {"inverted": ("triangle", 180)}
"""Shapes that QGIS calls otherwise: its name and the angle; the others have the same name."""


@dataclass(frozen=True)
class Category:
    """One class of a categorised layer.

    Attributes
    ----------
    value : str
        What the column holds.
    label : str
        What the legend says.
    symbol : Symbol
    hollow : bool
        Known by county only: an outline on white.
    """

    value: str
    label: str
    symbol: Symbol
    hollow: bool = False


def qml(
    symbol: Symbol,
    kind: GeometryKind,
    *,
    column: str | None = None,
    categories: Sequence[Category] = (),
    label: str | None = None,
) -> str:
    """Return the QML document of a layer.

    Parameters
    ----------
    symbol : Symbol
        Colours as ``#rrggbb``, widths in screen pixels; serves all features unless there are categories.
    kind : {"point", "line", "polygon"}
    column, categories
        For a layer coloured by a column: the column and its classes.
    label : str, optional
        Column written beside each feature.
    """
    root = ET.Element("qgis", version="3.22", styleCategories="Symbology|Labeling", labelsEnabled="1" if label else "0")
    if column and categories:
        renderer = ET.SubElement(root, "renderer-v2", type="categorizedSymbol", attr=column, enableorderby="0")
        listed = ET.SubElement(renderer, "categories")
        symbols = ET.SubElement(renderer, "symbols")
        for number, category in enumerate(categories):
            ET.SubElement(
                listed, "category", value=category.value, label=category.label, symbol=str(number), render="true"
            )
            _symbol(symbols, str(number), category.symbol, kind, hollow=category.hollow)
    else:
        renderer = ET.SubElement(root, "renderer-v2", type="singleSymbol", enableorderby="0")
        _symbol(ET.SubElement(renderer, "symbols"), "0", symbol, kind)
    if label:
        _labels(root, label, kind)
    ET.SubElement(root, "blendMode").text = "0"
    return "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + ET.tostring(root, encoding="unicode")


def _symbol(parent: ET.Element, name: str, symbol: Symbol, kind: GeometryKind, *, hollow: bool = False) -> None:
    """Add one symbol with its symbol layers."""
    node = ET.SubElement(
        parent, "symbol", name=name, type=_SYMBOL_TYPE[kind], alpha="1", clip_to_extent="1", force_rhr="0"
    )
    if kind == "point":
        _marker(node, symbol, hollow=hollow)
        return
    if kind == "polygon":
        _fill(node, symbol)
        if symbol["hatch"] and symbol["stroke"]:
            _hatch(node, symbol)
    if symbol["stroke"]:
        _line(node, symbol)


def _marker(node: ET.Element, symbol: Symbol, *, hollow: bool) -> None:
    name, angle = _MARKERS.get(symbol["shape"], (symbol["shape"], 0))
    colour = symbol["fill"] or symbol["stroke"] or "#000000"
    _layer(
        node,
        "SimpleMarker",
        name=name,
        angle=angle,
        color=_colour("#ffffff" if hollow else colour, 1.0),
        outline_color=_colour(colour if hollow else "#ffffff", 1.0),
        outline_style="dash" if hollow else "solid",
        outline_width=1.2,
        outline_width_unit="Pixel",
        size=2 * symbol["radius"],
        size_unit="Pixel",
    )


def _fill(node: ET.Element, symbol: Symbol) -> None:
    _layer(
        node,
        "SimpleFill",
        color=_colour(symbol["fill"] or "#000000", symbol["opacity"] if symbol["fill"] else 0.0),
        style="solid" if symbol["fill"] else "no",
        outline_style="no",
    )


def _hatch(node: ET.Element, symbol: Symbol) -> None:
    layer = _layer(
        node,
        "LinePatternFill",
        angle=45,
        distance=_HATCH_SPACING_PX,
        distance_unit="Pixel",
        color=_colour(symbol["stroke"] or "#000000", 0.8),
        line_width=symbol["width"],
        line_width_unit="Pixel",
    )
    inner = ET.SubElement(layer, "symbol", name="@0@1", type="line", alpha="0.8", clip_to_extent="1", force_rhr="0")
    _line(inner, {**symbol, "dash": []})


def _line(node: ET.Element, symbol: Symbol) -> None:
    dashes = symbol["dash"] if len(symbol["dash"]) > 1 else []
    _layer(
        node,
        "SimpleLine",
        line_color=_colour(symbol["stroke"] or symbol["fill"] or "#000000", 1.0),
        line_style="solid",
        line_width=symbol["width"],
        line_width_unit="Pixel",
        use_custom_dash=int(bool(dashes)),
        customdash=";".join(f"{dash:g}" for dash in dashes) or "5;2",
        customdash_unit="Pixel",
    )


def _layer(node: ET.Element, kind: str, **options: object) -> ET.Element:
    layer = ET.SubElement(node, "layer", {"class": kind, "enabled": "1", "locked": "0", "pass": "0"})
    options_map = ET.SubElement(layer, "Option", type="Map")
    for name, value in options.items():
        ET.SubElement(options_map, "Option", name=name, type="QString", value=str(value))
    return layer


def _labels(root: ET.Element, column: str, kind: GeometryKind) -> None:
    labeling = ET.SubElement(root, "labeling", type="simple")
    settings = ET.SubElement(labeling, "settings")
    text = ET.SubElement(
        settings,
        "text-style",
        fieldName=column,
        isExpression="0",
        fontFamily=_LABEL_FONT,
        fontSize="9",
        fontSizeUnit="Point",
        textColor="51,51,51,255",
    )
    ET.SubElement(
        text, "text-buffer", bufferDraw="1", bufferSize="0.8", bufferSizeUnits="MM", bufferColor="255,255,255,255"
    )
    ET.SubElement(settings, "placement", placement=_PLACEMENT[kind], placementFlags="10", dist="1", distUnits="MM")
    ET.SubElement(settings, "rendering", drawLabels="1", obstacle="0", mergeLines="1", scaleVisibility="0")


def _colour(rgb: str, opacity: float) -> str:
    """Return ``#rrggbb`` and an opacity as QGIS writes them: ``r,g,b,a``, each 0 to 255."""
    red, green, blue = (int(rgb[i : i + 2], 16) for i in (1, 3, 5))
    return f"{red},{green},{blue},{round(255 * opacity)}"
