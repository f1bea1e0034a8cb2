"""Common mistakes in holding a network back, each beside the right way: code, runs, and what to see."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from medcore.labs.mistakes import Mistake
from medcore.labs.seeds import repeated
from medcore.spec import (
    DataSpec,
    ModelSpec,
    OptimizerSpec,
    RegularizationSpec,
    RunSpec,
    SampleSpec,
    TrainingSpec,
)

IMAGES = 300
"""Training images: few enough to be learnt by heart in seconds."""
EPOCHS, RATE = 40, 0.003
L1, L2 = 0.001, 0.1
IMBALANCE = 8
PATIENCE = 10
CANDIDATES = 8


def mistakes(
    dataset: str = "ct-simulator",
    data_options: Mapping[str, Any] | None = None,
    epochs: int = EPOCHS,
    seed: int = 0,
    counts: Mapping[str, int] | None = None,
) -> dict[str, Mistake]:
    """Every mistake by name, with its runs of the articles' MLP on a few images of a data set.

    Args:
        counts: training images there are of each class; None where that is not known.

    Raises:
        ValueError: for settings that no run may have.
    """
    spec = RunSpec(
        data=DataSpec(dataset, data_options or {}),
        model=ModelSpec("mlp"),
        optimizer=OptimizerSpec("adam", RATE),
        training=TrainingSpec(epochs),
        seed=seed,
        sample=SampleSpec(min(IMAGES, sum(counts.values())) if counts else IMAGES),
    )
    return {
        "unused": _unused(spec),
        "zeros": _zeros(spec),
        "accuracy": _accuracy(spec, counts or {}),
        "best": _best(spec),
        "test_set": _test_set(spec),
        "decay": _decay(spec),
    }


def _unused(plain: RunSpec) -> Mistake:
    used = replace(plain, regularization=RegularizationSpec(l1=L1))
    return Mistake(
        title="A penalty that nobody uses",
        what="The strength gets a name and a value, and the network is built and compiled as if it were not there.",
        wrong_code=f"""
l1_lambda = {L1}
layers.Dense(128, activation="relu")
# nothing reads l1_lambda
""",
        right_code=f"""
l1_lambda = {L1}
layers.Dense(128, activation="relu",
    kernel_regularizer=L1(l1_lambda))
print(model.losses)  # one a kernel
""",
        wrong={"No penalty": plain, f"l1_lambda = {L1}, never used": plain},
        right={f"L1 · {L1}": used},
        see=(
            "Wrong: two names and one curve, to the last digit: the improvement that was reported is that of a network "
            "without a penalty. Right: the **data loss** of training ends higher, and the **penalty** is reported "
            "apart, as it is no error on any image. Keras adds the two in `loss`; `model.losses` tells whether "
            "there is a penalty at all."
        ),
    )


def _zeros(plain: RunSpec) -> Mistake:
    training = replace(plain.training, record_weights=True)
    ways = {
        step: replace(plain, training=training, regularization=RegularizationSpec(l1=L1, l1_step=step))
        for step in ("subgradient", "proximal")
    }
    return Mistake(
        title="“L1 makes weights zero”",
        what="The formula of L1 has its minimum where many weights are exactly 0, so the network is said to be sparse.",
        wrong_code=f"""
layers.Dense(128,
    kernel_regularizer=L1({L1}))
# gradient descent, penalty and all
w = w - lr * (gradient + l1 * sign(w))
""",
        right_code="""
# a step of the data loss, a threshold
u = w - lr * gradient
w = sign(u) * maximum(
    abs(u) - lr * l1, 0)
print((w == 0).mean())  # count them
""",
        wrong={"L1 by subgradient": ways["subgradient"]},
        right={"L1 by proximal step": ways["proximal"]},
        see=(
            "The same loss, penalty and strength; only the step differs. By subgradient a weight that should be 0 "
            "trembles around it, one update past it and the next one back, so the histogram has a peak near 0 and "
            "hardly a weight **at** it. The soft threshold sets it to 0. Adam divides each gradient by its own size, "
            "so its threshold is each weight's own step times the strength."
        ),
    )


def _accuracy(plain: RunSpec, counts: Mapping[str, int]) -> Mistake:
    rarest, commonest = min(counts.values(), default=1), max(counts.values(), default=1)
    already = bool(counts) and not rarest * IMBALANCE >= commonest >= IMBALANCE
    rare = replace(plain, sample=SampleSpec(imbalance=None if already else IMBALANCE))
    weighted = replace(rare, training=replace(rare.training, class_weights=True))
    return Mistake(
        title="Accuracy of a rare disease",
        what="A class is rare, as most diseases are, and the network is judged by its accuracy. "
        + f"(Here one image of the rarest class comes on {IMBALANCE} of the commonest.)" * (not already),
        wrong_code="""
model.compile("adam", loss,
    metrics=["accuracy"])
model.fit(x, y)
""",
        right_code="""
n = np.bincount(y)
weights = len(y) / (len(n) * n)
model.fit(x, y,
    class_weight=dict(enumerate(weights)))
balanced_accuracy_score(y_val, answers)
""",
        wrong={"As they come": rare},
        right={"Classes weighed": weighted},
        see=(
            "A network that always says the commonest class is mostly right, and finds nobody: its accuracy is "
            "that of the **majority baseline**, its balanced accuracy that of a coin. So an accuracy near the baseline "
            "says nothing; look at the recall of the rare class. With class weights the "
            "accuracy may fall while the balanced accuracy rises: more of the rare class is found, at the price of "
            "false alarms. What that is worth is a question of what each error costs, not of a metric."
        ),
    )


def _best(plain: RunSpec) -> Mistake:
    stopped = replace(plain, training=replace(plain.training, patience=PATIENCE))
    restored = replace(stopped, training=replace(stopped.training, weights="best"))
    return Mistake(
        title="Stopped early, too late",
        what="Early stopping waits, stops, and the weights that it ends with are tested: those of the last epoch.",
        wrong_code=f"""
EarlyStopping("val_loss", patience={PATIENCE})
# restore_best_weights=False is the default
""",
        right_code=f"""
EarlyStopping("val_loss", patience={PATIENCE},
    restore_best_weights=True)
""",
        wrong={"Last weights": stopped},
        right={"Best weights": restored},
        see=(
            "Both curves are the same, to the last digit; what differs is which of their epochs meets the test images. "
            "The wrong way tests weights that are as many epochs past the best as the patience has. The **loss** tells "
            "first: answers that are more and more surely wrong cost loss before they cost accuracy. With a "
            "**shorter** patience the harm is smaller, and a bump in the curve stops training too soon."
        ),
    )


def _test_set(plain: RunSpec) -> Mistake:
    candidates = repeated({"Network": plain}, CANDIDATES)
    return Mistake(
        title="Choosing by the test set",
        what="Several networks are trained, all are tested, and the best test score is reported as that of the method.",
        wrong_code="""
model.fit(x, y,
    validation_data=(x_test, y_test))
scores = [m.evaluate(x_test, y_test)
          for m in networks]
report(max(scores))
""",
        right_code="""
model.fit(x, y,
    validation_data=(x_val, y_val))
chosen = max(networks,
    key=validation_accuracy)
report(chosen.evaluate(x_test, y_test))
""",
        wrong=candidates,
        right=candidates,
        see=(
            f"The {CANDIDATES} networks differ in nothing but the seed, so none of them is a better method. Whoever "
            "takes the best of the test set reports its luck too, and new images will not confirm it. The same "
            "happens to epochs, strengths and architectures: the articles validate on their test set, and from then on "
            "it is a validation set. *Choosing lambda* has the switch for it."
        ),
    )


def _decay(plain: RunSpec) -> Mistake:
    def run(optimizer: str, rate: float, l2: float, decay: float) -> RunSpec:
        return replace(
            plain,
            optimizer=OptimizerSpec(optimizer, rate, decay),
            regularization=RegularizationSpec(l2=l2),
        )

    adam, sgd = ("adam", RATE), ("minibatch", 0.01)
    return Mistake(
        title="L2 = weight decay",
        what="Both pull weights towards 0, so under Adam one is given for the other.",
        wrong_code=f"""
# "weight decay", under Adam
layers.Dense(128,
    kernel_regularizer=L2({L2}))
model.compile(Adam({RATE}), loss)
""",
        right_code=f"""
# weight decay, under Adam
layers.Dense(128)
model.compile(AdamW({RATE},
    weight_decay={2 * L2}), loss)
""",
        wrong={f"Adam · L2 · {L2}": run(*adam, L2, 0.0)},
        right={
            f"Adam · decay · {2 * L2}": run(*adam, 0.0, 2 * L2),
            f"SGD · L2 · {L2}": run(*sgd, L2, 0.0),
            f"SGD · decay · {2 * L2}": run(*sgd, 0.0, 2 * L2),
        },
        see=(
            r"Under plain SGD a penalty of $\lambda \sum w^2$ **is** a decay of $2\lambda$ (all but the biases, which "
            "Keras' decay takes along): the two curves of SGD lie on each other. Adam divides the penalty's gradient "
            "by the size of past gradients like any other, so the same number holds the weights back in another way, "
            "and mostly far more. Neither is wrong; each needs its own strength."
        ),
    )
