"""Names of coordinate systems in the session's language."""

from __future__ import annotations

from typing import Final

from views.session.language import lang
from words import Lang, t

__all__ = ["system_text"]


_SHIFTED: Final = {"GCJ-02": "gcj02", "BD-09": "bd09"}


def system_text(code: str, language: Lang | None = None) -> str:
    """Return the name of a coordinate system as planners write it; the code itself if it is not known.

    Parameters
    ----------
    code : str
        ``EPSG:…``, ``GCJ-02`` or ``BD-09``.
    language : {"zh", "en"}, optional
        Default: the session's.
    """
    language = language or lang()
    if code in _SHIFTED:
        return t(f"check_page.{_SHIFTED[code]}", language)
    number = int(code[5:]) if code.startswith("EPSG:") and code[5:].isdigit() else 0
    for first, last, key, start, step in (
        (4513, 4533, "zone3", 25, 1),
        (4534, 4554, "zone3_plain", 75, 3),
        (4491, 4501, "zone6", 13, 1),
        (4502, 4512, "zone6_plain", 75, 6),
        (32643, 32653, "utm", 43, 1),
    ):
        if first <= number <= last:
            value = start + (number - first) * step
            return f"{code} {t(f'check_page.{key}', language, zone=value, meridian=value)}"
    plain = {4490: "degrees_4490", 4326: "degrees_4326", 3857: "mercator"}
    return f"{code} {t(f'check_page.{plain[number]}', language)}" if number in plain else code
