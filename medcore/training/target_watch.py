"""What the target's test labels say of the network after each epoch: to look at, and to show whom they flatter."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np

from medcore.data.dataset import ImageDataset
from medcore.training.epochs import Outcome, Stepper


class TargetWatch:
    """Called after each epoch, gives `target_accuracy` and, where there is a second loss, `adaptation_loss`.

    Args:
        test: of the target.
        finish: what becomes of the network once it is trained, such as new statistics of batch normalisation: the
            accuracy is that of the network as it would be if this epoch were the last. None for nothing.
        pause: called now and then; may raise.
    """

    def __init__(
        self,
        stepper: Stepper,
        test: ImageDataset,
        finish: Callable[[keras.Model], None] | None,
        pause: Callable[[], None],
    ) -> None:
        self._stepper, self._test, self._finish, self._pause = stepper, test, finish, pause
        self.best_accuracy: float | None = None
        self.best_epoch: int | None = None
        self.best_weights: list[np.ndarray] = []

    def __call__(self, outcome: Outcome) -> dict[str, float]:
        """Metrics to log."""
        with self._finished():
            accuracy = self.accuracy()
            if self.best_accuracy is None or accuracy > self.best_accuracy:
                self.best_accuracy, self.best_epoch = accuracy, outcome.epochs
                self.best_weights = self._stepper.model.get_weights()
        return {"target_accuracy": accuracy, **self._second_loss()}

    def accuracy(self) -> float:
        """On the target's test images, of the network as it is."""
        logits = self._stepper.logits(self._test.images, self._pause)
        return float((logits.argmax(axis=1) == self._test.labels).mean())

    def choose(self) -> None:
        """Gives the network the weights of the epoch that the target's labels like best."""
        self._stepper.model.set_weights(self.best_weights)

    @contextmanager
    def _finished(self) -> Iterator[None]:
        if self._finish is None:
            yield
            return
        trained = self._stepper.model.get_weights()
        try:
            self._finish(self._stepper.model)
            yield
        finally:
            self._stepper.model.set_weights(trained)

    def _second_loss(self) -> dict[str, float]:
        second: Any = next((layer for layer in self._stepper.model.layers if layer.name == "second"), None)
        if second is None:
            return {}
        mean = second.mean
        second.forget()
        return {"adaptation_loss": mean}
