"""What holds a network back from learning its training images by heart."""

from medcore.catalog.choices import Choice, Parameter

_FUNCTIONS = "medcore.labs.knobs"
_STRENGTHS = (1e-6, 1e-5, 1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1.0)
_STRENGTH = Parameter("Lambda", 1e-4, 0.0, 1000.0, "Strength of the penalty.", steps=_STRENGTHS)

KNOBS: dict[str, Choice] = {
    "l1": Choice(
        "L1",
        f"{_FUNCTIONS}:l1",
        "Adds lambda times the sum of all absolute weights to the loss: each is pulled to 0 by the same force.",
        {"strength": _STRENGTH},
    ),
    "l2": Choice(
        "L2",
        f"{_FUNCTIONS}:l2",
        "Adds lambda times the sum of all squared weights to the loss: the larger a weight, the harder it is pulled.",
        {
            "strength": Parameter(
                "Lambda",
                1e-3,
                0.0,
                1000.0,
                "Strength of the penalty, as Keras has it: without a half.",
                steps=_STRENGTHS,
            )
        },
    ),
    "elastic_net": Choice(
        "Elastic net",
        f"{_FUNCTIONS}:elastic_net",
        "L1 and L2 together (Zou & Hastie 2005): zeros, and weights that are alike share the work.",
        {
            "strength": _STRENGTH,
            "share": Parameter(
                "Share of L1",
                0.5,
                0.0,
                1.0,
                "1 is L1 alone, 0 is L2 alone.",
                steps=(0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0),
            ),
        },
    ),
    "weight_decay": Choice(
        "Weight decay",
        f"{_FUNCTIONS}:weight_decay",
        "Takes a share of each weight away at every update, apart from the gradient: Adam becomes AdamW "
        "(Loshchilov & Hutter 2019). With plain SGD it is L2, with Adam it is not.",
        {
            "decay": Parameter(
                "Decay",
                0.1,
                0.0,
                1.0,
                "Share taken away at an update, per unit of learning rate.",
                steps=(0.0, 1e-3, 0.004, 0.01, 0.03, 0.1, 0.3, 1.0),
            )
        },
    ),
    "dropout": Choice(
        "Dropout",
        f"{_FUNCTIONS}:dropout",
        "Silences units at random, others at every update, so that none relies on a few others.",
        {
            "rate": Parameter(
                "Rate",
                0.5,
                0.0,
                0.9,
                "Share of the units that are silent.",
                steps=(0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9),
            )
        },
    ),
    "batch_norm": Choice(
        "Batch normalisation",
        f"{_FUNCTIONS}:batch_norm",
        "Scales each unit by mean and spread of its batch. Made to speed learning up; that batches differ is noise.",
    ),
    "early_stopping": Choice(
        "Early stopping",
        f"{_FUNCTIONS}:early_stopping",
        "Stops when the validation loss no longer falls, and goes back to the weights of its lowest epoch.",
        {
            "patience": Parameter(
                "Patience (epochs)",
                5,
                1,
                1000,
                "Epochs without a lower validation loss that are waited.",
                integer=True,
                steps=(1, 2, 3, 5, 10, 20, 50),
            )
        },
    ),
    "augmentation": Choice(
        "Data augmentation",
        f"{_FUNCTIONS}:augmentation",
        "Turns, moves and mirrors the training images, anew in every epoch: more images than there are.",
        {
            "rotate": Parameter(
                "Turn up to (°)",
                5,
                0,
                180,
                "Either way, about the centre.",
                integer=True,
                steps=(0, 5, 10, 15, 20, 30, 45, 90, 180),
            ),
            "shift": Parameter(
                "Move up to",
                0.05,
                0.0,
                0.4,
                "A share of the side, in both directions.",
                steps=(0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4),
            ),
            "flip": Parameter(
                "Mirrored",
                0.0,
                0.0,
                1.0,
                "How often an image is mirrored left to right; wrong where the side matters, as in handwriting.",
                steps=(0.0, 0.25, 0.5),
            ),
        },
    ),
    "label_smoothing": Choice(
        "Label smoothing",
        f"{_FUNCTIONS}:label_smoothing",
        "Asks for a little less than certainty: part of the probability is spread over all classes.",
        {
            "share": Parameter(
                "Share spread",
                0.1,
                0.0,
                0.5,
                "Of the true class' probability (Szegedy et al. 2016).",
                steps=(0.0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5),
            )
        },
    ),
    "input_noise": Choice(
        "Input noise",
        f"{_FUNCTIONS}:input_noise",
        "Adds noise to the training images, other at every update, so that no single pixel can be learnt by heart. "
        "Small noise acts like a penalty on steep outputs (Bishop 1995).",
        {
            "sd": Parameter(
                "Standard deviation",
                0.05,
                0.0,
                1.0,
                "Of the noise, as a share of the gray scale.",
                steps=(0.0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0),
            )
        },
    ),
}
"""By name; the first parameter of each is the one that a sweep varies."""
