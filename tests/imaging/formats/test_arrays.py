"""Arrays: which are images, in which type; nothing is ever unpickled."""

import numpy as np
import pytest

from medcore.imaging.formats import arrays
from tests.imaging import bad_input
from tests.imaging.good_input import npy, npz, ramp


def opened(data):
    data = memoryview(data)
    return [
        (found, np.stack(list(arrays.decode(data, found, range(len(found.frames))))))
        for found in arrays.describe(data, "")
    ]


@pytest.mark.parametrize(
    ("shape", "frames"),
    [
        ((9, 8), (1, 9, 8)),
        ((3, 9, 8), (3, 9, 8)),
        ((3, 9, 8, 1), (3, 9, 8)),
        ((3, 9, 8, 3), (3, 9, 8, 3)),
        ((9, 8, 3), (1, 9, 8, 3)),
        ((2, 3, 9, 8), (6, 9, 8)),
        ((2, 3, 9, 8, 1), (6, 9, 8)),
    ],
)
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("archive", [False, True])
def test_layouts(shape, frames, order, archive):
    values = np.asarray(np.arange(np.prod(shape)).reshape(shape) % 251, np.uint8, order=order)
    ((found, pixels),) = opened(npz(x=values) if archive else npy(values))
    np.testing.assert_array_equal(pixels, values.reshape(frames))
    assert (found.samples, found.rows, found.columns) == (3 if frames[3:] else 1, 9, 8)


def test_alpha_is_left_out():
    ((_, pixels),) = opened(npy(np.full((9, 8, 4), 7, np.uint8)))
    assert pixels.shape == (1, 9, 8, 3)


@pytest.mark.parametrize(
    ("dtype", "shown"),
    [
        *[("?", "uint8"), ("u1", "uint8"), ("i1", "int16"), (">i2", "int16"), (">u2", "uint16"), ("f2", "uint8")],
        *[(">f4", "uint8"), ("f8", "uint8"), ("i4", "uint8"), (">i8", "uint8"), ("u8", "uint8")],
    ],
)
def test_types(dtype, shown):
    values = (ramp(9, 8) % 100).astype(dtype)
    ((found, pixels),) = opened(npy(values))
    assert found.dtype == shown == pixels.dtype
    np.testing.assert_array_equal(pixels[0], values.astype(shown))


@pytest.mark.parametrize(("highest", "white"), [(1.0, 1.0), (200.0, 255.0), (4000.0, 4000.0)])
def test_colours_of_any_range_become_eight_bits(highest, white):
    values = np.linspace(0, highest, 9 * 8 * 3).reshape(9, 8, 3)
    ((found, pixels),) = opened(npy(values))
    np.testing.assert_allclose(pixels[0], values / white * 255, atol=0.51)
    assert found.notes == (arrays.EIGHT_BITS,)


def test_labels_are_no_images():
    found = opened(npz(train_images=np.zeros((9, 28, 28)), train_labels=np.zeros((9, 14)), x=np.zeros(5)))
    assert [one.title for one, _ in found] == ["Array train_images"]


@pytest.mark.parametrize("name", ["npz: fewer labels than images", "npz: more labels than images"])
def test_labels_must_match(name):
    with pytest.raises(ValueError, match="one label an image"):
        opened(bad_input.ARRAYS[name].make())


@pytest.mark.parametrize("name", [name for name in bad_input.ARRAYS if "pickle" in name and ":" in name])
def test_pickles_are_never_opened(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=r"never opened|no NumPy array"):
        opened(bad_input.ARRAYS[name].make())
    assert list(tmp_path.iterdir()) == []


def test_published_sets(shared_data):
    data = (shared_data / "medmnist" / "breastmnist.npz").read_bytes()
    assert [(one.title, len(pixels)) for one, pixels in opened(data)] == [
        ("Array train_images", 546),
        ("Array val_images", 78),
        ("Array test_images", 156),
    ]
