"""The part "Choosing lambda" without a browser: a run store of its own, no engine."""

import numpy as np
import pytest

from medcore.labs import choosing_lambda as lab
from medcore.runs import files
from medcore.training.run import Row
from medcore.ui.regularization import coefficients_panel, path_study

GRID = (0.001, 0.01, 0.1)
LOSSES = {1: (0.9, 0.5, 0.56), 2: (0.8, 0.6, 0.55), 3: (0.9, 0.7, 0.71)}
"""By fold: the mean is lowest at 0.01, and at 0.1 within a standard error of it."""


@pytest.fixture
def part(open_page):
    """Opens the part."""

    def part(**query: str):
        page = open_page("regularization_lab", part="Choosing lambda", **{"dataset": "Digits 8x8", **query})
        assert not page.exception
        return page

    return part


@pytest.fixture
def study(store):
    """Queues a study of three folds and three strengths; returns its ids, the parent's last."""

    def study(**settings) -> list[str]:
        specs = lab.study("digits", strengths=GRID, folds=3, **settings)
        return store.create_family(specs, "somebody")

    return study


def metrics(loss):
    return {"loss": loss, "accuracy": 1 - loss, "balanced_accuracy": 1 - loss, "auc": None}


def walk(store, run_id, losses=None, state="done"):
    """Writes what a slot would write for a fold with these losses, or for the whole set."""
    assert store.claim("small").id == run_id
    rows = [Row(n, "path/train_loss", 0.1 * n) for n in range(1, 1 + len(losses or GRID))]
    for n, loss in enumerate(losses or (), 1):
        rows += [Row(n, f"path/val_{name}", value) for name, value in metrics(loss).items() if value is not None]
    store.log(run_id, 1, [(row, 1000.0 + row.step) for row in rows])
    points = [{"strength": s, "nonzero": n} for s, n in zip(GRID, (9000, 400, 20), strict=True)]
    result = {"seconds": 1.5, "points": points} if state == "done" else None
    store.finish(run_id, state, result=result, error="The images are gone." if state == "failed" else None)


def keep_coefficients(run_id):
    folder = files.folder(run_id)
    folder.mkdir(parents=True)
    dead = np.zeros((3, 8, 8), bool)
    dead[1, :5] = True
    arrays = {"values": np.ones((3, 2)), "places": np.zeros((2, 4), int), "nonzero": [9, 4, 1], "dead": dead}
    np.savez(folder / "coefficients.npz", strengths=GRID, **arrays)


@pytest.fixture
def walked(store, study):
    """The parent of a study that was walked to its end."""
    *folds, parent = study()
    for run_id, losses in zip(folds, LOSSES.values(), strict=True):
        walk(store, run_id, losses)
    walk(store, parent)
    keep_coefficients(parent)
    return parent


def text(page) -> str:
    return "\n".join(element.value for kind in (page.markdown, page.caption, page.info) for element in kind)


def test_a_click_queues_the_folds_and_their_parent_and_puts_it_into_the_url(part, store):
    page = part(strengths="0.1, 0", folds="4", path_epochs="3", penalty="Elastic net", l1_share="0.25")
    assert "4 folds x 2 strengths, and all images once more: 10 networks." in text(page)
    page.button(key="path_start").click().run()
    (parent,) = store.find([page.query_params["path"]])
    children = store.children(parent.id)
    assert [run.label for run in (*children, parent)] == [*(f"Fold {n}" for n in range(1, 5)), "Whole set"]
    assert parent.spec["path"]["strengths"] == [0.0, 0.1]
    assert (parent.spec["path"]["penalty"], parent.spec["path"]["l1_share"]) == ("elastic_net", 0.25)
    assert parent.spec["training"]["epochs"] == 3
    assert text(page).count("waits for a free training slot") == 5
    assert page.button(key="path_start").disabled


@pytest.mark.parametrize(
    ("guess", "answer"),
    [
        ("0.1", "Right."),
        ("0.01", "1 step of the grid too weak, but its mean lies within one standard error of the best"),
        ("0.001", "2 steps of the grid too weak."),
    ],
)
def test_a_guess_is_answered_when_the_study_has_ended(part, walked, guess, answer):
    assert f"**Your guess: {guess}.** {answer}" in text(part(path=walked, lambda_guess=guess))


def test_a_guess_goes_into_the_address_and_is_not_answered_before_the_end(part, store, study):
    *folds, parent = study()
    walk(store, folds[0], LOSSES[1])
    page = part(path=parent)
    page.pills(key="lambda_guess").set_value("0.1").run()
    assert "".join(page.query_params["lambda_guess"]) == "0.1"
    assert "Your guess" not in text(page)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"strengths": "much"}, "Lambda must be a number at least 0. Received: 'much'"),
        ({"folds": "9" * 5000}, "Folds must be a whole number from 2 to 20. Received: 99999999999999999999"),
        ({"path_images": "0"}, "Images must be one of all, 10, 20, 50, 100"),
        ({"path_images": "20", "folds": "3"}, "as the smallest class has images, 2"),
    ],
)
def test_what_makes_no_study_is_said_and_cannot_be_started(part, query, sentence):
    page = part(**query)
    assert len(page.error) == 1
    assert sentence in page.error[0].value.replace("\\", "")
    assert page.button(key="path_start").disabled


def test_the_curve_grows_while_a_fold_walks(part, store, study):
    *folds, parent = study()
    store.claim("small")
    store.log(folds[0], 1, [(Row(1, "path/train_loss", 0.1), 1000.0), (Row(1, "path/val_loss", 0.9), 1000.0)])
    page = part(path=parent)
    assert "**Fold 1** · 1 of 3 strengths" in text(page)
    assert len(page.get("plotly_chart")) == 1
    assert "Best: lambda" not in text(page)
    assert not page.metric
    assert page.get("progress")[0].proto.text == "1 of 12 networks"
    assert not page.button(key="path_stop").disabled


def test_the_choice_is_said_in_words(part, walked):
    page = part(path=walked)
    assert "**4 runs** of 3 strengths" in text(page)
    assert "**Best: lambda 0.01** has the lowest mean, 0.600 ± 0.058 over 3 folds, with 400 weights" in text(page)
    assert "**One standard error: lambda 0.1** is the strongest penalty within that standard error" in text(page)
    assert "the first had 20 epochs and the last 60" in text(page)
    assert page.metric[0].value == "0.1"
    assert part(path=walked, rule="Best").metric[0].value == "0.01"
    accuracy = part(path=walked, score="Accuracy")
    assert "has the highest mean, 40.0% ± 5.8%" in text(accuracy)


def test_stopped_and_failed_folds_are_said_and_the_others_make_the_curve(part, store, study):
    *folds, parent = study()
    walk(store, folds[0], LOSSES[1])
    walk(store, folds[1], LOSSES[2][:2], "failed")
    page = part(path=parent)
    page.button(key="path_stop").click().run()
    assert {run.state for run in store.find([folds[2], parent])} == {"cancelled"}
    said = text(page)
    assert "Fold 2 failed. Fold 3 was stopped. The 1 finished fold is kept, and the curve is drawn from it." in said
    assert "The images are gone." in said
    assert "**Best: lambda 0.01** has the lowest mean, 0.500 over 1 fold, with 400 weights" in said
    assert "One fold alone has no standard error" in said
    again = part(path=parent)
    assert "The 1 finished fold is kept" in text(again)
    assert again.button(key="path_stop").disabled


def test_a_fold_finds_its_study_and_nothing_is_found_by_nonsense(part, walked, store):
    child = store.children(walked)[0].id
    assert part(path=child).metric
    assert "folds x" in text(part(path="' or 1=1"))


def test_weights_and_dead_pixels_at_a_strength(part, walked):
    page = part(path=walked, path_about="Weights and pixels", rule="Best")
    assert len(page.get("plotly_chart")) == 3
    assert "At lambda 0.01 the network looks at 24 of 64 pixels" in text(page)
    page.select_slider(key="map_lambda").set_value(0.001).run()
    assert "looks at 64 of 64 pixels" in text(page)
    assert coefficients_panel.opens_at(np.zeros((3, 8, 8), bool), 1) == 1
    assert coefficients_panel.opens_at(np.arange(3)[:, None, None] > np.ones((3, 8, 8)), 0) == 2


def test_the_nested_estimate_stands_beside_the_one_that_flatters(part, store, walked):
    page = part(path=walked)
    page.button(key="nested_start").click().run()
    outer = store.children(walked)[3:]
    assert [run.label for run in outer] == ["Outer fold 1", "Outer fold 2", "Outer fold 3"]
    assert {run.spec["path"]["rule"] for run in outer} == {"one_standard_error"}
    for run, loss in zip(outer, (0.6, 0.7, 0.8), strict=True):
        store.claim("small")
        store.finish(run.id, "done", result={"seconds": 1.0, "chosen": 0.01, "score": metrics(loss)})
    values = {metric.label: metric.value for metric in part(path=walked).metric}
    assert values["Chosen lambda, by the folds that chose it"] == "0.607 ± 0.052"
    assert values["Nested, 3 outer folds"] == "0.700 ± 0.058"


def looked(store, parent, page):
    """Opens the test set, and lets every strength be right in another share of the images."""
    page.button(key="open_test").click().run()
    (run,) = [child for child in store.children(parent) if child.state == "queued"]
    store.claim("small")
    found = [
        {
            "n": 200,
            "loss": 1 - accuracy,
            "accuracy": accuracy,
            "intervals": {"accuracy": [accuracy - 0.1, accuracy + 0.1]},
        }
        for accuracy in (0.6, 0.75, 0.7)
    ]
    baseline = {"accuracy": 0.1, "class": "1"}
    store.finish(run.id, "done", result={"seconds": 0.5, "strengths": GRID, "test": found, "baseline": baseline})
    return run


def test_the_test_set_is_opened_on_purpose_and_every_look_is_counted(part, store, walked):
    page = part(path=walked)
    assert "You chose **lambda 0.1** (one standard error, by validation loss)" in text(page)
    assert page.button(key="open_test").label == "Use the test set, once"
    first = looked(store, walked, page)
    assert lab.chosen_before(first.label) == 0.1
    page = part(path=walked)
    assert "was opened once, with lambda 0.1." in page.warning[0].value
    assert page.dataframe[0].value.to_dict() == {"Lambda 0.1": {"Loss": "0.300", "Accuracy": "70.0% [60–80]"}}
    assert "open_test" not in [button.key for button in page.button]
    page = part(path=walked, rule="Best")
    assert page.button(key="open_test").label == "Open it again for lambda 0.01"
    looked(store, walked, page)
    assert "was opened 2 times, with lambda 0.1, 0.01." in part(path=walked).warning[0].value


def test_choosing_by_the_test_set_says_what_it_flatters(part, store, walked):
    looked(store, walked, part(path=walked))
    page = part(path=walked, path_about="What if I cheat?")
    folds, test = (metric.value for metric in page.metric if metric.label == "Flattered by")
    assert folds == "+3.7 ± 1.9 points"  # the best are 0.50, 0.45, 0.30; the other folds choose 0.44, 0.40, 0.30
    assert "It cannot be below 0" in text(page)
    assert test == "+5.0 points"
    assert "Best of 3 on the 200 test images: **75.0%** at lambda 0.01." in text(page)


def test_a_scaler_fitted_on_all_is_run_beside_the_right_one(part, store, walked):
    page = part(path=walked, path_about="What if I cheat?", cheat="Scaler fitted on all images")
    page.button(key="cheat_start").click().run()
    runs = store.children(walked)[3:]
    assert [run.label for run in runs] == [f"{way} · Fold {n}" for way in ("Right", "Wrong") for n in (1, 2, 3)]
    assert [run.spec["path"]["fitted_on"] for run in runs] == ["fold"] * 3 + ["all"] * 3
    for number, run in enumerate(runs):
        walk(store, run.id, tuple(loss - (0.05 if number >= 3 else 0) for loss in LOSSES[number % 3 + 1]))
    page = part(path=walked, path_about="What if I cheat?", cheat="Scaler fitted on all images")
    assert [m.value for m in page.metric if m.label == "Flattered by"] == ["+5.0 ± 0.0 points"]
    assert "Wrong: **45.0%**, right: **40.0%**" in text(page)
    assert page.button(key="cheat_start").disabled


def test_a_set_without_patients_says_so(part, walked):
    page = part(path=walked, path_about="What if I cheat?", cheat="Patients split across folds")
    assert "does not say which images are of one patient" in page.info[0].value


def test_the_right_way_by_patient_is_there_already(part, store):
    spec = lab.study("ct-simulator", strengths=GRID, folds=3, data_options={"images": 40})
    *folds, parent = store.create_family(spec, "somebody")
    for run_id, losses in zip(folds, LOSSES.values(), strict=True):
        walk(store, run_id, losses)
    walk(store, parent)
    page = part(path=parent, path_about="What if I cheat?", cheat="Patients split across folds")
    page.button(key="cheat_start").click().run()
    runs = store.children(parent)[3:]
    assert [run.label for run in runs] == ["Wrong · Fold 1", "Wrong · Fold 2", "Wrong · Fold 3"]
    assert {run.spec["path"]["by_group"] for run in runs} == {False}


def test_a_cheat_walks_what_is_missing_and_leaves_the_study_as_it_was(part, store):
    spec = lab.study("ct-simulator", strengths=GRID, folds=3, data_options={"images": 40})
    *folds, parent = store.create_family(spec, "somebody")
    for run_id, losses in zip(folds[:2], LOSSES.values(), strict=False):
        walk(store, run_id, losses)
    walk(store, folds[2], state="failed")
    walk(store, parent)
    page = part(path=parent, path_about="What if I cheat?", cheat="Patients split across folds")
    page.button(key="cheat_start").click().run()
    added = store.children(parent)[3:]
    assert [run.label for run in added] == ["Right · Fold 3", *(f"Wrong · Fold {n}" for n in (1, 2, 3))]
    said = text(page)
    assert "Fold 3 failed. The 2 finished folds are kept" in said
    assert "0.550 ± 0.050 over 2 folds" in said
    assert not page.button(key="path_start").disabled, "what cheats is no part of the study"
    walk(store, added[0].id, LOSSES[3])
    assert [fold.id for fold in path_study.Study(*store.find([parent]), tuple(store.children(parent))).folds] == folds


def test_a_strength_at_which_a_fold_diverged_is_drawn_from_the_others(part, store, study):
    *folds, parent = study()
    for run_id, losses in zip(folds, ((0.9, 0.5, 0.6), (float("nan"), 0.6, 0.7), (0.8, 0.5, 0.6)), strict=True):
        walk(store, run_id, losses)
    walk(store, parent)
    page = part(path=parent)
    assert "Without a score at some strengths, where the mean is of the others: Fold 2." in text(page)
    assert "**Best: lambda 0.01**" in text(page)


def test_a_study_can_be_taken_home_before_and_after(part, walked):
    assert "without Medcore" in text(part(path_about="Take it home"))
    page = part(path=walked, path_about="Take it home")
    assert {"Specs (JSON)", "History (CSV)"} <= {button.label for button in page.get("download_button")}
