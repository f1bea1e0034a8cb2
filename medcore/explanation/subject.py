"""A finished run to be looked into: its network, and the images as the network gets them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path

import keras
import numpy as np

from medcore.data import sources
from medcore.data.dataset import ImageDataset, Splits
from medcore.data.preparation.pixels import unit_range
from medcore.data.preparation.recipe import Prepared, Recipe
from medcore.data.sampling import sample
from medcore.explanation import layers
from medcore.spec import DataSpec, PreparationSpec, RunSpec
from medcore.training.domains import matched, reshaped
from medcore.training.robustness import model_of, own_recipe
from medcore.training.run import Run

TARGET = "target"
"""Method of `RunSpec.adaptation` that says: the images asked about are those of its target."""


@dataclass(frozen=True)
class Images:
    """The images of a set, and what happens to them before the network sees them.

    Args:
        data: which set.
        whole: its splits, mapped from disk.
        taken: what is left of them by the run's sample.
        recipe: what is done to each.
        shape: (height, width, channels) that they are brought to then.
    """

    data: DataSpec
    whole: Splits
    taken: Splits
    recipe: Recipe
    shape: tuple[int, int, int]

    def prepared(self, split: str, index: int) -> Prepared:
        """One image as the network gets it; `index` is its number in the set.

        Raises:
            ValueError: if there is none of this number.
        """
        part = self.whole[split]
        if not 0 <= index < len(part):
            raise ValueError(f"There are {len(part):,} images in {split}, the first is 0. Received: {index:,}")
        # Noise is drawn by the place among those taken; an image that was not taken keeps its number.
        place = np.flatnonzero(rows(self.taken[split]) == index)
        found = self.recipe.image(np.asarray(part.images[index]), split, int(place[0]) if len(place) else index)
        return found._replace(image=reshaped(found.image[None], self.shape)[0], mask=None)

    def stack(self, split: str, places: Iterable[int]) -> np.ndarray:
        """(n, height, width, channels) float32: those taken of a split, by their place, without augmentation."""
        return reshaped(self.unshaped(split, places), self.shape)

    def unshaped(self, split: str, places: Iterable[int]) -> np.ndarray:
        """The same, in the size that their recipe gives them."""
        images = self.taken[split].images
        if not self.recipe.spec:
            return unit_range(np.asarray(images[np.asarray(places)]))
        return np.stack([self.recipe.image(np.asarray(images[place]), split, int(place)).image for place in places])


@dataclass(frozen=True)
class Subject:
    """A network and its images.

    Args:
        folder: of the run.
        spec: of the request, which has the run's data, preparation, sample and seed.
        model: from images, as prepared, to logits.
        report: takes sentences for a person who waits.
    """

    folder: Path
    spec: RunSpec
    model: keras.Model
    report: Callable[[str], None]

    @property
    def shape(self) -> tuple[int, int, int]:
        """(height, width, channels) of the images that it takes."""
        return tuple(self.model.input_shape[1:])

    @cached_property
    def learned(self) -> Images:
        """What it learned from: the run's own set, or the target where it was trained on that."""
        if self.spec.task == "adapt" and self.spec.adaptation.method == TARGET:
            return self._target
        own = own_recipe(self.folder)
        if own.spec != self.spec.preparation:
            own = _recipe(self.spec.preparation, self.spec.seed, own)
        images = _images(self.spec, self.spec.data, own, self.shape, self.report)
        made = images.unshaped("train", [0]).shape[1:]
        if made != self.shape:
            expected, received = ("x".join(map(str, shape)) for shape in (self.shape, made))
            raise ValueError(f"The network takes images of {expected}. Received: {received}")
        return images

    @cached_property
    def asked(self) -> Images:
        """What it is asked about: the same, or the target that it was made fit for."""
        return self.learned if self.spec.adaptation.method != TARGET else self._target

    @cached_property
    def seen(self) -> tuple[Images, ...]:
        """All places whose images its training has seen, with labels or without."""
        both = self.spec.task == "adapt" and self.spec.adaptation.method not in (TARGET, "source_only")
        return (self.learned, self._target) if both else (self.learned,)

    @cached_property
    def _target(self) -> Images:
        """As `training.domains` brings the target to the source's classes and shape."""
        adaptation = self.spec.adaptation
        recipe = _recipe(adaptation.target_preparation, self.spec.seed, own_recipe(self.folder))
        images = _images(None, adaptation.target, recipe, self.shape, self.report)
        if self.spec.task != "adapt":  # asked about by its own names
            return images
        source = sources.snapshot(self.spec.data.name, self.spec.data.options)
        whole = matched(images.whole, source["train"].class_names)
        return replace(images, whole=whole, taken=whole)

    @property
    def classes(self) -> tuple[str, ...]:
        """What it tells apart."""
        return self.learned.whole["train"].class_names


def read(spec: RunSpec, run: Run) -> Subject:
    """Opens the run that the request is about.

    Raises:
        FileNotFoundError: if it left no model.
        ValueError, OSError: if the model cannot be read.
    """
    folder = run.folder.parent / spec.base
    return Subject(folder, spec, read_model(folder), run.status)


def read_model(folder: Path) -> keras.Model:
    """The model that a run left, in single precision: gradients in bfloat16 have three digits.

    The last two stay open, so that the next question about them is answered at once.

    Raises:
        FileNotFoundError: if there is none.
        ValueError, OSError: if it cannot be read.
    """
    file = folder / "model.keras"
    return _opened(folder, file.stat().st_mtime_ns if file.is_file() else 0)


@lru_cache(maxsize=2)
def _opened(folder: Path, _: int) -> keras.Model:
    model = model_of(folder)
    for layer in layers.walk(model).values():
        layer.dtype_policy = keras.DTypePolicy("float32")
    return model


def rows(part: ImageDataset) -> np.ndarray:
    """(n,) number of each image in its split as the set has it, before a sample was taken."""
    return np.arange(len(part)) if part.rows is None else part.rows


def _recipe(spec: PreparationSpec, seed: int, own: Recipe) -> Recipe:
    """Another recipe for a network that learned with its own: the scale is the one it learned with."""
    recipe = Recipe(spec, seed)
    if own.spec.of("normalisation") == spec.of("normalisation"):
        recipe.scale = own.scale
    return recipe


def _images(
    spec: RunSpec | None, data: DataSpec, recipe: Recipe, shape: tuple[int, int, int], report: Callable[[str], None]
) -> Images:
    report("Reading the images.")
    whole = sources.snapshot(data.name, data.options)
    taken = sample(whole, spec.sample, spec.seed).splits if spec is not None else whole
    if recipe.by_training_set and recipe.scale is None:
        train = taken["train"].images
        recipe.scale = recipe.measure((i, np.asarray(train[i])) for i in range(len(train)))
    return Images(data, whole, taken, recipe, shape)
