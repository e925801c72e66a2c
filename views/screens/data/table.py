"""The table of layers: where each comes from, how far it may be trusted, whether it is sound. Cards on a phone."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Final

import streamlit as st

from layers.catalogue import Layer, Overlay, licence_text
from views.session import lang, say, territory_text

__all__ = ["CSS", "chip", "date_text", "filtered", "metres_text", "show_table"]

_GROUPS: Final = ("control", "protection", "water", "projects", "boundaries", "indicators", "own")
_STATES: Final = ("loaded", "not_loaded", "failed", "mine")
_TONES: Final = {
    "loaded": "ok", "not_loaded": "none", "failed": "bad", "statutory": "ok", "published": "plain", "derived": "plain",
    "modelled": "warn", "approximate": "warn",
}  # fmt: skip

CSS: Final = """
<style>
  .rl-data { width: 100%; border-collapse: collapse; font-size: .86rem; }
  .rl-data th { text-align: left; font-weight: 600; color: #44524a; border-bottom: 2px solid #cfd8d2;
    padding: .35rem .5rem; vertical-align: bottom; }
  .rl-data td { border-bottom: 1px solid #e3e8e4; padding: .4rem .5rem; vertical-align: top; }
  .rl-data td.num { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
  .rl-data th.num { text-align: right; }
  .rl-data .sub, .rl-dl .sub { display: block; color: #5b6b62; font-size: .78rem; overflow-wrap: anywhere; }
  .rl-data code, .rl-dl code { font-size: .78rem; background: #f0f3f1; color: #33423a; padding: .05rem .25rem;
    border-radius: 3px; user-select: all; }
  .rl-data tr.group th { background: #f4f6f4; color: #1f6f50; border: 0; padding: .3rem .5rem; }
  .rl-chip { display: inline-block; padding: .02rem .45rem; border-radius: 9px; font-size: .78rem;
    white-space: nowrap; }
  .rl-chip.ok { background: #e2f3e6; color: #14532d; }
  .rl-chip.warn { background: #fdf1d8; color: #6b4200; }
  .rl-chip.bad { background: #fde4e1; color: #8c1d13; }
  .rl-chip.none { background: #eceff1; color: #3c4a52; }
  .rl-chip.plain { background: #e7eef6; color: #1d3f66; }
  .rl-dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; font-size: .9rem;
    margin: 0 0 1rem; }
  .rl-dl dt { color: #5b6b62; } .rl-dl dd { margin: 0; overflow-wrap: anywhere; }
  .rl-used { font-size: .88rem; } .rl-used ul { margin: .2rem 0 .6rem; padding-left: 1.2rem; }
  .rl-used li { overflow-wrap: anywhere; } .rl-used a { white-space: nowrap; margin-right: .5rem; }
  .rl-lies { width: 100%; max-width: 805px; height: auto; }
  @media (max-width: 760px) {
    .rl-lies-box { overflow: hidden; } .rl-lies.inset { width: 126% !important; max-width: none !important; }
    .rl-data thead { display: none; }
    .rl-data, .rl-data tbody, .rl-data tr, .rl-data td { display: block; width: 100%; }
    .rl-data tr { border: 1px solid #dbe2dd; border-radius: 8px; margin: 0 0 .6rem; padding: .35rem .2rem; }
    .rl-data tr.group { border: 0; margin: .2rem 0; padding: 0; } .rl-data tr.group th { display: block; }
    .rl-data td, .rl-data td.num { border: 0; padding: .12rem .5rem; text-align: left; white-space: normal; }
    .rl-data td[data-label]::before { content: attr(data-label) ": "; color: #5b6b62; }
    .rl-data td.title { font-weight: 600; } .rl-data td:empty { display: none; }
  }
</style>
"""


def filtered(layers: Sequence[Layer], overlay: Overlay) -> list[Layer]:
    """Show the filters; return the layers that they leave."""
    left, right = st.columns([3, 2])
    groups = [name for name in _GROUPS if any(layer.spec.group == name for layer in layers)]
    with left:
        wanted = st.pills(
            say("data.filter_group"),
            groups,
            format_func=lambda name: say(f"carto.group_{name}"),
            selection_mode="multi",
            key="data-groups",
        )
    with right:
        states = st.pills(
            say("data.filter_state"),
            [name for name in _STATES if any(_is(layer, name, overlay) for layer in layers)],
            format_func=lambda name: say("data.state_mine") if name == "mine" else say(f"layers.state_{name}"),
            selection_mode="multi",
            key="data-states",
        )
    return [
        layer
        for layer in layers
        if (not wanted or layer.spec.group in wanted)
        and (not states or any(_is(layer, one, overlay) for one in states))
    ]


def _is(layer: Layer, state: str, overlay: Overlay) -> bool:
    """Tell whether a layer has a state of the filter; a user's own is one besides."""
    if state == "mine":
        entry = overlay.of(layer.id)
        return entry is not None and entry.in_use is not None
    return layer.state == state


def show_table(layers: Sequence[Layer], overlay: Overlay) -> None:
    """Draw the table, group by group."""
    heads = ("layer", "state", "basis", "count", "as_of", "accuracy", "publisher", "export", "digest")
    numbers = {"count", "accuracy"}
    head = "".join(
        f'<th scope="col"{" class=num" if name in numbers else ""}>{html.escape(say(f"views.col_{name}"))}</th>'
        for name in heads
    )
    body = []
    for group in _GROUPS:
        mine = [layer for layer in layers if layer.spec.group == group]
        if mine:
            title = html.escape(say(f"carto.group_{group}"))
            body.append(f'<tr class="group"><th colspan="{len(heads)}" scope="colgroup">{title}</th></tr>')
            body += [_row(layer, overlay) for layer in mine]
    st.markdown(
        f'{CSS}<table class="rl-data" data-count="{len(layers)}"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(body)}</tbody></table>",
        unsafe_allow_html=True,
    )


def _row(layer: Layer, overlay: Overlay) -> str:
    spec, now = layer.spec, lang()
    entry = overlay.of(layer.id)
    title = html.escape(spec.title(now))
    sub = [spec.id]
    if entry is not None and entry.in_use is not None:
        sub.append(say("data.version_short", number=entry.current))
    where = territory_text(spec.extent) if spec.extent or layer.state != "not_loaded" else ""
    cells = [
        ("title", "", title + _sub(" · ".join(sub))),
        ("", "state", chip(say(f"layers.state_{layer.state}"), _TONES[layer.state]) + _fault(layer)),
        ("", "basis", chip(say(f"layers.basis_{spec.basis}"), _TONES[spec.basis])),
        ("num", "count", "" if layer.frame is None else f"{len(layer.frame):,}"),
        ("", "as_of", html.escape(date_text(spec.as_of))),
        ("num", "accuracy", metres_text(spec.accuracy_m)),
        (
            "",
            "publisher",
            html.escape(spec.publisher(now)) + _sub(licence_text(spec.licence, now)) + (_sub(where) if where else ""),
        ),
        ("", "export", html.escape(say(f"layers.export_{spec.export}"))),
        ("", "digest", f"<code>{layer.digest[:10]}</code>" if layer.digest else ""),
    ]
    made = []
    for kind, label, inner in cells:
        named = f' data-label="{html.escape(say(f"views.col_{label}"))}"' if label else ""
        made.append(f'<td class="{kind}"{named}>{inner}</td>' if kind else f"<td{named}>{inner}</td>")
    return f'<tr data-layer="{spec.id}" data-state="{layer.state}" data-basis="{spec.basis}">{"".join(made)}</tr>'


def _fault(layer: Layer) -> str:
    return "" if layer.fault is None else _sub(layer.fault.text(lang()))


def _sub(text: str) -> str:
    return f'<span class="sub">{html.escape(text)}</span>'


def chip(text: str, tone: str) -> str:
    """Return a word in a coloured field."""
    return f'<span class="rl-chip {tone}">{html.escape(text)}</span>'


def metres_text(accuracy_m: float | None) -> str:
    """Write an accuracy; a dash where none is stated."""
    return "—" if accuracy_m is None else f"{accuracy_m:,.0f}"


def date_text(as_of: str) -> str:
    """Write a date, or that it is not known."""
    return say("views.unknown") if as_of == "unknown" else as_of
