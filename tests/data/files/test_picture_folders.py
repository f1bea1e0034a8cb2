"""Folders of pictures: one a class, or images with masks."""

import numpy as np
import pytest
from PIL import Image

from medcore.data import splitting
from medcore.data.entry import ignore
from medcore.data.files import class_folder, mask_folder, pictures


def save(path, array):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(array).save(path)


@pytest.fixture
def classes(tmp_path):
    """20 pictures of "cat" and 10 of "dog", each of one gray."""
    for name, count, base in (("dog", 10, 100), ("cat", 20, 10)):
        for number in range(count):
            save(tmp_path / "pets" / name / f"{number:02}.png", np.full((8, 6), base + number, np.uint8))
    return tmp_path / "pets"


@pytest.fixture
def masks(tmp_path):
    """12 colour pictures whose masks are their red channel's bright half."""
    rng = np.random.default_rng(0)
    for number in range(12):
        image = rng.integers(0, 256, (8, 6, 3), dtype=np.uint8)
        save(tmp_path / "cells" / "images" / f"{number}.png", image)
        save(tmp_path / "cells" / "masks" / f"{number}.png", np.where(image[..., 0] > 127, 255, 0).astype(np.uint8))
    return tmp_path / "cells"


def test_one_folder_a_class(classes):
    entry = class_folder.entry(classes)
    splits = entry.read({}, ignore)
    assert (entry.classes, entry.shape, entry.sizes) == (("cat", "dog"), (8, 6, 1), splitting.sizes(30))
    for split, part in splits.items():
        assert len(part) == entry.sizes[split]
        np.testing.assert_array_equal(part.labels, part.images[:, 0, 0, 0] >= 100)


def test_train_and_test_folders_are_kept(tmp_path):
    for split, count in (("train", 10), ("test", 3)):
        for name, gray in (("a", 1), ("b", 2)):
            for number in range(count):
                save(tmp_path / "set" / split / name / f"{number}.png", np.full((4, 4), gray, np.uint8))
    entry = class_folder.entry(tmp_path / "set")
    splits = entry.read({}, ignore)
    assert entry.sizes == {split: len(part) for split, part in splits.items()} == {"train": 18, "val": 2, "test": 6}
    for part in splits.values():
        np.testing.assert_array_equal(part.labels, part.images[:, 0, 0, 0] - 1)


def test_pictures_of_another_size_are_resized_and_counted(classes):
    save(classes / "cat" / "99.png", np.full((16, 12), 30, np.uint8))
    parts = class_folder.entry(classes).read({}, ignore)
    assert "1 pictures of another size were resized to 8x6." in parts["train"].card.notes
    assert sum(len(part) for part in parts.values()) == 31


def test_a_damaged_picture_is_named(classes):
    (classes / "dog" / "03.png").write_bytes(b"\x89PNG\r\n\x1a\nno more")
    with pytest.raises(ValueError, match=r'The picture "03\.png" in "dog" is damaged'):
        class_folder.entry(classes).read({}, ignore)


def test_a_folder_of_other_things_is_no_set(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "notes.txt").write_text("hello")
    save(tmp_path / "only" / "1.png", np.zeros((2, 2), np.uint8))
    assert class_folder.entry(tmp_path) is None
    assert mask_folder.entry(tmp_path) is None


def test_sixteen_bit_pictures_keep_their_range(tmp_path):
    save(tmp_path / "x.png", np.array([[0, 256, 65535]], np.uint16))
    images, _ = pictures.read([tmp_path / "x.png"], pictures.size(tmp_path / "x.png"))
    np.testing.assert_array_equal(images[0, 0, :, 0], [0, 1, 255])


@pytest.mark.parametrize("kind", [np.uint16, np.int32, np.float32])
def test_masks_of_more_than_eight_bits_keep_their_class_numbers(tmp_path, kind):
    save(tmp_path / "x.tif", np.array([[0, 1, 2, 255]], kind))
    found, _ = pictures.read([tmp_path / "x.tif"], pictures.Size(1, 4, 1), mask=True)
    np.testing.assert_array_equal(found[0, 0, :, 0], [0, 1, 2, 255])


@pytest.mark.parametrize(
    ("array", "received"),
    [
        (np.array([[0, 256]], np.uint16), "0 to 256"),
        (np.array([[-1, 3]], np.int32), "-1 to 3"),
        (np.array([[0, 0.5]], np.float32), "0 to 0.5"),
    ],
)
def test_masks_whose_values_are_no_class_numbers_are_refused(tmp_path, array, received):
    save(tmp_path / "x.tif", array)
    expected = rf'The mask "x\.tif" must hold whole numbers from 0 to 255, one a class\. Received: {received}'
    with pytest.raises(ValueError, match=expected):
        pictures.read([tmp_path / "x.tif"], pictures.Size(1, 2, 1), mask=True)


def test_masks_with_a_palette_give_its_index(tmp_path):
    mask = Image.fromarray(np.array([[0, 1, 2]], np.uint8), "P")
    mask.putpalette([0, 0, 0, 255, 0, 0, 76, 76, 76])  # red and this gray are equally bright
    mask.save(tmp_path / "x.png")
    found, _ = pictures.read([tmp_path / "x.png"], pictures.Size(1, 3, 1), mask=True)
    np.testing.assert_array_equal(found[0, 0, :, 0], [0, 1, 2])


def test_what_is_transparent_in_a_mask_is_background(tmp_path):
    white = np.full((1, 3, 4), 255, np.uint8)
    white[0, 0, 3] = 0
    save(tmp_path / "x.png", white)
    found, _ = pictures.read([tmp_path / "x.png"], pictures.Size(1, 3, 1), mask=True)
    np.testing.assert_array_equal(found[0, 0, :, 0], [0, 255, 255])


def test_images_with_transparency_give_their_colours(masks):
    for number in range(12):
        save(masks / "images" / f"{number}.png", np.full((8, 6, 4), number, np.uint8))
    entry = mask_folder.entry(masks)
    assert entry.shape == (8, 6, 3)
    assert entry.read({}, ignore)["train"].images.max() <= 11


def test_a_mask_of_another_size_than_its_picture_is_named(masks):
    save(masks / "masks" / "4.png", np.zeros((8, 7), np.uint8))
    save(masks / "masks" / "5.png", np.zeros((9, 6), np.uint8))
    expected = r'mask of "4\.png" must have the height and width of its picture, 8x6\. Received: 8x7, and 1 more differ'
    with pytest.raises(ValueError, match=expected):
        mask_folder.entry(masks).read({}, ignore)


def test_a_picture_and_its_mask_of_another_size_than_the_first_are_resized_together(masks):
    save(masks / "images" / "4.png", np.zeros((16, 12, 3), np.uint8))
    save(masks / "masks" / "4.png", np.full((16, 12), 255, np.uint8))
    parts = mask_folder.entry(masks).read({}, ignore)
    assert "1 pictures of another size were resized to 8x6." in parts["train"].card.notes


@pytest.mark.parametrize(
    ("alone", "note"),
    [
        (["a"], "1 mask has no image of the same name and is left out: a.png."),
        (["b", "a"], "2 masks have no image of the same name and are left out, such as a.png."),
    ],
)
def test_masks_without_a_picture_are_left_out_and_counted(masks, alone, note):
    for name in alone:
        save(masks / "masks" / f"{name}.png", np.zeros((8, 6), np.uint8))
    entry = mask_folder.entry(masks)
    assert sum(entry.sizes.values()) == 12
    assert note in entry.card.notes


def test_sixteen_bit_masks_are_not_empty(masks):
    for number in range(12):
        save(masks / "masks" / f"{number}.png", np.tile(np.array([0, 1, 2], np.uint16), (8, 2)))
    parts = mask_folder.entry(masks).read({}, ignore)
    assert parts["train"].class_names == ("background", "class 1", "class 2")
    np.testing.assert_array_equal(parts["train"].masks[0, 0], [0, 1, 2, 0, 1, 2])


def test_more_pictures_than_memory_holds_are_refused(classes, monkeypatch):
    monkeypatch.setattr(pictures.npz, "memory_limit", lambda: 30 * 8 * 6 - 1)
    with pytest.raises(ValueError, match='The pictures of "pets" must fit into half of'):
        class_folder.entry(classes)


def test_images_with_masks(masks):
    entry = mask_folder.entry(masks)
    splits = entry.read({}, ignore)
    assert (entry.classes, entry.shape) == ((), (8, 6, 3))
    assert splits["train"].class_names == ("background", "foreground")
    assert {split: len(part) for split, part in splits.items()} == entry.sizes
    for part in splits.values():
        assert part.labels is None
        np.testing.assert_array_equal(part.masks, part.images[..., 0] > 127)


def test_an_image_without_mask_is_named(masks):
    (masks / "masks" / "7.png").unlink()
    with pytest.raises(ValueError, match=r"Received: 1 without one, such as 7\.png"):
        mask_folder.entry(masks)


def test_masks_that_are_photographs_are_refused(masks):
    photograph = np.arange(100, 148, dtype=np.uint8).reshape(8, 6)
    save(masks / "masks" / "0.png", photograph)
    with pytest.raises(ValueError, match=r"at most 32 gray values, one a class\. Received: 50"):
        mask_folder.entry(masks).read({}, ignore)


def test_listing_decodes_no_mask(masks, monkeypatch):
    monkeypatch.setattr(pictures, "read", lambda *args, **kwargs: pytest.fail("decoded"))
    assert sum(mask_folder.entry(masks).sizes.values()) == 12


def test_masks_of_several_classes_are_counted_up(masks):
    for number in range(12):
        save(masks / "masks" / f"{number}.png", np.tile(np.array([0, 128, 255], np.uint8), (8, 2)))
    part = mask_folder.entry(masks).read({}, ignore)["test"]
    assert part.class_names == ("background", "class 128", "class 255")
    np.testing.assert_array_equal(part.masks[0, 0], [0, 1, 2, 0, 1, 2])


def test_the_shared_nuclei_load(shared_data):
    entry = mask_folder.entry(shared_data / "dsb2018")
    assert (entry.shape, sum(entry.sizes.values())) == ((256, 256, 3), 334)
    with Image.open(next(iter(pictures.listed(shared_data / "dsb2018" / "masks")))) as mask:
        assert set(np.unique(np.asarray(mask))) <= {0, 255}
