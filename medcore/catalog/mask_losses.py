"""The losses of networks that say of every pixel what it is."""

from medcore.catalog.choices import Parameter
from medcore.catalog.losses import LossChoice

_MODULE = "medcore.training.mask_losses"

MASK_LOSSES: dict[str, LossChoice] = {
    "mask_cross_entropy": LossChoice(
        "Cross-entropy",
        f"{_MODULE}:MaskCrossEntropy",
        "The mean over the pixels: every pixel counts the same, so a small lesion hardly counts.",
        {
            "foreground": Parameter(
                "Weight of the foreground",
                1.0,
                1.0,
                100.0,
                "How many times more a pixel counts that is not background.",
                steps=(1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0),
            )
        },
    ),
    "dice": LossChoice(
        "Dice",
        f"{_MODULE}:Dice",
        "One less the overlap, so that the size of what is looked for does not matter (Milletari et al. 2016).",
        {
            "smooth": Parameter(
                "Smoothing",
                1.0,
                0.001,
                100.0,
                "Pixels added to both overlap and sum, so that an empty mask has a loss, too.",
                steps=(0.001, 0.01, 0.1, 1.0, 10.0, 100.0),
            )
        },
    ),
    "cross_entropy_dice": LossChoice(
        "Cross-entropy + Dice",
        f"{_MODULE}:CrossEntropyDice",
        "Both: smooth gradients from the one, the overlap from the other (Isensee et al. 2021).",
        {
            "weight": Parameter(
                "Share of Dice",
                0.5,
                0.0,
                1.0,
                "1 is Dice alone, 0 cross-entropy alone.",
                steps=(0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0),
            )
        },
    ),
    "mask_focal": LossChoice(
        "Focal",
        f"{_MODULE}:MaskFocal",
        "Cross-entropy that counts pixels less the surer the network is of them (Lin et al. 2017).",
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
    "tversky": LossChoice(
        "Tversky",
        f"{_MODULE}:Tversky",
        "Dice that lets missed pixels count more than false ones, or less (Salehi et al. 2017).",
        {
            "beta": Parameter(
                "Weight of missed pixels",
                0.7,
                0.1,
                0.9,
                "False pixels weigh 1 less it; 0.5 is Dice.",
                steps=(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9),
            )
        },
    ),
    "no_sigmoid": LossChoice(
        "Cross-entropy without a sigmoid",
        f"{_MODULE}:NoSigmoid",
        "A mistake: logits are taken for probabilities, so what leaves 0 to 1 has no gradient.",
        mistake=True,
    ),
}
