"""A name in both languages is shown in one: in sentences, and where a record kept it."""

from __future__ import annotations

import geo.read.pasted
import geo.sites.drawn
import words


def test_a_sentence_names_the_drawing_in_its_language() -> None:
    drawing = geo.sites.drawn._DRAWING
    assert words.in_language(drawing, "zh") == words.t("geo.drawing", "zh")
    assert words.in_language(drawing, "en") == "the drawing"
    assert "drawing" not in words.t("check_page.held", "zh", name=drawing)


def test_a_kept_name_is_the_same_and_others_stay() -> None:
    typed = geo.read.pasted.TYPED
    assert words.in_language(str(typed)[:] + "", "en") == "the coordinates typed"
    assert words.in_language("地块 (the site).geojson", "zh") == "地块 (the site).geojson"
