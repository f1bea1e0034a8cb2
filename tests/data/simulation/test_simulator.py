"""The simulated set: deterministic, exact, learnable in principle, cached."""

import hashlib

import numpy as np
import pytest

from medcore.catalog import Selection
from medcore.data import cache, digits
from medcore.data.simulation import simulator
from medcore.spec import DataSpec

from medcore.data import sources  # isort: skip


def made(**options):
    return simulator.simulate(simulator.complete({"images": 80, **options}))


@pytest.fixture(scope="module")
def plain():
    return made()


def test_shapes_types_and_classes(plain):
    assert plain["images"].shape == plain["masks"].shape == (80, 64, 64)
    assert plain["images"].dtype == plain["masks"].dtype == np.uint8
    assert plain["labels"].dtype == np.int64
    assert set(plain["labels"]) == {0, 1}


def test_masks_say_what_the_labels_say(plain):
    np.testing.assert_array_equal(plain["masks"].any(axis=(1, 2)), plain["labels"] == 1)
    assert plain["masks"].max() == 1


def test_the_same_seed_gives_the_same_images_another_seed_others(plain):
    np.testing.assert_array_equal(made()["images"], plain["images"])
    assert (made(seed=1)["images"] != plain["images"]).any()


def test_an_image_does_not_depend_on_how_many_are_made(plain):
    few = made(images=42)
    for name, array in few.items():
        np.testing.assert_array_equal(array, plain[name][:42])


def test_nor_on_the_batches_it_is_made_in(plain, monkeypatch):
    monkeypatch.setattr(simulator, "BATCH", 7)
    assert np.abs(made()["images"].astype(int) - plain["images"]).max() <= 1  # float32 sums in another order


def test_contrast_is_the_hu_between_lesion_and_liver():
    dark, bright = made(dose=100, contrast=-60), made(dose=100, contrast=60)
    np.testing.assert_array_equal(dark["masks"], bright["masks"])
    inside = dark["masks"] == 1
    grays = (bright["images"].astype(float) - dark["images"])[inside]
    low, high = simulator.WINDOW
    assert np.median(grays) * (high - low) / 255 == pytest.approx(120, abs=6)


def test_size_prevalence_and_their_limits():
    small, large = made(size=20), made(size=60)
    shown = small["labels"] == 1
    assert large["masks"].sum() > 4 * small["masks"].sum()
    area = np.median(large["masks"][shown].sum(axis=(1, 2))) * 5.6**2
    assert np.sqrt(area * 4 / np.pi) == pytest.approx(57, abs=8)  # flattened to 0.9 in the mean
    rare = simulator.simulate(simulator.complete({"images": 400, "prevalence": 0.1}))["labels"].mean()
    assert 0.03 < rare < 0.2


def test_a_quarter_of_the_dose_doubles_the_noise():
    noise = {dose: made(dose=dose, images=40)["images"].astype(float) for dose in (1, 4, 100)}
    liver = (slice(None), slice(24, 34), slice(14, 26))
    spread = {dose: (noise[dose] - noise[100])[liver].std() for dose in (1, 4)}
    assert spread[1] / spread[4] == pytest.approx(2, rel=0.15)


def test_a_sharp_kernel_is_noisier_than_a_soft_one():
    clean = {kernel: made(images=40, dose=100, kernel=kernel)["images"].astype(float) for kernel in ("sharp", "soft")}
    noisy = {kernel: made(images=40, kernel=kernel)["images"].astype(float) for kernel in ("sharp", "soft")}
    assert (noisy["sharp"] - clean["sharp"]).std() > 1.5 * (noisy["soft"] - clean["soft"]).std()


def test_hospital_b_differs_in_offset_and_spacing_not_in_labels(plain, home):
    other = made(scanner="B")
    np.testing.assert_array_equal(other["labels"], plain["labels"])
    assert other["images"].mean() > plain["images"].mean() + 5
    spacing = {
        scanner: sources.load(DataSpec("ct-simulator", {"images": 40, "scanner": scanner}))["train"].spacing
        for scanner in "AB"
    }
    assert spacing == {"A": (5.6, 5.6), "B": (5.0, 5.0)}


def test_window_ends_are_black_and_white():
    low, high = simulator.WINDOW
    hu = np.array([low - 500, low, (low + high) / 2, high, high + 500])
    np.testing.assert_array_equal(simulator.window(hu), [0, 0, 128, 255, 255])


def test_splits_are_by_patient_and_stay_when_more_are_made(home):
    splits = sources.load(DataSpec("ct-simulator", {"images": 120}))
    patients = {split: set(part.groups) for split, part in splits.items()}
    assert not patients["train"] & patients["test"]
    assert not patients["train"] & patients["val"]
    assert not patients["val"] & patients["test"]
    assert {split: len(part) for split, part in splits.items()} == {"train": 84, "val": 12, "test": 24}
    assert patients["test"] <= set(sources.load(DataSpec("ct-simulator", {"images": 160}))["test"].groups)


def test_sizes_are_known_for_other_numbers_of_images(home):
    loaded = sources.load(DataSpec("ct-simulator", {"images": 57}))
    sizes = {split: len(part) for split, part in loaded.items()}
    assert simulator.entry().sizes_for({"images": 57, "dose": 2}) == sizes


def test_sizes_without_options_are_the_listed_ones_and_wrong_options_are_refused():
    entry = simulator.entry()
    assert entry.sizes_for({}) == entry.sizes == {"train": 1400, "val": 200, "test": 400}
    with pytest.raises(ValueError, match=r"images must be a whole number.*Received: 1"):
        entry.sizes_for({"images": 1})
    assert digits.entry().sizes_for({}) == digits.entry().sizes


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"doze": 1}, "takes these options: images, contrast.*Received: 'doze'"),
        ({"dose": 0}, "dose must be a number at least 0.02.*Received: 0"),
        ({"dose": float("nan")}, "dose must be a number.*Received: nan"),
        ({"dose": "high"}, "dose must be a number.*Received: 'high'"),
        ({"images": 10**9}, "images must be a whole number.*Received: 1000000000"),
        ({"images": 50.5}, "images must be a whole number.*Received: 50.5"),
        ({"kernel": "bone"}, "kernel must be one of usual, soft, sharp.*Received: 'bone'"),
        ({"scanner": ["A"]}, r"scanner must be one of A, B.*Received: \['A'\]"),
    ],
)
def test_wrong_options_are_refused_with_a_sentence(options, expected):
    with pytest.raises(ValueError, match=expected):
        simulator.complete(options)


def test_defaults_are_within_their_limits():
    values = simulator.complete({})
    assert simulator.complete(values) == values
    assert all(isinstance(o, Selection) or o.low <= o.default <= o.high for o in simulator.OPTIONS.values())


def test_dose_and_images_are_offered_in_steps_that_the_simulator_takes():
    for name in ("images", "dose"):
        option = simulator.OPTIONS[name]
        assert option.default in option.steps
        assert (option.steps[0], option.steps[-1]) == (option.low, option.high)
        ratios = np.divide(option.steps[1:], option.steps[:-1])
        assert (ratios >= 2).all(), "each step is a change that can be seen"
        assert (ratios <= 10 / 3 + 1e-9).all()
        for step in option.steps:
            assert simulator.complete({name: step})[name] == step
        assert simulator.entry().to_dict()["options"][name]["steps"] == list(option.steps)


def test_the_second_load_takes_the_cache(home, monkeypatch):
    first = sources.load(DataSpec("ct-simulator", {"images": 40}))
    monkeypatch.setattr(simulator, "simulate", lambda values: pytest.fail("simulated again"))
    again = sources.load(DataSpec("ct-simulator", {"images": 40}))
    np.testing.assert_array_equal(again["test"].images, first["test"].images)


def test_a_damaged_cache_is_made_again(home):
    said = []
    first = sources.load(DataSpec("ct-simulator", {"images": 40}))
    (file,) = cache.folder().glob("ct-simulator-*.npz")
    content = bytearray(file.read_bytes())
    content[len(content) // 3] ^= 0xFF
    file.write_bytes(content)
    again = sources.load(DataSpec("ct-simulator", {"images": 40}), said.append)
    np.testing.assert_array_equal(again["train"].images, first["train"].images)
    assert said == ["Simulating 40 CT slices …"]


def test_masks_of_organs_lie_on_the_same_images(plain):
    """Lesions where they were, within the liver; kidneys and spleen on their sides of the patient."""
    organs = made(masks="organs")
    np.testing.assert_array_equal(organs["images"], plain["images"])
    np.testing.assert_array_equal(organs["masks"] == 4, plain["masks"] == 1)
    assert set(np.unique(organs["masks"])) == {0, 1, 2, 3, 4}
    assert (organs["masks"] == 1).any(axis=(1, 2)).all(), "every slice meets the liver"
    columns = {name: np.argwhere(organs["masks"] == number)[:, 2] for name, number in {"liver": 1, "spleen": 2}.items()}
    assert columns["liver"].mean() < 32 < columns["spleen"].min()


def test_what_the_masks_show_is_told_beside_the_labels(home):
    part = sources.load(DataSpec("ct-simulator", {"images": 80, "masks": "organs"}))["train"]
    assert part.class_names == ("no lesion", "lesion")
    assert part.mask_classes == ("background", "liver", "spleen", "kidneys", "lesion")
    assert sources.load(DataSpec("ct-simulator", {"images": 80}))["train"].mask_classes == ("no lesion", "lesion")


def test_the_images_are_those_of_ever():
    """Runs of old name the set by its options alone: its pixels must not change."""
    digests = {name: hashlib.sha256(array.tobytes()).hexdigest()[:12] for name, array in made(images=120).items()}
    assert digests["labels"] == "9aefb9769d19"
    assert digests["masks"] == "794f07d4bca4"
