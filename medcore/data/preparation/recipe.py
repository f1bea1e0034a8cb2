"""A recipe applied: to one image, or to all splits of a set.

Everything random follows from the seed, the step, the split, the number of the image and the epoch alone. So an image
that is looked at is the image that is trained on, and a change of one step leaves the others' draws as they are.
"""

import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from medcore import catalog
from medcore.data.dataset import SPLITS, ImageDataset, Splits
from medcore.data.preparation import augmentation, resizing
from medcore.data.preparation.normalisation import Scale
from medcore.data.preparation.pixels import unit_range
from medcore.spec import PreparationSpec

FIXED = ("corruption", "window", "size", "denoising", "equalisation")
"""Stages that happen to an image once; augmentation and normalisation come after them."""

Tick = Callable[[int, int], None]
"""Called with images done and images in all, now and then; may raise to stop."""


class Prepared(NamedTuple):
    """An image and its mask, if it has one.

    Args:
        image: (height, width, channels) float32.
        mask: (height, width), or None.
        scale: of the normalisation, if there is one.
    """

    image: np.ndarray
    mask: np.ndarray | None = None
    scale: Scale | None = None


class Masked(NamedTuple):
    """Images of an epoch and their masks.

    Args:
        images: (n, height, width, channels) float32.
        masks: (n, height, width), of the type that the set's masks have.
    """

    images: np.ndarray
    masks: np.ndarray


@dataclass(frozen=True)
class PreparedSplits:
    """What a network gets.

    Args:
        splits: float32; the training images as they are without augmentation.
        scale: of the training set, where the normalisation goes by it.
        draw: gives the training images of an epoch (from 0), augmented; None without augmentation.
        draw_masked: gives the same images and their masks, which move with them; None without augmentation or masks.
    """

    splits: Splits
    scale: Scale | None
    draw: Callable[[int, Tick], np.ndarray] | None
    draw_masked: Callable[[int, Tick], Masked] | None = None


class Recipe:
    """The steps of a spec, ready to be applied.

    Args:
        scale: of the training set, for a normalisation that goes by it; `measure` finds it.
        stacked: whether channels are neighbouring slices: windows and filters take each by itself, none as a colour.
    """

    def __init__(self, spec: PreparationSpec, seed: int = 0, scale: Scale | None = None, stacked: bool = False) -> None:
        self.spec, self.seed, self.scale, self.stacked = spec, seed, scale, stacked
        self._steps = {name: catalog.resolve(catalog.PREPARATIONS[name].target) for name in spec.steps}

    @property
    def by_training_set(self) -> bool:
        """Whether the normalisation goes by the training set."""
        return self.spec.by_training_set

    @property
    def augments(self) -> bool:
        """Whether training images differ from epoch to epoch."""
        return bool(self.spec.of("augmentation"))

    def image(
        self, image: np.ndarray, split: str, index: int, epoch: int | None = None, mask: np.ndarray | None = None
    ) -> Prepared:
        """What the network gets for one image.

        Args:
            image: (height, width, channels) uint8, or float32 in 0..1.
            split: "train", "val" or "test".
            index: of the image in its split.
            epoch: from 0, for a training image with its augmentation; None without.
            mask: (height, width), or None.
        """
        prepared = self._fixed(Prepared(unit_range(image), mask), split, index)
        if epoch is not None:
            prepared = self._augmented(prepared, index, epoch)
        return self._normalised(prepared)

    def measure(self, images: Iterator[tuple[int, np.ndarray]]) -> Scale:
        """Scale of training images, given as pairs of an image's number in its split and the image."""
        fixed = [self._fixed(Prepared(unit_range(image)), "train", i).image for i, image in images]
        return self._normalisation().measure(np.stack(fixed))

    def splits(self, splits: Splits, tick: Tick) -> PreparedSplits:
        """What the network gets for all images; statistics are of the training split alone.

        `scale` is kept if it is there, else measured.
        """
        done, total = 0, sum(len(part) for part in splits.values())
        fixed = {}
        for name, part in splits.items():
            fixed[name] = self._fixed_split(part, name, lambda i, _, before=done: tick(before + i, total))
            done += len(part)
        if self.by_training_set and self.scale is None:
            self.scale = self._normalisation().measure(fixed["train"].images)
        draws = self._draws(fixed["train"]) if self.augments and "train" in fixed else (None, None)
        normalised = {name: replace(part, images=self._normalised_all(part.images)) for name, part in fixed.items()}
        return PreparedSplits(normalised, self.scale, *draws)

    def facts(self) -> dict[str, Any]:
        """What was applied, for the result of a run."""
        return {
            "steps": {name: dict(options) for name, options in self.spec.steps.items()},
            "corrupted": self.spec.corrupted,
            "seed": self.seed,
            "scale": self.scale and self.scale.to_dict(),
            **({"stacked": True} if self.stacked else {}),
        }

    def _fixed(self, prepared: Prepared, split: str, index: int) -> Prepared:
        image, mask, _ = prepared
        for name, options in self.spec.of(*FIXED).items():
            stage = catalog.PREPARATIONS[name].stage
            if stage != "corruption":
                image = self._filtered(image, name, options)
            elif self._meets(split):
                image = self._steps[name](image, self._random(name, split, index), **options)
            image = np.clip(image, 0, 1)  # filters leave the range by a rounding, which the next one may not take
            if stage == "size" and mask is not None:
                mask = resizing.resize_mask(mask, **options)
        return Prepared(np.asarray(image, np.float32), mask)

    def _filtered(self, image: np.ndarray, name: str, options: Mapping[str, Any]) -> np.ndarray:
        step = self._steps[name]
        if not self.stacked:
            return step(image, **options)
        planes = np.split(image, image.shape[-1], axis=-1)
        return np.concatenate([step(plane, **options) for plane in planes], axis=-1)

    def _meets(self, split: str) -> bool:
        """Whether this split is corrupted; validation images come from where training images come from."""
        return self.spec.corrupted == "all" or (split == "test") == (self.spec.corrupted == "test")

    def _augmented(self, prepared: Prepared, index: int, epoch: int) -> Prepared:
        image, mask, _ = prepared
        steps = self.spec.of("augmentation")
        moving = [name for name in steps if catalog.PREPARATIONS[name].moves]
        if moving:
            coordinates = augmentation.grid(*image.shape[:2])
            for name in reversed(moving):  # from the result back to the image
                rng = self._random(name, "train", index, epoch)
                coordinates = self._steps[name](coordinates, rng, **steps[name])
            image = augmentation.moved(image, coordinates)
            mask = None if mask is None else augmentation.moved_mask(mask, coordinates)
        for name in steps:
            if name not in moving:
                image = self._steps[name](image, self._random(name, "train", index, epoch), **steps[name])
        return Prepared(np.asarray(image, np.float32), mask)

    def _normalised(self, prepared: Prepared) -> Prepared:
        if not self.spec.of("normalisation"):
            return prepared
        scale = self.scale if self.by_training_set else self._normalisation().measure(prepared.image)
        return prepared._replace(image=scale.applied(prepared.image), scale=scale)

    def _normalisation(self) -> Any:
        ((name, options),) = self.spec.of("normalisation").items()
        return self._steps[name](**{key: value for key, value in options.items() if key != "scope"})

    def _fixed_split(self, part: ImageDataset, split: str, tick: Tick) -> ImageDataset:
        prepared = []
        for i, image in enumerate(part.images):
            tick(i, len(part))
            mask = None if part.masks is None else part.masks[i]
            prepared.append(self._fixed(Prepared(unit_range(image), mask), split, i))
        masks = None if part.masks is None else np.stack([p.mask for p in prepared])
        return replace(part, images=np.stack([p.image for p in prepared]), masks=masks)

    def _normalised_all(self, images: np.ndarray) -> np.ndarray:
        if not self.spec.of("normalisation"):
            return images
        normalised = np.empty_like(images)
        for i, image in enumerate(images):
            normalised[i] = self._normalised(Prepared(image)).image
        return normalised

    def _draws(self, train: ImageDataset) -> tuple[Callable[..., np.ndarray], Callable[..., Masked] | None]:
        """What draws an epoch's images, and what draws them with their masks."""

        def draw(epoch: int, tick: Tick) -> np.ndarray:
            return self._epoch(train.images, None, epoch, tick)[0]

        def draw_masked(epoch: int, tick: Tick) -> Masked:
            return Masked(*self._epoch(train.images, train.masks, epoch, tick))

        return draw, None if train.masks is None else draw_masked

    def _epoch(
        self, images: np.ndarray, masks: np.ndarray | None, epoch: int, tick: Tick
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """The training images of an epoch, and their masks if these are given."""
        drawn, drawn_masks = np.empty_like(images), None if masks is None else np.empty_like(masks)
        for i, image in enumerate(images):
            tick(i, len(images))
            prepared = self._normalised(self._augmented(Prepared(image, None if masks is None else masks[i]), i, epoch))
            drawn[i] = prepared.image
            if drawn_masks is not None:
                drawn_masks[i] = prepared.mask
        return drawn, drawn_masks

    def _random(self, step: str, split: str, index: int, epoch: int | None = None) -> np.random.Generator:
        """The generator of one step for one image."""
        moment = 0 if epoch is None else epoch + 1
        return np.random.default_rng([self.seed, zlib.crc32(step.encode()), SPLITS.index(split), index, moment])
