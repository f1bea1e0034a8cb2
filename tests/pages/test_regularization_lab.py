import numpy as np
import pytest

from medcore.labs import pruning
from medcore.labs import regularization as lab
from medcore.runs import files
from medcore.training.run import Row
from tests.ui import made_runs

PAGE = "regularization_lab"
EPOCHS, UPDATES = 4, 3
"""Of a made run, and updates an epoch."""


def keep_weights(run_id):
    """As a run leaves them: two layers over three times, one of four pixels dead."""
    folder = files.folder(run_id)
    folder.mkdir(parents=True)
    first = np.ones((2, 2, 1, 3), np.float32)
    first[0, 1] = 0
    np.savez(
        folder / "weights.npz",
        layers=np.array(["hidden", "logits"]),
        epochs=np.array([0, 2, 4]),
        edges=np.linspace(-1, 1, 5),
        counts=np.full((3, 2, 4), 3),
        zeros=np.zeros((3, 2), int),
        first=first,
        dead=np.array([[[False], [True]], [[False], [False]]]),
    )


def end(store, run_id, gap, share):
    """Writes what a slot would write: a loss whose validation is `gap` above, and a share of exact zeros."""
    rows = []
    for epoch in range(1, EPOCHS + 1):
        step, loss = epoch * UPDATES, 1 / epoch
        values = {"train_loss": loss, "epoch_train_loss": loss, "val_loss": loss + gap, "val_accuracy": 0.8}
        values |= {"penalty": 0.2, "zero_share": share * epoch / EPOCHS}
        rows += [Row(step, metric, value) for metric, value in values.items()]
    store.say(run_id, plan={"steps_per_epoch": UPDATES, "steps": EPOCHS * UPDATES})
    store.log(run_id, 1, [(row, 1000.0 + row.step) for row in rows])
    metrics = {"n": 359, "accuracy": 0.8, "auc": 0.9, "intervals": {"accuracy": [0.75, 0.85]}}
    measured = made_runs.result(0.8, 0.8) | {"val": metrics, "test": metrics, "published": {}, "best_epoch": EPOCHS}
    measured |= {"seconds": 2.5, "update_seconds": 0.4, "evaluated": "last", "stopped": None, "epochs": EPOCHS}
    measured |= {"zeros": {"share": share, "layers": {"hidden": share}, "weights": 100}}
    measured |= {"files": {"weights": "weights.npz"}}
    keep_weights(run_id)
    store.finish(run_id, "done", result=measured)


@pytest.fixture
def finished(store):
    """Ids of finished runs: without a knob, and L1 in both ways."""
    specs = lab.runs(dataset="digits", model="mlp", knobs=["l1"], l1_step="both", images=50, epochs=EPOCHS)
    ids = store.create(specs, "somebody")
    for run_id, gap, share in zip(ids, (0.75, 0.5, 0.25), (0.0, 0.0, 0.6), strict=True):
        store.claim("small")
        end(store, run_id, gap, share)
    return ids


def words(page):
    return "\n".join(element.value for element in (*page.markdown, *page.caption))


def test_opens_with_a_comparison_ready_to_train(open_page, store):
    page = open_page(PAGE)
    assert not page.exception
    assert page.title[0].value == "How do I keep a network from learning by heart?"
    settings = page.dataframe[0].value.set_index("Run")
    assert list(settings.index) == list(lab.runs())
    differ = settings.nunique() > 1
    assert set(settings.columns[differ]) == {"Penalty", "Network", "Stops", "Preparation"}
    assert differ[: differ.sum()].all(), "what differs stands first"
    page = page.button(key="train").click().run()
    records = store.find(page.query_params["runs"].split(","))
    assert [r.label for r in records] == list(lab.runs())
    assert {r.state for r in records} == {"queued"}
    assert all(r.spec["training"]["record_weights"] for r in records)


def test_controls_say_what_the_runs_are(open_page):
    page = open_page(PAGE, dataset="Digits 8x8", knobs=["L1", "Dropout"], l1_step="Both", together="true", images="50")
    page.select_slider(key="l1_strength").set_value(0.01)
    page = page.select_slider(key="dropout_rate").set_value(0.2).run()
    settings = page.dataframe[0].value.set_index("Run")
    names = ["Nothing", "L1, subgradient · 0.01", "L1, proximal step · 0.01", "Dropout · 0.2", "All together"]
    assert list(settings.index) == names
    assert settings.loc["All together", "Penalty"] == "L1 0.01 (proximal)"
    assert settings.loc["All together", "Network"] == "dropout 0.2"
    assert settings.loc["Nothing", "Penalty"] == "—"


def test_one_knob_is_turned_further_and_further(open_page):
    page = open_page(PAGE, dataset="Digits 8x8", vary="Dropout: values", fixed="L2")
    page = page.button_group(key="values_dropout").set_value(["0.5", "0.1"]).run()
    settings = page.dataframe[0].value.set_index("Run")
    assert list(settings.index) == ["Without Dropout", "Dropout · 0.1", "Dropout · 0.5"]
    assert set(settings["Penalty"]) == {"L2 0.001"}


def test_a_network_offers_only_the_knobs_that_it_has(open_page):
    page = open_page(PAGE, model="Linear")
    assert not page.exception
    assert "Dropout" not in page.button_group(key="knobs").options
    assert "Input noise" in page.button_group(key="knobs").options


def test_no_knob_is_said_and_cannot_be_trained(open_page):
    page = open_page(PAGE)
    page = page.button_group(key="knobs").set_value([]).run()
    assert [e.value for e in page.error] == ["Choose at least one knob to turn. Received: none"]
    assert page.button(key="train").disabled


def test_too_many_runs_are_said_before_anything_is_queued(open_page):
    page = open_page(PAGE, vary="L1: values", l1_step="Both", seeds="10")
    assert len(page.error) == 1
    assert page.error[0].value.startswith("A comparison has at most 64 runs. Received: ")
    assert page.button(key="train").disabled


def test_finished_runs_show_the_gap_and_the_exact_zeros(open_page, finished):
    page = open_page(PAGE, runs=",".join(finished))
    assert not page.exception
    assert "The gap between training and validation" in [s.value for s in page.subheader]
    table = page.dataframe[0].value.set_index("Run")
    assert table.loc["L1, proximal step · 0.0001", "Exact zeros"] == "60.0%"
    assert table.loc["Nothing", "Exact zeros"] == "0.0%"


@pytest.mark.parametrize("view", ["Gap over the epochs", "Data loss and penalty"])
def test_a_link_shares_the_view_of_the_gap(open_page, finished, view):
    page = open_page(PAGE, runs=",".join(finished), gap=view)
    assert not page.exception
    assert page.button_group(key="gap").value == view


def test_a_run_that_waits_has_a_live_gap(open_page, store):
    ids = store.create(lab.runs(dataset="digits", knobs=["l2"]), "somebody")
    page = open_page(PAGE, runs=",".join(ids))
    assert not page.exception
    page = page.button_group(key="gap").set_value("Gap over the epochs").run()
    assert "Drawn once all runs have ended." in [info.value for info in page.info]


def test_weights_of_a_run_are_drawn_and_dead_pixels_counted(open_page, finished):
    page = open_page(PAGE, runs=",".join(finished), about="Weights")
    assert not page.exception
    sparsest = "L1, proximal step · 0.0001"
    assert [page.selectbox(key=key).value for key in ("weights_run", "prune_run")] == [sparsest, sparsest]
    assert "Inputs looked at: 3 of 4 pixels" in words(page)


def test_weights_that_are_gone_are_said(open_page, finished):
    (files.folder(finished[2]) / "weights.npz").unlink()
    page = open_page(PAGE, runs=",".join(finished), about="Weights")
    assert "The weights of this run cannot be read any more." in [w.value for w in page.warning]


def test_pruning_is_queued_for_the_run_picked_and_drawn(open_page, store, finished):
    page = open_page(PAGE, runs=",".join(finished), about="Weights", prune_run="L1, proximal step · 0.0001")
    page = page.button(key="prune").click().run()
    (task,) = store.find([page.query_params["pruned"]])
    assert (task.spec["task"], task.spec["base"], task.state) == ("prune", finished[2], "queued")
    store.claim("small")
    metrics = [{"accuracy": value} for value in (0.8, 0.7, 0.3)]
    store.finish(task.id, "done", result={"shares": [0.0, 0.6, 0.9], "val": metrics, "test": metrics, "seconds": 1.0})
    drawn = len(page.get("plotly_chart"))
    page = page.run()
    assert not page.exception
    assert len(page.get("plotly_chart")) == drawn + 1
    assert page.button(key="prune").disabled


def test_only_networks_that_tell_classes_apart_are_pruned():
    spec = next(iter(lab.runs().values()))
    (made,) = pruning.runs("0" * 16, spec).values()
    with pytest.raises(ValueError, match="Only a network that tells classes apart can be pruned"):
        pruning.runs("0" * 16, made)


def test_a_knob_that_was_turned_further_has_a_chart_of_its_own(open_page, store):
    ids = store.create(lab.runs(dataset="digits", model="mlp", vary="l2", values=[0.01, 0.1, 1]), "somebody")
    for run_id, gap in zip(ids, (0.75, 0.5, 0.25, -0.001), strict=True):
        store.claim("small")
        end(store, run_id, gap, 0.0)
    page = open_page(PAGE, runs=",".join(ids))
    assert not page.exception
    assert "Further and further" in [s.value for s in page.subheader]
    assert "gap 0.00" in page.get("plotly_chart")[2].proto.spec


@pytest.mark.parametrize(("part", "param"), [("One knob", "runs"), ("Few and bad labels", "labels")])
def test_runs_that_are_no_trainings_are_not_shown(open_page, store, part, param):
    specs = lab.runs(dataset="digits")
    base = store.create(specs, "someone")[0]
    (pruned,) = store.create(pruning.runs(base, next(iter(specs.values()))), "someone")
    for _ in range(len(specs) + 1):
        store.claim("small")
    store.finish(pruned, "done", result={"test": [{"accuracy": 0.5}], "val": [{"accuracy": 0.5}], "shares": [0.0]})
    page = open_page("regularization_lab", part=part, **{param: f"{pruned},gone"})
    assert not page.exception
    assert any(text.value.startswith("2 of the runs that this address names are not shown") for text in page.warning)
