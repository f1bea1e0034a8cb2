from types import SimpleNamespace

import numpy as np
import pytest

from medcore.imaging import planes
from medcore.ui.segmentation import draw_from_upload, own_asked
from tests.imaging.test_planes import stack_of

STACK = stack_of(np.eye(3))
ANSWER = object()


@pytest.fixture
def asked(monkeypatch):
    """Lets a network have drawn on slices of a plane."""

    def asked(plane, first, end, stack=STACK, begun=True):
        what = SimpleNamespace(stack=own_asked.identity(stack), plane=plane, first=first, end=end)
        question = SimpleNamespace(asked=what, begun=lambda: begun, answer=lambda: ANSWER)
        monkeypatch.setattr(draw_from_upload.own_question, "of_session", lambda: question)

    return asked


def test_a_whole_volume_is_drawn_on_in_every_plane(asked):
    for plane, shown in planes.planes(STACK).items():
        asked("coronal", 0, planes.planes(STACK)["coronal"].slices)
        assert draw_from_upload._answered(STACK, plane, shown.slices - 1) is ANSWER


def test_a_single_slice_is_drawn_on_alone(asked):
    asked("axial", 1, 2)
    assert draw_from_upload._answered(STACK, "axial", 1) is ANSWER
    assert draw_from_upload._answered(STACK, "axial", 0) is None
    assert draw_from_upload._answered(STACK, "axial", 2) is None
    assert draw_from_upload._answered(STACK, "sagittal", 1) is None


def test_what_was_drawn_on_another_image_or_is_not_there_yet_is_not_shown(asked):
    asked("axial", 0, 4, stack_of(np.eye(3), shape=(3, 5, 6)))
    assert draw_from_upload._answered(STACK, "axial", 0) is None
    asked("axial", 0, 4, begun=False)
    assert draw_from_upload._answered(STACK, "axial", 0) is None
