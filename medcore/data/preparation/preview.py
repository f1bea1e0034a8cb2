"""One image as a recipe makes it: a job for the sandbox, so that filters run where they can be stopped."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from medcore.data.preparation.recipe import Prepared, Recipe
from medcore.sandbox import Reply
from medcore.spec import PreparationSpec


def job(values: Mapping[str, Any], data: Sequence[memoryview]) -> Reply:
    """The image without augmentation, then as each of some epochs sees it.

    Args:
        values: "recipe" {"steps", "corrupted"}, "seed", "split", "index", "epochs", "shape" and "dtype" of the image,
            "mask" its dtype or None, and "sample", the numbers in the training split of the sample's images.
        data: the image; its mask, if it has one; the sample (n, height, width, channels) of the image's dtype, where
            the normalisation goes by the training set.

    Returns:
        values {"shape": of the prepared image, "scale": of the image without augmentation, or None}; data: float32
        images and, with a mask, their masks after them.
    """
    shape, dtype = tuple(values["shape"]), np.dtype(values["dtype"])
    image = np.frombuffer(data[0], dtype).reshape(shape)
    mask = None if values["mask"] is None else np.frombuffer(data[1], values["mask"]).reshape(shape[:2])
    recipe = Recipe(PreparationSpec(**values["recipe"]), values["seed"])
    if recipe.by_training_set:
        sample = np.frombuffer(data[-1], dtype).reshape(-1, *shape)
        recipe.scale = recipe.measure(zip(values["sample"], sample, strict=True))
    made = [recipe.image(image, values["split"], values["index"], epoch, mask) for epoch in (None, *values["epochs"])]
    return Reply(_about(made[0]), [np.ascontiguousarray(part) for part in _parts(made)])


def _about(first: Prepared) -> dict[str, Any]:
    return {"shape": list(first.image.shape), "scale": first.scale and first.scale.to_dict()}


def _parts(made: Sequence[Prepared]) -> list[np.ndarray]:
    return [p.image for p in made] + [p.mask for p in made if p.mask is not None]
