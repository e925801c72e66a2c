"""Classify figures of regions for a choropleth: limits by `mapclassify`, colours by ColorBrewer."""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal, get_args

import numpy as np
import pandas as pd
from branca.utilities import color_brewer
from numpy.typing import NDArray

from carto.style.symbols import Symbol
from carto.style.theme import THEME
from geo.errors import RedlineError
from layers.catalogue import Bilingual, Layer

__all__ = [
    "DIVERGING",
    "MAX_CLASSES",
    "MISSING",
    "SCHEMES",
    "SEQUENTIAL",
    "Choropleth",
    "Classes",
    "Palette",
    "Scheme",
    "classify",
    "parse_limits",
]

Scheme = Literal["quantiles", "natural_breaks", "equal_interval", "by_hand"]
SCHEMES: Final[tuple[Scheme, ...]] = get_args(Scheme)
Palette = Literal["YlOrBr", "YlGnBu", "PuBu", "Purples", "PuOr", "BrBG", "RdBu", "RdYlBu"]
"""Palettes of ColorBrewer that are safe for the colour-blind."""
SEQUENTIAL: Final[tuple[Palette, ...]] = ("YlOrBr", "YlGnBu", "PuBu", "Purples")
DIVERGING: Final[tuple[Palette, ...]] = ("PuOr", "BrBG", "RdBu", "RdYlBu")
"""Diverging palettes, for changes: one hue below the centre, another above, pale between."""
MAX_CLASSES: Final = 9

MISSING: Final[Symbol] = Symbol(
    stroke=THEME["missing"],
    width=0.6,
    dash=[],
    fill=THEME["missing-ground"],
    opacity=0.55,
    hatch=True,
    radius=4,
    shape="circle",
)
"""Symbol of a region without a figure: grey hatch, never a colour of a palette."""

_OPACITY: Final = 0.72
_PALETTE_STEPS: Final = 9
"""Steps of a diverging palette; the fifth is its middle."""


@dataclass(frozen=True)
class Classes:
    """Limits and colours of classes, and the class of each value.

    Attributes
    ----------
    limits : tuple of float
        One more than there are classes: class i is limits[i] < value <= limits[i + 1]; the first includes its lower
        limit too.
    colours : tuple of str
    of_row : array of int
        Class of each value, -1 where it is missing.
    """

    limits: tuple[float, ...]
    colours: tuple[str, ...]
    of_row: NDArray[np.int64]

    def symbols(self) -> list[Symbol]:
        """Return the symbol of each class, low to high."""
        return [
            Symbol(
                stroke="#ffffff",
                width=0.8,
                dash=[],
                fill=colour,
                opacity=_OPACITY,
                hatch=False,
                radius=4,
                shape="circle",
            )
            for colour in self.colours
        ]

    def captions(self) -> list[str]:
        """Return ``low – high`` for each class, one number where both are equal, no more decimals than needed."""
        if len(set(self.limits)) == 1:
            return [f"{self.limits[0]:,.10g}"]
        decimals = _decimals(self.limits)
        written = [f"{limit:,.{decimals}f}" for limit in self.limits]
        return [low if low == high else f"{low} – {high}" for low, high in pairwise(written)]


@dataclass(frozen=True)
class Choropleth:
    """One indicator, classified, on the polygons of one layer.

    Attributes
    ----------
    layer : Layer
        Loaded polygons: the regions.
    classes : Classes
        One class per row of ``layer.frame``.
    title : Bilingual
    unit, note : Bilingual or None
        The note states year and level, and whether the figures are derived or published.
    made_of : tuple of str
        Ids of the layers that the values are derived from; their export levels limit the export of the indicator.
    """

    layer: Layer
    classes: Classes
    title: Bilingual
    unit: Bilingual | None = None
    note: Bilingual | None = None
    made_of: tuple[str, ...] = ()


def classify(
    values: pd.Series,
    *,
    scheme: Scheme = "natural_breaks",
    k: int = 5,
    palette: Palette = "YlOrBr",
    limits: Sequence[float] = (),
    centre: float | None = None,
) -> Classes:
    """Return the classes of figures, by a scheme or by limits set by hand.

    Parameters
    ----------
    values : Series of float
        NaN where there is no figure. Infinite values count as missing.
    scheme : {"quantiles", "natural_breaks", "equal_interval", "by_hand"}
        Natural breaks are Fisher-Jenks, exact: the same figures give the same classes.
    k : int
        Number of classes, 2 to `MAX_CLASSES`; fewer if there are fewer different values.
    palette : str
    limits : sequence of float
        Upper limits of the classes for ``by_hand``, rising; the highest value is added if they end below it.
    centre : float, optional
        For changes: limits (but those set by hand) and colours are symmetric about this value, so that equal changes up
        and down get equally strong colours; classes below the lowest and above the highest value are left out. An even
        `k` counts as the next odd one: the middle class contains the centre.

    Raises
    ------
    RedlineError
        If no value is a number, or limits set by hand do not rise.
    """
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(float, na_value=np.nan)
    known = np.isfinite(numbers)
    if not known.any():
        raise RedlineError("carto.no_values")
    k = min(max(k, 2), MAX_CLASSES)
    if centre is None:
        upper = _upper_limits(numbers[known], scheme, k, limits)
        colours = tuple(color_brewer(palette, max(len(upper), 3))[-len(upper) :])
    else:
        deviation = np.abs(numbers[known] - centre)
        by_hand = scheme == "by_hand"
        upper = (
            _upper_limits(numbers[known], scheme, k, limits)
            if by_hand
            else _symmetric_limits(deviation, scheme, k, centre)
        )
        upper, colours = _without_empty_ends(upper, _diverging_colours(upper, palette, centre), numbers[known])
    of_row = np.full(len(numbers), -1, np.int64)
    of_row[known] = np.searchsorted(upper, numbers[known], side="left")
    low = min(float(numbers[known].min()), upper[0])
    return Classes((low, *upper), colours, of_row)


def parse_limits(text: str) -> tuple[float, ...]:
    """Return class limits parsed from a user's text: numbers separated by blanks, semicolons or Chinese commas.

    A comma followed by a blank separates numbers too; one without groups thousands.

    Raises
    ------
    RedlineError
        If there are none, more than `MAX_CLASSES`, or they do not strictly increase.

    Examples
    --------
    >>> parse_limits("10; 20，1,000")
    (10.0, 20.0, 1000.0)
    >>> parse_limits("10, 20, 30")
    (10.0, 20.0, 30.0)
    """
    parts = re.split(r"[;；，、\s]+|,\s+", text.strip()[:400])
    try:
        limits = [float(part.strip(",").replace(",", "")) for part in parts if part.strip(",")]
    except ValueError:
        raise RedlineError("carto.limits_not_rising") from None
    if not limits or len(limits) > MAX_CLASSES or not _strictly_increasing(limits):
        raise RedlineError("carto.limits_not_rising")
    return tuple(limits)


def _strictly_increasing(limits: Sequence[float]) -> bool:
    return all(math.isfinite(limit) for limit in limits) and list(limits) == sorted(set(limits))


def _without_empty_ends(
    upper: list[float], colours: tuple[str, ...], numbers: NDArray[np.float64]
) -> tuple[list[float], tuple[str, ...]]:
    """Return upper limits and colours without the classes below the lowest and above the highest figure."""
    upper = [*upper[:-1], max(upper[-1], float(numbers.max()))]
    first, last = np.searchsorted(upper, [numbers.min(), numbers.max()], side="left").tolist()
    return upper[first : last + 1], colours[first : last + 1]


def _symmetric_limits(deviation: NDArray[np.float64], scheme: Scheme, k: int, centre: float) -> list[float]:
    """Return upper limits that are symmetric about a centre, from the absolute deviations of the figures from it."""
    sides = k // 2
    farthest = float(deviation.max()) or 1.0
    different = np.unique(deviation[deviation > 0])
    if scheme == "equal_interval":
        steps = [farthest * (2 * i + 1) / (2 * sides + 1) for i in range(sides)]
    elif len(different) <= sides:
        steps = [float(step) for step in (np.append(0.0, different[:-1]) + different) / 2]
    else:
        # never on a figure: a limit belongs to the class below it, which would not be symmetric
        limits = [step for step in _upper_limits(deviation, scheme, sides + 1, ())[:-1] if step > 0]
        steps = [float(step + deviation[deviation > step].min()) / 2 for step in limits]
    return [centre - step for step in reversed(steps)] + [centre + step for step in (*steps, farthest)]


def _diverging_colours(upper: Sequence[float], palette: Palette, centre: float) -> tuple[str, ...]:
    """Return the colours of classes: the middle of a diverging palette at the centre, and even steps on both sides."""
    below = sum(limit <= centre for limit in upper)
    on_limit = centre in upper
    steps = max(below, len(upper) - below - (0 if on_limit else 1), 1)
    ramp = color_brewer(palette, _PALETTE_STEPS)
    half = _PALETTE_STEPS // 2
    out = [i - below + 1 if on_limit and i >= below else i - below for i in range(len(upper))]
    return tuple(str(ramp[half + round(half * side / steps)]) for side in out)


def _upper_limits(numbers: NDArray[np.float64], scheme: Scheme, k: int, limits: Sequence[float]) -> list[float]:
    """Return the upper limit of each class; the last is the highest value or above."""
    highest = float(numbers.max())
    if scheme == "by_hand":
        chosen = [float(limit) for limit in limits]
        if not chosen or not _strictly_increasing(chosen):
            raise RedlineError("carto.limits_not_rising")
        return chosen if chosen[-1] >= highest else [*chosen, highest]
    different = np.unique(numbers)
    if len(different) <= k:
        return [float(value) for value in different]
    import mapclassify  # noqa: PLC0415 -- brings scipy, scikit-learn and matplotlib, two seconds that a check need not wait

    if scheme == "quantiles":
        bins = mapclassify.Quantiles(numbers, k=k).bins
    elif scheme == "equal_interval":
        bins = mapclassify.EqualInterval(numbers, k=k).bins
    else:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Numba not installed")
            bins = mapclassify.FisherJenks(numbers, k=k).bins
    increasing = sorted({float(value) for value in bins})
    increasing[-1] = max(increasing[-1], highest)
    return increasing


def _decimals(limits: Sequence[float]) -> int:
    """Return the number of decimals that distinguishes neighbouring limits: none where all are whole, at most 6."""
    if all(float(limit).is_integer() for limit in limits):
        return 0
    gaps = [high - low for low, high in pairwise(limits) if high > low]
    return 0 if not gaps else min(6, max(0, 1 - math.floor(math.log10(min(gaps)))))
