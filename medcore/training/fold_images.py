"""The images of a fold: those that the network learns from, and those that judge it.

What is fitted to images, be it a scale, a choice of pixels or wrong and repeated labels, is fitted to the training
images of the fold alone, unless the spec asks for the mistake of fitting it on all.
"""

from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from medcore.data import pixelwise
from medcore.data.dataset import ImageDataset, Splits
from medcore.data.pixelwise import Pixelwise
from medcore.data.preparation.recipe import PreparedSplits, Recipe
from medcore.data.sampling import sample
from medcore.spec import RunSpec, SampleSpec
from medcore.training.ahead import Draw
from medcore.training.classification import prepare
from medcore.training.run import Cancelled, Run


@dataclass(frozen=True)
class FoldImages:
    """What the network gets.

    Args:
        train: training images.
        val: the fold left out; None where the whole pool trains.
        draw: gives the training images of an epoch, augmented; None without augmentation.
        recipe: that was applied to them, with its statistics; None where there was none.
        pixels: that were standardised and chosen after it; None where they were not.
    """

    train: ImageDataset
    val: ImageDataset | None = None
    draw: Draw | None = None
    recipe: Recipe | None = None
    pixels: Pixelwise | None = None


def divided(pool: ImageDataset, train: np.ndarray, held: np.ndarray | None, spec: RunSpec, run: Run) -> FoldImages:
    """The images with the numbers `train` to learn from, and those `held` out to be judged by, if any.

    Raises:
        Cancelled: if the run was cancelled.
    """
    wanted = SampleSpec(label_noise=spec.sample.label_noise, oversample=spec.sample.oversample)
    if spec.sample.imbalanced == "train":
        wanted = replace(wanted, imbalance=spec.sample.imbalance, imbalanced="train")
    parts = {"train": sample({"train": _taken(pool, train)}, wanted, spec.seed).splits["train"]}
    if held is not None:
        parts["val"] = _taken(pool, held)
    recipe, prepared, everything = _prepared(parts, pool, spec, run)
    if not (spec.path.scale or spec.path.screen):
        return FoldImages(prepared.splits["train"], prepared.splits.get("val"), prepared.draw, recipe)
    pixels = pixelwise.measure(everything.images, everything.labels, spec.path.scale, spec.path.screen)
    applied = {name: replace(part, images=pixels(part.images)) for name, part in prepared.splits.items()}
    draw = prepared.draw and partial(_drawn, prepared.draw, pixels)
    return FoldImages(applied["train"], applied.get("val"), draw, recipe, pixels)


def _prepared(
    parts: Splits, pool: ImageDataset, spec: RunSpec, run: Run
) -> tuple[Recipe | None, PreparedSplits, ImageDataset]:
    """The recipe, what it makes of the parts, and the images that scale and choice of pixels are to be fitted on."""
    if spec.path.fitted_on == "fold":
        recipe, prepared = prepare(spec, parts, run)
        return recipe, prepared, prepared.splits["train"]

    def pause(*_: int) -> None:
        if run.cancelled():
            raise Cancelled

    recipe, everything = prepare(spec, {"train": pool}, run)  # which measures its statistics there
    prepared = recipe.splits(parts, pause) if recipe else PreparedSplits(parts, None, None)
    return recipe, prepared, everything.splits["train"]


def _drawn(draw: Draw, pixels: Pixelwise, epoch: int, tick: object) -> np.ndarray:
    return pixels(draw(epoch, tick))


def _taken(pool: ImageDataset, chosen: np.ndarray) -> ImageDataset:
    groups = None if pool.groups is None else pool.groups[chosen]
    return replace(pool, images=pool.images[chosen], labels=pool.labels[chosen], groups=groups)
