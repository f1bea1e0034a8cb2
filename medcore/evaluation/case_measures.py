"""Measures masks case by case: overlap, surface distances, volumes, and what thresholds and clean-up would change."""

from collections.abc import Callable

import numpy as np

from medcore.evaluation import clean_up, masks, overlap, surface_distance
from medcore.evaluation.cases import SIZES, THRESHOLDS, Cases
from medcore.evaluation.extent import Extent


def measure(
    foreground: np.ndarray,
    labels: np.ndarray,
    truth: np.ndarray,
    classes: int,
    cases: Extent,
    rows: np.ndarray | None = None,
    pause: Callable[[], None] = lambda: None,
) -> Cases:
    """Everything that is told of test or validation images.

    Args:
        foreground, labels: (n, height, width) uint8 that the network said, see `masks.said`; n at least 1.
        truth: (n, height, width) uint8 class numbers, 0 is background.
        classes: how many there are with the background, at least 2.
        cases: that the images make up, see `extent.extent`.
        rows: (n,) where they stand in their split as it was loaded; None for all in order.
        pause: called between cases, may raise.
    """
    predicted = masks.masks(foreground, labels)
    confusion = overlap.by_unit(overlap.confusions(truth, predicted, classes), cases.unit_of, cases.units)
    counts = overlap.of_confusions(confusion)
    distances = _distances(truth, predicted, classes, cases, pause)
    cleaned, whole = clean_up.tables(foreground, labels, truth, classes, THRESHOLDS, SIZES, cases, pause)
    return Cases(
        rows=np.arange(len(truth)) if rows is None else np.asarray(rows),
        unit_of=cases.unit_of,
        foreground=foreground,
        classes=labels,
        truth=truth.astype(np.uint8),
        dice=overlap.dice(counts),
        iou=overlap.iou(counts),
        hd95=distances[..., 0],
        assd=distances[..., 1],
        volume_true=counts.true * cases.pixel,
        volume_predicted=counts.predicted * cases.pixel,
        volume_both=counts.both * cases.pixel,
        right=confusion.diagonal(axis1=1, axis2=2).sum(axis=1),
        pixels=confusion.sum(axis=(1, 2)),
        thresholds=np.array(THRESHOLDS),
        sizes=np.array(SIZES),
        cleaned_dice=cleaned.astype(np.float32),
        cleaned_whole=whole.astype(np.float32),
    )


def _distances(
    truth: np.ndarray, predicted: np.ndarray, classes: int, cases: Extent, pause: Callable[[], None]
) -> np.ndarray:
    """(units, classes - 1, 2): hd95 and assd."""
    found = np.empty((cases.units, classes - 1, 2))
    for unit in range(cases.units):
        pause()
        true, said = cases.case(truth, unit), cases.case(predicted, unit)
        for k in range(1, classes):
            found[unit, k - 1] = surface_distance.of_masks(true == k, said == k, cases.spacing)
    return found
