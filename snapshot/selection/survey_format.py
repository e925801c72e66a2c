"""How a 勘测定界 TXT is written: what differs from office to office."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

__all__ = ["SURVEY_ENCODINGS", "SurveyEncoding", "SurveyFormat"]

SurveyEncoding = Literal["gb18030", "utf-8"]
SURVEY_ENCODINGS: Final[tuple[SurveyEncoding, ...]] = ("gb18030", "utf-8")


@dataclass(frozen=True)
class SurveyFormat:
    """How a 勘测定界 TXT is written.

    Attributes
    ----------
    encoding : {"gb18030", "utf-8"}
        GB 18030 writes common characters as GBK does, which offices expect.
    heading : bool
        With the block ``[属性描述]``: system, zone, unit. Some programs read the parcels alone.
    decimals : int
        Of the coordinates in metres.
    """

    encoding: SurveyEncoding = "gb18030"
    heading: bool = True
    decimals: int = 3
