"""Networks whose answer is known, and uploads for them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from medcore.data.own_volume import Learned, OwnVolume, Seen
from medcore.data.turn import Turn
from medcore.spec import DataSpec, LossSpec, ModelSpec, RunSpec, SegmentationSpec

BASE = "0123456789abcdef"
STEEP = 40.0


def bright(folder: Path, side: int = 16, context: int = 0) -> Path:
    """Saves a network that calls a pixel a lesion where it, or the mean of its slices, is brighter than half."""
    import keras  # tests of the page's parts take only the specs from here

    image = keras.Input((side, side, 2 * context + 1))
    head = keras.layers.Conv2D(2, 1)
    model = keras.Model(image, head(image))
    kernel = np.zeros((1, 1, 2 * context + 1, 2), np.float32)
    kernel[..., 1] = STEEP / (2 * context + 1)
    head.set_weights([kernel, np.array([0, -STEEP / 2], np.float32)])
    folder.mkdir(parents=True, exist_ok=True)
    model.save(folder / "model.keras")
    return folder


def trained(context: int = 0) -> RunSpec:
    return RunSpec(
        task="segment",
        data=DataSpec("ct-simulator"),
        model=ModelSpec("unet"),
        loss=LossSpec("dice"),
        segmentation=SegmentationSpec(context=context),
    )


def upload(values: np.ndarray, context: int = 0, rescale: Any = None, **changes: Any) -> OwnVolume:
    """Values from 0 to 100 are black to white, pixels of 2 mm x 1 mm, slices 5 mm apart; learned from 2 mm x 1 mm."""
    given = {"turn": Turn(), "range": (0.0, 100.0), "spacing": (2.0, 1.0), "step": 5.0, "learned_spacing": (2.0, 1.0)}
    given |= changes
    learned = {
        name.removeprefix("learned_"): given.pop(name) for name in ("learned_spacing", "learned_step") if name in given
    }
    field, notes = given.pop("field", 0), given.pop("notes", ())
    count = given["turn"].shape(values.shape[:3])[0]
    seen = Seen(**{"first": 0, "end": count} | given)
    rescale = np.array([[1.0, 0.0]] * len(values)) if rescale is None else np.asarray(rescale, np.float64)
    taught = Learned(trained(context).to_dict(), ("nothing", "lesion"), (16, 16, 1), field=field, **learned)
    return OwnVolume(values, rescale, seen, taught, notes)


@pytest.fixture
def runs(home) -> Path:
    """The folder of runs, with `bright` as the run `BASE`."""
    return bright(home / "runs" / BASE).parent
