"""The classics of machine learning beside networks: on the same images, with the same wrong labels."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from medcore import catalog
from medcore.spec import ModelSpec, PreparationSpec, RunSpec, TrainingSpec


def beside(spec: RunSpec, names: Sequence[str]) -> dict[str, RunSpec]:
    """The classics on the images of a network's run, by label.

    Args:
        spec: of the run; its seed fixes the images, and what a classic draws.
        names: of `catalog.CLASSICS`.

    Raises:
        ValueError: for a name that is not there.
    """
    for name in names:
        catalog.choose("Classic", catalog.CLASSICS, name)
    return {catalog.CLASSICS[name].label: classic(spec, name) for name in dict.fromkeys(names)}


def classic(spec: RunSpec, name: str, options: Mapping[str, float] | None = None) -> RunSpec:
    """One of them, with nothing of the network that does not concern it: it has no epochs and sees each image once."""
    recipe = spec.preparation
    fixed = {step: setting for step, setting in recipe.steps.items() if step not in recipe.of("augmentation")}
    return RunSpec(
        task="classic",
        data=spec.data,
        model=ModelSpec(name, options or {}),
        training=TrainingSpec(class_weights=spec.training.class_weights),
        seed=spec.seed,
        preparation=replace(recipe, steps=fixed) if fixed else PreparationSpec(),
        sample=spec.sample,
    )
