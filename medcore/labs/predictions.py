"""What does a finished network say of an image of one's own? The request, which has nothing of the image in it."""

from medcore.spec import DataSpec, ExplanationSpec, ModelSpec, RunSpec

NEAREST = 6
LABEL = "Prediction"


def request(name: str, base: str, model: ModelSpec, method: str) -> dict[str, RunSpec]:
    """A question about one image, by its label.

    Args:
        name: of `own_image.keep`.
        base: id of the finished run; "" for a model that was brought along.
        model: the run's, for how much of the machine it takes.
        method: of the heatmap.
    """
    wanted = ExplanationSpec(methods=(method,), nearest=NEAREST)
    return {LABEL: RunSpec(task="predict", data=DataSpec(name), model=model, explanation=wanted, base=base)}
