"""What is about to be compared, said in full: the settings of every run side by side."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from medcore import catalog
from medcore.labs import robustness
from medcore.spec import RunSpec


def show(specs: Mapping[str, RunSpec], train_images: int | None) -> None:
    """One row a run.

    Args:
        specs: by label.
        train_images: to count the updates; None where unknown.
    """
    st.dataframe(
        pd.DataFrame([{"Run": label} | _row(spec, train_images) for label, spec in specs.items()]),
        hide_index=True,
        width="stretch",
        key="setup",
    )


def _row(spec: RunSpec, train_images: int | None) -> dict[str, str]:
    whole = spec.training.batch_size == "all"
    row = {
        "Learning rate": f"{spec.optimizer.learning_rate:g}",
        "Weight decay": f"{spec.optimizer.weight_decay:g}",
        "Batch": "all images" if whole else str(spec.training.batch_size),
        "Options": ", ".join(_option(spec, name, value) for name, value in spec.optimizer.options.items()) or "—",
    }
    if spec.preparation:
        row["Preparation"] = robustness.words(spec.preparation)
    if train_images:
        steps = 1 if whole else -(-train_images // spec.training.batch_size)
        row["Updates"] = f"{steps * spec.training.epochs:,}"
    return row


def _option(spec: RunSpec, name: str, value: float) -> str:
    return f"{catalog.OPTIMIZERS[spec.optimizer.name].parameters[name].label.lower()} {value:g}"
