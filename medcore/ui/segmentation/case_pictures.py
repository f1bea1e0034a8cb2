"""Test cases as pictures: what is found, missed and invented, at the threshold and after the clean-up chosen."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from medcore.charts import mask_colours
from medcore.data import sources
from medcore.data.dataset import ImageDataset
from medcore.evaluation import masks, readers
from medcore.imaging.laid_over import laid_over
from medcore.sandbox import Sandbox
from medcore.sentences import sentence
from medcore.spec import DataSpec
from medcore.ui import own_sets, reading, session, thumbnails
from medcore.ui.plain import plain
from medcore.ui.segmentation import case_run
from medcore.ui.segmentation.case_run import CaseRun

CLEAN = "medcore.evaluation.clean_up:job"
SECONDS = 10.0
OUTCOMES = (mask_colours.RIGHT, mask_colours.FALSE, mask_colours.MISSED, mask_colours.MIXED)
"""Colours of the values of `readers.differences` between prediction and truth."""


@dataclass(frozen=True)
class Setting:
    """How probabilities become a mask.

    Args:
        threshold: from which on a pixel is foreground.
        smallest: components of fewer pixels are removed; 0 removes none.
    """

    threshold: float = masks.THRESHOLD
    smallest: int = 0

    @property
    def plain(self) -> bool:
        """Whether it is the one that measures are taken at."""
        return self == Setting()


@dataclass(frozen=True)
class TestImages:
    """The test images of a data set.

    Args:
        part: the test split.
        window: values that become black and white where they are no bytes, the same for every picture.
    """

    part: ImageDataset
    window: tuple[float, float] | None


def test_images(run: CaseRun) -> TestImages | None:
    """The images that a run was tested on; None, and a sentence, where they are not to be seen, or not yet."""
    data = DataSpec(**run.record.spec["data"])
    if not own_sets.may_see(data.name):
        st.warning(own_sets.NOT_YOURS)
        return None
    try:
        splits = reading.soon(sources.snapshot, data.name, data.options, "Reading the images…")
        if splits is None:
            return None
        if run.cases.rows.max() >= len(splits["test"]):
            raise ValueError("The data set has changed since this run was tested on it.")
    except (OSError, ValueError) as error:
        st.warning(plain(f"The images cannot be shown. {sentence(error)}"))
        return None
    return TestImages(splits["test"], _window(splits["test"]))


def predicted(run: CaseRun, units: Sequence[int], setting: Setting) -> list[np.ndarray]:
    """Masks (images of the case, height, width) of some cases.

    Raises:
        ValueError, TimeoutError: with one sentence, if they cannot be cleaned up.
    """
    return _predicted(run.id, tuple(units), setting)


@st.cache_resource(max_entries=64, show_spinner=False)
def _predicted(run_id: str, units: tuple[int, ...], setting: Setting) -> list[np.ndarray]:
    cases = case_run.of(run_id)
    here = [cases.images(unit) for unit in units]
    found = [masks.masks(cases.foreground[own], cases.classes[own], setting.threshold) for own in here]
    if setting.smallest < 2:
        return found
    # Without its first axis an image is one of two axes, as the tables have cleaned it up.
    shapes = [mask.shape[1:] if len(mask) == 1 else mask.shape for mask in found]
    values = {"shapes": [list(shape) for shape in shapes], "smallest": setting.smallest}
    reply = _sandbox().run(CLEAN, values, found, seconds=SECONDS)
    return [np.frombuffer(given, np.uint8).reshape(mask.shape) for given, mask in zip(reply.data, found, strict=True)]


def _sandbox() -> Sandbox:
    """Where this session's masks are cleaned up."""
    return session.kept("clean-up", lambda: Sandbox(children=1), Sandbox.close)


def largest(run: CaseRun, unit: int) -> int:
    """Which image of a case has most to find, or where there is nothing, most that was held for something."""
    own = run.cases.images(unit)
    true = np.count_nonzero(run.cases.truth[own], axis=(1, 2))
    said = run.cases.foreground[own].sum(axis=(1, 2), dtype=np.int64)
    return int((true if true.any() else said).argmax())


def image(test: TestImages, row: int, shape: tuple[int, int]) -> np.ndarray:
    """A test image as (height, width, 3) uint8 in the size of its mask, which a preparation may have changed."""
    images = test.part.images
    shown = thumbnails.to_bytes(np.asarray(images[row]), images.dtype == np.uint8, test.window)
    rows, columns = (
        ((np.arange(length) + 0.5) * of / length).astype(int) for length, of in zip(shape, shown.shape, strict=False)
    )
    shown = shown[np.ix_(rows, columns)]
    return np.repeat(shown, 3, axis=-1) if shown.shape[-1] == 1 else shown[..., :3]


def _window(part: ImageDataset) -> tuple[float, float] | None:
    if part.images.dtype == np.uint8:
        return None
    low, high = np.percentile(part.images[:: max(1, len(part) // 50)], (1, 99))
    return float(low), float(high)


def outcome(picture: np.ndarray, mask: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """The picture with what is right, invented and missed over it."""
    return laid_over(picture, readers.differences(mask, truth), OUTCOMES)


def legend(several: bool) -> None:
    """What the colours mean.

    Args:
        several: whether there is more than one foreground class.
    """
    words = {mask_colours.RIGHT: "found", mask_colours.MISSED: "missed", mask_colours.FALSE: "invented"}
    if several:
        words[mask_colours.MIXED] = "wrong class"
    squares = [
        f'<span style="white-space:nowrap"><span style="color:{colour}">■</span> {word}</span>'
        for colour, word in words.items()
    ]
    st.html(f'<div style="font-size:.875rem">{" &ensp; ".join(squares)}</div>')
