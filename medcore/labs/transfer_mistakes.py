"""Common mistakes with networks that learned elsewhere, each beside the right way: code, runs, and what to see."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from medcore.labs import transfer, two_hospitals
from medcore.labs.labels import group
from medcore.labs.mistakes import Mistake
from medcore.spec import DataSpec, ModelSpec, RunSpec, TransferSpec

IMAGES, BATCH = 50, 8
"""Labelled images, few on purpose, and images a batch."""
EPOCHS, HEAD_EPOCHS, FIRST_EPOCHS = 20, 10, 10
RATE, WRONG_RATE = 1e-4, 0.003
MANY = 20
"""Blocks that no network here has: all of them."""


def mistakes(epochs: int = EPOCHS, seed: int = 0) -> dict[str, Mistake]:
    """Every mistake by name, with its runs of the small CNN on the simulator's two hospitals.

    Args:
        epochs: of the second stage; of all others as many as they need.

    Raises:
        ValueError: for settings that no run may have.
    """
    known = transfer.runs(ways=["frozen"], images=[IMAGES], batch_size=BATCH, seed=seed, seeds=1)
    (frozen,) = known.values()
    frozen = replace(
        frozen,
        model=ModelSpec("cnn", {"batch_norm": 1}),
        training=replace(frozen.training, epochs=HEAD_EPOCHS),
        transfer=replace(frozen.transfer, pretraining_epochs=FIRST_EPOCHS, unfrozen=MANY, epochs=epochs),
    )
    hospitals = _hospitals(seed)
    return {
        "rate": _rate(frozen),
        "batch_norm": _batch_norm(frozen),
        "anything": _anything(frozen),
        "home": _home(hospitals),
        "target_labels": _target_labels(hospitals),
    }


def _tuned(spec: RunSpec, **changes: Any) -> RunSpec:
    return replace(spec, transfer=replace(spec.transfer, **changes))


def _rate(known: RunSpec) -> Mistake:
    return Mistake(
        title="Fine-tuning at the usual rate",
        what="All blocks are set free and trained on at a learning rate that would do for a new network.",
        wrong_code=f"""
model.fit(x, y, epochs={HEAD_EPOCHS})
# the head can answer: set the base free
base.trainable = True
model.compile(Adam({WRONG_RATE:g}), loss)
model.fit(x, y, epochs=epochs)
""",
        right_code=f"""
model.fit(x, y, epochs={HEAD_EPOCHS})
# the head can answer: set the base free
base.trainable = True
model.compile(Adam({RATE:g}), loss)
model.fit(x, y, epochs=epochs)
""",
        wrong={f"Fine-tuned at {WRONG_RATE:g}": _tuned(known, learning_rate=WRONG_RATE)},
        right={f"Fine-tuned at {RATE:g}": _tuned(known, learning_rate=RATE)},
        see=(
            f"Both train the head for {HEAD_EPOCHS} epochs; up to there the curves are the same. Then the blocks are "
            "set free. At the high rate the validation loss **jumps**: a few updates, and much of what was borrowed is "
            "gone. What comes after is nearly training from scratch, on a few images. At the low rate nothing jumps."
        ),
    )


def _batch_norm(known: RunSpec) -> Mistake:
    return Mistake(
        title="Batch norm in training mode",
        what="While fine-tuning, batch normalisation takes mean and variance of each small batch, "
        "and its running statistics follow them.",
        wrong_code="""
base.trainable = True
x = base(images, training=True)
""",
        right_code="""
base.trainable = True
x = base(images, training=False)
# or, for these layers alone:
layer.trainable = False
""",
        wrong={"Statistics of the batch": _tuned(known, learning_rate=RATE, batch_norm_trains=True)},
        right={"Statistics of the source": _tuned(known, learning_rate=RATE)},
        see=(
            f"Batches have {BATCH} images, so their mean and variance are noisy, and in training the network answers "
            "to another scale than in testing. How much that costs depends on how far the new images are from the "
            "old ones: where the shift is large, statistics of the **new images** can even help. That is AdaBN, and "
            "it takes them from all of them at once, not from eight."
        ),
    )


def _anything(known: RunSpec) -> Mistake:
    head = _tuned(known, unfrozen=0)
    digits = _tuned(head, pretraining=DataSpec("digits"))
    scratch = replace(
        known,
        task="classification",
        transfer=TransferSpec(),
        training=replace(known.training, epochs=known.training.epochs + known.transfer.epochs),
    )
    frozen = replace(head, training=scratch.training)
    return Mistake(
        title="Whatever was learned helps",
        what="A network that learned something, anything, is taken as the base, and from scratch is not tried.",
        wrong_code="""
base = trained_on("digits")
base.trainable = False
model.fit(x, y)
""",
        right_code="""
base = trained_on("another scanner")
base.trainable = False
model.fit(x, y)
from_scratch.fit(x, y)   # beside it
""",
        wrong={"Features of digits": replace(digits, training=scratch.training)},
        right={"Features of another scanner": frozen, "From scratch": scratch},
        see=(
            "All three make as many updates. Features are good for what they were learned for: strokes of a pen say "
            "little of a lesion. Where the frozen features lie **below** from scratch, the transfer is *negative*, "
            "and nobody would have seen it without the third curve."
        ),
    )


def _hospitals(seed: int) -> dict[str, RunSpec]:
    specs = two_hospitals.runs(methods=["source_only", "adabn"], seed=seed, seeds=1)
    return {group(label): spec for label, spec in specs.items()}


def _home(hospitals: Mapping[str, RunSpec]) -> Mistake:
    return Mistake(
        title="Tested at home",
        what="The network is tested on images of the hospital that it learned from, split by patient, all in good "
        "order, "
        "and the figure is printed as its accuracy.",
        wrong_code="""
x_train, x_test = split(hospital_a)
model.fit(x_train, y_train)
report(model.evaluate(x_test, y_test))
""",
        right_code="""
model.fit(x_train, y_train)
report(model.evaluate(x_test, y_test))
report(model.evaluate(*hospital_b))
""",
        wrong={"Source only": hospitals["Source only"]},
        right=hospitals,
        see=(
            "One network, two figures. The internal test set is free of every leak and still says nothing of another "
            "scanner: it has the same noise, kernel and contrast as the training images. Ask for an **external** "
            "test set. AdaBN, which sees images of the other place and no label, shows that what was lost was not "
            "the disease."
        ),
    )


def _target_labels(hospitals: Mapping[str, RunSpec]) -> Mistake:
    honest = hospitals["Source only"]
    flattered = replace(honest, adaptation=replace(honest.adaptation, choose_on_target=True))
    return Mistake(
        title="Chosen by target labels",
        what="The epoch is chosen by the accuracy on the target's test images, as if their labels were known.",
        wrong_code="""
best = max(epochs, key=lambda e:
    accuracy(e, target_test))
""",
        right_code="""
best = min(epochs, key=lambda e:
    loss(e, source_val))
""",
        wrong={"Chosen by the target": flattered},
        right={"Chosen by the source": honest},
        see=(
            "Both train the same network; only the epoch differs. Where source and target disagree, the target's "
            "accuracy jumps from epoch to epoch, and the highest of its jumps is luck. A method that is reported so "
            "seems to adapt without doing anything. The curve of the target may be looked at; it may not choose."
        ),
    )
