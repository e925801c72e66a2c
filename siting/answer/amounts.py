"""Areas, lengths, shares and directions as text, rounded to what they mean."""

from __future__ import annotations

from typing import Final

from geo.measure import to_ha, to_mu
from words import Lang, t

__all__ = ["area_text", "direction_text", "distance_text", "hectares_text", "share_text"]

_DIRECTIONS: Final = ("n", "ne", "e", "se", "s", "sw", "w", "nw")
_KILOMETRE_M: Final = 1000.0


def hectares_text(area_m2: float, lang: Lang) -> str:
    """Return an area as text in hectares: two decimals, four below a hundredth of a hectare.

    Examples
    --------
    >>> hectares_text(196_312.4, "zh"), hectares_text(42, "en")
    ('19.63 公顷', '0.0042 ha')
    """
    ha = to_ha(area_m2)
    return t("answer.hectares", lang, ha=f"{ha:,.2f}" if ha >= 0.01 else f"{ha:.4f}")


def area_text(area_m2: float, lang: Lang) -> str:
    """Return an area as text in hectares and 亩.

    Examples
    --------
    >>> area_text(20_000 / 3, "en")
    '0.67 ha (10.00 mu)'
    """
    return t("answer.area", lang, hectares=hectares_text(area_m2, lang), mu=f"{to_mu(area_m2):,.2f}")


def distance_text(length_m: float, lang: Lang) -> str:
    """Return a length as text: metres below a kilometre, else kilometres.

    Examples
    --------
    >>> distance_text(899.6, "zh"), distance_text(12_345, "en"), distance_text(3.26, "zh")
    ('900 米', '12.3 km', '3.3 米')
    """
    if length_m >= _KILOMETRE_M:
        return t(
            "answer.kilometres",
            lang,
            value=f"{length_m / 1000:,.2f}" if length_m < 10_000 else f"{length_m / 1000:,.1f}",
        )
    return t("answer.metres", lang, value=f"{length_m:.0f}" if length_m >= 10 else f"{length_m:.1f}")


def share_text(share: float) -> str:
    """Return a share as text in percent; what is not the whole never reads 100, what is not nothing never 0.

    Examples
    --------
    >>> share_text(1.0), share_text(0.99999), share_text(0.358), share_text(0.00001)
    ('100 %', '99.9 %', '35.8 %', '0.1 %')
    """
    if share in (0.0, 1.0):
        return f"{share * 100:.0f} %"
    return f"{min(max(share * 100, 0.1), 99.9):.1f} %"


def direction_text(bearing_deg: float, lang: Lang) -> str:
    """Return a bearing as one of eight directions.

    Examples
    --------
    >>> direction_text(44, "zh"), direction_text(350, "en")
    ('东北', 'north')
    """
    return t(f"answer.direction_{_DIRECTIONS[round(bearing_deg / 45) % 8]}", lang)
