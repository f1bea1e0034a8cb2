"""Which training images does the network find most like this one?"""

from typing import NamedTuple

import numpy as np

from medcore.explanation.reference import Reference


class Neighbour(NamedTuple):
    """A training image.

    Args:
        row: its number in the training split of the set.
        label: class number that the network was taught for it.
        distance: Euclidean, between the features below the logits.
    """

    row: int
    label: int
    distance: float


def nearest(features: np.ndarray, reference: Reference, count: int) -> list[Neighbour]:
    """The nearest first.

    Args:
        features: (d,) of the image.
        count: how many at most.
    """
    distances = np.linalg.norm(reference.features - features, axis=1)
    order = np.argsort(distances, kind="stable")[:count]
    return [Neighbour(int(reference.rows[i]), int(reference.labels[i]), float(distances[i])) for i in order]
