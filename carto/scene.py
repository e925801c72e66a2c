"""State of a map besides its data: view, order and opacity of layers, base map, comparison, clicked point."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = ["Compare", "Extent", "LayerDisplay", "Scene", "View", "ordered_ids"]


@dataclass(frozen=True)
class View:
    """A map view: longitude and latitude of its centre in degrees, and its zoom level."""

    lon: float
    lat: float
    zoom: int


@dataclass(frozen=True)
class Extent:
    """A rectangle that a map is to show whole, in degrees, and the zoom level that it is not to exceed."""

    west: float
    south: float
    east: float
    north: float
    max_zoom: int = 15

    def enlarged(self, factor: float) -> Extent:
        """Return the extent `factor` times as wide and as high around the same centre.

        Examples
        --------
        >>> Extent(116.0, 27.0, 117.0, 28.0).enlarged(2.0)
        Extent(west=115.5, south=26.5, east=117.5, north=28.5, max_zoom=15)
        """
        wide, high = (factor - 1) * (self.east - self.west) / 2, (factor - 1) * (self.north - self.south) / 2
        return Extent(self.west - wide, self.south - high, self.east + wide, self.north + high, self.max_zoom)


@dataclass(frozen=True)
class LayerDisplay:
    """Display settings of one layer of the panel: on or off, opacity, years.

    Attributes
    ----------
    id : str
    on : bool
    opacity : float
        0.1 to 1.
    years : (int, int) or None
        First and last year that are drawn of a layer with dates; None for all.
    undated : bool
        Whether features without a date are drawn.
    """

    id: str
    on: bool
    opacity: float = 1.0
    years: tuple[int, int] | None = None
    undated: bool = True

    @property
    def hides_features(self) -> bool:
        """Whether features may be hidden by their dates."""
        return self.years is not None or not self.undated


@dataclass(frozen=True)
class Compare:
    """Swipe comparison: one layer is drawn left of the divider only, another right of it only.

    Attributes
    ----------
    left, right : str
        Ids of layers; empty for a side without a layer of its own.
    share : float
        Position of the divider, as a share of the map's width.
    """

    left: str
    right: str
    share: float = 0.5


@dataclass(frozen=True)
class Scene:
    """State of a map, from a user or a link; fields that are None or empty take the catalogue's defaults.

    Attributes
    ----------
    view : View or None
    panel : tuple of LayerDisplay
        Layers drawn on top first.
    base : str
        Id of the base map.
    compare : Compare or None
    clicked : tuple of float or None
        Longitude and latitude of the point that was clicked last, degrees.
    """

    view: View | None = None
    panel: tuple[LayerDisplay, ...] = ()
    base: str = ""
    compare: Compare | None = None
    clicked: tuple[float, float] | None = None


def ordered_ids(ids: Sequence[str], preferred: Iterable[str]) -> list[str]:
    """Return `ids` in the order of `preferred`; an id that is not in it stays behind its predecessor in `ids`.

    Examples
    --------
    >>> ordered_ids(["a", "b", "c", "d"], ["c", "a", "no_such"])
    ['c', 'd', 'a', 'b']
    """
    order = [name for name in dict.fromkeys(preferred) if name in set(ids)]
    if not order:
        return list(ids)
    placed, before = list(order), ""
    for name in ids:
        if name not in placed:
            placed.insert(placed.index(before) + 1 if before else 0, name)
        before = name
    return placed
