"""What a run logged, as arrays."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd


def series(frame: "pd.DataFrame") -> dict[str, np.ndarray]:
    """Values by metric, each (points,) in the order they were logged.

    Args:
        frame: of one run, the columns step, metric, value.
    """
    return {metric: part["value"].to_numpy(float) for metric, part in frame.groupby("metric", sort=False)}


def gradients(of: Mapping[str, np.ndarray]) -> np.ndarray:
    """Norm of the loss gradient over all layers, (points,); empty if not logged."""
    return _over_layers(of, "gradient_norm/", np.linalg.norm)


def step_sizes(of: Mapping[str, np.ndarray]) -> np.ndarray:
    """Norm of an update by that of the weights, median over layers, (points,); empty if not logged."""
    return _over_layers(of, "update_ratio/", np.median)


def _over_layers(of: Mapping[str, np.ndarray], start: str, over: Callable[..., np.ndarray]) -> np.ndarray:
    """As far as all layers go."""
    layers = [values for metric, values in of.items() if metric.startswith(start)]
    shortest = min(map(len, layers), default=0)
    return over([values[:shortest] for values in layers], axis=0) if layers else np.empty(0)
