"""A finished run's smallest weights are set to zero, more and more of them, and the network is tested again."""

import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import keras
import numpy as np

from medcore import catalog
from medcore.data import sources
from medcore.data.dataset import Splits
from medcore.data.sampling import sample
from medcore.evaluation.classification import evaluate, majority
from medcore.spec import RunSpec
from medcore.training import devices, penalty
from medcore.training.classification import check, softmax
from medcore.training.robustness import check_fit, logits_of, model_of, own_recipe
from medcore.training.run import Cancelled, Row, Run

SHARES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99)
JUDGED = ("val", "test")


def prune(spec: RunSpec, run: Run) -> dict[str, Any]:
    """Metrics of the base run's network with these shares of its kernel weights at zero, the smallest of all layers
    first; biases stay. Nothing is trained again, and the base run keeps its model as it is.

    The images are those of the base run, prepared as it had them. Logs `prune/share`, `prune/val_accuracy` and
    `prune/test_accuracy` at steps from 1, one a share.

    Args:
        spec: that of the base run, with the task "prune" and the run's id as its base.

    Returns:
        "shares"; for each "val" and "test" as `evaluate` gives them, the weights that are "nonzero", and the
        "threshold", the size of the largest weight that was set to zero: plain values for JSON.

    Raises:
        Cancelled: if the run was cancelled.
        FileNotFoundError: if there is no such data set, or the base run left no model.
        ValueError: if the model does not fit the images, or its weights are no numbers.
        OSError: if data or model cannot be read.
    """
    begun = time.perf_counter()

    def pause(*_: int) -> None:
        if run.cancelled():
            raise Cancelled

    run.status("Loading the model and the images.")
    model = model_of(run.folder.parent / spec.base)
    splits = sources.load(spec.data, run.status)
    check(splits)
    chosen = sample(splits, spec.sample, spec.seed).splits
    images = _as_trained(spec, run, chosen, pause)
    check_fit(model, images["test"].images.shape[1:], len(images["test"].class_names))
    pruned = Pruning(model)
    device = devices.choose(catalog.MODELS[spec.model.name], spec.training.precision)
    facts = {"parameters": model.count_params(), "device": asdict(device)}
    run.plan(steps=len(SHARES), classes=list(images["test"].class_names), **facts)

    run.status("Pruning and testing.")
    found: dict[str, list[Any]] = {"val": [], "test": [], "nonzero": [], "threshold": []}
    for step, share in enumerate(SHARES, 1):
        found["threshold"].append(pruned.to(share))
        found["nonzero"].append(pruned.nonzero)
        for name in JUDGED:
            probabilities = softmax(logits_of(model, images[name].images, pause))
            found[name].append(evaluate(images[name].labels, probabilities, images[name].class_names))
        accuracies = {f"prune/{name}_accuracy": found[name][-1]["accuracy"] for name in JUDGED}
        run.log(Row(step, metric, value) for metric, value in {"prune/share": share, **accuracies}.items())
    return {
        "seconds": round(time.perf_counter() - begun, 3),
        "base": spec.base,
        "shares": list(SHARES),
        **found,
        "weights": pruned.weights,
        "baseline": majority(splits["train"].labels, images["test"].labels, images["test"].class_names),
        **facts,
    }


class Pruning:
    """The kernels of a model, of which the smallest weights go to zero, counted over all layers together.

    Raises:
        ValueError: if a weight is no finite number.
    """

    def __init__(self, model: keras.Model) -> None:
        self._kernels = list(penalty.kernels(model).values())
        self._values = [keras.ops.convert_to_numpy(kernel) for kernel in self._kernels]
        sizes = np.abs(np.concatenate([values.ravel() for values in self._values]))
        if not np.isfinite(sizes).all():
            raise ValueError("Only weights that are numbers can be pruned. Received: a network that diverged")
        self._order = np.argsort(sizes, kind="stable")
        self._sizes = sizes[self._order]
        self.weights = len(sizes)
        self.nonzero = int(np.count_nonzero(sizes))

    def to(self, share: float) -> float:
        """Sets this share (0 to 1) of the weights to zero; the size of the largest one set, 0 for none."""
        count = round(share * self.weights)
        keep = np.ones(self.weights, bool)
        keep[self._order[:count]] = False
        first = 0
        for kernel, values in zip(self._kernels, self._values, strict=True):
            kernel.assign(values * keep[first : first + values.size].reshape(values.shape))
            first += values.size
        self.nonzero = int(np.count_nonzero(self._sizes[count:]))
        return float(self._sizes[count - 1]) if count else 0.0


def _as_trained(spec: RunSpec, run: Run, splits: Splits, pause: Callable[..., None]) -> Splits:
    """Validation and test images as the recipe of the base run makes them."""
    recipe = own_recipe(run.folder.parent / spec.base)
    return recipe.splits({name: splits[name] for name in JUDGED}, pause).splits
