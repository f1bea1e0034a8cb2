"""Predictions of a judge who knows something, and is too sure of it."""

import numpy as np

from medcore.evaluation.predictions import Predictions


def judged(n: int, classes: int, seed: int = 0, knows: float = 1.5, decimals: int | None = None) -> Predictions:
    """Predictions of n test and n validation images; rounded, so that many scores are equal, where asked for."""
    rng = np.random.default_rng([seed, classes])
    parts = []
    for _ in range(2):
        labels = rng.permutation(np.arange(n) % classes)
        logits = 2 * (rng.normal(size=(n, classes)) + knows * np.eye(classes)[labels])
        probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        parts += [probabilities if decimals is None else probabilities.round(decimals), labels]
    return Predictions(parts[0], parts[1], np.arange(n), parts[2], parts[3])
