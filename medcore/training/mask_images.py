"""The images and masks of a run of segmentation: loaded, sampled, with their neighbours, and prepared."""

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from medcore.data import neighbours, sources
from medcore.data.dataset import SPLITS, ImageDataset, Splits
from medcore.data.preparation.recipe import PreparedSplits, Recipe
from medcore.data.sampling import sample
from medcore.evaluation.extent import Extent, extent
from medcore.spec import RunSpec
from medcore.training.classification import data_facts, prepare
from medcore.training.run import Run


class MaskImages(NamedTuple):
    """The images of a run and their masks.

    Args:
        whole: as the data set has them.
        chosen: the sample of them.
        sampled: what the sample did, for the result.
        recipe: what happens to them then, None for nothing.
        prepared: as the network gets them, neighbouring slices as channels.
        notes: what one should know of them, a sentence each.
    """

    whole: Splits
    chosen: Splits
    sampled: dict[str, Any]
    recipe: Recipe | None
    prepared: PreparedSplits
    notes: list[str]

    def facts(self) -> dict[str, Any]:
        """What a result says of them: identity, sample and preparation."""
        whole, chosen = ({name: taught(part) for name, part in splits.items()} for splits in (self.whole, self.chosen))
        return {
            "data": data_facts(whole, chosen),
            "sample": self.sampled,
            "preparation": self.recipe and self.recipe.facts(),
        }


def taught(part: ImageDataset) -> ImageDataset:
    """A split with its masks as what the network is to say of each image."""
    return replace(part, labels=part.masks, class_names=part.mask_classes)


def load(spec: RunSpec, run: Run) -> MaskImages:
    """What the spec describes.

    Raises:
        Cancelled: if the run was cancelled.
        FileNotFoundError: if there is no such data set.
        ValueError: if it has no masks, or none with anything in them to learn from.
        OSError: if it cannot be read.
    """
    run.status("Loading the images.")
    whole = sources.load(spec.data, run.status)
    check(whole)
    chosen, sampled = sample(whole, spec.sample, spec.seed)
    notes = missing_classes(chosen)
    seen = {name: neighbours.stacked(chosen[name], spec.segmentation.context) for name in SPLITS}
    recipe, prepared = prepare(spec, seen, run)
    splits = {name: _measured(part, chosen[name]) for name, part in prepared.splits.items()}
    return MaskImages(whole, chosen, sampled, recipe, replace(prepared, splits=splits), notes)


def _measured(part: ImageDataset, before: ImageDataset) -> ImageDataset:
    """Prepared images with the size of their pixels, which a recipe may have changed with the size of the images."""
    if part.spacing is None:
        return part
    sizes = zip(part.spacing, before.images.shape[1:3], part.images.shape[1:3], strict=True)
    return replace(part, spacing=tuple(mm * pixels / now for mm, pixels, now in sizes))


def check(splits: Splits) -> None:
    """Raises ValueError unless every split has images with masks, of two classes or more."""
    for name in SPLITS:
        split = splits[name]
        if split.masks is None:
            raise ValueError(
                f"Segmentation needs a data set with a mask of every image. Received: {split.card.name!r}, a set for "
                f"{split.card.task}"
            )
        if not len(split):
            raise ValueError(f"Every split needs an image or more. Received: {split.card.name!r}, {name} empty")
    if len(splits["train"].mask_classes) < 2:
        raise ValueError(
            f"Segmentation needs a class beside the background. Received: {', '.join(splits['train'].mask_classes)}"
        )


def cases(part: ImageDataset) -> Extent:
    """What of a split is judged together."""
    return extent(len(part), part.volumes, part.spacing, part.step)


def missing_classes(splits: Splits) -> list[str]:
    """A sentence on the classes that no training mask shows, which cannot be learned.

    Raises:
        ValueError: if all training masks are empty.
    """
    train = splits["train"]
    shown = np.bincount(train.masks.ravel(), minlength=len(train.mask_classes)) > 0
    if not shown[1:].any():
        raise ValueError(
            f"Segmentation learns from masks, and those of all {len(train):,} training images are empty. "
            f"Received: {train.card.name!r}"
        )
    missing = [name for name, there in zip(train.mask_classes, shown, strict=True) if not there]
    if not missing:
        return []
    return [f"No training mask shows {', '.join(missing)}: what is not shown cannot be learned."]
