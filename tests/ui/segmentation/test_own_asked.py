"""What a network is asked follows from the controls, the viewer and what it learned from."""

from dataclasses import replace

import numpy as np
import pytest

from medcore.data.dataset import Card
from medcore.data.own_volume import Learned
from medcore.imaging import planes
from medcore.imaging.stack import Stack
from medcore.spec import SegmentationSpec
from medcore.ui.segmentation import own_asked
from medcore.ui.segmentation.own_asked import AS_LEARNED, Settings
from medcore.ui.segmentation.own_network import Network
from medcore.ui.viewer import ViewState
from tests.inference.conftest import trained
from tests.ui import made_runs

SEEN = ViewState("acquired", 1, 40.0, 400.0, False)
HU = {"unit": "HU", "low": -50.0, "high": 200.0}


def network(**gray: object) -> Network:
    card = Card("set", "Set", "segmentation", "", "MIT", "", "", modality="CT", gray=gray)
    learned = Learned(trained().to_dict(), ("nothing", "lesion"), (64, 64, 1))
    return Network(made_runs.ended("U-Net", trained(), {}), trained(), learned, card)


def stack(**changes: object) -> Stack:
    """Four axial slices from the head down."""
    affine = np.diag([1.0, 1.0, -5.0, 1.0])
    given = Stack(
        "f1",
        "nifti",
        "Volume",
        "",
        (4, 20, 24),
        1,
        "int16",
        "",
        (),
        np.tile([1.0, 0.0], (4, 1)),
        (5, 1, 1),
        affine,
        True,
    )
    return replace(given, **changes)


def asked(of: Stack, by: Network, whole=False, plane=AS_LEARNED, hounsfield=False, seen=SEEN):
    return own_asked.of(by, of, Settings(whole, plane, hounsfield, SegmentationSpec()), seen)


def test_gray_values_are_those_learned_where_both_are_hounsfield_units():
    gray = asked(stack(unit="HU"), network(**HU)).gray
    assert gray.values == {"range": (-50.0, 200.0)}
    assert "-50 to 200 HU are black to white" in gray.said
    assert asked(stack(), network(**HU), hounsfield=True).gray.values == {"range": (-50.0, 200.0)}


def test_gray_values_are_those_seen_where_the_file_does_not_say_what_they_are():
    gray = asked(stack(), network(**HU)).gray
    assert gray.values == {"range": (-160.0, 240.0), "inverted": False}
    assert "as you see them, -160 to 240" in gray.said
    assert "had -50 to 200 HU" in gray.said


def test_percentiles_that_were_learned_are_taken_of_the_volume():
    gray = asked(stack(inverted=True), network(percentiles=(0.5, 99.5))).gray
    assert gray.values == {"percentiles": (0.5, 99.5), "inverted": True}
    assert asked(stack(samples=3), network(percentiles=(0.5, 99.5))).gray.values == {"range": (0.0, 255.0)}


def test_a_network_of_nifti_volumes_gets_axial_slices_from_the_feet_up():
    volumes = network(percentiles=(0.5, 99.5))
    whole = asked(stack(), volumes, whole=True)
    assert (whole.plane, whole.first, whole.end) == ("axial", 0, 4)
    one = asked(stack(), volumes)
    assert (one.plane, one.end - one.first) == ("axial", 1)
    of = stack()
    values = np.arange(4 * 20 * 24).reshape(4, 20, 24)
    same = planes.cut(values, of, one.plane, one.first)
    assert set(same.ravel()) == set(planes.cut(values, of, "acquired", 1).ravel())


def test_the_plane_that_is_chosen_or_looked_at():
    assert asked(stack(), network(**HU), whole=True).plane == "acquired"
    assert asked(stack(), network(**HU), whole=True, plane="coronal").end == 20
    sagittal = replace(SEEN, plane="sagittal", index=7)
    one = asked(stack(), network(percentiles=(0.5, 99.5)), seen=sagittal)
    assert (one.plane, one.first, one.end) == ("sagittal", 7, 8)
    assert asked(stack(affine=None), network(**HU), whole=True, plane="coronal").plane == "acquired"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [({"modality": "MR"}, "the file says MR, the network learned from CT"), ({"samples": 3}, "from gray images")],
)
def test_another_kind_of_image_is_said_to_be_one(changes, sentence):
    assert sentence in " ".join(asked(stack(**changes), network(**HU)).unlike)
    assert asked(stack(modality="CT"), network(**HU)).unlike == ()
