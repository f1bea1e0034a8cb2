import numpy as np
import pytest

from medcore.models.receptive_field import receptive_field
from medcore.models.unet import unet
from medcore.models.unetpp import unetpp


def measured(model, side: int, place: int) -> int:
    """Rows of the image that change the logits of one pixel, found by changing each row."""
    images = np.eye(side, dtype=np.float32)[:, :, None, None] * np.ones((1, 1, model.input_shape[2], 1), np.float32)
    images = np.concatenate([np.zeros_like(images[:1]), 1000 * images])
    logits = np.asarray(model(images))[:, place, 0, 1]
    rows = np.flatnonzero(logits[1:] != logits[0])
    return int(rows[-1] - rows[0] + 1)


@pytest.mark.parametrize(("build", "depth", "side"), [(unet, 1, 32), (unetpp, 2, 64)])
def test_it_is_what_changes_a_pixel(build, depth, side):
    """Weights above 0, so that nothing that is brighter can be hidden by a ReLU or a maximum."""
    model = build((side, 4, 1), 2, depth=depth, width=1, batch_norm=0)
    for variable in model.trainable_variables:
        variable.assign(np.full(variable.shape, 0.1 if "kernel" in variable.path else 0.0))
    middle = side // 2
    assert receptive_field(model) == max(measured(model, side, middle + place) for place in range(2**depth))


def test_by_hand():
    """Two convolutions see 5, a pooling 6, two of every second pixel 14, a doubling as much, and two more 18."""
    assert receptive_field(unet((8, 8, 1), 2, depth=1, width=4)) == 18
    assert receptive_field(unet((300, 10, 1), 2, depth=3, width=4)) == 100
