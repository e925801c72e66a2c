"""The language of a session and that of its address."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

PAGE = """
import streamlit as st
from views.session.language import lang, switch_language
switch_language()
st.text(lang())
"""


def test_an_address_that_is_late_does_not_bring_the_old_language_back() -> None:
    """A map that settles asks for a run with the address from before the switch: a reload was then in English."""
    app = AppTest.from_string(PAGE)
    app.query_params["lang"] = "en"
    app.run()
    assert app.text[0].value == "en"
    app.session_state["lang"] = app.session_state["language_switch"] = "zh"  # switched
    app.query_params["lang"] = "en"  # late
    app.run()
    assert app.text[0].value == "zh"
    assert app.query_params["lang"] in ("zh", ["zh"])


def test_an_address_without_a_language_gets_none() -> None:
    app = AppTest.from_string(PAGE).run()
    assert "lang" not in app.query_params
