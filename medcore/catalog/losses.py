"""The losses."""

from medcore.catalog.choices import Choice, Parameter

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
