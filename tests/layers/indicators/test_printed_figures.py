"""Figures in words, in the language of the reader."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from layers.indicators.printed_figures import printed_text
from tests.helpers import ROOT

PLANS = ROOT / "data" / "plans"
HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize(
    ("printed", "english"),
    [("保持稳定", "kept stable"), ("约50", "about 50"), ("不低于71.5", "at least 71.5"), ("15%以上", "at least 15%"),
     ("28左右", "about 28"), ("稳定在63", "kept at 63"), ("9000", "9000"), ("369万亩以上", "at least 369 10,000 mu")],
)  # fmt: skip
def test_a_printed_figure_is_said_in_english(printed: str, english: str) -> None:
    assert printed_text(printed).en == english
    assert printed_text(printed).zh == printed


def test_every_word_that_stands_for_a_figure_is_known() -> None:
    """Of what the plans print without a digit, nothing stays Chinese in the English app."""
    printed = pd.concat(
        [pd.read_csv(PLANS / f"{name}.csv", dtype=str)["value_text"] for name in ("indicators", "limits")]
    )
    words = {text for text in printed.dropna().unique() if HAN.search(text) and not re.search(r"\d", text)}
    assert len(words) > 5
    assert {text for text in words if HAN.search(printed_text(text).en)} == {"百万"}
