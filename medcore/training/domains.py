"""Two places that images come from, brought to the same classes, shape and range."""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import keras
import numpy as np

from medcore.data import sources
from medcore.data.dataset import ImageDataset, Splits
from medcore.data.preparation.normalisation import Scale
from medcore.data.preparation.pixels import unit_range
from medcore.data.preparation.recipe import PreparedSplits
from medcore.spec import RunSpec, SampleSpec
from medcore.training import classification
from medcore.training.classification import Images
from medcore.training.run import Run

AT_ONCE = 512
"""Images that are resized together."""

LUMA = (0.299, 0.587, 0.114)
"""Share of red, green and blue in a gray value (ITU-R BT.601)."""


class Domains(NamedTuple):
    """The images of both places; their prepared splits have one shape, one type and the source's class numbers."""

    source: Images
    target: Images


def load(spec: RunSpec, run: Run) -> Domains:
    """Loads and prepares source and target.

    The spec's sample is taken of the source alone. Each place has its own recipe. Where both normalise by the training
    set in the same way, the source's scale serves both: to measure the target's would be an adaptation already.

    Raises:
        Cancelled: if the run was cancelled.
        FileNotFoundError: if there is no such data set.
        ValueError: if a data set does not fit the task, or the target has a class that the source lacks.
        OSError: if data cannot be read.
    """
    source = classification.load(spec, run)
    asked = replace(
        spec, data=spec.adaptation.target, preparation=spec.adaptation.target_preparation, sample=SampleSpec()
    )
    run.status("Loading the target's images.")
    whole = sources.load(asked.data, run.status)
    classification.check(whole)
    whole = matched(whole, source.whole["train"].class_names)
    recipe, prepared = classification.prepare(asked, whole, run, _shared_scale(spec, source))
    return aligned(Domains(source, Images(whole, whole, None, recipe, prepared)))


def _shared_scale(spec: RunSpec, source: Images) -> Scale | None:
    theirs = spec.adaptation.target_preparation.of("normalisation")
    same = source.recipe and source.recipe.spec.of("normalisation") == theirs
    return source.recipe.scale if same else None


def matched(target: Splits, names: tuple[str, ...]) -> Splits:
    """The target with the source's class numbers; classes are the same if their names are, whatever the case.

    Args:
        names: of the source's classes.

    Raises:
        ValueError: if the target has a class that the source lacks.
    """
    numbers = {_plain(name): number for number, name in enumerate(names)}
    theirs = target["train"].class_names
    unseen = [name for name in theirs if _plain(name) not in numbers]
    if unseen:
        raise ValueError(
            f"Every class of the target must be one of the source: {', '.join(names)}. Received: {', '.join(unseen)}"
        )
    ours = np.array([numbers[_plain(name)] for name in theirs])
    return {
        split: replace(part, labels=ours[part.labels].astype(np.int64), class_names=names)
        for split, part in target.items()
    }


def _plain(name: str) -> str:
    return name.strip().casefold()


def aligned(domains: Domains) -> Domains:
    """Both with the height, width and channels of the source as it is prepared; floats where one of them has floats."""
    source, target = (images.prepared for images in domains)
    shape = source.splits["train"].images.shape[1:]
    types = {part.splits["train"].images.dtype for part in (source, target)}
    as_floats = len(types) > 1

    def of_source(images: np.ndarray) -> np.ndarray:
        return unit_range(images) if as_floats else images

    def of_target(images: np.ndarray) -> np.ndarray:
        return reshaped(of_source(images), shape)

    return Domains(
        *(
            images._replace(prepared=_changed(images.prepared, change))
            for images, change in zip(domains, (of_source, of_target), strict=True)
        )
    )


def _changed(prepared: PreparedSplits, change: Callable[[np.ndarray], np.ndarray]) -> PreparedSplits:
    splits = {name: _with(part, change(part.images)) for name, part in prepared.splits.items()}
    draw = prepared.draw and (lambda epoch, tick: change(prepared.draw(epoch, tick)))
    return PreparedSplits(splits, prepared.scale, draw)


def _with(part: ImageDataset, images: np.ndarray) -> ImageDataset:
    return part if images is part.images else replace(part, images=images, masks=None)


def reshaped(images: np.ndarray, shape: tuple[int, int, int]) -> np.ndarray:
    """Images in another size and number of channels; bytes stay bytes.

    Bilinear, smoothed first where they shrink; an image is stretched where its sides are in another proportion. Gray
    values become the same in three colours, and three colours their luma.

    Args:
        images: (n, height, width, 1 or 3).
        shape: (height, width, 1 or 3) to bring them to.
    """
    images = _recoloured(images, shape[2])
    if images.shape[1:] == tuple(shape):
        return images
    parts = [_resized(images[first : first + AT_ONCE], shape[:2]) for first in range(0, len(images), AT_ONCE)]
    return np.concatenate(parts)


def _recoloured(images: np.ndarray, channels: int) -> np.ndarray:
    if images.shape[3] == channels:
        return images
    if channels == 3:
        return np.repeat(images, 3, axis=3)
    return _like(images, images.astype(np.float32) @ np.array(LUMA, np.float32)[:, None])


def _resized(images: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    resized = keras.ops.image.resize(images.astype(np.float32), size, interpolation="bilinear", antialias=True)
    return _like(images, keras.ops.convert_to_numpy(resized))


def _like(images: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Floats as bytes where the images were bytes."""
    return np.rint(values).clip(0, 255).astype(np.uint8) if images.dtype == np.uint8 else values
