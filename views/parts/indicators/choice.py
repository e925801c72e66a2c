"""The choice of an indicator and its classification: a plain dict of short strings, as a link has it.

A link may hold any text: each value is used only if it is one that the product itself writes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Literal

from carto.style import DIVERGING, MAX_CLASSES, SCHEMES, SEQUENTIAL, Palette, Scheme, parse_limits
from geo.errors import RedlineError
from views.session import Slot

__all__ = [
    "CHOICE",
    "Choice",
    "ChoicePlace",
    "choice_slot",
    "current_choice",
    "read_choice",
    "update_choice",
    "use_choice_of",
    "widget_revision",
]

ChoicePlace = Literal["map", "indicators"]
CHOICE: Final[Slot[Any]] = Slot("indicator_choice", None)
"""Per place: what is chosen there. The map page and the Indicators page do not follow each other."""
_PLACE: Final[Slot[ChoicePlace]] = Slot("indicator-place", "map")
_REVISIONS: Final[Slot[dict[str, int]]] = Slot("indicator_revisions", {})
_ID: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
_MOMENT: Final = re.compile(r"[a-z0-9-]{0,40}(?:\.\.[a-z0-9-]{1,40})?")
_LIMITS: Final = re.compile(r"[-+0-9eE.,;；，、 ]{0,160}")
_MODES: Final = ("value", "change")
_FEWEST: Final = 3


@dataclass(frozen=True)
class Choice:
    """The indicator that is shown and its classification.

    Attributes
    ----------
    id : str
        Id of a subject; "" for none.
    scheme : Scheme
    k : str
        Number of classes, 3 to 9.
    limits : str
        Upper limits for ``by_hand`` as the user wrote them.
    palette : str
        Name in ColorBrewer; "" for the default of the mode.
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
        """The limits set by hand as numbers; empty if none are set or they cannot be used."""
        try:
            return parse_limits(self.limits) if self.limits else ()
        except RedlineError:
            return ()

    def colours(self, *, diverging: bool) -> Palette:
        """Return the chosen palette if it is of the kind asked for, else the default one of that kind."""
        fitting = DIVERGING if diverging else SEQUENTIAL
        return self.palette if self.palette in fitting else fitting[0]


def read_choice(raw: object) -> Choice:
    """Return a valid choice from any object: the default replaces each value that is missing or not valid.

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
    texts = {name: value for name, value in raw.items() if isinstance(name, str) and isinstance(value, str)}
    default = Choice()
    name = texts.get("id", "")
    k = texts.get("k", default.k)
    scheme = texts.get("scheme", "")
    limits = texts.get("limits", "")
    year = texts.get("year", "")
    return Choice(
        id=name if _ID.fullmatch(name) else "",
        scheme=scheme if scheme in SCHEMES else default.scheme,
        k=k if k in {str(number) for number in range(_FEWEST, MAX_CLASSES + 1)} else default.k,
        limits=limits if _LIMITS.fullmatch(limits) else "",
        palette=texts.get("palette", "") if texts.get("palette") in (*SEQUENTIAL, *DIVERGING) else "",
        year=year if _MOMENT.fullmatch(year) else "",
        mode=texts.get("mode", "value") if texts.get("mode") in _MODES else "value",
    )


def use_choice_of(place: ChoicePlace) -> None:
    """Say which page runs: `current_choice` and `update_choice` are of that page until another one says so."""
    _PLACE.set(place)


def choice_slot(place: ChoicePlace | None = None) -> Slot[Any]:
    """Return the slot of the choice of a place; of the page that runs, by default."""
    return CHOICE.of(place or _PLACE.get())


def current_choice() -> Choice:
    """Return the choice of the page that runs."""
    return read_choice(choice_slot().get())


def update_choice(place: ChoicePlace | None = None, /, *, by: str = "", **changes: str) -> None:
    """Update a choice; with another subject, year, mode and limits go back to their defaults.

    Parameters
    ----------
    place : {"map", "indicators"}, optional
        Whose choice; of the page that runs, by default.
    by : str
        Name of the part whose widget the user changed; empty where the change comes from elsewhere. The widgets of
        all other parts that change are replaced (`widget_revision`).
    **changes : str
        As in `Choice`.
    """
    slot = choice_slot(place)
    before = now = read_choice(slot.get())
    if "id" in changes and changes["id"] != now.id:
        now = replace(now, year="", mode="value", limits="", scheme="natural_breaks" if now.limits else now.scheme)
    after = {**asdict(now), **changes}
    changed = [name for name, value in asdict(before).items() if after[name] != value and name != by]
    counts = {name: widget_revision(name) + 1 for name in changed}
    _REVISIONS.set({**_REVISIONS.get(), **counts})
    slot.set(after)


def widget_revision(name: str) -> int:
    """Return how often a part of the choice was changed by anything but its own widget.

    It is part of the widget's key, and values of a widget with an older number are ignored. A browser that asks for a
    run before it has received a change (a map that settles does) still sends the previous value of the widget; used as
    an answer, that would undo the change.
    """
    return _REVISIONS.get().get(name, 0)
