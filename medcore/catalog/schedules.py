"""How the learning rate changes during a run."""

from medcore.catalog.choices import Choice, Parameter

SCHEDULES: dict[str, Choice] = {
    "constant": Choice(
        "Constant",
        "medcore.optimization.schedules:constant",
        "The same learning rate from the first update to the last.",
    ),
    "step": Choice(
        "Step",
        "medcore.optimization.schedules:step",
        "Multiplies the learning rate by a factor every few epochs.",
        {
            "factor": Parameter("Factor", 0.3, 0.01, 0.9, "What the learning rate is multiplied by at each step."),
            "every": Parameter("Every (epochs)", 2, 1, 1_000, "Epochs between two steps.", integer=True),
        },
    ),
    "cosine": Choice(
        "Cosine",
        "medcore.optimization.schedules:cosine",
        "Falls along half a cosine that ends with the run: slowly, fast, slowly (Loshchilov & Hutter 2017).",
        {"floor": Parameter("Floor", 0.0, 0.0, 0.5, "Share that an update after the last would take: few end above.")},
    ),
}
