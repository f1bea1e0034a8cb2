"""What is added to the loss to hold the weights back."""

from dataclasses import dataclass
from typing import Literal, get_args

from medcore.spec.checks import number, one_of

MAX_STRENGTH = 1000.0

L1Step = Literal["subgradient", "proximal"]


@dataclass(frozen=True)
class RegularizationSpec:
    """Penalties on the kernels of all layers; biases and normalisation go free, as is usual.

    Args:
        l1: strength of l1 * sum(abs(w)), 0 to 1000.
        l2: strength of l2 * sum(w**2), as Keras has it, without a half; 0 to 1000.
        l1_step: how the L1 penalty acts. "subgradient" adds its slope to the gradient, as Keras does, and hardly
            ever reaches exact zeros; "proximal" takes the step of the data loss and then the soft threshold
            sign(w) * max(abs(w) - step * l1, 0), which does (Parikh & Boyd 2014, doi 10.1561/2400000003).
    """

    l1: float = 0.0
    l2: float = 0.0
    l1_step: L1Step = "subgradient"

    def __post_init__(self) -> None:
        for name in ("l1", "l2"):
            object.__setattr__(self, name, number(name, getattr(self, name), 0, MAX_STRENGTH))
        one_of("l1_step", self.l1_step, get_args(L1Step))

    def __bool__(self) -> bool:
        """Whether there is a penalty."""
        return self.l1 > 0 or self.l2 > 0
