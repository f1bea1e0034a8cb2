"""The losses."""

from dataclasses import dataclass

from medcore.catalog.choices import Choice, Parameter


@dataclass(frozen=True)
class LossChoice(Choice):
    """A loss. A `mistake` stands here to be shown beside the right one; controls do not offer it."""

    mistake: bool = False


LOSSES: dict[str, LossChoice] = {
    "cross_entropy": LossChoice(
        "Cross-entropy",
        "medcore.training.losses:CrossEntropy",
        "The loss for classes: its gradient is predicted minus true probability.",
        {
            "smoothing": Parameter(
                "Label smoothing",
                0.0,
                0.0,
                0.5,
                "Share of the true class' probability that is spread over all classes (Szegedy et al. 2016).",
                steps=(0.0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5),
            )
        },
    ),
    "focal": LossChoice(
        "Focal",
        "medcore.training.losses:Focal",
        "Cross-entropy that counts images less the surer the network is of them (Lin et al. 2017).",
        {
            "gamma": Parameter(
                "Gamma",
                2.0,
                0.0,
                5.0,
                "How much less; 0 is cross-entropy.",
                steps=(0.0, 0.5, 1.0, 2.0, 3.0, 5.0),
            )
        },
    ),
    "mse": LossChoice(
        "MSE",
        "medcore.training.losses:MeanSquaredError",
        "Squared error of the probabilities: its gradient vanishes where the network is confidently wrong.",
    ),
    "huber": LossChoice(
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
    "softmax_twice": LossChoice(
        "Cross-entropy after two softmaxes",
        "medcore.training.losses:SoftmaxTwice",
        "A mistake: probabilities are taken for logits, so the loss cannot fall below ln(e + C - 1) - 1.",
        mistake=True,
    ),
}
