from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from carto.style.classes import DIVERGING, classify, parse_limits
from geo.errors import RedlineError


def test_quantiles_put_as_many_in_each_class():
    values = pd.Series(np.random.default_rng(1).lognormal(size=100))
    classes = classify(values, scheme="quantiles", k=4)
    assert np.bincount(classes.of_row).tolist() == [25, 25, 25, 25]
    assert classes.limits[1:-1] == pytest.approx(np.quantile(values, [0.25, 0.5, 0.75]), rel=1e-9)


def test_equal_intervals_are_equal():
    classes = classify(pd.Series([0.0, 1, 2, 50, 100]), scheme="equal_interval", k=4)
    assert classes.limits == pytest.approx((0, 25, 50, 75, 100))
    assert classes.of_row.tolist() == [0, 0, 0, 1, 3], "a value on a limit belongs below it"


def test_natural_breaks_find_the_gaps():
    values = pd.Series([1.0, 2, 3, 50, 51, 52, 200, 201, 202])
    classes = classify(values, scheme="natural_breaks", k=3)
    assert classes.of_row.tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2]


def test_missing_is_a_class_of_its_own():
    classes = classify(pd.Series([1.0, None, np.inf, 3.0, "—"]), k=2)
    assert classes.of_row.tolist() == [0, -1, -1, 1, -1]


def test_zero_is_a_figure():
    classes = classify(pd.Series([0.0, 0.0, 5.0, 9.0]), k=3)
    assert (classes.of_row >= 0).all()
    assert classes.limits[0] == 0


def test_limits_by_hand_hold_and_the_highest_value_is_covered():
    classes = classify(pd.Series([5.0, 15, 25, 40]), scheme="by_hand", limits=[10, 20, 30])
    assert classes.limits == (5, 10, 20, 30, 40)
    assert classes.of_row.tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("limits", [[], [3, 2], [1, 1], [1, float("nan")], [1, float("inf")]])
def test_limits_by_hand_that_do_not_rise_are_refused(limits):
    with pytest.raises(RedlineError) as fault:
        classify(pd.Series([1.0, 2]), scheme="by_hand", limits=limits)
    assert "rise" in fault.value.text("en")


def test_nothing_to_class_is_one_sentence():
    with pytest.raises(RedlineError) as fault:
        classify(pd.Series([None, np.nan], dtype=float))
    assert fault.value.key == "carto.no_values"


@pytest.mark.parametrize("values", [[4.0], [4.0, 4.0, 4.0], [1.0, 2.0]])
def test_few_values_make_few_classes_of_different_colours(values):
    classes = classify(pd.Series(values), k=5)
    assert len(classes.colours) == len(set(values)) == len(set(classes.colours)) == len(classes.symbols())
    assert (classes.of_row >= 0).all()


@pytest.mark.parametrize("palette", ["YlOrBr", "PuBu", "Purples", "YlGnBu", "RdYlBu"])
@pytest.mark.parametrize("k", range(2, 8))
def test_every_palette_has_its_colours(palette, k):
    classes = classify(pd.Series(np.arange(50.0)), scheme="equal_interval", k=k, palette=palette)
    assert len(set(classes.colours)) == k
    assert all(len(colour) == 7 and colour.startswith("#") for colour in classes.colours)


@pytest.mark.parametrize("values", [[0.001, 0.002, 0.004], [1e6, 2e6, 9e6], [27.12, 27.13, 90.0]])
def test_captions_tell_the_limits_apart(values):
    classes = classify(pd.Series(values), k=3)
    uppers = [caption.split(" – ")[-1] for caption in classes.captions()]
    assert classes.captions()[0] == uppers[0]  # a class of one value is that value
    assert len(set(uppers)) == len(uppers)
    for text, limit in zip(uppers, classes.limits[1:], strict=True):
        assert float(text.replace(",", "")) == pytest.approx(limit, rel=0.05)


def test_one_value_is_written_as_itself():
    shown = classify(pd.Series([67.2, np.nan]))
    assert shown.captions() == ["67.2"]


def test_whole_limits_are_written_without_decimals():
    assert classify(pd.Series([1.0, 2.0, 4.0]), k=3).captions() == ["1", "1 – 2", "2 – 4"]


# ---------------------------------------------------------------- changes


def lightness(colour: str) -> float:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["quantiles", "natural_breaks", "equal_interval"])
@pytest.mark.parametrize("k", [3, 5, 7, 9])
@pytest.mark.parametrize("palette", DIVERGING)
def test_changes_are_classed_alike_on_both_sides_of_nothing(scheme, k, palette):
    values = pd.Series(np.random.default_rng(3).normal(0.2, 2, 200))
    classes = classify(values, scheme=scheme, k=k, palette=palette, centre=0.0)
    inner = np.array(classes.limits[1:-1])
    assert np.allclose(inner, -inner[::-1])
    assert len(classes.colours) == k == len(set(classes.colours))
    shades = [lightness(colour) for colour in classes.colours]
    assert int(np.argmax(shades)) == k // 2, "the palest colour holds no change"
    assert shades[: k // 2 + 1] == sorted(shades[: k // 2 + 1])


def test_a_gain_is_never_coloured_as_a_loss():
    losses = classify(pd.Series([-5.0, -1.0]), palette="PuOr", centre=0.0)
    gains = classify(pd.Series([1.0, 5.0]), palette="PuOr", centre=0.0)
    assert set(losses.colours).isdisjoint(gains.colours)
    assert len(set(losses.colours)) == len(set(gains.colours)) == 2
    none = classify(pd.Series([0.0, 0.0]), palette="PuOr", centre=0.0)
    assert lightness(none.colours[0]) > 240


def test_limits_by_hand_part_at_the_centre():
    classes = classify(pd.Series([-5.0, -1, 4]), scheme="by_hand", limits=[-2, 0, 2], palette="RdBu", centre=0.0)
    assert classes.limits == (-5, -2, 0, 2, 4)
    red = [int(colour[1:3], 16) - int(colour[5:7], 16) for colour in classes.colours]
    assert red[0] > 0 < red[1]
    assert red[2] < 0 > red[3]


@pytest.mark.parametrize("text", ["", "a", "3;2", "1;1", "1 2 nan", "1 2 inf", "1e999", "1;2;3;4;5;6;7;8;9;10", "<b>"])
def test_limits_that_nobody_can_class_by_are_refused(text):
    with pytest.raises(RedlineError):
        parse_limits(text)


@pytest.mark.parametrize("text", ["10;20；1000", "10, 20, 1,000", " 10 20 1000 ", "10、20、1,000"])
def test_limits_are_read_as_people_write_them(text):
    assert parse_limits(text) == (10, 20, 1000)
