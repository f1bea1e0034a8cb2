"""Common mistakes in comparing optimizers, each beside the right way: code, runs, and what to see."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from medcore.labs import optimizers
from medcore.labs.mistakes import Mistake
from medcore.spec import LossSpec, RunSpec

COMMON_RATE = 0.001
SWEEP = (0.0001, COMMON_RATE, 0.01, 0.1)
TUNED_APART = ("minibatch", "momentum", "adam")


def mistakes(
    dataset: str = "ct-simulator", data_options: Mapping[str, Any] | None = None, epochs: int = 5, seed: int = 0
) -> dict[str, Mistake]:
    """Every mistake by name, with its runs of the articles' MLP on a data set.

    Raises:
        ValueError: for settings that no run may have.
    """
    settings = {"dataset": dataset, "data_options": data_options, "model": "mlp", "epochs": epochs, "seed": seed}
    return {
        "softmax": _softmax(settings),
        "descent": _descent(settings),
        "mse": _mse(settings),
        "rates": _rates(settings),
    }


def _run(name: str, settings: Mapping[str, Any], **more: Any) -> RunSpec:
    (spec,) = optimizers.runs(optimizers=[name], **settings, **more).values()
    return spec


def _softmax(settings: Mapping[str, Any]) -> Mistake:
    right = _run("adam", settings)
    return Mistake(
        title="Softmax twice",
        what="The last layer ends in a softmax, and the loss is told that it gets logits: it applies a second one.",
        wrong_code="""
layers.Dense(10, activation="softmax")
loss = SparseCategoricalCrossentropy(
    from_logits=True)
""",
        right_code="""
layers.Dense(10)
loss = SparseCategoricalCrossentropy(
    from_logits=True)
""",
        wrong={"Adam · Softmax twice": replace(right, loss=LossSpec("softmax_twice"))},
        right={"Adam · Softmax once": right},
        see=(
            "The second softmax gets numbers between 0 and 1, so it can never be sure: with $C$ classes the training "
            r"loss cannot fall below $\ln(e + C - 1) - 1$, however right every answer is. The accuracy may look well "
            "all the same, which is why the mistake goes unnoticed. (Keras on TensorFlow finds the first softmax, "
            "warns and undoes it; on JAX and PyTorch it does not. Here the mistake is made for real.)"
        ),
    )


def _descent(settings: Mapping[str, Any]) -> Mistake:
    same = _run("minibatch", settings)
    return Mistake(
        title="Gradient descent = SGD",
        what="Both names stand over the same code: the same optimizer object, and `fit` with its usual batch of 32.",
        wrong_code="""
gd = keras.optimizers.SGD(0.01)
sgd = keras.optimizers.SGD(0.01)
model.fit(x, y)  # both: batch_size=32
""",
        right_code="""
# gradient descent, SGD, mini-batch SGD
model.fit(x, y, batch_size=len(x))
model.fit(x, y, batch_size=1)
model.fit(x, y, batch_size=32)
""",
        wrong={"“Gradient descent”, batch 32": same, "“SGD”, batch 32": same},
        right=optimizers.runs(optimizers=["gd", "sgd", "minibatch"], **settings),
        see=(
            "Wrong: two names and one curve, to the last digit. Right: one and the same update rule, which differs in "
            "**how many images a step looks at**. Switch the progress from updates to epochs: after as many epochs "
            "gradient descent has made a handful of updates and SGD thousands. Each has its usual learning rate, as "
            "one that suits the mean over all images is too long for a single one."
        ),
    )


def _mse(settings: Mapping[str, Any]) -> Mistake:
    right = _run("minibatch", settings)
    return Mistake(
        title="MSE for classes",
        what="Probabilities of classes are fitted with the squared error, as if they were heights or weights.",
        wrong_code="""
layers.Dense(10, activation="softmax")
y = keras.utils.to_categorical(y)
loss = MeanSquaredError()
""",
        right_code="""
layers.Dense(10)
loss = SparseCategoricalCrossentropy(
    from_logits=True)
""",
        wrong={"Mini-batch SGD · MSE": replace(right, loss=LossSpec("mse"))},
        right={"Mini-batch SGD · Cross-entropy": right},
        see=(
            "The two losses have different units: compare the **accuracies**. The gradient of MSE passes the slope of "
            "the softmax, $p\\,(1-p)$, and is divided by the number of classes, so it pulls least where the network is "
            "confidently wrong; that of cross-entropy, $p - y$, pulls most there."
        ),
    )


def _rates(settings: Mapping[str, Any]) -> Mistake:
    sweep = optimizers.runs(optimizers=TUNED_APART, **settings, vary="learning_rate", values=SWEEP)
    return Mistake(
        title="One learning rate for all",
        what="Every optimizer gets the same learning rate, and the ranking is said to be one of optimizers.",
        wrong_code="""
for name in ("SGD", "Momentum", "Adam"):
    compare(name, learning_rate=0.001)
""",
        right_code="""
sweep = (0.0001, 0.001, 0.01, 0.1)
for name in ("SGD", "Momentum", "Adam"):
    rate = best_by_validation(name, sweep)
    compare(name, learning_rate=rate)
""",
        wrong={label: spec for label, spec in sweep.items() if spec.optimizer.learning_rate == COMMON_RATE},
        right=sweep,
        see=(
            "A learning rate means something else to each of them: plain SGD multiplies it with the gradient, momentum "
            "adds such steps up, Adam moves every weight by about as much as the rate itself, whatever the gradient. "
            "The ranking at one common rate says how well that rate happens to suit each. Right: every one at the rate "
            "of a sweep that is best by **validation**. If that is the smallest or largest of the sweep, widen it."
        ),
    )
