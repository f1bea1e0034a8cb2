"""Deep CORAL and DANN: features that are alike in two places, learned beside the classes of one of them.

A batch has as many images of the source as of the target, the source's first. What is added stands around the
classifier while it trains, and is no part of the model that is saved.
"""

import math
from collections.abc import Callable
from typing import Any

import keras
from keras import layers, ops

DOMAIN_UNITS = 64
"""Units of the hidden layer that tells the places apart."""


def feature_layer(model: keras.Model) -> keras.KerasTensor:
    """The features: what the last layer, "logits", gets."""
    return model.get_layer("logits").input


def coral(source: Any, target: Any) -> Any:
    """Squared Frobenius norm of the difference of the covariances, over 4 d².

    Args:
        source, target: features (n, d), n at least 2; covariances divide by n - 1.

    Reference:
        Sun & Saenko, Deep CORAL: Correlation Alignment for Deep Domain Adaptation, arXiv:1607.01719, equation 1.
    """
    difference = _covariance(source) - _covariance(target)
    return ops.sum(ops.square(difference)) / (4 * source.shape[-1] ** 2)


def _covariance(features: Any) -> Any:
    centred = features - ops.mean(features, axis=0, keepdims=True)
    count = ops.cast(ops.maximum(ops.shape(features)[0] - 1, 1), centred.dtype)
    return ops.matmul(ops.transpose(centred), centred) / count


def reversal_strength(progress: Any) -> Any:
    """How strongly DANN's gradient is turned round: 2 / (1 + exp(-10 p)) - 1, from 0 at the start to 1.

    Args:
        progress: p, the share of all updates that are done.

    Reference:
        Ganin et al., Domain-Adversarial Training of Neural Networks, arXiv:1505.07818, section 5.2.
    """
    return 2 / (1 + ops.exp(-10 * progress)) - 1


class _Second(layers.Layer):
    """Passes the logits on, and adds a loss of the features of the two halves of a training batch.

    `mean` is that loss, before its weight, averaged over the training batches since `forget`.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(dtype="float32", **options)
        self._sums = self.add_weight(shape=(2,), initializer="zeros", trainable=False, name="sums")

    @property
    def mean(self) -> float:
        total, count = ops.convert_to_numpy(self._sums)
        return float(total / count) if count else math.nan

    def forget(self) -> None:
        """Begins a new mean."""
        self._sums.assign([0.0, 0.0])

    def call(self, logits: Any, features: Any, training: bool | None = None) -> Any:
        if training:
            half = ops.shape(features)[0] // 2
            value = self.between(features[:half], features[half:])
            self._sums.assign(self._sums + ops.stack([value, ops.ones_like(value)]))
            self.add_loss(self.weighted(value))
        return logits

    def between(self, source: Any, target: Any) -> Any:
        """The loss of the features of either place, (n, d) each."""
        raise NotImplementedError

    def weighted(self, value: Any) -> Any:
        return value


class CoralLoss(_Second):
    """`coral`, times a weight."""

    mixes = "Deep CORAL, which gets as many images of the target as of the source,"

    def __init__(self, weight: float, **options: Any) -> None:
        super().__init__(**options)
        self.weight = self.add_weight(
            shape=(), initializer=keras.initializers.Constant(weight), trainable=False, name="weight"
        )

    def between(self, source: Any, target: Any) -> Any:
        return coral(source, target)

    def weighted(self, value: Any) -> Any:
        return self.weight * value


class DomainLoss(_Second):
    """Cross-entropy of a logit (n, 1) that says how likely an image is of the target; ln 2 is a guess."""

    mixes = "DANN, which gets as many images of the target as of the source,"

    def between(self, source: Any, target: Any) -> Any:
        return (ops.mean(ops.softplus(source)) + ops.mean(ops.softplus(-target))) / 2


class Reversal(layers.Layer):
    """Passes features on, and turns the gradient round: it comes back times -strength.

    The strength is `weight` times `reversal_strength` of the share of updates that the layer has seen.

    Args:
        weight: of the strength.
        updates: of the whole run.
    """

    def __init__(self, weight: float, updates: int, **options: Any) -> None:
        super().__init__(dtype="float32", **options)
        first = {"weight": weight, "updates": updates, "done": 0}
        self.weight, self.updates, self.done = (
            self.add_weight(shape=(), initializer=keras.initializers.Constant(value), trainable=False, name=name)
            for name, value in first.items()
        )

    def call(self, features: Any, training: bool | None = None) -> Any:
        if not training:
            return features
        strength = self.weight * reversal_strength(self.done / self.updates)
        self.done.assign(self.done + 1)
        return ops.stop_gradient((1 + strength) * features) - strength * features


class Alignment:
    """What is trained around a classifier, see `compiled.Around`.

    Args:
        method: "coral" or "dann".
        weight: of CORAL's loss, or of DANN's reversed gradient.
        updates: of the whole run, for DANN's schedule.
    """

    def __init__(self, method: str, weight: float, updates: int) -> None:
        self.name, self._weight, self._updates = method, weight, updates

    def wrapped(self, model: keras.Model) -> keras.Model:
        """From images to logits, with the second loss added."""
        features = layers.Flatten(name="aligned")(feature_layer(model))
        if self.name == "coral":
            second = CoralLoss(self._weight, name="second")(model.outputs[0], features)
        else:
            turned = Reversal(self._weight, self._updates, name="reversal")(features)
            hidden = layers.Dense(DOMAIN_UNITS, "relu", dtype="float32", name="domain_hidden")(turned)
            domain = layers.Dense(1, dtype="float32", name="domain")(hidden)
            second = DomainLoss(name="second")(model.outputs[0], domain)
        return keras.Model(model.inputs[0], second, name=model.name)

    def loss(self, loss: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        """The classes' loss; the images of the target, whose label is the number of classes, get any value."""
        return lambda labels, logits: loss(ops.minimum(labels, logits.shape[-1] - 1), logits)


def classifier(model: keras.Model) -> keras.Model:
    """The plain classifier within what is trained, with the same variables."""
    logits = model.get_layer("logits").output
    return keras.Model(model.inputs[0], logits, name=model.name)


def features_of(model: keras.Model) -> keras.Model:
    """From images to their features (n, d)."""
    return keras.Model(model.inputs[0], layers.Flatten(name="features_in_a_row")(feature_layer(model)))
