"""Histories as the charts get them: read once, thinned without hiding anything, and whole where they are taken home."""

import io
import tracemalloc

import numpy as np
import pandas as pd
import pytest
import streamlit as st

from medcore import settings
from medcore.charts import curves, training
from medcore.labs import optimizers
from medcore.runs.store import Store
from medcore.spec import RunSpec
from medcore.training.run import Row
from medcore.ui import history, live_panel

UPDATES = 3 * history.MOST_UPDATES


@pytest.fixture
def store(home):
    st.cache_resource.clear()
    store = Store(settings.database_url())
    yield store
    store.close()


def losses(seed: int, updates: int = UPDATES) -> np.ndarray:
    """Mostly small, now and then large, as of single images; one peak, one dip and a gap between two stretches."""
    values = np.random.default_rng(seed).exponential(0.1, updates)
    values[[7777, 8888, 9999]] = 50.0, -1.0, np.nan
    return values


def ended(store: Store, *curves_: np.ndarray) -> list:
    """Runs of these training losses, with a validation loss every thousand updates."""
    ids = store.create(optimizers.runs("digits", "mlp", ["sgd"], seeds=len(curves_)), "somebody")
    for run_id, values in zip(ids, curves_, strict=True):
        store.claim("small")
        rows = [Row(i, "train_loss", value) for i, value in enumerate(values.tolist(), 1)]
        rows += [Row(i, "val_loss", 1 / i) for i in range(1, len(values), 1000)]
        store.log(run_id, 1, [(row, 0.0) for row in rows])
        store.finish(run_id, "done", result={})
    return store.find(ids)


def test_a_long_history_is_thinned_and_keeps_what_can_be_seen(store):
    values = losses(0)
    (record,) = ended(store, values)
    frame = history.of([record])
    kept = frame[frame["metric"] == "train_loss"].set_index("step")["value"]
    assert len(kept) <= 1.5 * history.MOST_UPDATES
    assert {1, 7778, 8889, 10000, UPDATES} <= set(kept.index)
    np.testing.assert_array_equal(kept, values[kept.index - 1])
    assert frame["metric"].value_counts()["val_loss"] == len(range(1, UPDATES, 1000))


def test_the_running_mean_of_a_thinned_history_is_that_of_all_its_updates(store):
    first, second = losses(0), losses(1, UPDATES - 5000)
    records = ended(store, first, second)
    frame = history.of(records)
    figure = training.figure(frame, {records[0].id: "SGD"})
    (smooth,) = [trace for trace in figure.data if trace.meta["role"] == "smooth"]
    np.testing.assert_array_equal(smooth.y, curves.smoothed(first)[np.asarray(smooth.x) - 1])
    both = training.figure(frame, {r.id: r.label for r in records}, groups={r.id: "SGD" for r in records}, means=True)
    (mean,) = [trace for trace in both.data if trace.meta["role"] == "mean" and trace.meta["metric"] == "train_loss"]
    assert len(mean.x) > 1000, "seeds of which one ended early have their updates in common"
    at = int(mean.x[1000]) - 1
    assert mean.y[1000] == pytest.approx((curves.smoothed(first)[at] + curves.smoothed(second)[at]) / 2)


def test_a_short_history_is_whole(store):
    (record,) = ended(store, losses(0, history.MOST_UPDATES))
    pd.testing.assert_frame_equal(
        history.of([record]).astype({"run": "str", "metric": "str"}), store.history([record.id]), check_like=True
    )


def test_64_long_runs_stay_within_some_tens_of_megabytes(store):
    (record,) = ended(store, losses(0))
    frame = history.of([record])
    assert 64 * frame.memory_usage(deep=True).sum() < 40 * 2**20
    tracemalloc.start()
    history.of([record] * 64)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 80 * 2**20


def test_a_history_is_read_once_for_all_charts(store, monkeypatch):
    records = ended(store, losses(0, 10_000), losses(1, 10_000))
    reads, rows = [], Store.rows
    monkeypatch.setattr(Store, "rows", lambda self, run_id: reads.append(run_id) or rows(self, run_id))
    labels, colours = tuple((r.id, r.label) for r in records), tuple((r.id, "#000000") for r in records)
    for by in ("update", "second"):
        for log_loss in (False, True):
            live_panel._finished(labels, colours, (), by, (), log_loss)
    history.of(records[:1])
    assert reads == [record.id for record in records]


def test_what_is_taken_home_has_every_row_under_the_label_people_see(store):
    first, second = ended(store, losses(0), losses(1, 10_000))
    text = history.csv({first.id: 'A "quoted", name · 1', second.id: "B"}).decode()
    first_row = f'"A ""quoted"", name · 1",1,train_loss,{float(losses(0)[0])!r}'
    assert text.splitlines()[:2] == ["run,step,metric,value", first_row]
    rows = pd.read_csv(io.StringIO(text))
    whole = store.history([first.id, second.id])
    assert rows["run"].value_counts().to_dict() == {
        'A "quoted", name · 1': (whole["run"] == first.id).sum(),
        "B": (whole["run"] == second.id).sum(),
    }
    np.testing.assert_array_equal(rows["value"], whole["value"])
    np.testing.assert_array_equal(rows["step"], whole["step"])


def test_a_run_that_may_still_log_has_no_whole_history(store):
    ids = store.create(optimizers.runs("digits", "mlp", ["adam"]), "somebody")
    with pytest.raises(ValueError, match=r"Received: 'Adam', which has not"):
        history.of(store.find(ids))


def test_a_run_that_was_stopped_before_it_logged_anything_is_no_hindrance(store):
    (trained,) = ended(store, losses(0))
    (stopped,) = store.find(store.create({"Adam": RunSpec()}, "somebody"))
    store.cancel([stopped.id])
    records = store.find([trained.id, stopped.id])
    assert set(history.of(records)["run"]) == {trained.id}
    assert history.of(records[1:]).empty
    labels = tuple((r.id, r.label) for r in records)
    assert live_panel._finished(labels, tuple((r.id, "#000000") for r in records), (), "update", (), False).data
