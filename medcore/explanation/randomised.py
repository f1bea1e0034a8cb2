"""The check against randomised weights: a heatmap that stays the same says nothing of what the network learned."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import keras
import numpy as np

from medcore.explanation import layers

MOST_STAGES = 5
NOT_LEARNED = (keras.layers.Normalization, keras.layers.Rescaling, keras.layers.Resizing)


def stages(model: keras.Model) -> list[list[str]]:
    """Paths of the layers with learned weights, from the answer down to the image, in five groups at most.

    The first is the head alone; where there are more, those below are put together as evenly as can be.
    """
    learned = [path for path, layer in layers.walk(model).items() if _learns(layer)][::-1]
    if len(learned) <= MOST_STAGES:
        return [[path] for path in learned]
    below = np.array_split(np.array(learned[1:], object), MOST_STAGES - 1)
    return [learned[:1], *(list(map(str, part)) for part in below)]


def _learns(layer: keras.layers.Layer) -> bool:
    return bool(layer.weights) and not isinstance(layer, NOT_LEARNED) and layer.name != "preprocess"


@contextmanager
def cascade(model: keras.Model, seed: int = 0) -> Iterator[Iterator[str]]:
    """Goes down the stages; at each step everything above and in the stage has its weights in random order.

    Filters get random signs, too: weights that are negative on average would silence every unit behind a ReLU. Sizes
    stay, so that the signal does not explode. In the end the network is as it was.

    Yields:
        An iterator that randomises the next stage and gives the name of its lowest layer.

    Reference:
        Adebayo et al., Sanity Checks for Saliency Maps, arXiv:1810.03292: the cascading randomisation.
    """
    found = layers.walk(model)
    kept = {path: layer.get_weights() for path, layer in found.items() if _learns(layer)}
    try:
        yield _shuffling(found, stages(model), np.random.default_rng(seed))
    finally:
        for path, weights in kept.items():
            found[path].set_weights(weights)


def _shuffling(
    found: dict[str, keras.layers.Layer], groups: Sequence[Sequence[str]], rng: np.random.Generator
) -> Iterator[str]:
    for group in groups:
        for path in group:
            layer = found[path]
            layer.set_weights([_random(weight, rng) for weight in layer.get_weights()])
        yield group[-1]


def _random(weight: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The same numbers in another order; filters and matrices with random signs."""
    shuffled = rng.permutation(weight.ravel()).reshape(weight.shape)
    return shuffled * rng.choice([-1, 1], weight.shape).astype(weight.dtype) if weight.ndim > 1 else shuffled


def rank_correlation(one: np.ndarray, other: np.ndarray) -> float | None:
    """Spearman's of two maps of the same shape, as they are shown; None where one of them is the same everywhere."""
    from scipy.stats import rankdata

    ranks = [rankdata(part.ravel()) for part in (one, other)]
    if any(np.ptp(rank) == 0 for rank in ranks):
        return None
    return float(np.corrcoef(*ranks)[0, 1])
