"""Which way did the optimizers go? The loss around the paths of finished runs."""

from collections.abc import Mapping

from medcore import catalog
from medcore.spec import RunSpec, TrainingSpec

LABEL = "Loss surface"


def runs(bases: Mapping[str, RunSpec]) -> dict[str, RunSpec]:
    """The survey of the loss around the paths of some runs.

    Args:
        bases: spec by id of each finished run, all of the same network on the same images with the same loss.

    Raises:
        ValueError: with what was expected and what came.
    """
    most = catalog.TASKS["landscape"].bases
    if not 1 <= len(bases) <= most:
        raise ValueError(f"A loss surface shows 1 to {most} paths. Received: {len(bases)}")
    first, *others = bases.values()
    for part, what in _SHARED.items():
        if any(getattr(other, part) != getattr(first, part) for other in others):
            raise ValueError(f"Paths on one loss surface need the same {what}: compare runs that share it.")
    if not all(spec.training.record_path for spec in bases.values()):
        raise ValueError("These runs did not keep their paths: switch on “Record the path” and train them again.")
    if first.preparation.of("corruption") and len({spec.seed for spec in bases.values()}) > 1:
        raise ValueError("Paths on one loss surface need the same images: noise of another seed makes others.")
    if first.sample and len({spec.seed for spec in bases.values()}) > 1:
        raise ValueError("Paths on one loss surface need the same images: another seed chooses others.")
    survey = RunSpec(
        task="landscape",
        data=first.data,
        model=first.model,
        loss=first.loss,
        preparation=first.preparation,
        sample=first.sample,
        training=TrainingSpec(epochs=1),
        seed=first.seed,
        base=",".join(bases),
    )
    return {LABEL: survey}


_SHARED = {
    "data": "images",
    "model": "network",
    "loss": "loss",
    "preparation": "preparation",
    "sample": "choice of training images",
}
