"""Render HTML and SVG from templates that escape every value (docs/decisions/html.md).

A template is a file beside the module that renders it; a single tag needs none: ``Markup("<b>{}</b>").format(x)``.
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


class _StripBreaks(Extension):
    """Jinja extension that strips line breaks and indentation beside tags from the output.

    They would show as a space between two words; Markdown reads four spaces as code and an empty line as the end of the
    HTML. The breaks are moved into Jinja comments, so that the line numbers of errors stay right.
    """

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:  # noqa: ARG002 -- Jinja's
        """Return the template with the breaks beside tags moved into comments."""
        return _BREAK.sub(lambda match: "{#" + "\n" * match[0].count("\n") + "#}", source.strip())


_ENVIRONMENT: Final = Environment(
    loader=FileSystemLoader(PRODUCT),
    autoescape=True,
    undefined=StrictUndefined,
    extensions=[_StripBreaks],
)
_ENVIRONMENT.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "separators": (",", ":")}


def render(name: str, /, **values: Any) -> Markup:
    """Return a template rendered with values.

    Parameters
    ----------
    name : str
        Path in the product: ``snapshot/page/templates/page.html``.
    **values
        Variables of the template. Text is escaped; `Markup` is inserted as it is.
    """
    return Markup(_ENVIRONMENT.get_template(name).render(values))  # noqa: S704 -- rendered with every value escaped


def raw_text(text: str) -> Markup:
    """Return a script or style sheet as the content of its element, with ``</``, which would end it, escaped."""
    return Markup(text.replace("</", "<\\/"))  # noqa: S704 -- cannot end its element


def style(*names: str) -> Markup:
    """Return style sheets of the product as one ``<style>`` element.

    Parameters
    ----------
    *names : str
        Paths in the product: ``views/parts/findings/templates/findings.css``.
    """
    texts = [(PRODUCT / name).read_text(encoding="utf-8").strip() for name in names]
    return Markup("<style>{}</style>").format(raw_text("\n".join(texts)))
