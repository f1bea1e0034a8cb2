"""Several images as a recipe makes them: a job for the sandbox, so that filters run where they can be stopped."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from medcore.data.preparation.recipe import Recipe
from medcore.sandbox import Reply
from medcore.spec import PreparationSpec


def job(values: Mapping[str, Any], data: Sequence[memoryview]) -> Reply:
    """The images without augmentation; a normalisation by the training set goes by these images.

    Args:
        values: "recipe" {"steps", "corrupted"}, "seed", "split", "places", the images' numbers in it, "shape"
            (n, height, width, channels) and "dtype" of the images.
        data: the images.

    Returns:
        values {"shape"}; data: the prepared images, float32.
    """
    images = np.frombuffer(data[0], values["dtype"]).reshape(values["shape"])
    recipe = Recipe(PreparationSpec(**values["recipe"]), values["seed"])
    pairs = list(zip(values["places"], images, strict=True))
    if recipe.by_training_set:
        recipe.scale = recipe.measure(iter(pairs))
    made = np.stack([recipe.image(image, values["split"], place).image for place, image in pairs])
    return Reply({"shape": list(made.shape)}, [np.ascontiguousarray(made)])
