"""A finished run's network, asked about images of any size: scale, variants, preparation, windows, and the way back."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import keras
import numpy as np

from medcore.data.preparation.recipe import Recipe
from medcore.evaluation import masks
from medcore.inference import opinion, variants, windows
from medcore.inference.spacing import Scale
from medcore.inference.variants import Variant
from medcore.spec import PreparationSpec
from medcore.training.robustness import model_of, own_recipe

LEFT_OUT = ("corruption", "size", "augmentation")
"""Stages of a recipe that an upload does not go through: noise of a study; its size comes from its pixels' size."""

PIXELS_AT_ONCE = 2**20
"""Of variants that are held together: small slices are asked about at once, large ones one look after the other."""


@dataclass(frozen=True)
class Network:
    """What is asked.

    Args:
        model: from images as prepared to logits of every pixel.
        recipe: what is done to an image first, its size apart.
        side: pixels that the recipe gives the longer side of the images learned from; None where it leaves them.
    """

    model: keras.Model
    recipe: Recipe
    side: int | None

    @property
    def window(self) -> tuple[int, int]:
        """Rows and columns that it sees at once."""
        height, width = self.model.input_shape[1:3]
        return height, width

    @property
    def classes(self) -> int:
        """How many it tells apart."""
        return int(self.model.output_shape[-1])

    def drawn(
        self, framed: np.ndarray, scale: Scale, overlap: float, kind: str, pause: Callable[[], None]
    ) -> opinion.Drawn:
        """What is said of each pixel of the slice.

        Args:
            framed: (rows, columns, channels) float32 in 0..1, as `scale` frames it, with its neighbours as channels.
            scale: of the slice.
            overlap: of the windows.
            kind: of `SegmentationSpec.variants`.
            pause: called before each question; may raise to stop.
        """
        looks, found = variants.of(kind), opinion.Opinion(scale, self.classes, pause)
        together = max(1, PIXELS_AT_ONCE // (framed.shape[0] * framed.shape[1]))
        for start in range(0, len(looks), together):
            part = looks[start : start + together]
            said = windows.seen(self._prepared(framed, part, pause), self.window, overlap, self._ask, pause)
            for look, one in zip(part, said, strict=True):
                pause()
                found.add(look.back(one))
        return found.drawn()

    def _prepared(self, framed: np.ndarray, looks: Sequence[Variant], pause: Callable[[], None]) -> np.ndarray:
        images = []
        for look in looks:
            pause()
            images.append(self.recipe.image(look.forth(framed), "test", 0).image)
        return np.stack(images)

    def _ask(self, images: np.ndarray) -> np.ndarray:
        probabilities = masks.softmax(np.asarray(self.model.predict_on_batch(images), np.float32))
        if not np.isfinite(probabilities).all():
            raise ValueError("The network's answer is no number: its training diverged.")
        return probabilities


def read(folder: Path) -> Network:
    """The network that a run left.

    Raises:
        FileNotFoundError: if it left none.
        ValueError, OSError: if it cannot be read.
    """
    own = own_recipe(folder)
    steps = {name: options for name, options in own.spec.steps.items() if name not in own.spec.of(*LEFT_OUT)}
    (size,) = own.spec.of("size").values() or ({},)
    return Network(_model(folder), Recipe(PreparationSpec(steps), own.seed, own.scale, own.stacked), size.get("side"))


def _model(folder: Path) -> keras.Model:
    """The last two stay open, so that the next slice is answered at once."""
    file = folder / "model.keras"
    return _opened(folder, file.stat().st_mtime_ns if file.is_file() else 0)


@lru_cache(maxsize=2)
def _opened(folder: Path, _: int) -> keras.Model:
    """In single precision: bfloat16 is slow where the processor does not know it."""
    model = model_of(folder)
    for layer in _layers(model):
        layer.dtype_policy = keras.DTypePolicy("float32")
    return model


def _layers(model: keras.Model) -> Iterator[keras.Layer]:
    """All, those of an encoder too."""
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from _layers(layer)
        else:
            yield layer
