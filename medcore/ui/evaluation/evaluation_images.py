"""The test images behind a number, each with a way into the model that judged it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import numpy as np
import streamlit as st

from medcore.data import sources
from medcore.data.dataset import ImageDataset, Splits
from medcore.sentences import sentence
from medcore.spec import DataSpec
from medcore.ui import own_sets, reading, thumbnails
from medcore.ui.components.image_grid import image_grid
from medcore.ui.evaluation.evaluated import Evaluated
from medcore.ui.explorer import paging
from medcore.ui.plain import plain

ON_A_PAGE = 24


def show(run: Evaluated, which: np.ndarray, key: str) -> None:
    """A page of images with their true class, what was said of them, and how surely.

    Args:
        run: that judged them.
        which: (k,) numbers of test images, as its predictions count them.
        key: of the grid and its pages.
    """
    if not len(which):
        st.caption("No image.")
        return
    data = DataSpec(**_data(run))
    if not own_sets.may_see(data.name):
        st.warning(own_sets.NOT_YOURS)
        return
    try:
        splits = reading.soon(sources.snapshot, data.name, data.options, "Reading the images…")
        if splits is None:
            return
        rows = _rows(run, splits["test"])
    except (OSError, ValueError) as error:
        st.warning(plain(f"The images cannot be shown. {sentence(error)}"))
        return
    start, stop = paging.span(len(which), ON_A_PAGE, f"{key}_page")
    shown = which[start:stop]
    places = [("test", int(rows[i])) for i in shown]
    window = _window(splits)
    image_grid(
        thumbnails.images(splits, places, window),
        [_cell(run, splits, int(i), place) for i, place in zip(shown, places, strict=True)],
        key=f"{key}_grid",
        cell_width=110,
    )
    st.caption(_words(run))


def _words(run: Evaluated) -> str:
    text = "Below an image: its true class; what the model said, with its probability; its number in the test set."
    if _prepared(run):
        text += " The images are shown as they lie in the set, before their preparation."
    return text + (" A click looks inside the model, in a new tab." if _inside(run) else "")


def _data(run: Evaluated) -> dict[str, Any]:
    """Whose images they are: those of the run, or of the place that it was brought to."""
    return (run.record.result.get("test_data") or {}).get("data") or run.record.spec["data"]


def _prepared(run: Evaluated) -> bool:
    """Whether anything was done to the images before the model met them."""
    of_test = run.record.result.get("test_data") or run.record.spec
    return bool((of_test.get("preparation") or {}).get("steps"))


def _rows(run: Evaluated, test: ImageDataset) -> np.ndarray:
    """Where the images stand in the test split.

    Raises:
        ValueError: if they cannot be told, or the set is another one by now.
    """
    rows, labels = run.predictions.rows, run.predictions.labels
    if rows is None:
        if len(test) != len(labels):
            raise ValueError("This run was made by an older version, which did not keep which images it was tested on.")
        rows = np.arange(len(test))
    if (
        test.labels is None
        or rows.max() >= len(test)
        or _named(test, rows) != [run.classes[label].casefold() for label in labels]
    ):
        raise ValueError("The data set has changed since this run was tested on it.")
    return rows


def _named(test: ImageDataset, rows: np.ndarray) -> list[str]:
    names = [name.casefold() for name in test.class_names]
    return [names[label] for label in test.labels[rows]]


def _window(splits: Splits) -> tuple[float, float] | None:
    """For values that are no bytes: the same for every page."""
    images = splits["test"].images
    if images.dtype == np.uint8:
        return None
    some = images[:: max(1, len(images) // 200)]
    low, high = np.percentile(some, (1, 99))
    return float(low), float(high)


def _cell(run: Evaluated, splits: Splits, number: int, place: tuple[str, int]) -> Any:
    said, probabilities = int(run.predictions.said[number]), run.predictions.probabilities[number]
    note = f"said: {run.classes[said]} ({probabilities[said]:.0%}) · {place[1]}"
    return replace(thumbnails.cell(splits, place, note), link=_inside(run, place))


def _inside(run: Evaluated, place: tuple[str, int] = ("test", 0)) -> str:
    """The address that looks inside the model at an image; "" for a classic, which keeps none."""
    if "model" not in (run.record.result.get("files") or {}) or run.record.result.get("test_data"):
        return ""
    query = {"part": "Look inside", "model": run.id, "image": f"{place[0]}:{place[1]}"}
    return "/transfer_learning?" + urlencode(query)


def ordered(run: Evaluated, which: Sequence[int] | np.ndarray) -> np.ndarray:
    """The same images, those first of which the model was surest."""
    which = np.asarray(which, int)
    return which[np.argsort(-run.predictions.probabilities[which].max(axis=1), kind="stable")]
