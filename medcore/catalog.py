"""What can be chosen, as data.

A target is a string "module:name", so a choice carries no import and this file
may be read by the web process. `resolve` turns a target into the object, on the
worker's side.
"""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal


@dataclass(frozen=True)
class Parameter:
    """A number that a choice takes, with the range in which it means something.

    `low` and `high` are inclusive. An `integer` parameter takes whole numbers only. `steps` are the
    values worth offering on a slider, where evenly spaced ones would not do.
    """

    label: str
    default: float
    low: float
    high: float
    help: str
    integer: bool = False
    steps: tuple[float, ...] = ()


@dataclass(frozen=True)
class Selection:
    """A setting that takes one of a few names.

    `values` gives the label of each name.
    """

    label: str
    default: str
    values: Mapping[str, str]
    help: str


@dataclass(frozen=True)
class Choice:
    """One thing that can be chosen.

    Args:
        label: the name people see.
        target: "module:name" of the class or function behind it.
        note: one sentence of help.
        parameters: what can be set, by the target's argument name.
        fixed: arguments that make this choice what it is and cannot be changed.
    """

    label: str
    target: str
    note: str
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    fixed: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class OptimizerChoice(Choice):
    """An optimizer, its usual learning rate and weight decay, and the batch it is defined by.

    `batch` is "all" for gradient descent, 1 for stochastic gradient descent in the strict
    sense, None where the batch size is free.
    """

    learning_rate: float = 0.001
    weight_decay: float = 0.0
    batch: Literal["all", 1] | None = None


@dataclass(frozen=True)
class ModelChoice(Choice):
    """A model. `size` "small" trains on one thread, "large" fills every core.

    `dense_only` models gain from XLA on a CPU; convolutions lose by it.
    """

    size: Literal["small", "large"] = "small"
    dense_only: bool = False


STAGES = {
    "corruption": "Corruption",
    "window": "Window",
    "size": "Size",
    "denoising": "Denoising",
    "equalisation": "Equalisation",
    "augmentation": "Augmentation",
    "normalisation": "Normalisation",
}
"""What happens to an image before a network sees it, in this order: name to label."""


@dataclass(frozen=True)
class PreparationChoice(Choice):
    """One step of a recipe for images.

    Args:
        stage: a name of `STAGES`; decides when the step is applied and what its target takes.
        hurts: one sentence on when the step does harm.
        moves: whether its target says where pixels come from, so that masks go along, instead of what they become.
    """

    parameters: Mapping[str, "Parameter | Selection"] = field(default_factory=dict)
    stage: str = "corruption"
    hurts: str = ""
    moves: bool = False


@dataclass(frozen=True)
class TaskChoice(Choice):
    """What a run does. `base` says whether it needs a finished run to start from."""

    base: bool = False


_DECAYS = (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999)
_MOMENTUM = Parameter(
    "Momentum",
    0.9,
    0.0,
    0.999,
    "Share of the last step kept: the effective step is learning rate / (1 - momentum).",
    steps=_DECAYS,
)
_BETA_1 = Parameter("Beta 1", 0.9, 0.0, 0.999, "Decay of the running mean of the gradient.", steps=_DECAYS)
_BETA_2 = Parameter("Beta 2", 0.999, 0.0, 0.99999, "Decay of the running mean of the squared gradient.", steps=_DECAYS)
_ADAM = {"beta_1": _BETA_1, "beta_2": _BETA_2}

OPTIMIZERS: dict[str, OptimizerChoice] = {
    "gd": OptimizerChoice(
        "Gradient descent",
        "keras.optimizers:SGD",
        "One step uses the whole training set: a smooth path, one update an epoch.",
        learning_rate=0.1,
        batch="all",
    ),
    "sgd": OptimizerChoice(
        "SGD (batch 1)",
        "keras.optimizers:SGD",
        "One step uses a single image: noisy and cheap, one update an image.",
        learning_rate=0.001,
        batch=1,
    ),
    "minibatch": OptimizerChoice(
        "Mini-batch SGD",
        "keras.optimizers:SGD",
        "One step uses a batch: the compromise everything else builds on.",
        learning_rate=0.01,
    ),
    "momentum": OptimizerChoice(
        "Momentum",
        "keras.optimizers:SGD",
        "Mini-batch SGD with a velocity that keeps part of the last step.",
        {"momentum": _MOMENTUM},
        learning_rate=0.01,
    ),
    "nesterov": OptimizerChoice(
        "Nesterov",
        "keras.optimizers:SGD",
        "Momentum that looks at the gradient where the velocity is about to lead.",
        {"momentum": _MOMENTUM},
        {"nesterov": True},
        learning_rate=0.01,
    ),
    "rmsprop": OptimizerChoice(
        "RMSprop",
        "keras.optimizers:RMSprop",
        "Each weight's step is divided by the running size of its own gradient.",
        {"rho": Parameter("Rho", 0.9, 0.0, 0.999, "Decay of the running mean of the squared gradient.", steps=_DECAYS)},
    ),
    "adagrad": OptimizerChoice(
        "Adagrad",
        "keras.optimizers:Adagrad",
        "Divides by the root of the sum of all squared gradients so far, so steps only shrink.",
        learning_rate=0.01,
    ),
    "adam": OptimizerChoice(
        "Adam",
        "keras.optimizers:Adam",
        "Momentum and RMSprop together, with the start-up bias corrected.",
        _ADAM,
    ),
    "adamw": OptimizerChoice(
        "AdamW",
        "keras.optimizers:AdamW",
        "Adam with weight decay applied to the weights themselves, not through the gradient.",
        _ADAM,
        weight_decay=0.004,
    ),
    "nadam": OptimizerChoice(
        "Nadam",
        "keras.optimizers:Nadam",
        "Adam with Nesterov's look ahead.",
        _ADAM,
    ),
    "lion": OptimizerChoice(
        "Lion",
        "keras.optimizers:Lion",
        "Moves by the sign of an averaged gradient: every weight by the same amount.",
        {
            "beta_1": Parameter(
                "Beta 1", 0.9, 0.001, 0.999, "Share of the running mean in the direction of a step.", steps=_DECAYS
            ),
            "beta_2": Parameter(
                "Beta 2", 0.99, 0.0, 0.99999, "Decay of the running mean of the gradient.", steps=_DECAYS
            ),
        },
        learning_rate=0.0001,
    ),
}

LOSSES: dict[str, Choice] = {
    "cross_entropy": Choice(
        "Cross-entropy",
        "medcore.training.losses:CrossEntropy",
        "The loss for classes: its gradient is predicted minus true probability.",
    ),
    "mse": Choice(
        "MSE",
        "medcore.training.losses:MeanSquaredError",
        "Squared error of the probabilities: its gradient vanishes where the network is confidently wrong.",
    ),
    "huber": Choice(
        "Huber",
        "medcore.training.losses:Huber",
        "Squared error up to delta, linear beyond: the gradient is clipped at delta.",
        {
            "delta": Parameter(
                "Delta",
                1.0,
                0.01,
                10.0,
                "Error beyond which the loss grows linearly.",
                steps=(0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0),
            )
        },
    ),
}

MODELS: dict[str, ModelChoice] = {
    "mlp": ModelChoice(
        "MLP",
        "medcore.models.mlp:mlp",
        "The articles' network without convolutions: one hidden layer of 128 units.",
        {"hidden": Parameter("Hidden units", 128, 1, 4096, "Units of the hidden layer.", integer=True)},
        dense_only=True,
    ),
    "cnn": ModelChoice(
        "CNN",
        "medcore.models.cnn:cnn",
        "The articles' convolutional network: 32 and 64 filters of 3x3, then 64 dense units.",
    ),
}

TASKS: dict[str, TaskChoice] = {
    "classification": TaskChoice(
        "Classification",
        "medcore.training.classification:train",
        "One label an image.",
    ),
    "robustness": TaskChoice(
        "Robustness",
        "medcore.training.robustness:measure",
        "A finished run meets test images that were prepared in another way.",
        base=True,
    ),
}

_PREPARATION = "medcore.data.preparation"
_SCOPE = Selection(
    "Statistics of",
    "image",
    {"image": "Each image", "train": "Training set"},
    "One image's own values, or those of all training images; never those of validation or test images.",
)

PREPARATIONS: dict[str, PreparationChoice] = {
    "gaussian_noise": PreparationChoice(
        "Gaussian noise",
        f"{_PREPARATION}.corruption:gaussian_noise",
        "Adds to every pixel a random number of mean 0, as a warm amplifier does.",
        {"sd": Parameter("Standard deviation", 0.1, 0.01, 0.5, "Of the noise, as a share of the gray scale.")},
        hurts="Fine structures drown first; a network that only ever saw clean images loses far more than a person.",
    ),
    "poisson_noise": PreparationChoice(
        "Poisson noise",
        f"{_PREPARATION}.corruption:poisson_noise",
        "Counts photons, as a detector does: a pixel of N photons varies by the root of N.",
        {
            "photons": Parameter(
                "Photons at white",
                100,
                1,
                10_000,
                "Photons that a white pixel counts: fewer of them is a lower dose.",
                steps=(1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000),
            )
        },
        hurts="Half the dose is 1.4 times the relative noise: low-contrast lesions vanish first.",
    ),
    "blur": PreparationChoice(
        "Blur",
        f"{_PREPARATION}.corruption:blur",
        "Averages neighbours with Gaussian weights, as an unfocused lens or a smooth kernel does.",
        {"sigma": Parameter("Sigma (px)", 1.5, 0.2, 8.0, "Width of the Gaussian in pixels.")},
        hurts="Edges and texture go; networks that live on texture fail before those that live on shape.",
    ),
    "motion": PreparationChoice(
        "Motion blur",
        f"{_PREPARATION}.corruption:motion_blur",
        "Smears the image along a line: the patient moved at even speed during the exposure.",
        {
            "length": Parameter("Length (px)", 7, 2, 30, "How far the patient moved, in pixels.", integer=True),
            "angle": Parameter("Direction (°)", 0, 0, 180, "0 is to the right, 90 upwards.", integer=True),
        },
        hurts="Edges across the direction go, those along it stay.",
    ),
    "ghosting": PreparationChoice(
        "Motion ghosts",
        f"{_PREPARATION}.corruption:ghosts",
        "The patient of an MR scan shifts back and forth between the lines of k-space, so shifted ghosts appear.",
        {
            "shift": Parameter("Shift (px)", 4, 1, 20, "How far the patient shifts, in pixels.", integer=True),
            "period": Parameter(
                "Period (lines)", 4, 2, 32, "Lines of k-space from one shift to the next.", integer=True
            ),
        },
        hurts="Ghosts look like structure where there is none.",
    ),
    "missing_lines": PreparationChoice(
        "Missing lines",
        f"{_PREPARATION}.corruption:missing_lines",
        "Some rows are black, as where a detector row is dead or a transfer was cut.",
        {"share": Parameter("Share of lines", 0.1, 0.01, 0.9, "Of the rows that are lost.")},
        hurts="Every lost row makes two edges stronger than any in the anatomy.",
    ),
    "missing_blocks": PreparationChoice(
        "Missing blocks",
        f"{_PREPARATION}.corruption:missing_blocks",
        "Some squares are black, as where a file is damaged or a label covers the image.",
        {
            "count": Parameter("Blocks", 3, 1, 20, "How many squares are lost.", integer=True),
            "side": Parameter("Side", 0.2, 0.05, 0.6, "Of a square, as a share of the image's shorter side."),
        },
        hurts="Where the square hides the lesion, no network can be right.",
    ),
    "inverted_contrast": PreparationChoice(
        "Inverted contrast",
        f"{_PREPARATION}.corruption:inverted_contrast",
        "Black becomes white, as when MONOCHROME1 is read as MONOCHROME2.",
        {"share": Parameter("Share of images", 1.0, 0.05, 1.0, "How many of the images come inverted.")},
        hurts="A network that learnt bright lesions looks in the wrong places; a person sees at once what happened.",
    ),
    "window": PreparationChoice(
        "Window",
        f"{_PREPARATION}.contrast:window",
        "Stretches one range of values from black to white and cuts off the rest, like a CT window.",
        {
            "centre": Parameter("Centre", 0.5, 0.0, 1.0, "Middle of the range, 0 is black and 1 is white."),
            "width": Parameter("Width", 0.6, 0.02, 2.0, "Of the range; narrow is more contrast."),
        },
        stage="window",
        hurts="What lies outside the window is lost, to you and to the network.",
    ),
    "resize": PreparationChoice(
        "Resize",
        f"{_PREPARATION}.resizing:resize",
        "Gives the longer side this many pixels and keeps the proportions, smoothed first where it shrinks.",
        {
            "side": Parameter(
                "Longer side (px)",
                32,
                8,
                256,
                "Of the image the network gets.",
                integer=True,
                steps=(8, 12, 16, 20, 24, 28, 32, 48, 64, 96, 128, 160, 192, 224, 256),
            )
        },
        stage="size",
        hurts="A lesion of three pixels is gone at half the size; enlarging adds time, not information.",
    ),
    "gaussian_filter": PreparationChoice(
        "Gaussian filter",
        f"{_PREPARATION}.denoising:gaussian",
        "Averages neighbours with Gaussian weights: the plainest way to less noise.",
        {"sigma": Parameter("Sigma (px)", 1.0, 0.2, 5.0, "Width of the Gaussian in pixels.")},
        stage="denoising",
        hurts="Edges blur as much as the noise.",
    ),
    "median": PreparationChoice(
        "Median filter",
        f"{_PREPARATION}.denoising:median",
        "Takes the middle value of a neighbourhood: single bad pixels go, edges stay.",
        {"radius": Parameter("Radius (px)", 1, 1, 5, "Of the round neighbourhood.", integer=True)},
        stage="denoising",
        hurts="Corners are rounded and lines thinner than the radius vanish.",
    ),
    "bilateral": PreparationChoice(
        "Bilateral filter",
        f"{_PREPARATION}.denoising:bilateral",
        "Averages neighbours that are near and of similar value, so edges stay.",
        {
            "sigma_color": Parameter("Sigma of values", 0.1, 0.01, 0.5, "Values this far apart hardly mix."),
            "sigma_spatial": Parameter("Sigma (px)", 1.5, 0.5, 5.0, "Pixels this far apart hardly mix."),
        },
        stage="denoising",
        hurts="Strong noise looks like an edge and stays.",
    ),
    "total_variation": PreparationChoice(
        "Total variation",
        f"{_PREPARATION}.denoising:total_variation",
        "Looks for the image near this one with the least sum of slopes: flat areas with sharp edges.",
        {"weight": Parameter("Weight", 0.1, 0.01, 1.0, "How much flatness counts against nearness.")},
        stage="denoising",
        hurts="Texture becomes patches, as in a painting by numbers.",
    ),
    "non_local_means": PreparationChoice(
        "Non-local means",
        f"{_PREPARATION}.denoising:non_local_means",
        "Averages pixels whose surroundings look alike, wherever they are nearby.",
        {
            "h": Parameter("Strength", 0.08, 0.01, 0.5, "How unlike two surroundings may be and still be averaged."),
            "distance": Parameter("Search (px)", 6, 2, 15, "How far to look for alike surroundings.", integer=True),
        },
        stage="denoising",
        hurts="A small lesion that looks like nothing else nearby is kept; one that looks like noise is erased.",
    ),
    "equalize": PreparationChoice(
        "Histogram equalisation",
        f"{_PREPARATION}.contrast:equalize",
        "Gives every gray value as many pixels as any other, over the whole image.",
        stage="equalisation",
        hurts="Values lose their meaning: what was a density in HU becomes a rank, and noise in flat areas grows.",
    ),
    "clahe": PreparationChoice(
        "CLAHE",
        f"{_PREPARATION}.contrast:clahe",
        "Equalises in tiles, with a limit on how much contrast may grow (Zuiderveld 1994).",
        {
            "limit": Parameter(
                "Clip limit",
                0.01,
                0.001,
                0.1,
                "How much contrast may grow; more brings out noise.",
                steps=(0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1),
            ),
            "tiles": Parameter(
                "Tiles a side", 8, 2, 16, "The image is divided into this many by this many.", integer=True
            ),
        },
        stage="equalisation",
        hurts="The same tissue gets different values in different places.",
    ),
    "flip": PreparationChoice(
        "Flip",
        f"{_PREPARATION}.augmentation:flip",
        "Mirrors some images: anew each epoch, training images only.",
        {
            "horizontal": Parameter("Left to right", 0.5, 0.0, 1.0, "How often an image is mirrored left to right."),
            "vertical": Parameter("Upside down", 0.0, 0.0, 1.0, "How often an image is turned upside down."),
        },
        stage="augmentation",
        hurts="Where the side matters (heart, liver, handwriting) it teaches what does not exist.",
        moves=True,
    ),
    "rotate": PreparationChoice(
        "Rotate",
        f"{_PREPARATION}.augmentation:rotate",
        "Turns each image about its centre by a random angle.",
        {
            "degrees": Parameter(
                "Up to (°)", 10, 1, 180, "The angle is drawn evenly from minus to plus this.", integer=True
            )
        },
        stage="augmentation",
        hurts="Beyond the angles that patients lie at, effort goes into images that never come.",
        moves=True,
    ),
    "shift": PreparationChoice(
        "Shift",
        f"{_PREPARATION}.augmentation:shift",
        "Moves each image by a random distance; the border's values fill the gap.",
        {"share": Parameter("Up to", 0.1, 0.01, 0.4, "Of the side, in both directions.")},
        stage="augmentation",
        hurts="A lesion at the border may leave the image while its label stays.",
        moves=True,
    ),
    "zoom": PreparationChoice(
        "Zoom",
        f"{_PREPARATION}.augmentation:zoom",
        "Enlarges or shrinks each image by a random factor.",
        {
            "factor": Parameter(
                "Up to a factor of", 1.2, 1.01, 2.0, "Drawn between this and its inverse, evenly in its logarithm."
            )
        },
        stage="augmentation",
        hurts="Where size is the finding, as with lymph nodes or the heart, it erases it.",
        moves=True,
    ),
    "elastic": PreparationChoice(
        "Elastic",
        f"{_PREPARATION}.augmentation:elastic",
        "Bends each image by a smooth random field (Simard 2003).",
        {
            "strength": Parameter(
                "Strength",
                0.02,
                0.005,
                0.1,
                "Root mean square of the displacement, as a share of the side.",
                steps=(0.005, 0.01, 0.02, 0.03, 0.05, 0.08, 0.1),
            ),
            "smoothness": Parameter(
                "Smoothness", 0.08, 0.03, 0.3, "Width of the field's Gaussian, as a share of the side."
            ),
        },
        stage="augmentation",
        hurts="Bone does not bend: strong fields make anatomy that no patient has.",
        moves=True,
    ),
    "contrast": PreparationChoice(
        "Contrast",
        f"{_PREPARATION}.augmentation:contrast",
        "Stretches each image about its mean by a random factor, and makes it brighter or darker.",
        {
            "factor": Parameter(
                "Up to a factor of", 1.3, 1.01, 3.0, "Contrast: between this and its inverse, evenly in its logarithm."
            ),
            "brightness": Parameter(
                "Brightness", 0.1, 0.0, 0.5, "Added: evenly from minus to plus this share of the gray scale."
            ),
        },
        stage="augmentation",
        hurts="Where the value itself is the finding, as in HU, it takes the finding away.",
    ),
    "minmax": PreparationChoice(
        "Min-max",
        f"{_PREPARATION}.normalisation:MinMax",
        "Maps the smallest value to 0 and the largest to 1.",
        {"scope": _SCOPE},
        stage="normalisation",
        hurts="One hot pixel squeezes all the others into the dark.",
    ),
    "zscore": PreparationChoice(
        "Z-score",
        f"{_PREPARATION}.normalisation:ZScore",
        "Subtracts the mean and divides by the standard deviation.",
        {"scope": replace(_SCOPE, default="train")},
        stage="normalisation",
        hurts="By each image it takes the absolute brightness away, which may be the finding.",
    ),
    "percentile": PreparationChoice(
        "Percentile",
        f"{_PREPARATION}.normalisation:Percentile",
        "Maps a low percentile to 0 and a high one to 1, and cuts off what lies beyond.",
        {
            "low": Parameter(
                "From (%)",
                1.0,
                0.0,
                40.0,
                "Share of the pixels that become black.",
                steps=(0.0, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 40.0),
            ),
            "high": Parameter(
                "To (%)",
                99.0,
                60.0,
                100.0,
                "The pixels above this share become white.",
                steps=(60.0, 80.0, 90.0, 95.0, 98.0, 99.0, 99.5, 100.0),
            ),
            "scope": _SCOPE,
        },
        stage="normalisation",
        hurts="A bright lesion smaller than what is cut off becomes as white as its surroundings.",
    ),
}
"""The steps of a recipe in the order in which they are applied."""


def choose(kind: str, choices: Mapping[str, Any], name: object) -> Any:
    """The choice called `name`.

    Raises:
        ValueError: if there is none, naming those there are.
    """
    if not isinstance(name, str) or name not in choices:
        raise ValueError(f"{kind} must be one of {', '.join(sorted(choices))}. Received: {name!r}")
    return choices[name]


def resolve(target: str) -> Any:
    """The object that "module:name" names; imports the module."""
    module, _, name = target.partition(":")
    return getattr(importlib.import_module(module), name)
