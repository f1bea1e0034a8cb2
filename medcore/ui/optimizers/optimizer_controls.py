"""Controls of the optimizers: which, and what each of them takes."""

from collections.abc import Sequence

import streamlit as st

from medcore import catalog
from medcore.ui import controls

RATES = (1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1.0, 3.0, 10.0)
DECAYS = (0.0, 1e-4, 1e-3, 0.004, 0.01, 0.03, 0.1)


def optimizers(default: Sequence[str]) -> list[str]:
    """Picks several optimizers."""
    labels = {c.label: name for name, c in catalog.OPTIMIZERS.items()}
    chosen = st.pills(
        "Optimizers",
        list(labels),
        selection_mode="multi",
        default=[catalog.OPTIMIZERS[name].label for name in default],
        key="optimizers",
        bind=controls.URL,
        help="Each chosen optimizer trains the same network from the same start.",
    )
    return [labels[label] for label in chosen]


def learning_rates(names: Sequence[str]) -> dict[str, float]:
    """One learning rate an optimizer, at its usual value until moved."""
    return {
        name: _number_of(
            choice,
            "Learning rate",
            f"lr_{name}",
            RATES,
            choice.learning_rate,
            f"{choice.note} Usual: {choice.learning_rate:g}.",
        )
        for name, choice in _chosen(names)
    }


def weight_decays(names: Sequence[str]) -> dict[str, float]:
    """One decoupled weight decay an optimizer."""
    help = "Share of each weight taken away per step and unit of learning rate."
    return {
        name: _number_of(choice, "Weight decay", f"decay_{name}", DECAYS, choice.weight_decay, help)
        for name, choice in _chosen(names)
    }


def _chosen(names: Sequence[str]) -> list[tuple[str, catalog.OptimizerChoice]]:
    return [(name, catalog.OPTIMIZERS[name]) for name in names]


def _number_of(
    choice: catalog.OptimizerChoice, what: str, key: str, values: Sequence[float], default: float, help: str
) -> float:
    return controls.stepped(f"{what} · {choice.label}", values, default, "{:g}".format, key, help)


def optimizer_options(names: Sequence[str]) -> dict[str, float]:
    """The parameters of the chosen optimizers, by "OPTIMIZER.PARAMETER"; only values that differ from the default."""
    values = {}
    for name, choice in _chosen(names):
        for key, parameter in choice.parameters.items():
            value = controls.parameter(parameter, f"{key}_{name}", f"{parameter.label} · {choice.label}")
            if value != parameter.default:
                values[f"{name}.{key}"] = value
    return values
