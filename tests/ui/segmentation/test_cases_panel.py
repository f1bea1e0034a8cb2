"""The cases and the measures of finished runs without a browser: made-up masks on the simulator's test images."""

import json
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from medcore import settings
from medcore.data import sources
from medcore.evaluation import clean_up, masks, overlap
from medcore.evaluation.cases import FILE
from medcore.runs import files
from medcore.runs.store import Store
from medcore.sandbox import Sandbox
from medcore.spec import DataSpec
from medcore.ui.segmentation import case_pictures, case_run, measures_panel
from medcore.ui.segmentation.case_pictures import Setting
from tests.ui.segmentation import made_cases

OPTIONS = {"images": 60, "size": 64}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("MEDCORE_HOME", str(tmp_path_factory.mktemp("cases")))
        for name in ("MEDCORE_DATA", "MEDCORE_DATABASE"):
            patched.delenv(name, raising=False)
        st.cache_resource.clear()
        store = Store(settings.database_url())
        yield store
        store.close()
        st.cache_resource.clear()


@pytest.fixture(scope="module")
def part(store):
    """Test images that can be looked at."""
    sources.keep_snapshot("ct-simulator", OPTIONS)  # in this process, which has all that is needed
    return sources.load(DataSpec("ct-simulator", OPTIONS))["test"]


@pytest.fixture(scope="module")
def slices(store, part) -> str:
    return made_cases.finish(store, "ct-simulator", part, OPTIONS)


@pytest.fixture(scope="module")
def volumes(store, part) -> str:
    """The same images as slices of three volumes, and their lower half as another class."""
    lower = part.masks.copy()
    lower[:, 32:][lower[:, 32:] > 0] = 2
    numbers = np.arange(len(part)) // -(-len(part) // 3)
    several = replace(part, masks=lower, volumes=numbers, step=5.0, mask_names=("background", "upper *", "lower"))
    return made_cases.finish(store, "ct-simulator", several, OPTIONS, seed=1)


def page() -> None:
    import streamlit as st

    from medcore.ui import state
    from medcore.ui.segmentation import cases_panel, measures_panel

    records = state.store().find(st.query_params["runs"].split(","))
    {"cases": cases_panel, "measures": measures_panel}[st.query_params["panel"]].show(records)


def opened(run_id: str, panel: str = "cases", **query: str) -> AppTest:
    app = AppTest.from_function(page, default_timeout=60)
    app.query_params.update({"runs": run_id, "panel": panel, **query})
    app.run()
    assert not app.exception
    return app


def figures(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def test_a_run_that_trains_has_no_cases_yet(store):
    (waiting,) = store.create({"U-Net": made_cases.segmentation.runs()["U-Net"]}, "somebody")
    assert "once a run has ended" in opened(waiting).caption[0].value
    store.cancel([waiting])


def test_threshold_and_clean_up_answer_for_all_cases(slices, part):
    cases = case_run.of(slices)
    app = opened(slices)
    assert float(figures(app)["Mean Dice of the cases"]) == pytest.approx(overlap.mean(cases.dice), abs=5e-4)
    app.select_slider(key="case_threshold").set_value(0.25)
    app.select_slider(key="case_clean").set_value(10).run()
    assert not app.exception
    cleaned = np.stack([clean_up.cleaned(mask, 10) for mask in masks.masks(cases.foreground, cases.classes, 0.25)])
    found = overlap.counts(part.masks, cleaned, 2)
    assert float(figures(app)["Mean Dice of the cases"]) == pytest.approx(overlap.mean(overlap.dice(found)), abs=5e-4)
    assert float(figures(app)["Dice of all as one batch"]) == pytest.approx(overlap.whole(found)[0], abs=5e-4)


def test_pictures_are_cleaned_up_as_the_tables_are(volumes, store, monkeypatch):
    (record,) = store.find([volumes])
    run = case_run.CaseRun(record, case_run.of(volumes), ("background", "upper *", "lower"), "#4477AA")
    with closing(Sandbox(children=1)) as sandbox:
        monkeypatch.setattr(case_pictures, "_sandbox", lambda: sandbox)
        found = case_pictures.predicted(run, [0, 2], Setting(0.35, 20))
    t, s = case_run.setting(run, 0.35, 20)
    for unit, mask in zip((0, 2), found, strict=True):
        truth = run.cases.truth[run.cases.images(unit)]
        dice = overlap.dice(overlap.counts(truth[None], mask[None], 3))[0]
        assert dice == pytest.approx(run.cases.cleaned_dice[t, s, unit], abs=1e-6, nan_ok=True)


def test_what_validation_chose_is_taken_by_a_button(slices, store):
    (record,) = store.find([slices])
    chosen = record.result["test"]["clean"]
    app = opened(slices)
    app.button(key="case_use").click().run()
    assert app.select_slider(key="case_threshold").value == chosen["threshold"]
    assert app.select_slider(key="case_clean").value == chosen["size"]
    assert float(figures(app)["Mean Dice of the cases"]) == pytest.approx(chosen["dice"], abs=5e-4)


def test_a_class_of_volumes(volumes):
    app = opened(volumes, case_class="lower")
    cases = case_run.of(volumes)
    assert float(figures(app)["Mean Dice of the cases"]) == pytest.approx(overlap.mean(cases.dice[:, 1]), abs=5e-4)
    assert "Volumes below 0.5" in figures(app)
    assert app.slider[0].label == "Slice"


def test_the_mean_of_several_classes_is_said_to_be_one_and_told_class_by_class(volumes):
    app, cases = opened(volumes), case_run.of(volumes)
    of_class = overlap.mean(cases.dice, axis=0)
    assert float(figures(app)["Mean Dice of the classes"]) == pytest.approx(of_class.mean(), abs=5e-4)
    told = " ".join(caption.value for caption in app.caption)
    assert f"upper \\* {of_class[0]:.3f}, lower {of_class[1]:.3f}" in told
    chart = json.loads(app.get("plotly_chart")[0].proto.spec)
    assert chart["layout"]["annotations"][0]["text"] == f"mean of the classes {of_class.mean():.3f}"


def test_an_address_with_a_threshold_that_is_none_is_said(slices):
    assert "must be one of" in opened(slices, case_threshold="7").warning[0].value


def test_images_of_another_session_are_not_shown(slices, monkeypatch):
    monkeypatch.setattr("medcore.ui.own_sets.may_see", lambda name: False)
    app = opened(slices)
    assert "another session" in app.warning[0].value
    assert not app.get("imgs")
    assert figures(app)


def test_measures_by_class_with_intervals(volumes, store):
    app = opened(volumes, "measures")
    table = app.dataframe[0].value
    (record,) = store.find([volumes])
    test = record.result["test"]
    assert list(table) == ["Mean of the classes", "upper *", "lower"]
    low, high = test["classes"]["lower"]["intervals"]["dice"]
    assert table.loc["Dice", "lower"] == f"{test['classes']['lower']['dice']:.3f} [{low:.3f}–{high:.3f}]"
    assert table.loc["HD95 (mm)", "Mean of the classes"].startswith(f"{test['hd95']:.2f}")
    words = " ".join(markdown.value for markdown in app.markdown)
    assert f"**{test['dice']:.3f}** is the mean of the volumes, class by class: each" in words
    assert f"a Dice of **{test['clean']['dice']:.3f}** instead of {test['dice']:.3f}" in words
    assert f"**{test['dice_whole']:.3f}** takes all test images" in words


def test_cases_without_a_measure_are_counted(slices, store):
    (record,) = store.find([slices])
    invented = record.result["test"]["classes"]["lesion"]["invented"]
    assert invented
    said = " ".join(caption.value for caption in opened(slices, "measures").caption)
    assert f"{invented:,} found but not there" in said
    assert "no area error" in said


def test_cases_with_nothing_in_them_do_not_narrow_the_limits_of_agreement(slices, store, monkeypatch):
    cases = case_run.of(slices)
    sizes = cases.volume_true.copy(), cases.volume_predicted.copy()
    for size in sizes:
        size[:3] = 0
    healthy = replace(cases, volume_true=sizes[0], volume_predicted=sizes[1])
    monkeypatch.setattr(case_run, "of", lambda run_id: healthy)
    chart = measures_panel.charts(store.find([slices]))["Bland-Altman"]
    difference = (sizes[1] - sizes[0])[3:, 0]
    assert chart.data[0].y == pytest.approx(difference)
    assert chart.layout.shapes[1].y0 == pytest.approx(difference.mean())
    said = " ".join(caption.value for caption in opened(slices, "measures").caption)
    assert "3 images with nothing to find in which nothing was found are left out" in said


def test_a_run_without_its_file_says_so(slices, part, store):
    lost = made_cases.finish(store, "ct-simulator", part, OPTIONS, seed=2)
    (files.folder(lost) / FILE).unlink()
    for panel in ("cases", "measures"):
        assert "train it again" in opened(lost, panel).warning[0].value
    (record,) = store.find([lost])
    assert measures_panel.charts([record]) == {}
    (record,) = store.find([slices])
    assert list(measures_panel.charts([record])) == ["Dice against size", "Predicted and true size", "Bland-Altman"]
