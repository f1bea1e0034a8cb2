"""How well does a trained model bear other images? The same test set, prepared in another way."""

from collections.abc import Mapping
from typing import Any

from medcore import catalog
from medcore.spec import DataSpec, ModelSpec, PreparationSpec, RunSpec, SampleSpec


def runs(
    base: str = "",
    dataset: str = "ct-simulator",
    model: str = "cnn",
    preparation: PreparationSpec | Mapping[str, Any] | None = None,
    data_options: Mapping[str, Any] | None = None,
    seed: int = 0,
    sample: SampleSpec | None = None,
) -> dict[str, RunSpec]:
    """The test of one recipe on one finished run, by the recipe in words.

    Args:
        base: id of the finished run.
        dataset: a name that `python -m medcore datasets` lists; usually the one it was trained on.
        model: the network of that run, a name of `catalog.MODELS`.
        preparation: the recipe, or flat settings as {"gaussian_noise.sd": 0.1, "equalize": True}; its
            augmentation is left out, and its corruption meets the test images.
        data_options: of the source.
        seed: of the corruption.
        sample: of the finished run, so that it meets the same images.

    Raises:
        ValueError: with what was expected and what came.
    """
    given = PreparationSpec.given(preparation)
    steps = {name: options for name, options in given.steps.items() if name not in given.of("augmentation")}
    recipe = PreparationSpec(steps, "test")
    spec = RunSpec(
        task="robustness",
        data=DataSpec(dataset, data_options or {}),
        model=ModelSpec(model),
        seed=seed,
        preparation=recipe,
        base=base,
        sample=sample or SampleSpec(),
    )
    return {words(recipe): spec}


def words(recipe: PreparationSpec) -> str:
    """The steps of a recipe with what is set on them, such as "Gaussian noise 0.1, Z-score (training set)"."""
    return ", ".join(_step(name, options) for name, options in recipe.steps.items()) or "No preparation"


def _step(name: str, options: Mapping[str, Any]) -> str:
    choice = catalog.PREPARATIONS[name]
    numbers = [f"{value:g}" for value in options.values() if not isinstance(value, str)]
    names = [
        f"({choice.parameters[key].values[value].lower()})" for key, value in options.items() if isinstance(value, str)
    ]
    return " ".join(part for part in (choice.label, "/".join(numbers), *names) if part)
