"""Images with edges, slopes and noise, of one channel and of three."""

import numpy as np
import pytest

from medcore.data.dataset import Card, ImageDataset


def image(channels: int = 1, height: int = 40, width: int = 48, seed: int = 0) -> np.ndarray:
    """(height, width, channels) float32 in 0..1."""
    rng = np.random.default_rng(seed)
    rows, columns = np.indices((height, width))
    plane = 0.2 + 0.3 * columns / width + 0.3 * ((rows - 18) ** 2 + (columns - 20) ** 2 < 100)
    return np.clip(plane[..., None] + rng.normal(0, 0.03, (height, width, channels)), 0, 1).astype(np.float32)


def splits(channels: int = 1, dtype: str = "uint8", masks: bool = False, n: int = 12) -> dict[str, ImageDataset]:
    """n training, and half as many validation and test images; all different."""
    card = Card("blobs", "Blobs", "classification", "Made for tests.", "MIT", "", "Exact.")
    made = {}
    for number, (name, size) in enumerate({"train": n, "val": n // 2, "test": n // 2}.items()):
        images = np.stack([image(channels, seed=100 * number + i) for i in range(size)])
        if dtype == "uint8":
            images = np.rint(images * 255).astype(np.uint8)
        made[name] = ImageDataset(
            images=images,
            labels=np.arange(size) % 2,
            class_names=("even", "odd"),
            card=card,
            masks=(images[..., 0] > images.mean()).astype(np.uint8) if masks else None,
        )
    return made


@pytest.fixture(params=[1, 3], ids=["gray", "colour"])
def picture(request) -> np.ndarray:
    return image(request.param)
