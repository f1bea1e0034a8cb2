"""The values a recipe starts from."""

import numpy as np


def unit_range(image: np.ndarray) -> np.ndarray:
    """The image as float32 in 0..1: bytes divided by 255, floats cut off at 0 and 1."""
    if image.dtype == np.uint8:
        return image.astype(np.float32) / 255
    return np.clip(image, 0, 1, dtype=np.float32)
