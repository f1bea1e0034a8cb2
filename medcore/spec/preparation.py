"""What happens to the images before the network sees them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from medcore import catalog
from medcore.spec.checks import built, one_of, options

Corrupted = Literal["all", "train", "test"]


@dataclass(frozen=True)
class PreparationSpec:
    """The recipe: what happens to the images before the network sees them.

    Steps are applied in the order of `catalog.PREPARATIONS`, however they are given.

    Args:
        steps: options by name of the step; at most one of stage "normalisation".
        corrupted: which images the steps of stage "corruption" meet: "all"; "train", which is training and
            validation images; or "test". Augmentation is of training images alone, the other stages of all.
    """

    steps: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    corrupted: Corrupted = "all"

    def __post_init__(self) -> None:
        if not isinstance(self.steps, Mapping):
            raise ValueError(
                f"Steps of the preparation must be an object of names and options. Received: {self.steps!r}"
            )
        for name in self.steps:
            catalog.choose("Preparation step", catalog.PREPARATIONS, name)
        choices = {name: choice for name, choice in catalog.PREPARATIONS.items() if name in self.steps}
        last = [name for name, choice in choices.items() if choice.stage == "normalisation"]
        if len(last) > 1:
            raise ValueError(f"A recipe has one normalisation at most. Received: {', '.join(last)}")
        steps = {name: options(name, choice, self.steps[name]) for name, choice in choices.items()}
        one_of("corrupted", self.corrupted, get_args(Corrupted))
        object.__setattr__(self, "steps", steps)
        if not self.of("corruption"):
            object.__setattr__(self, "corrupted", "all")

    def __bool__(self) -> bool:
        """Whether there is any step."""
        return bool(self.steps)

    def of(self, *stages: str) -> dict[str, Mapping[str, Any]]:
        """The steps of these stages, in order."""
        return {name: options for name, options in self.steps.items() if catalog.PREPARATIONS[name].stage in stages}

    @property
    def by_training_set(self) -> bool:
        """Whether the normalisation goes by the training set, not by each image."""
        return any(options["scope"] == "train" for options in self.of("normalisation").values())

    @classmethod
    def given(cls, settings: "PreparationSpec | Mapping[str, Any] | None") -> "PreparationSpec":
        """A recipe from flat settings, such as {"gaussian_noise.sd": 0.1, "equalize": True, "corrupted": "test"}.

        Args:
            settings: these; or a recipe, or its plain values; None for the empty one.

        Raises:
            ValueError: for anything unknown or out of range, with what was expected.
        """
        if settings is None or isinstance(settings, cls):
            return settings or cls()
        if not isinstance(settings, Mapping):
            raise ValueError(f"A recipe is given as STEP.OPTION:VALUE,STEP:true. Received: {settings!r}")
        if "steps" in settings:
            return built(cls, '"preparation"', settings)
        steps: dict[str, dict[str, Any]] = {}
        for key, value in settings.items():
            name, dot, option = key.partition(".")
            if key == "corrupted":
                continue
            if dot:
                steps.setdefault(name, {})[option] = value
            elif value is True:
                steps.setdefault(name, {})
            else:
                raise ValueError(
                    f"A step of the preparation is STEP:true or STEP.OPTION:VALUE. Received: {key}:{value}"
                )
        return cls(steps, settings.get("corrupted", "all"))
