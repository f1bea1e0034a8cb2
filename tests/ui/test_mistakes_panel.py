import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from medcore import settings
from medcore.labs import regularization_mistakes
from medcore.labs.optimizer_mistakes import mistakes
from medcore.runs.store import Store
from medcore.training.run import Row
from tests.ui import made_runs

PAGE = "from medcore.ui import mistakes_panel; mistakes_panel.show()"
NAMES = {
    "Softmax twice": "softmax",
    "Gradient descent = SGD": "descent",
    "MSE for classes": "mse",
    "One learning rate for all": "rates",
}


@pytest.fixture
def store(home):
    st.cache_resource.clear()
    store = Store(settings.database_url())
    yield store
    store.close()


def opened(**query) -> AppTest:
    page = AppTest.from_string(PAGE, default_timeout=30)
    for name, value in ({"dataset": "Digits 8x8"} | query).items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def words(page) -> str:
    return "\n".join(element.value for element in page.markdown)


def finish(store, specs) -> list[str]:
    ids = store.create(specs, "somebody")
    for run_id in ids:
        store.claim("small")
        store.say(run_id, plan={"classes": list("0123456789"), "steps_per_epoch": 2})
        rows = [Row(1, "train_loss", 2.3), Row(2, "train_loss", 1.6), Row(2, "epoch_train_loss", 1.6)]
        store.log(run_id, 1, [(row, 0.0) for row in [*rows, Row(2, "val_loss", 1.6), Row(2, "val_accuracy", 0.9)]])
        store.finish(run_id, "done", result=made_runs.result(0.9, 0.9) | {"seconds": 1.0})
    return ids


@pytest.mark.parametrize("title", NAMES)
def test_every_mistake_shows_both_codes_and_what_to_see(store, title):
    page = opened(mistake=title)
    assert len(page.code) == 2
    assert "**What to see.**" in words(page)
    assert not page.button(key=f"mistake_runs_{NAMES[title]}_train").disabled


def test_train_queues_the_chosen_way_under_a_parameter_of_its_own(store):
    page = opened(mistake="Gradient descent = SGD", mistake_ways="Right", runs="kept", epochs="3")
    page = page.button(key="mistake_runs_descent_train").click().run()
    records = store.find(page.query_params["mistake_runs_descent"].split(","))
    assert [r.label for r in records] == ["Gradient descent", "SGD (batch 1)", "Mini-batch SGD"]
    assert {r.spec["training"]["epochs"] for r in records} == {3}
    assert page.query_params["runs"] == "kept"


def test_both_ways_are_trained_together_and_a_run_in_both_once(store):
    page = opened(mistake="One learning rate for all").button(key="mistake_runs_rates_train").click().run()
    assert len(store.find(page.query_params["mistake_runs_rates"].split(","))) == 12


def test_what_was_measured_stands_beside_theory(store):
    mistake = mistakes("digits")["softmax"]
    ids = finish(store, {**mistake.wrong, **mistake.right})
    text = words(opened(mistake_runs_softmax=",".join(ids)))
    assert "lowest mean training loss of an epoch is 1.6000" in text
    assert "ln(e + 10 - 1) - 1 = 1.4612" in text


def test_the_switch_shows_one_way_alone(store):
    mistake = mistakes("digits")["softmax"]
    ids = finish(store, {**mistake.wrong, **mistake.right})
    text = words(opened(mistake_runs_softmax=",".join(ids), mistake_ways="Right"))
    assert "Softmax once" in text
    assert "Softmax twice**" not in text


def test_training_one_mistake_keeps_the_runs_of_another(store):
    ids = finish(store, mistakes("digits")["mse"].wrong)
    page = opened(mistake_runs_mse=",".join(ids))
    assert "Measured" not in words(page)
    page = page.button(key="mistake_runs_softmax_train").click().run()
    assert len(store.find(page.query_params["mistake_runs_softmax"].split(","))) == 2
    page = page.button_group(key="mistake").set_value("MSE for classes").run()
    assert "Measured" in words(page)


def test_curves_that_lie_on_each_other_are_said(store):
    mistake = mistakes("digits")["descent"]
    page = opened(mistake="Gradient descent = SGD", mistake_runs_descent=",".join(finish(store, mistake.wrong)))
    said = "Runs of the same settings lie on each other, dashed: “Gradient descent”, batch 32 = “SGD”, batch 32."
    assert any(said in c.value for c in page.caption)


def test_losses_of_different_kinds_in_one_chart_are_said_to_be_no_match(store):
    kinds = "The losses are of different kinds (MSE, Cross-entropy)"
    mistake = mistakes("digits")["mse"]
    ids = ",".join(finish(store, mistake.wrong | mistake.right))
    page = opened(mistake="MSE for classes", mistake_runs_mse=ids)
    assert any(kinds in c.value for c in page.caption)
    alone = opened(mistake="MSE for classes", mistake_runs_mse=ids, mistake_ways="Right")
    assert not any(kinds in c.value for c in alone.caption)
    assert any("its running mean over about the last 2% of the updates" in c.value for c in alone.caption)


@pytest.mark.parametrize("runs", ["nonsense", "'; drop table runs; --", "x" * 5000])
def test_runs_that_do_not_exist_are_none(store, runs):
    assert "Measured" not in words(opened(mistake_runs_softmax=runs))


def test_the_regularization_lab_has_its_own_mistakes_by_the_same_code(store):
    code = "from medcore.ui import mistakes_panel\nmistakes_panel.show(mistakes_panel.REGULARIZATION)"
    page = AppTest.from_string(code, default_timeout=30)
    page.query_params["dataset"] = "Digits 8x8"
    page.run()
    assert not page.exception
    titles = [mistake.title for mistake in regularization_mistakes.mistakes("digits").values()]
    assert list(page.button_group(key="mistake").options) == titles
    assert page.slider(key="epochs").value == regularization_mistakes.EPOCHS
    page = page.button(key="mistake_runs_unused_train").click().run()
    records = store.find(page.query_params["mistake_runs_unused"].split(","))
    assert [bool(record.spec["regularization"]["l1"]) for record in records] == [False, False, True]
