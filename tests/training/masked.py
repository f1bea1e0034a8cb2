"""Tiny images with masks that a tiny network learns in seconds."""

import numpy as np

from medcore.data.dataset import Card, ImageDataset
from medcore.spec import LossSpec, ModelSpec, OptimizerSpec, RunSpec

CARD = Card("squares", "Squares", "segmentation", "Made for tests.", "MIT", "", "Exact.")
NAMES = ("background", "bright", "dark")
SIDE = 16
UNET = ModelSpec("unet", {"depth": 1, "width": 4})


def squares(n: int, seed: int, volumes: bool = False) -> ImageDataset:
    """Noise with one bright square of class 1, and in every other image a dark one of class 2."""
    rng = np.random.default_rng(seed)
    images = rng.integers(100, 140, (n, SIDE, SIDE, 1))
    masks = np.zeros((n, SIDE, SIDE), np.uint8)
    for i in range(n):
        row, column = rng.integers(0, SIDE // 2 - 4, 2)
        masks[i, row : row + 5, column : column + 5] = 1
        if i % 2:
            masks[i, row + 7 : row + 11, column + 7 : column + 11] = 2
    images[masks == 1] += 100
    images[masks == 2] -= 80
    return ImageDataset(
        images.astype(np.uint8),
        None,
        (),
        CARD,
        masks=masks,
        mask_names=NAMES,
        spacing=(2.0, 1.0),
        volumes=np.arange(n) // 4 if volumes else None,
        step=3.0 if volumes else None,
    )


def splits(volumes: bool = False) -> dict[str, ImageDataset]:
    """20 training images: two batches of 8 and one of 4."""
    return {
        name: squares(n, seed, volumes) for seed, (name, n) in enumerate({"train": 20, "val": 8, "test": 8}.items())
    }


def spec_of(loss: str = "cross_entropy_dice", model: ModelSpec = UNET, **changes: object) -> RunSpec:
    """A run of the tiny U-Net."""
    return RunSpec(
        task="segment", model=model, loss=LossSpec(loss), optimizer=OptimizerSpec("adam", 0.02), seed=3, **changes
    )
