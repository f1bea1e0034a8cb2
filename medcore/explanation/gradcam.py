"""Grad-CAM and Grad-CAM++: the maps of a layer, weighed by what they mean for a class."""

import keras
import numpy as np

from medcore.explanation import layers
from medcore.explanation.gradients import of_logit


def last_layer(model: keras.Model) -> str:
    """Path of the last layer with maps of more than one place; "" where there is none."""
    shapes = layers.walk(model)
    found = [path for path in layers.with_maps(model) if max(layers.shape_of(shapes[path])[1:3]) > 1]
    return found[-1] if found else ""


def heatmaps(model: keras.Model, images: np.ndarray, target: int, layer: str = "", plus: bool = False) -> np.ndarray:
    """What of each image speaks for a class, at the resolution of the layer's maps, brought to the size of the images.

    Args:
        images: (n, height, width, channels), as the network takes them.
        target: number of the class.
        layer: path of a layer with maps; "" takes the last one.
        plus: Grad-CAM++ in place of Grad-CAM.

    Returns:
        (n, height, width) float32, 0 or more.

    Raises:
        ValueError: for a network or a layer without maps.
    """
    layer = layer or last_layer(model)
    if layer not in layers.with_maps(model):
        raise ValueError(
            "Grad-CAM weighs the maps of a convolution, and there are none here: integrated gradients and occlusion "
            f"work with every network. Received: {layer or model.name!r}"
        )
    found = of_logit(model, images, target, layer)
    weigh = grad_cam_pp if plus else grad_cam
    return enlarged(weigh(found.values, found.gradients), images.shape[1:3])


def grad_cam(maps: np.ndarray, gradients: np.ndarray) -> np.ndarray:
    """ReLU(Σ_k w_k A_k), w_k the mean gradient over the places of map k.

    Args:
        maps, gradients: (n, rows, columns, k).

    Returns:
        (n, rows, columns).

    Reference:
        Selvaraju et al., Grad-CAM, arXiv:1610.02391.
    """
    return np.maximum((maps * gradients.mean(axis=(1, 2), keepdims=True)).sum(axis=-1), 0)


def grad_cam_pp(maps: np.ndarray, gradients: np.ndarray) -> np.ndarray:
    """As `grad_cam`, where w_k sums the positive gradients over places, each by alpha = g² / (2 g² + g³ Σ A).

    The closed form for a score of exp(logit), whose factor exp(logit) is left out: it scales the whole map.

    Reference:
        Chattopadhay et al., Grad-CAM++, arXiv:1710.11063, equations 10, 18 and 19.
    """
    squared = gradients**2
    divisor = 2 * squared + squared * gradients * maps.sum(axis=(1, 2), keepdims=True)
    alpha = np.divide(squared, divisor, out=np.zeros_like(squared), where=divisor != 0)
    weights = (alpha * np.maximum(gradients, 0)).sum(axis=(1, 2), keepdims=True)
    return np.maximum((maps * weights).sum(axis=-1), 0)


def enlarged(maps: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Maps (n, rows, columns) at another size, linear between their places."""
    resized = keras.ops.image.resize(maps[..., None].astype(np.float32), size, interpolation="bilinear")
    return keras.ops.convert_to_numpy(resized)[..., 0]
