"""What the page shows is made in a sandbox, and is what training gets."""

import numpy as np
import pytest

from medcore.data.preparation.recipe import Recipe
from medcore.sandbox import Sandbox
from medcore.spec import PreparationSpec
from medcore.ui.explorer import preview
from tests.data.preparation.conftest import splits


@pytest.fixture(scope="module")
def sandbox():
    sandbox = Sandbox(children=1)
    yield sandbox
    sandbox.close()


STEPS = {"gaussian_noise": {}, "resize": {"side": 24}, "clahe": {}, "flip": {}, "elastic": {}}


@pytest.mark.parametrize(("channels", "dtype"), [(1, "uint8"), (3, "uint8"), (1, "float32")])
def test_pixel_for_pixel_what_training_gets(channels, dtype, sandbox):
    made = splits(channels, dtype)
    spec = PreparationSpec(STEPS | {"zscore": {"scope": "image"}})
    seen = preview.make(sandbox, made, "train", 3, spec, seed=5, epochs=3)
    recipe = Recipe(spec, 5)
    trained_on = recipe.splits(made, lambda done, total: None)
    np.testing.assert_array_equal(seen.after, trained_on.splits["train"].images[3])
    for epoch, drawn in enumerate(seen.draws):
        np.testing.assert_array_equal(drawn, trained_on.draw(epoch, lambda done, total: None)[3])
    assert len(seen.draws) == 3
    assert seen.before.shape == (40, 48, channels)
    assert seen.gray(0.0) == pytest.approx(-seen.scale["zero"] / seen.scale["unit"])


@pytest.mark.parametrize("n", [12, 200])
def test_the_scale_is_of_evenly_spaced_training_images(n, sandbox):
    """Of all of them, and so the run's own, in a small set."""
    made = splits(n=n)
    spec = PreparationSpec({"median": {}, "zscore": {"scope": "train"}})
    seen = preview.make(sandbox, made, "test", 2, spec, seed=0, epochs=3)
    recipe = Recipe(spec, 0)
    exact = recipe.splits(made, lambda done, total: None).scale
    assert seen.sample == min(n, 68)
    tolerance = 1e-9 if n == 12 else 0.01
    assert seen.scale["zero"] == pytest.approx(exact.zero, abs=tolerance)
    assert seen.scale["unit"] == pytest.approx(exact.unit, abs=tolerance)
    assert seen.draws == []


def test_masks_come_along(sandbox):
    made = splits(masks=True, n=4)
    seen = preview.make(sandbox, made, "train", 1, PreparationSpec(STEPS), seed=0, epochs=2)
    assert [mask.shape for mask in seen.masks] == [(40, 48), (20, 24), (20, 24), (20, 24)]
    assert set(np.unique(seen.masks[3])) <= {0, 1}
    assert (seen.masks[2] != seen.masks[3]).any()


def test_what_takes_too_long_is_one_sentence(sandbox, monkeypatch):
    monkeypatch.setattr(preview, "SECONDS", 0.2)
    made = {
        name: part.__class__(**(vars(part) | {"images": np.tile(part.images[:1], (1, 30, 30, 1))}))
        for name, part in splits().items()
    }
    with pytest.raises(ValueError, match=r"^[A-Z].+\.$"):
        preview.make(sandbox, made, "val", 0, PreparationSpec({"non_local_means": {"distance": 15}}), 0, 1)
