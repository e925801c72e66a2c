"""Which indicator is shown and how it is classed: a plain dict of short strings that a link can carry.

What a link brings is anybody's text: each value is taken only if it is one that we could have written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from carto.style import DIVERGING, MAX_CLASSES, SCHEMES, SEQUENTIAL, Palette, Scheme, parse_limits
from geo.errors import RedlineError
from views.session import Slot

__all__ = ["CHOICE", "Choice", "choose", "chosen", "read_choice", "revision"]

CHOICE: Final[Slot[Any]] = Slot("indicator_choice", None)
_REVISIONS: Final[Slot[dict[str, int]]] = Slot("indicator_revisions", {})
_ID: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
_MOMENT: Final = re.compile(r"[a-z0-9-]{0,40}(?:\.\.[a-z0-9-]{1,40})?")
_LIMITS: Final = re.compile(r"[-+0-9eE.,;；，、 ]{0,160}")
_MODES: Final = ("value", "change")
_FEWEST: Final = 3


@dataclass(frozen=True)
class Choice:
    """What is shown.

    Attributes
    ----------
    id : str
        Of a subject; "" for none.
    scheme : Scheme
    k : str
        3 to 9.
    limits : str
        Upper limits for ``by_hand`` as the user wrote them.
    palette : str
        Of ColorBrewer; "" for the one that fits the mode.
    year : str
        Key of a moment, or two with ``..`` between for a change; "" for the first that there is.
    mode : {"value", "change"}
    """

    id: str = ""
    scheme: Scheme = "natural_breaks"
    k: str = "5"
    limits: str = ""
    palette: str = ""
    year: str = ""
    mode: str = "value"

    @property
    def upper_limits(self) -> tuple[float, ...]:
        """The limits set by hand; none where they are not set or cannot be used."""
        try:
            return parse_limits(self.limits) if self.limits else ()
        except RedlineError:
            return ()

    def colours(self, *, diverging: bool) -> Palette:
        """Return the palette, the usual one where the chosen one does not fit."""
        fitting = DIVERGING if diverging else SEQUENTIAL
        return self.palette if self.palette in fitting else fitting[0]


def read_choice(raw: object) -> Choice:
    """Return a choice from what may be anything: every value that is not sound is the usual one.

    Examples
    --------
    >>> read_choice({"id": "relief", "k": "7", "scheme": "by_hand", "limits": "100;200"}).limits
    '100;200'
    >>> read_choice({"id": "<script>", "k": "999", "scheme": ["quantiles"], "palette": "'; drop"}) == Choice()
    True
    >>> read_choice("relief") == Choice()
    True
    """
    if not isinstance(raw, Mapping):
        return Choice()
    told = {name: value for name, value in raw.items() if isinstance(name, str) and isinstance(value, str)}
    usual = Choice()
    name = told.get("id", "")
    k = told.get("k", usual.k)
    scheme = told.get("scheme", "")
    limits = told.get("limits", "")
    year = told.get("year", "")
    return Choice(
        id=name if _ID.fullmatch(name) else "",
        scheme=scheme if scheme in SCHEMES else usual.scheme,
        k=k if k in {str(number) for number in range(_FEWEST, MAX_CLASSES + 1)} else usual.k,
        limits=limits if _LIMITS.fullmatch(limits) else "",
        palette=told.get("palette", "") if told.get("palette") in (*SEQUENTIAL, *DIVERGING) else "",
        year=year if _MOMENT.fullmatch(year) else "",
        mode=told.get("mode", "value") if told.get("mode") in _MODES else "value",
    )


def chosen() -> Choice:
    """Return the choice of the session."""
    return read_choice(CHOICE.get())


def choose(*, by: str = "", **changes: str) -> None:
    """Change the choice of the session. Another subject starts at its first moment and without limits of its own.

    Parameters
    ----------
    by : str
        Name of the part whose widget the user changed; empty where the change comes from elsewhere. The widgets of
        all other parts that change are made anew (`revision`).
    **changes : str
        As in `Choice`.
    """
    before = now = chosen()
    if "id" in changes and changes["id"] != now.id:
        now = replace(now, year="", mode="value", limits="", scheme="natural_breaks" if now.limits else now.scheme)
    after = {**asdict(now), **changes}
    made_anew = [name for name, value in asdict(before).items() if after[name] != value and name != by]
    counts = {name: revision(name) + 1 for name in made_anew}
    _REVISIONS.set({**_REVISIONS.get(), **counts})
    CHOICE.set(after)


def revision(name: str) -> int:
    """Return how often a part of the choice was changed by something else than its widget.

    It stands in the widget's key, and a widget of an older number is not listened to. A browser that asks for a run
    before it has heard of a change (a map that settles does) still sends what the widget held before; taken as an
    answer, that would undo the change.
    """
    return _REVISIONS.get().get(name, 0)
