import pytest

from medcore.charts import class_balance

COUNTS = {"train": {"a": 30, "a class with a very long name": 10}, "test": {"a": 5, "a class with a very long name": 0}}


@pytest.fixture
def chart():
    return class_balance.figure(COUNTS, {"train": 40, "test": 5}, ["#111111", "#222222", "#333333"])


def test_bars_are_shares_of_their_split(chart):
    assert [(trace.name, trace.x) for trace in chart.data] == [("train", (75, 25)), ("test", (100, 0))]


def test_words_say_split_count_and_percent(chart):
    assert chart.data[0].text == ("train: 30 (75.0%)", "train: 10 (25.0%)")
    assert chart.data[1].text == ("test: 5 (100.0%)", "test: 0 (0.0%)")


def test_classes_keep_their_colours_and_long_names_are_broken(chart):
    assert all(trace.marker.color == ("#111111", "#222222") for trace in chart.data)
    assert chart.data[0].y == ("a", "a class with a very<br>long name")
    assert chart.layout.xaxis.title.text == "Share of the split's images (%)"


def test_the_axis_ends_at_100_percent_and_the_words_have_room_beside_it(chart):
    assert chart.layout.xaxis.range == (0, 100)
    assert chart.layout.margin.r > 120
    half = class_balance.figure({"train": {"a": 5, "b": 5}}, {"train": 10}, ["#111111", "#222222"])
    assert half.layout.xaxis.range[1] == pytest.approx(55)
