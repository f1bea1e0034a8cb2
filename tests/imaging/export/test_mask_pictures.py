"""A mask as NIfTI, PNG and table: the same classes, over the same voxels."""

import csv
import gzip
import io

import nibabel
import numpy as np
import pytest
from PIL import Image

from medcore.imaging.export import mask_pictures
from medcore.imaging.export.drawn import Drawn, measures, table
from medcore.imaging.export.nifti_file import TO_RAS
from tests.imaging.dicom import making

COLOURS = ("#FF0000", "#0000FF")
AFFINES = {
    "turned about": np.array([[0, 0, 1.5, -20], [0.8, 0, 0, 4], [0, -0.5, 0, 9], [0, 0, 0, 1]]),
    "slices from above": np.array([[0.8, 0, 0, -20], [0, 0.5, 0, 4], [0, 0, -2, 9], [0, 0, 0, 1]]),
    "oblique": np.array([[0.64, 0.3, 0, 1], [-0.48, 0.4, 0, 2], [0, 0, 2, 3], [0, 0, 0, 1]]),
}


def drawn_on(stack, seed=0):
    mask = np.random.default_rng(seed).integers(0, 3, stack.shape).astype(np.uint8)
    return Drawn(mask, ("liver", "lesion"), 0, len(stack.places), *measures(stack), "U-Net", "run-1")


@pytest.mark.parametrize("affine", AFFINES.values(), ids=AFFINES)
def test_nifti_lies_voxel_by_voxel_over_the_nifti_that_was_segmented(shelf, put, affine):
    values = np.random.default_rng(1).integers(0, 3, (5, 4, 3)).astype(np.int16)
    (stack,) = put(nibabel.Nifti1Image(values, affine).to_bytes())
    seen = np.array(shelf.view(stack.id).pixels(60), np.uint8)  # the mask is the image itself
    drawn = Drawn(seen, ("liver", "lesion"), 0, len(stack.places), *measures(stack), "U-Net", "run-1")
    made = nibabel.Nifti1Image.from_bytes(gzip.decompress(mask_pictures.nifti(shelf, stack, drawn)))
    assert made.get_data_dtype() == np.uint8
    np.testing.assert_allclose(made.affine, affine, atol=1e-5)
    np.testing.assert_array_equal(np.asarray(made.dataobj), values)


def test_nifti_of_a_dicom_series_lies_in_the_scanner(shelf, put):
    (stack,) = put(*making.series([(1, 2, 2.5 * z) for z in range(3)], orientation=making.SAGITTAL))
    drawn = drawn_on(stack)
    made = nibabel.Nifti1Image.from_bytes(gzip.decompress(mask_pictures.nifti(shelf, stack, drawn)))
    np.testing.assert_allclose(made.affine, TO_RAS @ stack.affine, atol=1e-5)
    np.testing.assert_array_equal(np.asarray(made.dataobj).transpose(2, 1, 0), drawn.mask)


def test_png_of_the_mask_holds_class_numbers_and_shows_colours(shelf, put):
    (stack,) = put(making.written(making.slice_of()))
    drawn = drawn_on(stack)
    image = Image.open(io.BytesIO(mask_pictures.classes(drawn, stack, "acquired", 0, COLOURS)))
    assert image.mode == "P"
    np.testing.assert_array_equal(np.asarray(image), drawn.mask[0])
    palette = np.array([(0, 0, 0), (255, 0, 0), (0, 0, 255)])
    np.testing.assert_array_equal(np.asarray(image.convert("RGB")), palette[drawn.mask[0]])


def test_overlay_blends_the_window_with_the_colours_and_draws_edges_opaque(shelf, put):
    pixels = np.full((8, 6), 100, np.int16)
    (stack,) = put(making.written(making.slice_of(pixels, RescaleIntercept=0, PixelSpacing=[1, 1])))
    mask = np.zeros((1, 8, 6), np.uint8)
    mask[0, 1:6, 1:5] = 1
    drawn = Drawn(mask, ("liver",), 0, len(stack.places), *measures(stack), "U-Net", "run-1")
    view = shelf.view(stack.id)
    made = mask_pictures.overlay(view, drawn, "acquired", 0, (100, 200, False), COLOURS, shelf.sandbox)
    image = np.asarray(Image.open(io.BytesIO(made)))
    assert image.shape == (8, 6, 3)
    assert tuple(image[0, 0]) == (128, 128, 128)
    assert tuple(image[1, 1]) == (255, 0, 0)
    assert tuple(image[3, 3]) == (179, 77, 77)  # 0.4 red over 128: 128 + 0.4 (255 - 128), 0.6 x 128


def test_the_table_has_a_line_for_each_slice_and_the_whole(shelf, put):
    (stack,) = put(*making.series([(0, 0, 2.0 * z) for z in range(2)]))
    mask = np.zeros(stack.shape, np.uint8)
    mask[1, :2, :3] = 2
    drawn = Drawn(mask, ("liver", "lesion"), 0, 2, *measures(stack), "U-Net", "run-1")
    lines = list(csv.DictReader(io.StringIO(table(drawn))))
    assert lines == [
        {"class": "liver", "slice": "all", "pixels": "0", "area_mm2": "", "volume_ml": "0"},
        {"class": "lesion", "slice": "2", "pixels": "6", "area_mm2": "0.75", "volume_ml": ""},
        {"class": "lesion", "slice": "all", "pixels": "6", "area_mm2": "", "volume_ml": "0.0015"},
    ]


def test_where_pixels_have_no_size_only_pixels_are_counted(shelf, put):
    (stack,) = put(making.written(making.slice_of(PixelSpacing=None)))
    drawn = drawn_on(stack)
    assert drawn.sizes is None
    lines = list(csv.DictReader(io.StringIO(table(drawn))))
    assert [line["area_mm2"] + line["volume_ml"] for line in lines] == [""] * 4
