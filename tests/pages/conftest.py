"""Pages without a browser, with a run store of their own and no engine."""

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from medcore import settings
from medcore.labs import optimizers
from medcore.runs.store import Store
from medcore.training.run import Row
from tests.conftest import ROOT


@pytest.fixture
def store(home):
    st.cache_resource.clear()
    store = Store(settings.database_url())
    yield store
    store.close()


@pytest.fixture
def open_page(store):
    """Opens a page by its stem, with query parameters."""

    def open_page(stem: str, **query: str) -> AppTest:
        app = AppTest.from_file(ROOT / "medcore" / "ui" / "shell.py", default_timeout=60)
        app.run()
        for name, value in query.items():
            app.query_params[name] = value
        return app.switch_page(ROOT / "pages" / f"{stem}.py").run()

    return open_page


def finish(store: Store, run_id: str, accuracy: float, diverged_at: int | None = None) -> None:
    """Writes what a slot would write for a run that trained on the digits."""
    rows = [Row(i, "train_loss", 1 / i) for i in range(1, diverged_at or 41)]
    if diverged_at:
        rows += [Row(diverged_at, "train_loss", float("nan"))]
    else:
        rows += [Row(40, "val_loss", 1 - accuracy), Row(40, "val_accuracy", accuracy)]
    for step in (1, 20, 40):
        rows += [Row(step, "seconds", step / 100), Row(step, "learning_rate", 0.1 / step)]
        rows += [Row(step, "gradient_norm/dense", 1 / step), Row(step, "update_ratio/dense", 1e-3)]
    store.log(run_id, 1, [(row, 1000.0 + row.step) for row in rows])
    metrics = {
        "n": 359,
        "accuracy": accuracy,
        "auc": 0.99,
        "intervals": {"accuracy": [accuracy - 0.05, accuracy + 0.03]},
    }
    if diverged_at:
        metrics = {"n": 359, "accuracy": None, "auc": None, "intervals": {}}
    result = {
        "seconds": 2.5,
        "update_seconds": 0.4,
        "steps": 40,
        "epochs": 1,
        "best_epoch": 1,
        "evaluated": "last",
        "stopped": None,
    }
    result |= {
        "diverged_at": diverged_at,
        "test": metrics,
        "published": {},
        "baseline": {"accuracy": 0.1, "class": "1"},
    }
    store.finish(run_id, "done", result=result)


@pytest.fixture
def finished(store):
    """Ids of two finished runs."""
    ids = store.create(optimizers.runs(dataset="digits", optimizers=["momentum", "adam"], epochs=1), "somebody")
    for _ in ids:
        store.claim("small")
    finish(store, ids[0], 0.8)
    finish(store, ids[1], 0.9)
    return ids


@pytest.fixture
def train_all(store):
    """Lets a comparison of the digits end: label to accuracy, or None for a run that diverged at update 37."""

    def train_all(accuracies: dict[str, float | None], **settings: object) -> list[str]:
        specs = optimizers.runs(dataset="digits", epochs=1, **settings)
        assert list(specs) == list(accuracies)
        ids = store.create(specs, "somebody")
        for run_id, accuracy in zip(ids, accuracies.values(), strict=True):
            assert store.claim(specs[next(iter(specs))].size).id == run_id
            store.say(run_id, plan={"steps_per_epoch": 40, "steps": 40})
            finish(store, run_id, accuracy or 0.0, None if accuracy else 37)
        return ids

    return train_all
