"""What a map shows besides its data: place, layers with their opacity and order, base map, comparison, chosen spot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = ["Compare", "LayerShow", "Scene", "View", "arranged"]


@dataclass(frozen=True)
class View:
    """A place to look at."""

    lon: float
    lat: float
    zoom: int


@dataclass(frozen=True)
class LayerShow:
    """How one layer of the panel stands.

    Attributes
    ----------
    id : str
    on : bool
    opacity : float
        0.1 to 1.
    years : (int, int) or None
        Of a layer with dates: the first and the last year that is drawn; None for all.
    undated : bool
        Whether features without a date are drawn.
    """

    id: str
    on: bool
    opacity: float = 1.0
    years: tuple[int, int] | None = None
    undated: bool = True

    @property
    def partly(self) -> bool:
        """Whether some features may not be drawn."""
        return self.years is not None or not self.undated


@dataclass(frozen=True)
class Compare:
    """Two layers side by side: one is drawn left of the divider only, the other right of it only.

    Attributes
    ----------
    left, right : str
        Ids of layers; empty where a side has nothing of its own.
    share : float
        Where the divider stands, as a share of the map's width.
    """

    left: str
    right: str
    share: float = 0.5


@dataclass(frozen=True)
class Scene:
    """A map as the user left it, or as a link asks for it; what is None or empty is the catalogue's.

    Attributes
    ----------
    view : View or None
    panel : tuple of LayerShow
        What is drawn on top first.
    base : str
        Id of the base map.
    compare : Compare or None
    at : tuple of float or None
        Longitude and latitude of the spot that was clicked, degrees.
    """

    view: View | None = None
    panel: tuple[LayerShow, ...] = ()
    base: str = ""
    compare: Compare | None = None
    at: tuple[float, float] | None = None


def arranged(ids: Sequence[str], wanted: Iterable[str]) -> list[str]:
    """Return `ids` in the order of `wanted`; ids that it does not name keep their place after the one before them.

    Examples
    --------
    >>> arranged(["a", "b", "c", "d"], ["c", "a", "no_such"])
    ['c', 'd', 'a', 'b']
    """
    order = [name for name in dict.fromkeys(wanted) if name in set(ids)]
    if not order:
        return list(ids)
    placed, before = list(order), ""
    for name in ids:
        if name not in placed:
            placed.insert(placed.index(before) + 1 if before else 0, name)
        before = name
    return placed
