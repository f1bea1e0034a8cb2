"""Samples of the training images."""

from collections import Counter

import numpy as np
import pytest

from medcore.data.dataset import Card, ImageDataset
from medcore.data.sampling import check, sample, size
from medcore.spec import SampleSpec

CARD = Card("made", "Made", "classification", "Made for tests.", "MIT", "", "Exact.")
NAMES = ("common", "middle", "rare")


def part(counts: tuple[int, ...], first: int) -> ImageDataset:
    """Images whose pixels are their number, with patients of two images each."""
    labels = np.random.default_rng(first).permutation(np.repeat(np.arange(len(counts)), counts))
    numbers = np.arange(first, first + len(labels))
    images = np.tile(numbers.astype(np.float32)[:, None, None, None], (1, 2, 2, 1))
    masks = np.tile(labels.astype(np.uint8)[:, None, None], (1, 2, 2))
    return ImageDataset(images, labels, NAMES, CARD, masks=masks, groups=numbers // 2)


@pytest.fixture(scope="module")
def splits() -> dict[str, ImageDataset]:
    return {"train": part((120, 60, 20), 0), "val": part((60, 30, 10), 1000), "test": part((40, 40, 40), 2000)}


def numbers(of: ImageDataset) -> list[int]:
    return of.images[:, 0, 0, 0].astype(int).tolist()


def counts(of: ImageDataset) -> list[int]:
    return np.bincount(of.labels, minlength=3).tolist()


def test_nothing_asked_for_leaves_everything(splits):
    found = sample(splits, SampleSpec(), 0)
    assert found.splits is splits
    assert found.facts is None


def test_smaller_samples_lie_within_larger_ones_with_the_classes_in_their_shares(splits):
    before = set()
    for images in (3, 10, 20, 50, 100, 200):
        train = sample(splits, SampleSpec(images=images), 7).splits["train"]
        chosen = set(numbers(train))
        assert len(chosen) == images
        assert before <= chosen
        assert min(counts(train)) >= 1
        np.testing.assert_allclose(counts(train), np.array([0.6, 0.3, 0.1]) * images, atol=1.5)
        before = chosen
    assert set(numbers(sample(splits, SampleSpec(images=50), 8).splits["train"])) != set(
        numbers(sample(splits, SampleSpec(images=50), 7).splits["train"])
    )


def test_what_belongs_to_an_image_goes_with_it(splits):
    train = sample(splits, SampleSpec(images=30, oversample=True), 0).splits["train"]
    np.testing.assert_array_equal(train.groups, np.array(numbers(train)) // 2)
    np.testing.assert_array_equal(train.masks[:, 0, 0], train.labels)
    truth = splits["train"].labels
    np.testing.assert_array_equal(train.labels, truth[numbers(train)])
    twice = sample({**splits, "train": train}, SampleSpec(images=9), 1).splits["train"]
    for found in (train, twice):
        np.testing.assert_array_equal(found.rows, numbers(found))  # the first image has number 0


def test_the_share_of_wrong_labels_is_exact_and_each_other_class_as_likely():
    big = {"train": part((30_000, 0, 0), 0), "val": part((4, 4, 4), 0), "test": part((4, 4, 4), 0)}
    found = sample(big, SampleSpec(label_noise=0.3), 0)
    assert counts(found.splits["train"])[0] == 21_000
    assert found.facts["labels_changed"] == 9_000
    # Of 9,000 draws 4,500 become either class, with a standard deviation of 47.
    np.testing.assert_allclose(counts(found.splits["train"])[1:], [4500, 4500], atol=190)
    assert found.splits["val"] is big["val"]
    assert found.splits["test"] is big["test"]


def test_fewer_wrong_labels_lie_within_more(splits):
    truth = splits["train"].labels
    few, many = (sample(splits, SampleSpec(label_noise=share), 0).splits["train"].labels for share in (0.1, 0.4))
    assert (few != truth).sum() == 20
    assert (many[few != truth] == few[few != truth]).all()


def test_the_rarest_class_is_thinned_in_all_splits_or_in_training_alone(splits):
    everywhere = sample(splits, SampleSpec(imbalance=20), 0)
    assert {name: counts(of) for name, of in everywhere.splits.items()} == {
        "train": [120, 60, 6],
        "val": [60, 30, 3],
        "test": [40, 40, 2],
    }
    assert everywhere.facts["before"]["train"] == [120, 60, 20]
    assert everywhere.facts["after"]["test"] == [40, 40, 2]
    other = sample(splits, SampleSpec(imbalance=20), 1)
    assert numbers(other.splits["test"]) == numbers(everywhere.splits["test"])
    assert numbers(other.splits["train"]) != numbers(everywhere.splits["train"])
    training = sample(splits, SampleSpec(imbalance=20, imbalanced="train"), 0)
    assert training.splits["test"] is splits["test"]
    assert numbers(training.splits["train"]) == numbers(everywhere.splits["train"])


def test_oversampling_repeats_whole_images_as_evenly_as_can_be(splits):
    found = sample(splits, SampleSpec(imbalance=30, oversample=True), 0)
    train = found.splits["train"]
    assert counts(train) == [120, 120, 120]
    assert found.facts["repeated"] == 60 + 116
    often = Counter(numbers(train))
    for label, (least, most) in enumerate([(1, 1), (2, 2), (30, 30)]):
        times = [often[number] for number in np.array(numbers(train))[train.labels == label]]
        assert (min(times), max(times)) == (least, most)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (SampleSpec(images=2), "from 3, one of each class, to 200.*Received: 2"),
        (SampleSpec(images=201), "to 200, which is all there are. Received: 201"),
        (SampleSpec(imbalance=5), "must be 6 at least.*Received: 5"),
        (SampleSpec(imbalance=121), "120 at most.*Received: 121"),
        (SampleSpec(imbalance=20, images=190), "to 186, which is all there are. Received: 190"),
    ],
)
def test_what_cannot_be_taken_is_refused_by_the_counts_as_by_the_set(spec, message, splits):
    with pytest.raises(ValueError, match=message):
        sample(splits, spec, 0)
    with pytest.raises(ValueError, match=message):
        check(spec, {"common": 120, "middle": 60, "rare": 20, "absent": 0})


@pytest.mark.parametrize(
    "asked",
    [
        {"images": 50},
        {"imbalance": 20},
        {"imbalance": 20, "images": 50, "oversample": True},
        {"oversample": True},
        {"images": 60, "label_noise": 0.4, "oversample": True},
    ],
)
def test_the_size_of_a_sample_is_known_from_the_counts(splits, asked):
    spec = SampleSpec(**asked)
    taken = len(sample(splits, spec, 3).splits["train"])
    expected = size(spec, dict(zip(NAMES, counts(splits["train"]), strict=True)))
    assert expected == pytest.approx(taken, rel=0.15 if "label_noise" in asked else 1e-9)
