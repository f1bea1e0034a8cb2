import numpy as np
import pytest

from medcore.imaging import run_lengths
from medcore.ui.segmentation import drawings
from medcore.ui.segmentation.draw_subject import brought

MASK = np.array([[0, 1, 1], [2, 0, 0]], np.uint8)


@pytest.fixture
def kept():
    kept = drawings.Drawings()
    kept.open("one", (2, 3), 3)
    return kept


def said(mask=MASK, **changes):
    return {"name": "one", "revision": 0, "runs": run_lengths.encode(mask)} | changes


def test_what_the_editor_says_is_kept(kept):
    assert not kept.mask("one").any()
    kept.heard(said())
    kept.open("one", (2, 3), 3)  # on every rerun
    np.testing.assert_array_equal(kept.mask("one"), MASK)


@pytest.mark.parametrize(
    "wrong",
    [None, "one", [], {}, said(name="two"), said(runs=[0, 7]), said(runs=[3, 6]), said(revision=1), said(name=[])],
)
def test_what_is_no_mask_of_an_open_drawing_is_left_aside(kept, wrong):
    kept.heard(said())
    kept.heard(wrong)
    np.testing.assert_array_equal(kept.mask("one"), MASK)


def test_what_was_said_before_python_put_a_mask_does_not_come_back(kept):
    kept.put("one", MASK)
    kept.heard(said(np.zeros_like(MASK)))
    np.testing.assert_array_equal(kept.mask("one"), MASK)
    assert kept.revision("one") == 1
    kept.heard(said(np.zeros_like(MASK), revision=1))
    assert not kept.mask("one").any()


def test_another_size_begins_anew(kept):
    kept.heard(said())
    kept.open("one", (3, 2), 3)
    assert kept.mask("one").tolist() == [[0, 0]] * 3


def test_of_other_classes_those_that_are_there_stay(kept):
    kept.heard(said())
    kept.open("one", (2, 3), 5)
    np.testing.assert_array_equal(kept.mask("one"), MASK)
    assert kept.revision("one") == 0, "the editor shows the same"
    kept.open("one", (2, 3), 2)
    np.testing.assert_array_equal(kept.mask("one"), [[0, 1, 1], [0, 0, 0]])
    assert kept.revision("one") == 1, "the editor is told"


def test_only_so_many_are_kept(kept):
    for number in range(drawings.MOST):
        kept.open(str(number), (2, 3), 2)
    assert len(kept.kept) == drawings.MOST
    assert "one" not in kept.kept
    kept.forget("19")
    assert set(kept.kept) == {str(number) for number in range(drawings.MOST)} - {"19", *map(str, range(190, 200))}
    kept.close()
    assert not kept.kept


def test_noise_does_not_fill_the_memory(kept, monkeypatch):
    monkeypatch.setattr(drawings, "MOST_BYTES", 5000)
    for name in "abc":
        kept.open(name, (64, 64), 256)
        kept.put(name, np.random.default_rng(0).integers(0, 256, (64, 64)))
    assert list(kept.kept) == ["b", "c"]  # c was opened while only a and b were there
    kept.open("c", (64, 64), 256)
    assert list(kept.kept) == ["c"]


def test_a_mask_in_another_size_keeps_its_places():
    small = np.array([[1, 2], [3, 4]], np.uint8)
    np.testing.assert_array_equal(brought(small, (4, 4)), np.kron(small, np.ones((2, 2))))
    np.testing.assert_array_equal(brought(brought(small, (6, 10)), (2, 2)), small)
