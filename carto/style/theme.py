"""Named colours of the user interface: text, lines, backgrounds, states, warnings.

Style sheets use them as variables (``var(--rl-accent)``), Python by name (``THEME["accent"]``). Colours of layers are
defined elsewhere (``symbols``, config.toml); black and white have no name.
"""

from __future__ import annotations

from typing import Final

__all__ = ["THEME", "theme_css"]

THEME: Final = {
    # text, from dark to light
    "ink": "#1c2b24",
    "title": "#17352a",
    "text": "#33423a",
    "head": "#44524a",
    "note": "#4b5a52",
    "small": "#55635b",
    "sub": "#5b6b62",
    # buttons, links, emphasis
    "accent": "#1f6f50",
    # lines and backgrounds
    "field": "#7a8a81",
    "edge": "#9aa8a0",
    "border": "#b9c6be",
    "line": "#e6ebe7",
    "rule": "#e3e8e4",
    "tint": "#eef3ef",
    # states; white text is legible on each
    "good": "#17692f",
    "warn": "#8a5a00",
    "bad": "#b3261e",
    "open": "#57606a",
    "prohibited": "#8f1d15",
    "alarm": "#8a1c1c",
    # a note of caution
    "mind": "#5f4300",
    "mind-ground": "#fff6dd",
    # map and sheet
    "map-ink": "#222222",
    "map-label": "#333333",
    "map-soft": "#555555",
    "map-ground": "#eef1ee",
    "missing": "#8a8a8a",
    "missing-ground": "#f4f4f4",
    "schematic": "#a00000",
    "watermark": "#7a1f1f",
    # sites, highlights and clicks on every map: no layer is drawn in it, and nobody takes it for a red line
    "site": "#1d4ed8",
    "site-ground": "#6d8fe8",
}


def theme_css() -> str:
    """Return the theme as CSS custom properties of ``:root``."""
    return ":root { " + " ".join(f"--rl-{name}: {colour};" for name, colour in THEME.items()) + " }"
