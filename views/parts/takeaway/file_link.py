"""A link that looks like a button and downloads a file made when it is followed."""

from __future__ import annotations

from collections.abc import Callable

from carto.markup import Markup, style
from views.server import offer
from views.session import show_page

__all__ = ["show_file_link"]


def show_file_link(place: str, label: str, name: str, make: Callable[[], bytes]) -> None:
    """Show a link that downloads a file.

    Parameters
    ----------
    place : str
        Place on the page, unique among the links of the session.
    label : str
    name : str
        Name of the file.
    make : callable
        Returns the bytes of the file; called outside a script run, each time the link is followed. A `RedlineError`
        is shown in place of the file.
    """
    link = Markup('<a class="rl-file" href="{}" rel="nofollow">{}</a>').format(offer(place, name, make), label)
    show_page(style("views/parts/takeaway/templates/file_link.css"), link)
