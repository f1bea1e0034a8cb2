"""Simulated volumes: stacks of one patient, lesions that reach through slices, exact masks."""

import numpy as np
import pytest

from medcore.data import checks, sources
from medcore.data.simulation import anatomy, volumes
from medcore.data.simulation.simulator import SCANNERS
from medcore.data.simulation.volumes import SLICES, STEP, Lesion
from medcore.spec import DataSpec


def made(**options):
    return volumes.simulate(volumes.complete({"patients": 10, **options}))


@pytest.fixture(scope="module")
def plain():
    return made()


def test_a_lesion_is_cut_as_an_ellipsoid():
    """By hand: 6 mm above the centre of one that reaches 10 mm, the ellipse has 0.8 of its axes."""
    lesion = Lesion(np.array([3.0, 4.0, 20.0, 15.0, 0.5, -0.05]), 100.0, 10.0)
    np.testing.assert_allclose(lesion.cut(106.0), [3.0, 4.0, 16.0, 12.0, 0.5, -0.05])
    assert lesion.cut(110.0) is None
    assert lesion.cut(89.0) is None


def test_lesions_have_the_volume_of_ellipsoids():
    """Areas of the cuts add up to 4/3 pi a b c: a sum over slices 1 mm apart."""
    lesion = Lesion(np.array([0.0, 0.0, 20.0, 15.0, 0.0, -0.05]), 0.0, 30.0)
    cuts = [row for height in np.arange(-40.0, 40.0) if (row := lesion.cut(height)) is not None]
    assert sum(np.pi * row[2] * row[3] for row in cuts) == pytest.approx(4 / 3 * np.pi * 20 * 15 * 30, rel=0.01)


def test_shapes_types_and_reach_through_slices(plain):
    assert plain["images"].shape == plain["masks"].shape == (10 * SLICES, 64, 64)
    assert plain["images"].dtype == plain["masks"].dtype == np.uint8
    assert plain["masks"].max() == 1
    shown = plain["masks"].any(axis=(1, 2)).reshape(10, SLICES)
    together = (shown[:, :-1] & shown[:, 1:]).sum() / shown[:, 1:].sum()
    assert together > 0.6, "most slices with a lesion follow one with it"


def test_organs_are_other_masks_of_the_same_images(plain):
    organs = made(masks="organs")
    np.testing.assert_array_equal(organs["images"], plain["images"])
    np.testing.assert_array_equal(organs["masks"] == 4, plain["masks"] == 1)
    assert set(np.unique(organs["masks"])) == {0, 1, 2, 3, 4}


def test_a_patient_does_not_depend_on_how_many_are_made_and_another_seed_gives_others(plain):
    more = made(patients=11, seed=0)
    np.testing.assert_array_equal(more["images"][: 10 * SLICES], plain["images"])
    assert (made(seed=1)["images"] != plain["images"]).any()


def test_neighbours_show_the_same_body(plain):
    """Slices of a patient are more alike than those of two, and noise differs from slice to slice."""
    images = plain["images"].reshape(10, SLICES, -1).astype(float)
    within = np.abs(images[:, :-1] - images[:, 1:]).mean()
    between = np.abs(images[:-1] - images[1:]).mean()
    assert 0 < within < between


def test_lesions_do_not_touch():
    values = volumes.complete({"prevalence": 1.0})
    patient = anatomy.draw_patient(np.random.default_rng(0))
    heights = 50 + STEP * np.arange(SLICES)
    sections = [anatomy.cut(patient, z / volumes.HEIGHT, np.random.default_rng(1)) for z in heights]
    counts = set()
    for seed in range(20):
        lesions = volumes._lesions(sections, heights, values, np.random.default_rng(seed))
        counts.add(len(lesions))
        axis = SCANNERS["A"].geometry.axis
        for height in heights:
            cuts = [anatomy.inside(row, axis) for one in lesions if (row := one.cut(height)) is not None]
            assert not len(cuts) or np.sum(cuts, axis=0).max() <= 1
    assert counts == {1, 2, 3}


def test_the_set_is_loaded_as_volumes(home):
    splits = sources.load(DataSpec("ct-volumes", {"patients": 10}))
    assert {name: len(part) for name, part in splits.items()} == {"train": 140, "val": 20, "test": 40}
    assert volumes.entry().sizes_for({"patients": 10}) == {"train": 140, "val": 20, "test": 40}
    for part in splits.values():
        assert (part.labels, part.step, part.spacing) == (None, 8.0, (5.6, 5.6))
        np.testing.assert_array_equal(part.volumes, np.repeat(np.unique(part.volumes), SLICES))
    assert not any("Leak" in note for note in checks.check(splits))


def test_wrong_options_are_named():
    with pytest.raises(ValueError, match=r"takes these options: patients, contrast.*Received: 'images'"):
        volumes.complete({"images": 100})
    with pytest.raises(ValueError, match="Received: 9"):
        volumes.complete({"patients": 9})
