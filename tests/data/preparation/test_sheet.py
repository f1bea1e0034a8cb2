"""Several images prepared in a sandbox are those that training gets."""

import numpy as np
import pytest

from medcore.data.preparation import sheet
from medcore.data.preparation.recipe import Recipe
from medcore.spec import PreparationSpec
from tests.data.preparation.conftest import splits

STEPS = {"gaussian_noise": {"sd": 0.1}, "resize": {"side": 24}}


@pytest.mark.parametrize("scope", ["image", "train"])
def test_pixel_for_pixel_what_training_gets(scope):
    made = splits()
    images, places = made["train"].images, list(range(len(made["train"])))
    spec = PreparationSpec(STEPS | {"zscore": {"scope": scope}})
    values = {
        "recipe": {"steps": spec.steps, "corrupted": spec.corrupted},
        "seed": 5,
        "split": "train",
        "places": places,
        "shape": list(images.shape),
        "dtype": images.dtype.str,
    }
    reply = sheet.job(values, [memoryview(np.ascontiguousarray(images).tobytes())])
    found = np.frombuffer(reply.data[0], np.float32).reshape(reply.values["shape"])
    expected = Recipe(spec, 5).splits(made, lambda done, total: None).splits["train"].images
    np.testing.assert_array_equal(found, expected)
