"""Every heatmap by one name, for images of any finished run."""

from collections.abc import Callable
from typing import Any, NamedTuple

import keras
import numpy as np

from medcore.explanation import gradcam
from medcore.explanation.forward import nothing
from medcore.explanation.integrated_gradients import MOST_STEPS, STEPS, integrate
from medcore.explanation.occlusion import occlude
from medcore.training.classification import softmax

NEEDS_MAPS = ("gradcam", "gradcampp")


class Heatmap(NamedTuple):
    """Of one image.

    Args:
        values: (height, width) float32; Grad-CAM's are 0 or more, the others' may be negative.
        facts: plain values: what the method tells besides.
    """

    values: np.ndarray
    facts: dict[str, Any]


def possible(model: keras.Model, methods: tuple[str, ...]) -> list[str]:
    """Those of the methods that this network can be asked by."""
    maps = bool(gradcam.last_layer(model))
    return [method for method in methods if maps or method not in NEEDS_MAPS]


def heatmap(
    model: keras.Model,
    image: np.ndarray,
    method: str,
    target: int,
    layer: str = "",
    black: np.ndarray | float = 0.0,
    pause: Callable[[], None] = nothing,
    exact: bool = True,
) -> Heatmap:
    """What of an image speaks for a class.

    Args:
        model: from images to logits, nested networks included.
        image: (height, width, channels), as the network takes it.
        method: "gradcam", "gradcampp", "integrated_gradients" or "occlusion".
        target: number of the class.
        layer: whose maps Grad-CAM weighs; "" takes the last one that has maps.
        black: what became of black by the preparation: where integrated gradients begin.
        pause: called now and then; may raise to stop.
        exact: let integrated gradients take more steps until they add up.

    Raises:
        ValueError: for Grad-CAM of a network or layer without maps, and for gradients on a backend without them.
    """
    pause()
    if method in NEEDS_MAPS:
        layer = layer or gradcam.last_layer(model)
        values = gradcam.heatmaps(model, image[None], target, layer, plus=method == "gradcampp")[0]
        return Heatmap(values, {"layer": layer})
    if method == "integrated_gradients":
        baseline = np.broadcast_to(np.float32(black), image.shape)
        found = integrate(model, image, target, baseline, most_steps=MOST_STEPS if exact else STEPS, pause=pause)
        return Heatmap(found.attributions, {"change": found.change, "missed": found.missed, "steps": found.steps})
    hidden = occlude(model, image, target, pause)
    lowest = float(softmax(hidden.lowest[None])[0, target])
    facts = {"patch": hidden.patch, "stride": hidden.stride, "lowest": lowest, "corner": list(hidden.corner)}
    return Heatmap(hidden.falls, facts)
