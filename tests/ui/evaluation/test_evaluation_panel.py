"""The evaluation panel without a browser: every view, and runs that lack something."""

from dataclasses import replace

import numpy as np
import pytest
import streamlit as st
from scipy.stats import binomtest
from streamlit.testing.v1 import AppTest

from medcore import settings
from medcore.data import session_sets, sources
from medcore.evaluation import threshold
from medcore.labs import optimizers
from medcore.runs import files
from medcore.runs.store import Store
from medcore.spec import DataSpec
from medcore.ui import own_sets
from medcore.ui.evaluation import evaluation_panel
from medcore.ui.evaluation.evaluation_panel import VIEWS
from tests.data.test_session_sets import archive
from tests.evaluation.judges import judged

CLASSES = [str(digit) for digit in range(10)]
PAIR = ["malignant", "benign"]


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("MEDCORE_HOME", str(tmp_path_factory.mktemp("evaluated")))
        for name in ("MEDCORE_DATA", "MEDCORE_DATABASE"):
            patched.delenv(name, raising=False)
        st.cache_resource.clear()
        store = Store(settings.database_url())
        yield store
        store.close()
        st.cache_resource.clear()


@pytest.fixture(scope="module")
def digits(store) -> np.ndarray:
    """Labels of the test images, which can be looked at."""
    sources.keep_snapshot("digits", {})  # in this process, which has all that is needed
    return sources.load(DataSpec("digits"))["test"].labels


def finish(store, optimizer, arrays, classes=CLASSES, dataset="digits", **changed) -> str:
    """A finished run that said this of its test images; None kept nothing."""
    (run_id,) = store.create(optimizers.runs(dataset, "mlp", [optimizer]), "somebody")
    store.claim("small")
    if arrays is not None:
        folder = files.folder(run_id)
        folder.mkdir(parents=True)
        np.savez(folder / "predictions.npz", **arrays)
    result = {
        "test": {"accuracy": 0.5, "auc": 0.5, "n": 10, "intervals": {}},
        "data": {"classes": list(classes), "sha256": "same"},
        "baseline": {"accuracy": 0.1, "class": classes[-1]},
        "published": {"accuracy": 0.9, "auc": 0.99, "model": "ResNet", "source": "a paper"},
        "files": {"model": "model.keras"},
    }
    store.finish(run_id, "done", result=result | changed)
    return run_id


def arrays(found) -> dict[str, np.ndarray]:
    """As a run keeps them."""
    names = ("probabilities", "labels", "rows", "val_probabilities", "val_labels")
    return {name: value for name in names if (value := getattr(found, name)) is not None}


def said_of(labels, seed=0):
    """Predictions of the digits with these labels."""
    found = judged(len(labels), 10, seed)
    logits = np.random.default_rng(seed).normal(size=(len(labels), 10)) + 1.5 * np.eye(10)[labels]
    powers = np.exp(2 * logits)
    return replace(found, probabilities=powers / powers.sum(axis=1, keepdims=True), labels=labels)


def page() -> None:
    import streamlit as st

    from medcore.ui import own_sets, state
    from medcore.ui.evaluation import evaluation_panel

    if own := st.query_params.get("own"):
        own_sets.add(own)
    evaluation_panel.show(state.store().find(st.query_params["runs"].split(",")))


def opened(*ids: str, **query: str) -> AppTest:
    app = AppTest.from_function(page, default_timeout=60)
    app.query_params |= {"runs": ",".join(ids)} | query
    app.run()
    while any("Reading the images" in info.value for info in app.info):
        app.run()
    assert not app.exception
    return app


def texts(app: AppTest) -> str:
    every = (*app.markdown, *app.caption, *app.info, *app.warning)
    return " ".join(element.value.replace("\\", "") for element in every)


@pytest.fixture(scope="module")
def two(store, digits) -> list[str]:
    return [finish(store, name, arrays(said_of(digits, seed))) for seed, name in enumerate(("adam", "sgd"))]


@pytest.fixture(scope="module")
def of_two_classes(store) -> str:
    return finish(store, "adam", arrays(judged(200, 2)), PAIR, "breastmnist")


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_is_drawn(view, two):
    app = opened(*two, eval_view=view, eval_class="3")
    assert not app.warning
    assert "not for diagnosis" in texts(app)
    assert app.get("plotly_chart") or view == "Two runs"
    assert ("a new tab" in texts(app)) == (view in ("Confusion", "Confidence", "Two runs"))


def test_figures_stand_beside_baseline_and_published_ones(of_two_classes):
    app = opened(of_two_classes)
    assert app.selectbox(key="eval_class").value == "malignant"
    table = app.dataframe[0].value.set_index("Measure")
    assert table.loc["ROC AUC", "Published"] == "0.990"
    assert table.loc["ROC AUC", "Always the largest class of training"] == "0.500"
    assert table.loc["Sensitivity (recall)", "Always the largest class of training"] == "0.000"
    assert table.loc["Precision", "Always the largest class of training"] == "—"
    assert " to " in table.loc["F1", "95% interval"]
    assert "stratified bootstrap" in texts(app)


def test_a_cell_tells_its_images(two, digits):
    app = opened(two[0], eval_view="Confusion")
    found = said_of(digits, 0)
    app.selectbox(key="eval_true").set_value("4")
    app.selectbox(key="eval_said").set_value("4").run()
    assert f"**{((digits == 4) & (found.said == 4)).sum()} images of “4” rightly found**" in texts(app)


def test_the_cheapest_threshold_is_that_of_the_validation_images(of_two_classes):
    app = opened(of_two_classes, eval_view="Threshold", eval_miss="20")
    found = judged(200, 2)
    costs = [
        ((found.val_labels != 0) & (found.val_probabilities[:, 0] >= t)).sum()
        + 20 * ((found.val_labels == 0) & (found.val_probabilities[:, 0] < t)).sum()
        for t in np.arange(101) / 100
    ]
    app.button(key="eval_cheapest").click().run()
    at = app.slider(key="eval_threshold").value
    assert costs[round(100 * at)] == min(costs)
    called = found.probabilities[:, 0] >= at
    table = app.dataframe[0].value.set_index("On the test images")["Value"]
    assert table["Sensitivity"].startswith(f"{called[found.labels == 0].mean():.1%}")
    assert table["False alarms"] == f"{called[found.labels == 1].sum()} of 100"
    assert "Of **1,000 patients**, **10** are truly “malignant”" in texts(app)
    rare = threshold.counts(found.val_labels == 0, found.val_probabilities[:, 0], threshold.GRID)
    there = threshold.cheapest(threshold.cost_at(0.01, rare, 1, 20))
    assert there > at
    assert f"would be **{there:.2f}**" in texts(app)


def test_two_runs_are_compared_by_the_exact_test(two, digits):
    app = opened(*two, eval_view="Two runs")
    one, other = (said_of(digits, seed).right for seed in (0, 1))
    wins, losses = (one & ~other).sum(), (~one & other).sum()
    p = binomtest(int(wins), int(wins + losses)).pvalue
    assert f"is right in {wins} images" in texts(app)
    assert f"p = {p:.3f}" in texts(app)
    assert f"is right ({losses})" in app.radio(key="eval_only").options[1].replace("\\", "")


def test_older_predictions_are_looked_at_as_far_as_they_go(store, digits):
    bare = replace(said_of(digits), rows=None, val_probabilities=None, val_labels=None)
    run = finish(store, "adam", arrays(bare))
    for view in ("Threshold", "Calibration"):
        assert "older version" in texts(opened(run, eval_view=view, eval_class="3"))
    assert "a new tab" in texts(opened(run, eval_view="Confusion"))
    thinned = finish(store, "adam", arrays(replace(bare, probabilities=bare.probabilities[:9], labels=bare.labels[:9])))
    assert "did not keep which images" in texts(opened(thinned, eval_view="Confusion"))


@pytest.mark.parametrize(
    ("change", "dataset", "said"),
    [
        ({"rows": np.arange(200)[::-1]}, "digits", "has changed"),
        ({"rows": np.arange(200) + 10_000}, "digits", "has changed"),
        ({}, "gone", "There is no data set named"),
        ({}, f"session-{'0' * 32}", "belong to another session, or went with it"),
    ],
)
def test_images_that_are_not_there_are_told_in_a_sentence(store, digits, change, dataset, said):
    run = finish(store, "adam", arrays(judged(200, 10)) | change, dataset=dataset)
    app = opened(run, eval_view="Confusion")
    assert len(app.warning) == 1
    assert said in app.warning[0].value
    assert "Confusion" in app.segmented_control(key="eval_view").value


def test_images_of_a_session_are_shown_to_that_session_alone(store):
    name = session_sets.keep(archive(), ("without", "with"))
    found = replace(judged(4, 2), labels=np.arange(4) % 2, rows=np.arange(4))
    run = finish(store, "adam", arrays(found), ["without", "with"], name)
    brought = finish(store, "adam", arrays(found), dataset="digits", test_data={"data": {"name": name, "options": {}}})
    for of_session in (run, brought):
        assert own_sets.NOT_YOURS in opened(of_session, eval_view="Confusion").warning[0].value
    assert "a new tab" in texts(opened(run, own=name, eval_view="Confusion"))
    session_sets.forget(name)


def test_runs_that_say_nothing_are_told_in_a_sentence(store, two):
    nothing = finish(store, "adam", None)
    assert "kept no predictions" in texts(opened(nothing))
    diverged = finish(store, "rmsprop", arrays(replace(judged(20, 10), probabilities=np.full((20, 10), np.nan))))
    app = opened(diverged, two[0])
    assert "diverged" in texts(app)
    app.selectbox(key="eval_run").select_index(1).run()
    assert app.get("plotly_chart")


@pytest.mark.parametrize("view", VIEWS)
def test_test_images_of_one_class_are_no_crash(view, store):
    found = judged(30, 2)
    run = finish(store, "adam", arrays(replace(found, labels=np.zeros(30, int))), PAIR, "gone")
    app = opened(run, eval_view=view)
    assert ("those of one kind only" in texts(app)) == (view == "Threshold")
    assert ("Not defined here (0 of 0)" in texts(app)) == (view == "Measures")


def test_after_adaptation_the_source_chooses_and_the_target_judges(store, digits):
    target = {"data": {"name": "digits", "options": {}}, "preparation": {"steps": {}, "corrupted": "all"}}
    run = finish(store, "adam", arrays(said_of(digits)), dataset="gone", test_data=target)
    app = opened(run, eval_view="Confusion")
    assert not app.warning
    assert "validation images of the source" in texts(app)


def test_charts_to_take_home_are_those_of_the_run_that_is_looked_at(store, of_two_classes, two):
    records = store.find([of_two_classes, *two])
    found = evaluation_panel.charts(records)
    assert list(found) == ["Measures", "ROC curve", "Precision and recall", "Confusion matrix", "Calibration"]
    assert found["ROC curve"].data[0].name == "malignant"
    assert not evaluation_panel.charts([])


def test_without_a_finished_run_there_is_a_sentence(store):
    waiting = store.create(optimizers.runs("digits", "mlp", ["adam"]), "somebody")
    assert "once a run has ended" in texts(opened(*waiting))
