"""NIfTI: every voxel lies where nibabel says it does, whatever way the file turns it."""

import gzip
import itertools

import nibabel
import numpy as np
import pytest

from medcore.imaging.formats import nifti
from medcore.imaging.overlay import fits
from medcore.imaging.stack import assemble
from tests.imaging import bad_input, good_input

LPS = np.diag([-1.0, -1.0, 1.0, 1.0])
VOLUME = np.arange(6 * 5 * 4, dtype=np.int16).reshape(6, 5, 4)


def opened(data):
    data = memoryview(data)
    (found,) = nifti.describe(data, "")
    return found, np.stack(list(nifti.decode(data, found, range(len(found.frames)))))


def assert_in_place(data, volume, affine):
    """Every voxel's value stands in the stack where the affine puts it."""
    found, frames = opened(data)
    (stack,) = assemble([("f", found)])
    pixels = frames[[frame for _, frame in stack.places]]
    for place in itertools.product(*map(range, pixels.shape)):
        voxel = np.linalg.solve(LPS @ affine, stack.affine @ [*place[::-1], 1])[:3]
        np.testing.assert_allclose(voxel, np.rint(voxel), atol=1e-4)
        assert pixels[place] == volume[tuple(np.rint(voxel).astype(int))]
    return stack


@pytest.mark.parametrize("axes", list(itertools.permutations(range(3))))
@pytest.mark.parametrize("signs", list(itertools.product([1, -1], repeat=3)))
def test_every_way_of_lying(axes, signs):
    affine = np.eye(4)
    affine[:3, :3] = np.eye(3)[:, axes] * np.array([2.0, 2.5, 3.0]) * signs
    affine[:3, 3] = 7, -8, 9
    assert assert_in_place(good_input.nifti(VOLUME, affine), VOLUME, affine).regular


def test_oblique():
    angle = np.radians(20)
    turn = [[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]]
    affine = nibabel.affines.from_matvec(np.array(turn) * [1, 1.5, 2], [1, 2, 3])
    stack = assert_in_place(good_input.nifti(VOLUME, affine), VOLUME, affine)
    np.testing.assert_allclose(stack.spacing, (2, 1.5, 1), rtol=1e-5)


@pytest.mark.parametrize(
    ("dtype", "shown"),
    [
        *[("u1", "uint8"), ("i1", "int16"), ("i2", "int16"), ("u2", "uint16"), ("f4", "uint8")],
        *[("i4", "uint8"), ("u4", "uint8"), ("i8", "uint8"), ("f8", "uint8")],
    ],
)
@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("version", [1, 2])
def test_types(dtype, shown, big, version):
    data = good_input.nifti(VOLUME.astype(dtype), version=version, big=big)
    for packed in (data, gzip.compress(data)):
        found, frames = opened(packed)
        assert found.dtype == shown == frames.dtype
        assert sorted(frames.ravel()) == sorted(VOLUME.ravel())


@pytest.mark.parametrize(("highest", "shown"), [(255, "uint8"), (256, "uint16"), (65535, "uint16"), (65536, "float32")])
def test_wide_whole_numbers_take_the_type_that_holds_them(highest, shown):
    found, frames = opened(good_input.nifti(VOLUME.astype(np.int32) * 0 + highest))
    assert found.dtype == shown
    assert (frames == highest).all()
    assert bool(found.notes) == (shown == "float32")


def test_fractions_stay_fractions():
    volume = VOLUME.astype(np.float64)
    volume[-1, -1, -1] = 0.5
    found, frames = opened(good_input.nifti(volume))
    assert found.dtype == "float32"
    assert frames.min() == 0
    assert 0.5 in frames
    volume[0, 0, 0] = np.nan
    assert opened(good_input.nifti(volume.astype(np.float32)))[0].notes == ()


def test_time_points_are_told_apart():
    found, _ = opened(good_input.nifti(np.stack([VOLUME, VOLUME + 1000], axis=3)))
    assert len(found.frames) == 8
    stacks = assemble([("f", found)])
    assert [stack.shape for stack in stacks] == [(4, 5, 6)] * 2


def test_colours():
    voxels = np.zeros((6, 5, 4), [("R", "u1"), ("G", "u1"), ("B", "u1")])
    voxels["G"] = 9
    found, frames = opened(nibabel.Nifti1Image(voxels, np.eye(4)).to_bytes())
    assert (found.samples, frames.shape) == (3, (4, 5, 6, 3))
    assert frames[0, 0, 0].tolist() == [0, 9, 0]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"scl_slope": 2, "scl_inter": -3}, (2, -3, ())),
        ({"scl_slope": 0, "scl_inter": 0}, (1, 0, ())),
        ({"scl_slope": np.nan, "scl_inter": np.nan}, (1, 0, ())),
        ({"scl_slope": 0, "scl_inter": 5}, (1, 0, (nifti.UNSCALED,))),
        ({"scl_slope": np.inf, "scl_inter": 0}, (1, 0, (nifti.UNSCALED,))),
    ],
)
def test_scale(fields, expected):
    found, _ = opened(bad_input.nifti((5, 5, 5), bytes_after=125, sform_code=1, srow_x=[1, 0, 0, 0], **fields))
    frame = found.frames[0]
    assert (frame.slope, frame.intercept, tuple(note for note in found.notes if note == nifti.UNSCALED)) == expected


def test_without_a_place_there_are_still_sizes():
    fields = {"pixdim": [1, 2, 3, 4, 0, 0, 0, 0]}
    found, _ = opened(bad_input.nifti((5, 5, 5), bytes_after=125, **fields))
    assert found.frames[0].position is None
    assert (found.frames[0].spacing, found.gap, found.notes) == ((3, 2), 4, (nifti.UNPLACED,))


def test_the_header_is_judged_before_anything_is_unpacked():
    with pytest.raises(ValueError, match=r"header says 6,\d+,\d+,\d+ bytes|4 GB at most"):
        opened(gzip.compress(bad_input.nifti((2000, 2000, 1600))))


def test_real_pairs_match(shared_data):
    folder = shared_data / "hippocampus"
    for image in sorted((folder / "images").iterdir())[:20]:
        one, _ = opened(image.read_bytes())
        other, labels = opened((folder / "labels" / image.name).read_bytes())
        assert (one.rows, one.columns) == (other.rows, other.columns)
        assert [(f.position, f.orientation, f.spacing) for f in one.frames] == [
            (f.position, f.orientation, f.spacing) for f in other.frames
        ]
        assert other.dtype == "uint8"
        assert set(np.unique(labels)) <= {0, 1, 2}
        assert fits(*(assemble([(name, found)])[0] for name, found in (("image", one), ("labels", other))))
