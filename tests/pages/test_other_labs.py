"""Runs of another lab in the address of a page: what a page cannot compare it leaves out, and says so."""

import pytest

from tests.ui.segmentation import made_cases
from tests.ui.segmentation.test_segmentation_guess import squares


@pytest.fixture
def runs(store, finished):
    """Ids of two finished runs that tell classes apart, and of one that draws masks."""
    mask = made_cases.finish(store, "ct-simulator", squares())
    return [*finished, mask]


@pytest.mark.parametrize("page", ["optimizer_comparison", "regularization_lab", "transfer_learning"])
def test_masks_are_not_shown_among_classes(open_page, runs, page):
    shown = open_page(page, runs=",".join(runs))
    assert not shown.exception
    assert ["A run that this address names is not shown" in warning.value for warning in shown.warning] == [True]


@pytest.mark.parametrize("tab", ["Losses", "Measures", "Settings"])
def test_classes_are_not_shown_among_masks(open_page, runs, tab):
    shown = open_page("segmentation_demo", runs=",".join(runs), about=tab)
    assert not shown.exception
    assert [warning.value.startswith("2 of the runs") for warning in shown.warning] == [True]
