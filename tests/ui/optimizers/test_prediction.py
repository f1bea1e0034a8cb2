import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from medcore import settings
from medcore.evaluation.comparison import Comparison, Difference
from medcore.labs import optimizers, regularization
from medcore.runs.store import Store
from medcore.training.run import Row
from medcore.ui.optimizers.prediction import answer, contrast, contrasts
from tests.ui import guess_page, made_runs

PAGE = """
import streamlit as st
from medcore.ui.optimizers import prediction
from medcore.ui import state
records = state.store().find(st.session_state["ids"])
prediction.ask(st.session_state["specs"], records)
prediction.reveal(records)
"""


@pytest.fixture
def store(home):
    st.cache_resource.clear()
    store = Store(settings.database_url())
    yield store
    store.close()


@pytest.fixture
def specs():
    return optimizers.runs("digits", "mlp", ["gd", "momentum", "adam"], seeds=3, epochs=3)


ACCURACIES = {"gd": (0.2, 0.22, 0.19), "momentum": (0.9, 0.88, 0.91), "adam": (0.91, 0.93, 0.9)}


def train(store, specs, accuracies=ACCURACIES) -> list[str]:
    """Writes what three optimizers measure: gradient descent makes 3 updates, the others 60."""
    ids = store.create(specs, "somebody")
    for run_id, spec in zip(ids, specs.values(), strict=True):
        store.claim("small")
        updates, accuracy = 3 if spec.optimizer.name == "gd" else 60, accuracies[spec.optimizer.name][spec.seed]
        rows = [Row(updates * e // 3, "val_loss", 1 - accuracy * e / 3) for e in (1, 2, 3)]
        rows += [Row(row.step, "epoch_train_loss", row.value) for row in rows]
        store.log(run_id, 1, [(row, 0.0) for row in rows])
        store.finish(run_id, "done", result=made_runs.result(accuracy, accuracy))
    return ids


def opened(specs, ids=(), **query) -> AppTest:
    return guess_page.opened(PAGE, specs, ids, **query)


def words(page) -> str:
    return "\n".join(element.value for element in page.markdown)


def test_asks_for_the_groups_and_answers_nothing_before_the_end(store, specs):
    page = opened(specs)
    pills = page.button_group(key="guess")
    assert pills.options == ["Gradient descent", "Momentum", "Adam"]
    page = pills.set_value("Adam").run()
    assert page.query_params["guess"] == "Adam"
    assert words(page) == ""


def test_one_group_is_not_asked_for(store):
    assert not opened(optimizers.runs("digits", "mlp", ["adam"], seeds=3)).get("button_group")


def test_many_groups_are_a_list_to_choose_from(store):
    page = opened(optimizers.runs("digits", "mlp", ["sgd", "adam"], vary="learning_rate"), guess="Adam · 0.01")
    assert page.selectbox(key="guess").value == "Adam · 0.01"


def test_nothing_is_revealed_while_runs_wait(store, specs):
    page = opened(specs, store.create(specs, "somebody"), guess="Adam")
    assert words(page) == ""
    assert not page.button_group(key="guess").disabled


def test_a_wrong_guess_comes_with_its_reason_from_the_runs(store, specs):
    page = opened(specs, train(store, specs), guess="Gradient descent")
    assert page.button_group(key="guess").disabled
    assert "**Your guess: Gradient descent.** No: Adam is ahead by 71.0 points" in words(page)
    assert "Gradient descent made 3 updates, Adam made 60: a step over all training images" in words(page)


def test_a_guess_that_cannot_be_told_from_the_best(store, specs):
    text = words(opened(specs, train(store, specs), guess="Momentum"))
    assert "Too close to call: Adam scored higher in validation; the two are 1.7 points apart on the test set" in text
    assert "Why Adam came out ahead of Gradient descent" in text


def test_without_a_guess_the_reason_for_the_last_is_told(store, specs):
    text = words(opened(specs, train(store, specs)))
    assert "Your guess" not in text
    assert "Why Adam came out ahead of Gradient descent" in text


@pytest.mark.parametrize("guess", ["nonsense", "<b>x</b>", "x" * 5000])
def test_a_guess_of_nothing_shown_is_none(store, specs, guess):
    assert "Your guess" not in words(opened(specs, train(store, specs), guess=guess))


def test_a_guess_that_diverged_is_told_so(store, specs):
    ids = train(store, specs)
    wild = optimizers.runs("digits", "mlp", ["lion"])
    (lion,) = store.create(wild, "somebody")
    store.claim("small")
    store.finish(lion, "done", result=made_runs.result(None, None, diverged_at=31))
    text = words(opened(specs, [*ids, lion], guess="Lion"))
    assert "No: Adam is the best of those that can be compared." in text
    assert "Lion diverged at update 31" in text


def difference(other, mean, p):
    return Difference(other, mean, [mean - 0.1, mean + 0.1], p, "seeds", 3)


def comparison(*differences):
    return Comparison("Adam", 3, 0.9, 0.9, 200, [0.8, 1.0], [0.85, 0.95], differences, (), len(differences))


def test_right_is_right_only_as_far_as_can_be_told():
    assert answer("Adam", comparison(difference("SGD", 0.3, 0.01))) == "Right."
    assert answer("Adam", comparison(difference("SGD", 0.3, 0.2))) == "Right, though not surely ahead of SGD."
    assert "on the test set SGD did better" in answer("Adam", comparison(difference("SGD", -0.3, 0.01)))


def test_the_test_set_may_side_with_the_guess():
    found = comparison(difference("SGD", -0.3, 0.01))
    assert "your guess is ahead by 30.0 points on the test set" in answer("SGD", found)
    assert contrast("SGD", found) == ("SGD", "Adam")


def test_a_guess_far_behind_is_not_called_close():
    found = comparison(difference("SGD", 0.36, 0.08), difference("GD", 0.5, 0.01))
    assert answer("SGD", found) == (
        "It does not look so: Adam is ahead by 36.0 points on the test set, but 3 seeds are **too few to be sure** "
        "of it after correction for all 2 pairs (p = 0.08)."
    )
    assert contrast("SGD", found) == ("Adam", "SGD")
    assert "Your guess is ahead by 36.0 points" in answer("SGD", comparison(difference("SGD", -0.36, 0.08)))


def test_what_may_be_chance_and_is_small_is_not_explained():
    assert contrast(None, comparison(difference("SGD", 0.03, 0.2))) is None
    assert contrast("SGD", comparison(difference("SGD", 0.03, 0.2))) is None
    both = comparison(difference("SGD", 0.03, 0.2), difference("GD", 0.5, 0.01))
    assert contrast("SGD", both) == ("Adam", "GD")
    assert contrast("Adam", comparison()) is None


def with_nadam():
    return optimizers.runs("digits", "mlp", ["gd", "momentum", "adam", "nadam"], seeds=3, epochs=3)


def test_other_controls_are_asked_for_while_the_guess_stays_with_its_runs(store, specs):
    page = opened(specs, train(store, specs), guess="Gradient descent")
    page.session_state["specs"] = with_nadam()
    page.run()
    pills = page.button_group(key="next_guess")
    assert (pills.label, pills.disabled, pills.value) == ("Which will win next?", False, None)
    assert pills.options == ["Gradient descent", "Momentum", "Adam", "Nadam"]
    page = pills.set_value("Momentum").run()
    assert page.query_params["next_guess"] == "Momentum"
    assert "**Your guess: Gradient descent.** No" in words(page)


def test_the_next_guess_is_the_guess_once_its_runs_are_shown(store, specs):
    page = opened(specs, train(store, specs), guess="Gradient descent")
    page.session_state["specs"] = with_nadam()
    page = page.run().button_group(key="next_guess").set_value("Nadam").run()
    page.session_state["ids"] = store.create(with_nadam(), "somebody")
    page.run()
    assert (page.button_group(key="guess").value, page.query_params["guess"]) == ("Nadam", "Nadam")
    assert "next_guess" not in page.query_params


def test_a_guess_is_not_taken_over_by_runs_it_was_not_made_for(store, specs):
    page = opened(specs, train(store, specs), guess="Adam")
    page.session_state["specs"] = with_nadam()
    page.run()
    page.session_state["ids"] = store.create(with_nadam(), "somebody")
    page.run()
    assert page.button_group(key="guess").value is None
    assert "guess" not in page.query_params


def test_controls_that_go_back_leave_the_guess_of_the_runs(store, specs):
    page = opened(specs, train(store, specs), guess="Gradient descent")
    page.session_state["specs"] = with_nadam()
    page = page.run().button_group(key="next_guess").set_value("Nadam").run()
    page.session_state["specs"] = specs
    page.run()
    assert page.button_group(key="guess").value == "Gradient descent"
    assert "next_guess" not in page.query_params
    assert "**Your guess: Gradient descent.** No" in words(page)


def test_a_next_guess_that_is_no_choice_any_more_is_none(store, specs):
    page = opened(specs, train(store, specs))
    page.session_state["specs"] = with_nadam()
    page = page.run().button_group(key="next_guess").set_value("Nadam").run()
    page.session_state["specs"] = optimizers.runs("digits", "mlp", ["gd", "lion"])
    page.run()
    assert page.button_group(key="next_guess").value is None
    assert "next_guess" not in page.query_params


def test_a_guess_far_behind_comes_with_what_may_be_the_reason(store):
    specs = optimizers.runs("digits", "mlp", ["gd", "adam"], seeds=3, epochs=3)
    ids = train(store, specs, {"gd": (0.5, 0.7, 0.49), "adam": (0.97, 0.85, 0.85)})
    text = words(opened(specs, ids, guess="Gradient descent"))
    assert "It does not look so: Adam is ahead by 32.7 points" in text
    assert "What may have put Adam ahead of Gradient descent" in text
    assert "Gradient descent made 3 updates, Adam made 60" in text


def test_the_best_is_held_against_the_run_without_any_knob():
    nothing, dropout = difference("Nothing", 0.3, 0.01), difference("Dropout · 0.5", 0.4, 0.01)
    found = comparison(nothing, dropout)
    assert contrasts(None, found) == contrasts("Adam", found) == contrasts("Nothing", found) == [("Adam", "Nothing")]
    assert contrasts("Dropout · 0.5", found) == [("Adam", "Nothing"), ("Adam", "Dropout · 0.5")]
    assert contrasts(None, comparison(difference("Nothing", 0.01, 0.4), dropout)) == [("Adam", "Dropout · 0.5")]
    assert contrasts(None, comparison()) == []


def test_no_curve_explains_a_classic(store):
    specs = regularization.runs("digits", "mlp", ["l2"], classics=["knn"], seeds=3)
    ids = store.create(specs, "somebody")
    for run_id, spec, accuracy in zip(ids, specs.values(), [0.3] * 3 + [0.32] * 3 + [0.95] * 3, strict=True):
        store.claim("small")
        accuracy += 0.01 * spec.seed
        store.finish(run_id, "done", result=made_runs.result(accuracy, accuracy))
    text = words(opened(specs, ids, guess="Nothing"))
    assert "Your guess: Nothing" in text
    assert "k-nearest neighbours is ahead" in text
    assert "came out ahead" not in text
