import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from medcore import settings
from medcore.labs import optimizers
from medcore.runs.store import Store
from medcore.training.run import Row
from medcore.ui import comparison_charts
from tests.ui import made_runs

PAGE = """
import streamlit as st
from medcore.ui import comparison_charts, state
comparison_charts.show(state.store().find(st.session_state["ids"]))
"""
RATES = [0.001, 0.01, 0.1]
LOSSES = [[1.0, 0.9, 0.8], [0.7, 0.3, 0.5], [0.6, 0.4, 2.0]]


@pytest.fixture
def store(home):
    st.cache_resource.clear()
    store = Store(settings.database_url())
    yield store
    store.close()


def swept(store, weights: str) -> list[str]:
    """Runs of three rates, two of which rise again after their lowest validation loss."""
    specs = optimizers.runs("digits", "mlp", ["adam"], vary="learning_rate", values=RATES, epochs=3, weights=weights)
    ids = store.create(specs, "somebody")
    for run_id, losses in zip(ids, LOSSES, strict=True):
        store.claim("small")
        store.log(run_id, 1, [(Row(20 * e, "val_loss", loss), 0.0) for e, loss in enumerate(losses, 1)])
        result = made_runs.result(0.9, 0.9, evaluated=weights, best_epoch=int(np.argmin(losses)) + 1)
        store.finish(run_id, "done", result=result)
    return ids


def shown(ids: list[str]) -> str:
    page = AppTest.from_string(PAGE)
    page.session_state["ids"] = ids
    page.run()
    assert not page.exception
    return "\n".join(element.value for element in page.caption)


def drawn(ids: list[str]) -> list[float]:
    """The validation losses of the sweep's line."""
    line = next(t for t in comparison_charts._sweep_chart(tuple(ids)).data if t.name == "Adam" and t.yaxis == "y")
    return [float(value) for value in line.y]


@pytest.mark.parametrize(
    ("weights", "losses", "words"),
    [
        ("last", [0.8, 0.5, 2.0], "of the weights at the end"),
        ("best", [0.8, 0.3, 0.4], "of the weights of the best epoch"),
    ],
)
def test_a_sweep_shows_the_loss_of_the_weights_that_were_tested(store, weights, losses, words):
    ids = swept(store, weights)
    assert drawn(ids) == losses
    assert words in shown(ids)


def test_a_sweep_of_both_kinds_says_so(store):
    ids = [*swept(store, "last"), *swept(store, "best")]
    assert "of the weights that were tested, the last ones or those of the best epoch" in shown(ids)
