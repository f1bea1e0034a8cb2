"""The stages of transfer learning: the head alone, then the last blocks, too, on what the layers before them make."""

import time
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
from keras import layers

from medcore import catalog
from medcore.data.dataset import ImageDataset
from medcore.data.preparation.recipe import PreparedSplits
from medcore.models import blocks
from medcore.spec import RunSpec
from medcore.training import compiled
from medcore.training.classification import MOST_ROOM
from medcore.training.devices import Device
from medcore.training.epochs import Outcome, fit
from medcore.training.features import Features
from medcore.training.memory import fits
from medcore.training.run import Cancelled, Run

HEAD, FINE_TUNING = "head", "fine-tuning"


class Stage:
    """One stage, ready to be trained: layers that stay as they are have made their features, if these can be kept.

    Where training images are drawn anew in every epoch, or the features would not fit into memory, the whole network
    is trained with these layers frozen: the same result for images that stay the same, at a higher price.

    Args:
        spec: of the run.
        name: "head" or "fine-tuning".
        network: the whole one; the stage trains its weights.
        images: as the network gets them.
        folder: where features are kept.
    """

    def __init__(
        self, spec: RunSpec, name: str, network: keras.Model, images: PreparedSplits, device: Device, folder: Path
    ) -> None:
        self.name, self._network, self._device = name, network, device
        self.spec, unfrozen = _of_stage(spec, name)
        blocks.freeze(network, unfrozen, spec.transfer.batch_norm_trains)
        self._draw = images.draw
        self._part, self.features = network, None
        varies = images.draw is not None or spec.model.options.get("input_noise", 0) > 0
        if not varies and unfrozen < len(catalog.MODELS[spec.model.name].blocks):
            frozen, part = blocks.split(network, unfrozen)
            if fits(frozen, images.splits):
                dtype = str(images.splits["train"].images.dtype)
                self.features = Features(frozen, lambda: compiled.forward(frozen, dtype), folder)
                self._part = _of_maps(part)
        self._splits = dict(images.splits)
        self.trainable = sum(int(np.prod(v.shape)) for v in self._part.trainable_variables)
        self._ready = False

    def train(self, batch: int, most: int, run: Run) -> Outcome:
        """Trains the network; what it logs begins at step 1.

        Args:
            batch: images an update.
            most: training images that there are, of which these may be a sample.

        Raises:
            Cancelled: if the run was cancelled.
            ValueError: if a batch is too large for batch normalisation.
            OSError: if features cannot be written.
        """
        begun = time.perf_counter()
        train, val = (self._taken(name, run) for name in ("train", "val"))
        run.status("Training the head." if self.name == HEAD else "Fine-tuning.")
        self._stepper = compiled.stepper_of(self.spec, self._part, str(train.images.dtype), batch, self._device.kind)
        room = most if most * train.images[0].nbytes <= MOST_ROOM else 0
        outcome = fit(self._stepper, compiled.build_loss(self.spec), train, val, self.spec, run, self._draw, room)
        self._part.set_weights(self._stepper.model.get_weights())
        self.seconds = time.perf_counter() - begun
        return outcome

    def logits(self, split: str, run: Run) -> np.ndarray:
        """(n, classes) of the network as it is now."""

        def pause() -> None:
            if run.cancelled():
                raise Cancelled

        self._stepper.model.set_weights(self._part.get_weights())
        return self._stepper.logits(self._taken(split, run).images, pause)

    def _taken(self, split: str, run: Run) -> ImageDataset:
        """What the part takes of a split: features as maps, or images."""
        if self.features and not self._ready:
            shape = self._part.input_shape[1:]
            made = self.features.of([part.images for part in self._splits.values()], run)
            for (name, part), maps in zip(list(self._splits.items()), made, strict=True):
                self._splits[name] = replace(part, images=maps.reshape(len(maps), *shape))
            self._ready = True
        return self._splits[split]


def _of_stage(spec: RunSpec, name: str) -> tuple[RunSpec, int]:
    """What a stage trains by, and how many blocks."""
    if name == HEAD:
        return spec, 0
    training = replace(spec.training, epochs=spec.transfer.epochs)
    optimizer = replace(spec.optimizer, learning_rate=spec.transfer.learning_rate)
    return replace(spec, training=training, optimizer=optimizer), spec.transfer.unfrozen


def _of_maps(part: keras.Model) -> keras.Model:
    """The part for features as maps: numbers without places stand as one pixel of many channels."""
    shape = part.input_shape[1:]
    if len(shape) == 3:
        return part
    flat = layers.Reshape(shape, name="flat")
    rest = [layer for layer in part.layers if not isinstance(layer, layers.InputLayer)]
    return keras.Sequential([keras.Input((1, 1, *shape), name="maps"), flat, *rest], name="head")
