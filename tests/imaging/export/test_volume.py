"""The NIfTI file of a volume: every value, every position, nothing else."""

import gzip

import nibabel
import numpy as np
import pytest

from medcore.imaging.export import volume
from medcore.imaging.export.nifti_file import TO_RAS
from tests.imaging.dicom import making


def opened(data: bytes) -> nibabel.Nifti1Image:
    assert isinstance(data, bytes)  # Streamlit gives out nothing else
    return nibabel.Nifti1Image.from_bytes(gzip.decompress(data))


def test_values_and_places_come_back(shelf, put):
    rng = np.random.default_rng(0)
    stored = rng.integers(-1000, 3000, (3, 8, 6)).astype(np.int16)
    files = [
        making.written(making.slice_of(stored[z], (5, -7, 2.5 * z), number=z + 1, RescaleSlope=0.5)) for z in range(3)
    ]
    (stack,) = put(*files)
    image = opened(volume.nifti(shelf.view(stack.id), shelf.sandbox))
    assert image.shape == (6, 8, 3)
    assert image.get_data_dtype() == np.int16
    np.testing.assert_array_equal(np.asarray(image.dataobj.get_unscaled()).transpose(2, 1, 0), stored)
    assert (image.dataobj.slope, image.dataobj.inter) == (0.5, -1024)
    np.testing.assert_array_equal(image.get_fdata().transpose(2, 1, 0), stored * 0.5 - 1024)
    np.testing.assert_allclose(image.affine, TO_RAS @ stack.affine, atol=1e-6)
    np.testing.assert_allclose(image.affine @ (0, 0, 2, 1), (-5, 7, 5, 1), atol=1e-6)
    assert image.header["sform_code"] == 1
    assert image.header.get_xyzt_units()[0] == "mm"


def test_slices_with_slopes_of_their_own_become_float(shelf, put):
    def change(dataset, index):
        dataset.RescaleSlope = 1 + index

    (stack,) = put(*making.series([(0, 0, z) for z in range(3)], change))
    image = opened(volume.nifti(shelf.view(stack.id), shelf.sandbox))
    assert image.get_data_dtype() == np.float32
    slopes = np.array([1, 2, 3])[:, None, None]
    np.testing.assert_allclose(
        image.get_fdata().transpose(2, 1, 0), np.arange(48).reshape(8, 6)[None] * slopes - 1024.0
    )


def test_without_a_place_only_the_spacing_is_written(shelf, put):
    (stack,) = put(making.written(making.slice_of(position=None, orientation=None)))
    image = opened(volume.nifti(shelf.view(stack.id), shelf.sandbox))
    assert image.header["sform_code"] == image.header["qform_code"] == 0
    np.testing.assert_allclose(image.header.get_zooms()[:2], (0.25, 0.5))


def test_colours_are_kept(shelf, put):
    pixels = np.random.default_rng(0).integers(0, 255, (8, 6, 3)).astype(np.uint8)
    (stack,) = put(making.written(making.slice_of(pixels, Modality="XC")))
    image = opened(volume.nifti(shelf.view(stack.id), shelf.sandbox))
    found = np.asarray(image.dataobj)[..., 0].T
    for number, channel in enumerate("RGB"):
        np.testing.assert_array_equal(found[channel], pixels[..., number])


def test_nothing_of_the_patient_is_in_it_and_the_same_volume_gives_the_same_file(shelf, put):
    (stack,) = put(*making.series([(0, 0, 0), (0, 0, 1)], PatientName="Hansemann^Erna"))
    one, two = (volume.nifti(shelf.view(stack.id), shelf.sandbox) for _ in range(2))
    assert one == two
    assert b"ansemann" not in gzip.decompress(one)
    assert b"Thorax" not in gzip.decompress(one)


def test_a_slice_that_cannot_be_decoded_is_named(shelf, put):
    from pydicom import uid
    from pydicom.encaps import encapsulate

    files = [making.slice_of(np.zeros((8, 6), np.uint8), position=(0, 0, z), number=z + 1) for z in range(2)]
    for dataset in files:
        dataset.PixelData = encapsulate([b"\xff\xd8\xff\xd9" * 8])
    (stack,) = put(*(making.written(dataset, uid.JPEGBaseline8Bit) for dataset in files))
    with pytest.raises(ValueError, match=r"^Slice 1 of the volume cannot be decoded\."):
        volume.nifti(shelf.view(stack.id), shelf.sandbox)


def test_a_real_series_goes_out_and_comes_back(shelf, put, shared_data):
    files = sorted((shared_data / "dicom" / "t1_series").rglob("*.dcm"))[:20]
    (stack,) = put(*(path.read_bytes() for path in files))
    made = volume.nifti(shelf.view(stack.id), shelf.sandbox)
    shelf.add("made.nii.gz", made)
    assert shelf.wait(60)
    (again,) = (one for one in shelf.stacks() if one.kind == "nifti")
    assert again.shape == stack.shape
    np.testing.assert_array_equal(shelf.view(again.id).pixels(60), shelf.view(stack.id).pixels(60))
    np.testing.assert_allclose(again.affine, stack.affine, atol=1e-4)
