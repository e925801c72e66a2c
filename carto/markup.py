"""HTML and SVG, written by templates that escape whatever is put into them (docs/decisions/html.md).

A template is a file beside the module that fills it; one tag with a value needs
none: ``Markup("<b>{}</b>").format(x)``.
"""

from __future__ import annotations

import re
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.ext import Extension
from markupsafe import Markup

from layers.paths import PRODUCT

__all__ = ["Markup", "raw_text", "render", "style"]

_BREAK: Final = re.compile(r"(?<=[>}])\s*\n\s*|\s*\n\s*(?=[<{])")


class _Breaks(Extension):
    """Lets a template break and indent its lines beside every tag: none of that reaches the page.

    It would show as a space between two words, and Markdown takes four spaces for code, an empty line for the end. The
    breaks go into comments of Jinja, so that a fault still names its line.
    """

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:  # noqa: ARG002 -- Jinja's
        """Take the breaks out of a template."""
        return _BREAK.sub(lambda found: "{#" + "\n" * found[0].count("\n") + "#}", source.strip())


_WRITER: Final = Environment(
    loader=FileSystemLoader(PRODUCT),
    autoescape=True,
    undefined=StrictUndefined,
    extensions=[_Breaks],
)
_WRITER.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "separators": (",", ":")}


def render(name: str, /, **values: Any) -> Markup:
    """Fill a template.

    Parameters
    ----------
    name : str
        Its path in the product: ``snapshot/page/templates/page.html``.
    **values
        What it names. Text is escaped; what is `Markup` already is left as it is.
    """
    return Markup(_WRITER.get_template(name).render(values))  # noqa: S704 -- written with every value escaped


def raw_text(text: str) -> Markup:
    """Let a script or style sheet of ours into its element, which is read as it stands and ends at the first ``</``."""
    return Markup(text.replace("</", "<\\/"))  # noqa: S704 -- cannot end its element


def style(*names: str) -> Markup:
    """Return style sheets of the product as a ``<style>``.

    Parameters
    ----------
    *names : str
        Their paths in the product: ``views/parts/findings/templates/findings.css``.
    """
    texts = [(PRODUCT / name).read_text(encoding="utf-8").strip() for name in names]
    return Markup("<style>{}</style>").format(raw_text("\n".join(texts)))
