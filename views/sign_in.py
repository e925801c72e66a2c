"""What somebody sees who has not signed in, or has no role; and who one is, with the way out."""

from __future__ import annotations

from typing import Final

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from carto.markup import Markup
from views.identity import note_session
from views.server import logout_url
from views.session import catalogue_in_use, markdown_text, person, role_title, say

__all__ = ["is_let_in", "person_html", "show_sign_in"]

_PERSON: Final = Markup('<span class="rl-person"><b>{}</b><i> · {}</i>{}</span>')
_LEAVE: Final = Markup(' · <a href="{}" target="_self">{}</a>')


def is_let_in() -> bool:
    """Return whether the person of the session may use the product; nobody else joins the session from now on."""
    who = person()
    context = get_script_run_ctx()
    if catalogue_in_use().shipped.access.is_on and context is not None:
        note_session(context.session_id, who)
    return who.role is not None


def show_sign_in() -> None:
    """Show how to sign in, or why whoever has done so may not use the product."""
    access, who = catalogue_in_use().shipped.access, person()
    with st.container(key="rl_sign_in"):
        if who.name:
            st.error(markdown_text(say("access.no_role", name=who.name)))
        elif access.mode == "proxy":
            st.error(say("access.not_through_proxy"))
        else:
            st.subheader(say("access.welcome"))
            st.write(say("access.welcome_text"))
            st.button(say("access.sign_in"), key="sign-in", type="primary", on_click=st.login)


def person_html() -> Markup:
    """Return who is signed in, with which role, and the way out; empty where nobody has to sign in."""
    access, who = catalogue_in_use().shipped.access, person()
    if not access.is_on or not who.name:
        return Markup()
    leave = _LEAVE.format(logout_url(), say("access.sign_out")) if access.mode == "login" else Markup()
    return _PERSON.format(who.name, role_title(who), leave)
