"""Every rule on a course it must name, and on one it must not."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from medcore.labs import optimizers, reasons
from medcore.labs.reasons import Course
from medcore.spec import ModelSpec, PreparationSpec, RegularizationSpec, TrainingSpec


def course(optimizer="minibatch", name="loser", **changed) -> Course:
    """A course of which no rule has anything to say against one of the same kind."""
    settings = {key: changed.pop(key) for key in list(changed) if key in ("loss", "batch_size", "schedule")}
    (spec,) = optimizers.runs("digits", "mlp", [optimizer], **settings).values()
    values = {
        "updates": 1000,
        "train_loss": np.array([1.0, 0.5, 0.4]),
        "val_loss": np.array([1.0, 0.5, 0.5]),
        "step_sizes": np.full(10, 0.001),
        "gradients": np.full(10, 1.0),
    }
    return Course(name, spec, **(values | changed))


def winner(optimizer="minibatch", **changed) -> Course:
    return course(optimizer, "winner", **({"train_loss": np.array([0.9, 0.3, 0.2])} | changed))


def test_nothing_is_made_up_where_no_rule_applies():
    assert reasons.reasons(winner(), course()) == []


def test_a_run_without_the_layers_figures_gets_no_reason_from_them():
    bare = {"step_sizes": reasons.NAN, "gradients": reasons.NAN}
    assert reasons.reasons(winner("adam", **bare), course(**bare)) == []


def test_divergence_is_the_only_reason():
    text = reasons.reasons(winner(), course(diverged_at=31, updates=31, batch_size=512))
    assert text == [
        "loser diverged at update 31: its loss left all bounds. With a learning rate of 0.01 its steps were too long."
    ]


def test_few_updates_of_a_large_batch():
    text = reasons.few_updates(winner(updates=3150), course("gd", updates=5))
    assert text.startswith("loser made 5 updates, winner made 3,150: a step over all training images counts once")
    assert "256 images" in reasons.few_updates(winner(), course(batch_size=256, updates=125))
    assert reasons.few_updates(winner(), course("gd", updates=400)) is None
    # Stopped early with the same batch: it is not the batch.
    assert reasons.few_updates(winner(), course(updates=100)) is None


def test_a_loss_that_pulls_less():
    weak = course(loss="mse", gradients=np.geomspace(0.05, 0.02, 10))
    assert "loser (MSE) had a norm of 0.05, that of winner (Cross-entropy) 1" in reasons.weaker_gradient(winner(), weak)
    assert reasons.weaker_gradient(winner(), course(gradients=np.full(10, 0.05))) is None
    assert reasons.weaker_gradient(winner(), course(loss="mse", gradients=np.full(10, 0.5))) is None


def test_an_update_that_throws_the_weights_away():
    off = course(step_sizes=np.array([0.01, 12.0, 1e-4, 1e-4, 1e-4]), train_loss=np.array([90.0, 5.0, 4.0]))
    assert "An update of loser changed its weights by 1,200%, none of winner by more than 0.1%" in reasons.thrown(
        winner(), off
    )
    # Its later steps are tiny beside weights that are huge: that is no sign of a short way.
    assert reasons.not_far(winner("adam", step_sizes=np.full(5, 0.003)), off) is None
    assert reasons.thrown(winner(), course()) is None
    assert reasons.thrown(winner(step_sizes=np.full(5, 9.0)), off) is None


def test_steps_too_long_to_settle():
    wild = course(step_sizes=np.full(10, 0.08), train_loss=np.array([2.0, 2.5, 2.2]))
    assert "by 8% an update, winner by 0.1% (about 0.1% is usual)" in reasons.restless(winner(), wild)
    assert reasons.restless(winner(), replace(wild, step_sizes=np.full(10, 0.005))) is None
    assert reasons.restless(winner(), replace(wild, train_loss=np.array([0.5, 0.2, 0.1]))) is None


def test_steps_too_short_to_come_far():
    short = course(step_sizes=np.full(10, 0.0002))
    text = reasons.not_far(winner("adam", step_sizes=np.full(10, 0.003)), short)
    assert text.startswith("loser moved its weights by 0.02% an update, winner by 0.3%")
    # Many short steps may go further than few long ones.
    assert reasons.not_far(winner(updates=10, step_sizes=np.full(10, 0.003)), short) is None
    # It learned its training images better: it did come far.
    fitted = replace(short, train_loss=np.array([0.5, 0.2, 0.1]))
    assert reasons.not_far(winner("adam", step_sizes=np.full(10, 0.003)), fitted) is None


def test_the_reach_of_momentum():
    text = reasons.longer_reach(winner("momentum"), course())
    assert "add up to learning rate / (1 - momentum) = 0.1, those of loser to 0.01." in text
    assert reasons.longer_reach(winner("adam"), course()) is None
    assert reasons.longer_reach(winner("momentum"), course("nesterov")) is None
    # Rates that were not held, or gradients of other batches, add up to something else.
    assert reasons.longer_reach(winner("momentum", schedule="cosine"), course()) is None
    assert reasons.longer_reach(winner("momentum"), course(schedule="cosine")) is None
    assert reasons.longer_reach(winner("momentum"), course("gd")) is None
    assert reasons.longer_reach(winner("momentum", batch_size=8), course(batch_size=64)) is None
    same = {"schedule": "cosine", "batch_size": 64}
    assert reasons.longer_reach(winner("momentum", **same), course(**same))


def test_a_schedule_that_lets_it_settle():
    calm = winner(schedule="cosine", step_sizes=np.geomspace(0.01, 1e-5, 20))
    text = reasons.settled(calm, course(step_sizes=np.full(20, 0.002)))
    assert "By the end winner moved its weights by 0.0012% an update, loser still by 0.2%" in text
    assert reasons.settled(replace(calm, spec=winner().spec), course()) is None
    assert reasons.settled(calm, course(schedule="cosine")) is None


SHRINKING = np.geomspace(2, 0.1, 20)
FADING = {"gradients": SHRINKING, "step_sizes": SHRINKING / 1000}


def test_steps_that_do_not_shrink_with_the_gradient():
    fading = course(**FADING)
    text = reasons.steady_steps(winner("adam", gradients=SHRINKING), fading)
    assert "gradients of winner became 17 times smaller during the run, its steps not at all" in text
    assert "divides each step by the size of past gradients. The steps of loser became 17 times smaller" in text
    assert reasons.steady_steps(winner("momentum", gradients=SHRINKING), fading) is None
    assert reasons.steady_steps(winner("adam"), fading) is None
    together = winner("adam", **FADING)
    assert reasons.steady_steps(together, fading) is None


def test_lion_takes_the_sign():
    text = reasons.steady_steps(winner("lion", gradients=SHRINKING), course(**FADING))
    assert "keeps only the sign of its averaged gradient" in text
    assert "divides" not in text


def test_steady_steps_are_no_reason_where_the_losers_did_not_shrink_with_its_gradient():
    steady = winner("adam", gradients=SHRINKING)
    assert reasons.steady_steps(steady, course()) is None
    assert reasons.steady_steps(steady, course(gradients=SHRINKING)) is None
    fading = course(**FADING)
    assert reasons.steady_steps(steady, replace(fading, train_loss=np.array([0.5, 0.2, 0.1]))) is None
    # Its schedule shortened them.
    assert reasons.steady_steps(steady, course(**FADING, schedule="cosine")) is None


def test_learning_by_heart():
    heart = course(train_loss=np.array([1.0, 0.5, 0.1]), val_loss=np.array([0.9, 0.6, 0.8]))
    assert "lowest after epoch 2 (0.6) and rose to 0.8" in reasons.by_heart(winner(), heart)
    # Both losses rise: it is unstable, and learned nothing by heart.
    assert reasons.by_heart(winner(), replace(heart, train_loss=np.array([0.5, 0.5, 0.9]))) is None
    assert reasons.by_heart(winner(), course()) is None


def test_still_getting_better():
    text = reasons.still_learning(winner(), course(val_loss=np.array([2.0, 1.5, 1.2])))
    assert "(validation loss 1.5, then 1.2 in the last epoch): with more epochs it may catch up" in text
    assert reasons.still_learning(winner(), course(val_loss=np.array([1.2]))) is None
    # Up and down is no progress.
    assert reasons.still_learning(winner(), course(val_loss=np.array([1.0, 8.0, 3.9]))) is None
    assert reasons.still_learning(winner(), course()) is None


def test_at_most_three_reasons_the_weightiest_first():
    poor = course("gd", updates=5, step_sizes=np.full(10, 1e-5), val_loss=np.array([2.0, 1.5, 1.2]))
    found = reasons.reasons(winner("momentum"), poor)
    assert len(found) == 3
    assert "5 updates" in found[0]


def frame(**metrics):
    rows = [(step, name.replace("__", "/"), v) for name, values in metrics.items() for step, v in enumerate(values, 1)]
    return pd.DataFrame(rows, columns=["step", "metric", "value"])


def test_a_course_is_made_of_what_the_runs_logged():
    logged = {"update_ratio__a": [0.1, 0.2], "update_ratio__b": [0.3, 0.4], "gradient_norm__a": [3.0, 6.0]}
    logged |= {"gradient_norm__b": [4.0, 8.0], "epoch_train_loss": [2.0, 1.0], "val_loss": [3.0, 2.0]}
    specs = list(optimizers.runs("digits", "mlp", ["adam"]).values())
    made = reasons.course("Adam", specs, [frame(**logged, train_loss=range(7))], [])
    assert made.updates == 7
    np.testing.assert_allclose(made.step_sizes, [0.2, 0.3])
    np.testing.assert_allclose(made.gradients, [5, 10])
    np.testing.assert_allclose(made.val_loss, [3, 2])
    assert made.diverged_at is None


def test_several_seeds_give_their_median_as_far_as_all_go():
    specs = list(optimizers.runs("digits", "mlp", ["adam"], seeds=3).values())
    frames = [frame(val_loss=[3.0, 2.0]), frame(val_loss=[1.0, 1.0, 1.0]), frame(val_loss=[9.0, 9.0])]
    made = reasons.course("Adam", specs, frames, [40, 31])
    np.testing.assert_allclose(made.val_loss, [3, 2])
    assert made.diverged_at == 31
    assert np.isnan(made.step)


@pytest.mark.parametrize("rule", reasons.RULES)
def test_runs_that_logged_nothing_break_no_rule(rule):
    specs = list(optimizers.runs("digits", "mlp", ["momentum"]).values())
    empty = reasons.course("x", specs, [frame()], [])
    assert rule(empty, empty) is None
    assert rule(winner("adam"), empty) is None


def held(course: Course, **parts) -> Course:
    return replace(course, spec=replace(course.spec, **parts))


L2 = {"regularization": RegularizationSpec(l2=0.1)}
LOW, HIGH = np.array([0.9, 0.4, 0.3]), np.array([1.0, 0.7, 0.9])


def test_a_smaller_gap_of_what_was_held_back():
    ahead = held(winner(train_loss=np.array([0.9, 0.5, 0.3]), val_loss=np.array([0.9, 0.6, 0.4])), **L2)
    behind = course(train_loss=np.array([0.9, 0.3, 0.1]), val_loss=HIGH)
    text = reasons.smaller_gap(ahead, behind)
    assert text == (
        "The validation loss of winner lies 0.1 above its training loss, that of loser 0.8 above: it learned less by "
        "heart."
    )
    dropped = held(ahead, model=ModelSpec("mlp", {"dropout": 0.5}))
    assert "Dropout raises the training loss" in reasons.smaller_gap(dropped, behind)
    varied = held(ahead, regularization=RegularizationSpec(), preparation=PreparationSpec({"rotate": {"degrees": 5}}))
    text = reasons.smaller_gap(replace(varied, train_loss=np.array([0.9, 0.7, 0.6])), behind)
    assert "winner lies 0.2 below its training loss" in text
    assert text.endswith("(Its training images are varied, which raises the training loss.)")
    assert reasons.smaller_gap(replace(ahead, spec=behind.spec), behind) is None
    assert reasons.smaller_gap(ahead, replace(behind, val_loss=ahead.val_loss)) is None


def test_held_back_too_much():
    behind = held(course(train_loss=np.array([1.0, 0.9, 0.8]), val_loss=np.array([1.0, 0.95, 0.85])), **L2)
    ahead = winner(train_loss=LOW, val_loss=np.array([0.9, 0.6, 0.5]))
    text = reasons.held_back_too_much(ahead, behind)
    assert "its training loss ended at 0.8, that of winner at 0.3. The smaller gap (0.05 against 0.2)" in text
    assert reasons.held_back_too_much(ahead, replace(behind, spec=ahead.spec)) is None
    assert reasons.held_back_too_much(ahead, replace(behind, train_loss=LOW)) is None


def test_a_penalty_that_outweighs_the_data():
    text = reasons.mostly_penalty(winner(), course(penalty=np.array([9.0, 5.0, 4.0])))
    assert "the penalty of loser is 4 and its data loss 0.4" in text
    assert reasons.mostly_penalty(winner(), course(penalty=np.array([1.0, 0.5, 0.5]))) is None
    assert reasons.mostly_penalty(winner(), course()) is None


def test_hardly_a_weight_left():
    assert "L1 made 99.5% of the weights of loser exactly 0" in reasons.few_weights_left(winner(), course(zeros=0.995))
    assert reasons.few_weights_left(winner(zeros=0.99), course(zeros=0.995)) is None
    assert reasons.few_weights_left(winner(), course()) is None


def test_the_epoch_that_was_tested():
    stopped = held(winner(val_loss=np.array([0.9, 0.5, 0.6])), training=TrainingSpec(patience=1, weights="best"))
    text = reasons.went_back(stopped, course(val_loss=np.array([0.6, 0.7, 0.9])))
    assert text == (
        "winner was tested with the weights of epoch 2, its best; loser with those of epoch 3, though its best was 1."
    )
    assert reasons.went_back(stopped, course(val_loss=np.array([0.9, 0.7, 0.6]))) is None
    assert reasons.went_back(winner(), course(val_loss=np.array([0.6, 0.7, 0.9]))) is None


def test_penalty_and_zeros_come_from_what_was_logged():
    rows = [(1, "penalty", 3.0), (1, "zero_share", 0.1), (2, "penalty", 2.0), (2, "zero_share", 0.4)]
    frame = pd.DataFrame(rows, columns=["step", "metric", "value"])
    made = reasons.course("a", [course().spec], [frame], [])
    assert (made.penalty.tolist(), made.zeros) == ([3.0, 2.0], 0.4)
