"""The networks, and the classics of machine learning beside them."""

from medcore.catalog.backbones import BACKBONES
from medcore.catalog.choices import Parameter
from medcore.catalog.model_choice import ModelChoice
from medcore.catalog.segmenters import SEGMENTERS

_INPUT_NOISE = Parameter(
    "Input noise",
    0.0,
    0.0,
    1.0,
    "Standard deviation of noise added to every training image at every update, as a share of the gray scale.",
    steps=(0.0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0),
)
_HELD_BACK = {
    "dropout": Parameter(
        "Dropout",
        0.0,
        0.0,
        0.9,
        "Share of the units that are silent, drawn anew at every update (Srivastava et al. 2014).",
        steps=(0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9),
    ),
    "batch_norm": Parameter(
        "Batch normalisation",
        0,
        0,
        1,
        "1 shifts and scales each unit by mean and spread of its batch (Ioffe & Szegedy 2015).",
        integer=True,
    ),
    "input_noise": _INPUT_NOISE,
}
_CLASSICS = "medcore.models.classics"

NETWORKS: dict[str, ModelChoice] = {
    "linear": ModelChoice(
        "Linear",
        "medcore.models.linear:linear",
        "No hidden layer: softmax of a weighted sum of the pixels, which is logistic regression.",
        {"input_noise": _INPUT_NOISE},
        dense_only=True,
    ),
    "mlp": ModelChoice(
        "MLP",
        "medcore.models.mlp:mlp",
        "The articles' network without convolutions: one hidden layer of 128 units.",
        {"hidden": Parameter("Hidden units", 128, 1, 4096, "Units of the hidden layer.", integer=True), **_HELD_BACK},
        dense_only=True,
        blocks={"hidden": "hidden"},
    ),
    "cnn": ModelChoice(
        "CNN",
        "medcore.models.cnn:cnn",
        "The articles' convolutional network: 32 and 64 filters of 3x3, then 64 dense units.",
        _HELD_BACK,
        blocks={"conv1": "relu1", "conv2": "relu2", "dense": "dense"},
    ),
}
"""Small networks, made for images of a few dozen pixels a side."""

CLASSICS: dict[str, ModelChoice] = {
    "logistic_regression": ModelChoice(
        "Logistic regression",
        f"{_CLASSICS}:logistic_regression",
        "A weighted sum of the standardised pixels, with an L2 penalty.",
        {
            "c": Parameter(
                "C",
                0.01,
                1e-4,
                100.0,
                "Inverse strength of the penalty.",
                steps=(1e-4, 1e-3, 0.01, 0.1, 1.0, 10.0, 100.0),
            )
        },
        family="classic",
    ),
    "svm": ModelChoice(
        "SVM",
        f"{_CLASSICS}:svm",
        "Support vectors with a Gaussian kernel: a border as far as can be from both classes.",
        {
            "c": Parameter(
                "C", 1.0, 0.01, 100.0, "What an image on the wrong side costs.", steps=(0.01, 0.1, 1.0, 10.0, 100.0)
            )
        },
        family="classic",
    ),
    "random_forest": ModelChoice(
        "Random forest",
        f"{_CLASSICS}:random_forest",
        "Many decision trees, each on other images and pixels, that vote.",
        {"trees": Parameter("Trees", 300, 10, 1000, "How many vote.", integer=True)},
        family="classic",
    ),
    "knn": ModelChoice(
        "k-nearest neighbours",
        f"{_CLASSICS}:knn",
        "Says what most of the training images that look most alike are.",
        {"k": Parameter("Neighbours", 5, 1, 50, "How many are asked.", integer=True)},
        family="classic",
    ),
}

MODELS: dict[str, ModelChoice] = {**NETWORKS, **BACKBONES, **SEGMENTERS, **CLASSICS}
"""Every model."""
