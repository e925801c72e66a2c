"""Settings of a 勘测定界 TXT on the screen: encoding, and whether the block of attributes stands first."""

from __future__ import annotations

import streamlit as st

from snapshot.selection import SURVEY_ENCODINGS, SurveyFormat
from views.session import say

__all__ = ["choose_survey_format"]


def choose_survey_format(place: str) -> SurveyFormat:
    """Show the settings of a survey file; `place` keeps the widgets of two places apart."""
    left, right = st.columns(2)
    encoding = left.selectbox(
        say("take.txt_encoding"),
        SURVEY_ENCODINGS,
        format_func=lambda one: say(f"take.txt_encoding_{one.replace('-', '')}"),
        key=f"take-{place}-txt-encoding",
    )
    heading = right.selectbox(
        say("take.txt_template"),
        [True, False],
        format_func=lambda one: say("take.txt_with_heading" if one else "take.txt_parcels_only"),
        key=f"take-{place}-txt-template",
    )
    st.caption(say("take.txt_corners"))
    return SurveyFormat(encoding, heading=heading)
