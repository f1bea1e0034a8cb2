"""What a recipe makes of one image, asked of a sandbox: no filter runs in the web process."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from medcore.data.dataset import ImageDataset, Splits
from medcore.data.preparation.pixels import unit_range
from medcore.spec import PreparationSpec

if TYPE_CHECKING:
    from medcore.sandbox import Sandbox

JOB = "medcore.data.preparation.preview:job"
SAMPLE_PIXELS = 2**17
LEAST, MOST = 8, 256
"""Training images that a preview takes the statistics of the training set from, so that a slider answers at once: as
many as have so many pixels together, at least and at most. A run takes all."""
SECONDS = 10.0


class Preview(NamedTuple):
    """One image before and after, its variants, and their masks, if it has one.

    Args:
        before: (height, width, channels) float32 in 0..1.
        after: as the network gets it in validation; `draws` as in training, one an epoch.
        masks: (height, width): before, after, and of each draw; empty without a mask.
        scale: what the normalisation subtracts and divides by, {"zero", "unit", "clipped"}, or None.
        sample: how many training images it was measured on; 0 if on the image itself.
    """

    before: np.ndarray
    after: np.ndarray
    draws: list[np.ndarray]
    masks: list[np.ndarray]
    scale: dict[str, float] | None
    sample: int

    def gray(self, value: float) -> float:
        """What became of a value that was not cut off."""
        return value if self.scale is None else (value - self.scale["zero"]) / self.scale["unit"]


def make(
    sandbox: "Sandbox", splits: Splits, split: str, index: int, recipe: PreparationSpec, seed: int, epochs: int
) -> Preview:
    """The image number `index` of a split, and for a training image its variants of the first epochs.

    Raises:
        ValueError: with one sentence, if the recipe cannot be applied, or takes too long.
    """
    part = splits[split]
    image = np.ascontiguousarray(part.images[index])
    mask = None if part.masks is None else np.ascontiguousarray(part.masks[index])
    draws = range(epochs) if split == "train" and recipe.of("augmentation") else range(0)
    sample = _sample(splits["train"], recipe)
    values = {
        "recipe": {"steps": recipe.steps, "corrupted": recipe.corrupted},
        "seed": seed,
        "split": split,
        "index": index,
        "epochs": list(draws),
        "shape": list(image.shape),
        "dtype": image.dtype.str,
        "mask": None if mask is None else mask.dtype.str,
        "sample": sample.tolist(),
    }
    data = [image, *([] if mask is None else [mask])]
    if len(sample):
        data.append(np.ascontiguousarray(splits["train"].images[sample]))
    reply = sandbox.run(JOB, values, data, seconds=SECONDS)
    shape, n = tuple(reply.values["shape"]), 1 + len(draws)
    after, *variants = (np.frombuffer(part, np.float32).reshape(shape) for part in reply.data[:n])
    masks = [np.frombuffer(part, mask.dtype).reshape(shape[:2]) for part in reply.data[n:]]
    masks = [mask, *masks] if masks else []
    return Preview(unit_range(image), after, variants, masks, reply.values["scale"], len(sample))


def _sample(train: ImageDataset, recipe: PreparationSpec) -> np.ndarray:
    """Numbers of training images, evenly spaced; none unless the normalisation goes by them."""
    if not recipe.by_training_set:
        return np.empty(0, int)
    n = min(MOST, max(LEAST, SAMPLE_PIXELS // (train.images.shape[1] * train.images.shape[2])))
    return np.unique(np.linspace(0, len(train) - 1, n).astype(int))
