"""Common mistakes with masks, each beside the right way: the code, the runs, and what to see."""

from dataclasses import replace
from typing import Any

from medcore.labs.mistakes import Mistake
from medcore.spec import DataSpec, LossSpec, ModelSpec, OptimizerSpec, RunSpec, TrainingSpec

EPOCHS, BATCH, RATE = 8, 16, 0.003
IMAGES, PREVALENCE = 500, 0.9
"""Few, so that a run takes seconds, and with something to find in most."""


def mistakes(epochs: int = EPOCHS, seed: int = 0) -> dict[str, Mistake]:
    """Every mistake by name, with its runs of a small U-Net on the CT simulator.

    Raises:
        ValueError: for settings that no run may have.
    """
    run = _run(epochs, seed, PREVALENCE)
    return {
        "accuracy": _accuracy(run),
        "pooled": _pooled(run),
        "sigmoid": _sigmoid(replace(run, training=TrainingSpec(epochs=epochs, batch_size=BATCH // 2))),
        "whole_batch": _whole_batch(_run(epochs, seed, 0.5)),
    }


def _run(epochs: int, seed: int, prevalence: float) -> RunSpec:
    return RunSpec(
        task="segment",
        data=DataSpec("ct-simulator", {"images": IMAGES, "prevalence": prevalence}),
        model=ModelSpec("unet", {"depth": 3, "width": 8}),
        optimizer=OptimizerSpec("adam", RATE),
        loss=LossSpec("cross_entropy_dice"),
        training=TrainingSpec(epochs=epochs, batch_size=BATCH),
        seed=seed,
    )


def _with(spec: RunSpec, loss: str = "cross_entropy_dice", **options: Any) -> RunSpec:
    return replace(spec, loss=LossSpec(loss), model=replace(spec.model, options={**spec.model.options, **options}))


def _accuracy(run: RunSpec) -> Mistake:
    return Mistake(
        title="Accuracy of the pixels",
        what="A network that looks for lesions is trained with cross-entropy and judged by the share of pixels that "
        "are right. The two slips go together: the loss counts every pixel alike, and so does the measure, which hides "
        "it.",
        wrong_code="""
loss = cross_entropy
model.compile(optimizer, loss,
    metrics=["accuracy"])
""",
        right_code="""
loss = cross_entropy_and_dice
model.compile(optimizer, loss,
    metrics=["accuracy"])
dice = [overlap(model(x), mask)
    for x, mask in validation]
""",
        wrong={"Cross-entropy": _with(run, "mask_cross_entropy")},
        right={"Cross-entropy + Dice": run},
        see=(
            "The accuracy soon stands where other networks end: nearly all pixels are background, and saying so is "
            "nearly always right. The Dice of the same network may still be 0. The right way mends both: the loss, so "
            "that the lesion is found, and the measure, so that one sees whether it was. Read both figures of both "
            "runs, and beside them those of always saying “background”."
        ),
    )


def _pooled(run: RunSpec) -> Mistake:
    return Mistake(
        title="Everything through the narrowest place",
        what="The articles pool the last maps of VGG16 to one number each and decode from there. Here the mistake is "
        "milder: a U-Net without skip connections, so that all that is fine has to pass its lowest level.",
        wrong_code="""
x = GlobalAveragePooling2D()(base.output)
x = Dense(256, activation="relu")(x)
x = Conv2D(256, 3, padding="same")(x)
x = UpSampling2D()(x)
""",
        right_code="""
x = UpSampling2D()(base.output)
x = Concatenate()([x, base.get_layer("block4").output])
x = Conv2D(256, 3, padding="same")(x)
# ... and so on, up to the size of the image
""",
        wrong={"Without skip connections": _with(run, skips=0)},
        right={"With skip connections": run},
        see=(
            "The code on the left does not even run: a dense layer has no rows and columns for a convolution to go "
            "over. Without skip connections the network finds the lesions, and draws them as blobs: look at the "
            "distances of the borders beside the Dice."
        ),
    )


def _sigmoid(run: RunSpec) -> Mistake:
    return Mistake(
        title="No sigmoid",
        what="The last convolution has no activation, and the loss takes what comes out for probabilities, as the "
        "articles' code does.",
        wrong_code="""
out = Conv2D(1, 1)(x)
loss = "binary_crossentropy"
model.compile(optimizer, loss)
""",
        right_code="""
out = Conv2D(1, 1)(x)
loss = BinaryCrossentropy(from_logits=True)
model.compile(optimizer, loss)
# or: Conv2D(1, 1, activation="sigmoid")
""",
        wrong={"No sigmoid": _with(run, "no_sigmoid")},
        right={"From logits": _with(run, "mask_cross_entropy")},
        see=(
            "What is below 0 or above 1 is cut off before the logarithm, and what is cut off has **no gradient**. A "
            "pixel of a lesion that comes out below 0 costs the most that it can, and nothing tells the network which "
            "way to go. Often it never finds one."
        ),
    )


def _whole_batch(run: RunSpec) -> Mistake:
    return Mistake(
        title="One Dice for all images",
        what="All pixels of the test set are thrown together, and one Dice is printed as if it were that of a patient.",
        wrong_code="""
def dice(y, p):
    return 2 * sum(y * p) / (sum(y) + sum(p))

report(dice(masks.ravel(), predicted.ravel()))
""",
        right_code="""
def dice(y, p):
    return 2 * sum(y * p) / (sum(y) + sum(p))

report(mean(dice(y, p)
    for y, p in zip(masks, predicted)))
""",
        wrong={"A U-Net": run},
        right={"A U-Net": run},
        see=(
            "One network, two figures. The large lesions decide the first one. In the second one a small lesion that "
            "was missed counts as much as a large one that was found, as it does for the patient; and an image "
            "without a lesion in which the network finds one counts as 0."
        ),
    )
