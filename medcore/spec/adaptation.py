"""Two places that images come from: labels are known in the source, and wanted in the target."""

from dataclasses import dataclass, field
from typing import ClassVar, Literal, get_args

from medcore.spec.checks import number, one_of, switch, whole
from medcore.spec.choices import DataSpec
from medcore.spec.preparation import PreparationSpec

Method = Literal["source_only", "adabn", "coral", "dann", "fine_tune", "target"]


@dataclass(frozen=True)
class AdaptationSpec:
    """How a network that learns from the source is made fit for the target.

    The source is the run's own data and preparation.

    Args:
        method: "source_only" does nothing; "adabn" takes mean and variance of batch normalisation from target images
            (Li et al., arXiv:1603.04779); "coral" brings the covariances of the features together (Sun & Saenko,
            arXiv:1607.01719); "dann" learns features that do not tell the places apart (Ganin et al.,
            arXiv:1505.07818); "fine_tune" goes on with a few labelled target images; "target"
            trains on all target labels: what could be reached.
        target: the other place's images.
        target_preparation: what happens to them.
        weight: of the second loss of "coral" and "dann", 0 to 100.
        target_labels: labelled target images of "fine_tune", 1 to 100,000.
        choose_on_target: choose the epoch by the target's test labels, which nobody has; a mistake to look at.
    """

    method: Method = "source_only"
    target: DataSpec = field(default_factory=DataSpec)
    target_preparation: PreparationSpec = field(default_factory=PreparationSpec)
    weight: float = 1.0
    target_labels: int = 20
    choose_on_target: bool = False

    def __post_init__(self) -> None:
        one_of("Method of adaptation", self.method, get_args(Method))
        object.__setattr__(self, "weight", number("Weight of the adaptation", self.weight, 0, 100))
        object.__setattr__(self, "target_labels", whole("Labelled target images", self.target_labels, 1, 100_000))
        switch("choose_on_target", self.choose_on_target)

    PARTS: ClassVar = {"target": DataSpec, "target_preparation": PreparationSpec}
