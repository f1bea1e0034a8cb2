from collections.abc import Iterator

import numpy as np
import pytest

from medcore import catalog
from medcore.data.preparation import augmentation, contrast, corruption, normalisation, resizing
from medcore.data.preparation.pixels import unit_range
from medcore.data.preparation.recipe import Recipe
from medcore.spec import PreparationSpec
from tests.data.preparation.conftest import image, splits


def nobody(done: int, total: int) -> None:
    pass


def recipe(seed: int = 0, corrupted: str = "all", **steps) -> Recipe:
    return Recipe(PreparationSpec(steps, corrupted), seed)


def pairs(images: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    return enumerate(images)


ALL = {name: {} for name, choice in catalog.PREPARATIONS.items() if choice.stage != "normalisation"}


@pytest.mark.parametrize("name", catalog.PREPARATIONS)
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_every_step_gives_finite_float32_of_the_same_channels(name, channels, dtype):
    made = splits(channels, dtype, n=2)
    one = recipe(**{name: {}})
    prepared = one.splits(made, nobody).splits
    for part in prepared.values():
        assert part.images.dtype == np.float32
        assert part.images.shape[-1] == channels
        assert np.isfinite(part.images).all()
        if name != "zscore":
            assert part.images.min() >= 0
            assert part.images.max() <= 1
    drawn = one.image(made["train"].images[0], "train", 0, epoch=0).image
    assert drawn.dtype == np.float32
    assert drawn.shape == prepared["train"].images[0].shape


@pytest.mark.parametrize("name", catalog.PREPARATIONS)
def test_every_step_does_something(name):
    picture = image()
    one = recipe(**{name: {}})
    if one.by_training_set:
        one.scale = one.measure(pairs(picture[None]))
    changed = [one.image(picture, "train", i, epoch=0).image for i in range(4)]
    assert any(other.shape != picture.shape or np.abs(other - picture).max() > 1e-3 for other in changed)


def test_an_empty_recipe_leaves_the_values_as_they_are():
    made = splits()
    prepared = recipe().splits(made, nobody)
    np.testing.assert_array_equal(prepared.splits["val"].images, made["val"].images / np.float32(255))
    assert (prepared.scale, prepared.draw) == (None, None)


def test_floats_beyond_0_and_1_are_cut_off():
    np.testing.assert_array_equal(unit_range(np.array([-1.0, 0.5, 2.0])), np.float32([0, 0.5, 1]))
    np.testing.assert_array_equal(unit_range(np.array([0, 51, 255], np.uint8)), np.float32([0, 0.2, 1]))


def test_steps_follow_one_another_in_the_order_of_the_stages():
    """Written down backwards, done in the catalog's order: noise, then window, size, and normalisation."""
    picture = image()
    backwards = {"minmax": {}, "resize": {"side": 24}, "window": {"centre": 0.4, "width": 0.5}, "missing_lines": {}}
    one = recipe(seed=5, **backwards)
    seen = one.image(picture, "val", 3).image
    lost = corruption.missing_lines(picture, one._random("missing_lines", "val", 3), 0.1)
    expected = resizing.resize(contrast.window(lost, 0.4, 0.5), 24)
    scaled = normalisation.MinMax().measure(expected).applied(expected)
    np.testing.assert_allclose(seen, scaled, atol=1e-6)


def test_movements_follow_one_another_as_images_would():
    """A flip, then a shift: the coordinates are worked out from the last step to the first."""
    picture = image()
    steps = {"flip": {"horizontal": 1.0, "vertical": 0.0}, "shift": {"share": 0.3}}
    one = recipe(**steps)
    grid = augmentation.grid(*picture.shape[:2])
    flipped = augmentation.moved(picture, augmentation.flip(grid, one._random("flip", "train", 2, 1), 1.0, 0.0))
    shifted = augmentation.moved(flipped, augmentation.shift(grid, one._random("shift", "train", 2, 1), 0.3))
    np.testing.assert_allclose(one.image(picture, "train", 2, epoch=1).image, shifted, atol=1e-5)


def test_the_same_seed_gives_the_same_images_and_another_gives_others():
    made = splits()
    first, again = recipe(1, **ALL).splits(made, nobody), recipe(1, **ALL).splits(made, nobody)
    other = recipe(2, **ALL).splits(made, nobody)
    for name in made:
        np.testing.assert_array_equal(first.splits[name].images, again.splits[name].images)
        assert (first.splits[name].images != other.splits[name].images).any()
    np.testing.assert_array_equal(first.draw(3, nobody), again.draw(3, nobody))


def test_every_image_split_and_epoch_draws_for_itself():
    picture = image()
    noisy = recipe(gaussian_noise={})
    seen = [noisy.image(picture, split, i).image for split in ("train", "val", "test") for i in range(3)]
    moved = recipe(shift={})
    seen += [moved.image(picture, "train", i, epoch).image for i in range(3) for epoch in range(3)]
    assert len({image.tobytes() for image in seen}) == 18


def test_another_step_leaves_the_draws_of_the_first_as_they_are():
    picture = image()
    alone = recipe(missing_lines={}).image(picture, "train", 0).image
    beside = recipe(missing_lines={}, inverted_contrast={}).image(picture, "train", 0).image
    np.testing.assert_allclose(beside, 1 - alone, atol=1e-6)


@pytest.mark.parametrize(
    ("corrupted", "which"), [("all", {"train", "val", "test"}), ("train", {"train", "val"}), ("test", {"test"})]
)
def test_corruption_meets_the_splits_asked_for(corrupted, which):
    made = splits()
    prepared = recipe(corrupted=corrupted, inverted_contrast={}).splits(made, nobody).splits
    inverted = {n for n in made if np.allclose(prepared[n].images, 1 - made[n].images / np.float32(255), atol=1e-6)}
    assert inverted == which


@pytest.mark.parametrize(("step", "measure"), [("minmax", "min"), ("zscore", "mean"), ("percentile", "percentile")])
def test_statistics_are_of_the_training_images_alone(step, measure):
    """Validation and test images that are all black change nothing of the scale."""
    made = splits()
    spoilt = made | {n: made[n].__class__(**(vars(made[n]) | {"images": made[n].images * 0})) for n in ("val", "test")}
    one = recipe(**{step: {"scope": "train"}})
    scale = one.splits(spoilt, nobody).scale
    train = made["train"].images / np.float32(255)
    expected = {"min": train.min(), "mean": train.mean(), "percentile": np.percentile(train, 1)}[measure]
    assert scale.zero == pytest.approx(expected, abs=1e-5)
    assert scale == recipe(**{step: {"scope": "train"}}).splits(made, nobody).scale
    assert one.facts()["scale"] == scale.to_dict()


def test_z_score_of_the_training_set_gives_it_mean_0_and_deviation_1():
    prepared = recipe(zscore={"scope": "train"}).splits(splits(), nobody).splits
    assert prepared["train"].images.mean() == pytest.approx(0, abs=1e-4)
    assert prepared["train"].images.std() == pytest.approx(1, abs=1e-4)
    assert prepared["test"].images.mean() != pytest.approx(0, abs=1e-4)


def test_a_scale_that_is_there_is_kept():
    one = recipe(zscore={"scope": "train"})
    one.scale = normalisation.Scale(0.5, 2.0)
    made = splits()
    prepared = one.splits({"test": made["test"]}, nobody)
    np.testing.assert_allclose(
        prepared.splits["test"].images, (made["test"].images / np.float32(255) - 0.5) / 2, atol=1e-6
    )


def test_one_image_is_what_the_whole_split_gives():
    made = splits()
    one = recipe(7, **ALL, zscore={"scope": "train"})
    prepared = one.splits(made, nobody)
    for name, part in made.items():
        np.testing.assert_array_equal(one.image(part.images[2], name, 2).image, prepared.splits[name].images[2])
    drawn = prepared.draw(4, nobody)
    np.testing.assert_array_equal(one.image(made["train"].images[5], "train", 5, epoch=4).image, drawn[5])


def test_masks_take_the_same_way_as_their_images():
    made = splits(masks=True, n=4)
    one = recipe(resize={"side": 24}, flip={"horizontal": 1.0}, rotate={"degrees": 30}, gaussian_noise={})
    prepared = one.splits(made, nobody).splits
    assert prepared["val"].masks.shape == prepared["val"].images.shape[:3] == (2, 20, 24)
    small = resizing.resize_mask(made["val"].masks[1], 24)
    np.testing.assert_array_equal(prepared["val"].masks[1], small)
    seen = one.image(made["train"].images[0], "train", 0, 0, made["train"].masks[0])
    quiet = recipe(resize={"side": 24}, flip={"horizontal": 1.0}, rotate={"degrees": 30})
    as_image = quiet.image(np.float32(made["train"].masks[0])[..., None], "train", 0, 0).image[..., 0]
    assert ((as_image > 0.5) == (seen.mask > 0)).mean() > 0.9


def test_an_epoch_draws_masks_that_move_with_their_images():
    """The images are those drawn without masks; each mask is the one of that image alone."""
    made = splits(masks=True, n=4)
    one = recipe(2, flip={"horizontal": 0.5}, rotate={"degrees": 30}, gaussian_noise={}, zscore={})
    prepared = one.splits(made, nobody)
    images, masks = prepared.draw_masked(3, nobody)
    np.testing.assert_array_equal(images, prepared.draw(3, nobody))
    assert masks.dtype == made["train"].masks.dtype
    train = made["train"]
    for i, mask in enumerate(masks):
        np.testing.assert_array_equal(mask, one.image(train.images[i], "train", i, 3, train.masks[i]).mask)
    assert (masks != prepared.draw_masked(4, nobody).masks).any()


def test_without_masks_or_augmentation_none_are_drawn():
    assert recipe(shift={}).splits(splits(), nobody).draw_masked is None
    assert recipe(gaussian_noise={}).splits(splits(masks=True), nobody).draw_masked is None


FILTERS = [
    name for name, choice in catalog.PREPARATIONS.items() if choice.stage in ("window", "denoising", "equalisation")
]


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_takes_each_of_neighbouring_slices_by_itself(name):
    slices = [image(seed=seed) for seed in range(3)]
    spec = PreparationSpec({name: {}})
    seen = Recipe(spec, stacked=True).image(np.concatenate(slices, axis=-1), "train", 0).image
    alone = [Recipe(spec).image(one, "train", 0).image for one in slices]
    np.testing.assert_allclose(seen, np.concatenate(alone, axis=-1), atol=1e-6)


def test_neighbouring_slices_move_together_and_get_noise_of_their_own():
    stack = np.concatenate([image()] * 5, axis=-1)
    moved = Recipe(PreparationSpec({"rotate": {}, "elastic": {}}), stacked=True).image(stack, "train", 0, 1).image
    np.testing.assert_array_equal(moved, np.repeat(moved[..., :1], 5, axis=-1))
    noisy = Recipe(PreparationSpec({"gaussian_noise": {}}), stacked=True)
    first, other = noisy.image(stack, "train", 0).image[..., :2].transpose(2, 0, 1)
    assert (first != other).any()
    assert noisy.facts()["stacked"]
    assert "stacked" not in recipe().facts()


def test_who_waits_is_told_how_far_it_is_and_may_stop_it():
    told = []
    prepared = recipe(shift={}).splits(splits(), lambda done, total: told.append((done, total)))
    assert told == [(i, 24) for i in range(24)]

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prepared.draw(0, stop)


ODD = {
    "black": np.zeros((9, 11, 1), np.float32),
    "white": np.ones((9, 11, 3), np.float32),
    "a point": np.eye(1, 120, 60, dtype=np.float32).reshape(10, 12, 1),
    "a chessboard": np.indices((8, 8)).sum(axis=0)[..., None] % 2 * np.float32(1),
    "a narrow strip": image(3)[:4],
}


def extreme(choice: catalog.PreparationChoice, end: str) -> dict:
    return {
        name: getattr(parameter, end) if isinstance(parameter, catalog.Parameter) else "image"
        for name, parameter in choice.parameters.items()
    }


@pytest.mark.parametrize("picture", ODD)
@pytest.mark.parametrize("end", ["low", "high"])
def test_odd_images_and_extreme_settings_give_values_a_network_can_take(picture, end):
    """Each step alone, and all of them one after the other."""
    steps = {name: extreme(choice, end) for name, choice in catalog.PREPARATIONS.items()}
    last = [name for name in steps if catalog.PREPARATIONS[name].stage == "normalisation"]
    everything = {name: options for name, options in steps.items() if name not in last}
    for chosen in ({name: steps[name]} for name in steps):
        assert np.isfinite(recipe(**chosen).image(ODD[picture], "train", 0, 0).image).all()
    for name in last:
        seen = recipe(**everything, **{name: steps[name]}).image(ODD[picture], "train", 0, 0).image
        assert np.isfinite(seen).all()
        assert name == "zscore" or (seen.min() >= 0 and seen.max() <= 1)
