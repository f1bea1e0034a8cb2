import math
from dataclasses import replace

import pytest

from medcore.imaging import answers
from medcore.imaging.files import Found, Frame
from medcore.imaging.view import Window

GOOD = Found(
    kind="dicom",
    group="1.2 512",
    title="Thorax",
    modality="CT",
    rows=512,
    columns=256,
    samples=1,
    dtype="int16",
    unit="HU",
    frames=(Frame((0.0, 1.0, 2.0), (1.0, 0.0, 0.0, 0.0, 1.0, 0.0), (0.5, 0.5), 1.0, -1024.0, 3, "echo 2"), Frame()),
    windows=(Window("Lung", -600.0, 1500.0),),
    notes=("odd.",),
    gap=2.0,
    details={"syntax": "1.2"},
)


def answer(found: Found) -> dict:
    return {"found": [found.to_dict()]}


def test_what_our_readers_say_is_taken_as_it_is():
    assert answers.described(answer(GOOD)) == [GOOD]


@pytest.mark.parametrize("details", [{}, {"instance": None}, {"pages": list(range(5_000))}], ids=lambda d: str(d)[:30])
def test_details_of_our_readers_are_taken(details):
    assert answers.described(answer(replace(GOOD, details=details))) == [replace(GOOD, details=details)]


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "zip"},
        {"dtype": "object"},
        {"dtype": ">i2"},
        {"samples": 2},
        {"rows": 0},
        {"rows": -5},
        {"columns": 2.5},
        {"rows": 10**9},
        {"rows": 90_000, "columns": 90_000},
        {"title": 5},
        {"title": "x" * 10_000},
        {"group": None},
        {"inverted": "yes"},
        {"frames": ()},
        {"gap": math.nan},
        {"gap": "2"},
        {"notes": (5,)},
        {"notes": ("odd.",) * 1000},
        {"details": []},
        {"details": {"instance": [1]}},
        {"details": {"instance": {"1": 2}}},
        {"details": {"instance": 5}},
        {"details": {"pages": list(range(50_000))}},
        {"windows": (Window("Lung", math.inf, 1.0),)},
        {"windows": (Window(None, 1.0, 1.0),)},
        {"frames": (Frame(position=(0.0, 1.0)),)},
        {"frames": (Frame(position=(0.0, 1.0, math.nan)),)},
        {"frames": (Frame(orientation=(1.0, 0.0, 0.0)),)},
        {"frames": (Frame(spacing=("0.5", "0.5")),)},
        {"frames": (Frame(slope=math.inf),)},
        {"frames": (Frame(intercept=None),)},
        {"frames": (Frame(number="3"),)},
        {"frames": (Frame(moment=3),)},
    ],
    ids=lambda changes: str(changes)[:80],
)
def test_what_no_reader_of_ours_says_is_not_believed(changes):
    with pytest.raises(ValueError, match="It cannot be read"):
        answers.described(answer(replace(GOOD, **changes)))


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"found": None},
        {"found": []},
        {"found": {}},
        {"found": [None]},
        {"found": ["text"]},
        {"found": [{}]},
        {"found": [GOOD.to_dict() | {"frames": None}]},
        {"found": [GOOD.to_dict() | {"frames": ["text"]}]},
        {"found": [GOOD.to_dict() | {"frames": [{"speed": 1}]}]},
        {"found": [GOOD.to_dict() | {"windows": [[]]}]},
        {"found": [GOOD.to_dict() | {"more": 1}]},
    ],
    ids=lambda values: str(values)[:60],
)
def test_answers_of_another_shape_are_one_sentence(values):
    with pytest.raises(ValueError, match="It cannot be read"):
        answers.described(values)
