"""One line on every page while something keeps the server from its work, with the page that says what."""

from __future__ import annotations

from typing import Final

from carto.markup import Markup
from views.condition import faults
from views.session import may, say, show_page

__all__ = ["show_trouble"]

_LINE: Final = Markup('<p class="rl-trouble" role="status">{}</p>')


def show_trouble(path: str) -> None:
    """Show how many parts of the server are at fault; nothing while none is, nor on the Data page, which names them."""
    count = sum(one.stops for one in faults())
    if count and (path != "data" or not may("manager")):
        show_page(_LINE.format(say("condition.strip" if may("manager") else "condition.strip_for_others", count=count)))
