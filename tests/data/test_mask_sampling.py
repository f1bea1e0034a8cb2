import numpy as np
import pytest

from medcore.data.dataset import Card, ImageDataset
from medcore.data.sampling import sample
from medcore.spec import SampleSpec

CARD = Card("set", "Set", "segmentation", "", "", "", "")
CLASSES = ("nothing", "common", "rare")


def part(count: int, volumes: np.ndarray | None = None, rare: int = 3) -> ImageDataset:
    """Every mask shows the common class; that of image `rare` the rare one, too."""
    images = np.tile(np.arange(count, dtype=np.uint8)[:, None, None, None], (1, 4, 4, 1))
    masks = np.zeros((count, 4, 4), np.uint8)
    masks[:, 0, 0], masks[rare, 1, 1] = 1, 2
    return ImageDataset(images, None, CLASSES, CARD, masks, volumes=volumes)


def splits(**options) -> dict[str, ImageDataset]:
    return {"train": part(40, **options), "val": part(5), "test": part(5)}


def test_fewer_images_lie_within_more_and_keep_every_class():
    few, more = (sample(splits(), SampleSpec(images=count), 7).splits["train"] for count in (5, 20))
    assert (len(few), len(more)) == (5, 20)
    assert set(few.rows) <= set(more.rows)
    assert 3 in few.rows
    np.testing.assert_array_equal(few.images[:, 0, 0, 0], few.rows)
    np.testing.assert_array_equal(few.masks.max(axis=(1, 2)), np.where(few.rows == 3, 2, 1))


def test_another_seed_gives_other_images():
    first, other = (sample(splits(), SampleSpec(images=10), seed).splits["train"].rows for seed in (0, 1))
    assert first.tolist() != other.tolist()


def test_volumes_stay_whole():
    """Ten volumes of four slices: 11 images are two volumes, one of them the one with the rare class."""
    volumes = np.repeat(np.arange(10), 4)
    found = sample(splits(volumes=volumes), SampleSpec(images=11), 2)
    train = found.splits["train"]
    assert len(train) == 8
    np.testing.assert_array_equal(train.volumes, volumes[train.rows])
    assert 0 in train.volumes
    assert found.facts["volumes"]["before"]["train"] == 10
    assert found.facts["volumes"]["after"]["train"] == 2


def test_one_volume_is_the_least():
    volumes = np.repeat(np.arange(10), 4)
    assert len(sample(splits(volumes=volumes), SampleSpec(images=1), 0).splits["train"]) == 4


def test_what_was_done_is_told_in_plain_values():
    facts = sample(splits(), SampleSpec(images=10), 0).facts
    assert facts["before"]["train"] == [40, 40, 1]
    assert facts["after"] == {"train": [10, 10, 1], "val": [5, 5, 1], "test": [5, 5, 1]}
    assert facts["images"]["after"] == {"train": 10, "val": 5, "test": 5}
    assert "volumes" not in facts


@pytest.mark.parametrize(
    ("spec", "received"),
    [
        (SampleSpec(label_noise=0.1), "10% wrong labels"),
        (SampleSpec(imbalance=3), "an imbalance of 3"),
        (SampleSpec(images=5, oversample=True), "oversampling"),
    ],
)
def test_what_is_about_labels_is_refused(spec, received):
    with pytest.raises(ValueError, match=f"not of masks. Received: {received}"):
        sample(splits(), spec, 0)


def test_more_images_than_there_are_are_refused():
    with pytest.raises(ValueError, match=r"There are 40 training images\. Received: 41"):
        sample(splits(), SampleSpec(images=41), 0)
