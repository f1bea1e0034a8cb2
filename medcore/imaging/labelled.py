"""What a labelled set of uploads is to be: which stacks, which class and patient each, how the images are made."""

from collections.abc import Mapping
from dataclasses import dataclass

from medcore.imaging.stack import Stack
from medcore.imaging.view import Window

SIZES = (28, 64, 128, 224, 256)
MIDDLE, ALL = "middle", "all"
MIN_CLASSES, MAX_CLASSES = 2, 100
MIN_GROUPS = 3
"""Patients of each class: one to train on, one to validate, one to test."""
MAX_BYTES = 2**29
"""Of all images of a set."""


@dataclass(frozen=True)
class Labelled:
    """What a person says of a stack.

    Args:
        stack: its id.
        label: its class.
        group: its patient; the images of one stay in one split.
        assumed: nobody said who the patient is, so that it counts as one of its own.
    """

    stack: str
    label: str
    group: str
    assumed: bool = False


@dataclass(frozen=True)
class Wanted:
    """The set that is wanted.

    Args:
        labelled: the stacks that are in it.
        size: pixels of a side, 28 to 256.
        slices: `MIDDLE` or `ALL`.
        window: for all stacks; None for each one's own: the first of its file, else most of its range.
        seed: of the split.
        looked: the person has looked and says that no text in the images tells who it is.
    """

    labelled: tuple[Labelled, ...]
    size: int = 64
    slices: str = MIDDLE
    window: Window | None = None
    seed: int = 0
    looked: bool = False


def check(wanted: Wanted, stacks: Mapping[str, Stack]) -> None:
    """Raises ValueError, with one sentence, if no set can be made of this."""
    if not min(SIZES) <= wanted.size <= max(SIZES):
        raise ValueError(f"Images must be {min(SIZES)} to {max(SIZES)} pixels wide. Received: {wanted.size}")
    if wanted.slices not in (MIDDLE, ALL):
        raise ValueError(f'Slices must be "{MIDDLE}" or "{ALL}". Received: {wanted.slices!r}')
    if wanted.window is not None and not wanted.window.width > 0:
        raise ValueError(f"The window must be wider than 0. Received: {wanted.window.width:g}")
    if any(line.stack not in stacks for line in wanted.labelled):
        raise ValueError("Some of these images were closed; look at the table again.")
    _check_classes(wanted)
    chosen = [stacks[line.stack] for line in wanted.labelled]
    risky = sum(bool(stack.burned_in) for stack in chosen)
    if risky and not wanted.looked:
        raise ValueError(
            f"Text may be burned into the pixels of {risky} of the {len(chosen)} stacks: look at them first and say "
            "that none of it tells who it is."
        )
    images = sum(stack.shape[0] if wanted.slices == ALL else 1 for stack in chosen)
    size = images * wanted.size**2 * max(stack.samples for stack in chosen)
    if size > MAX_BYTES:
        raise ValueError(
            f"A set may take {MAX_BYTES // 2**20} MB. Received: {images:,} images, {size / 2**20:,.0f} MB; make them "
            "smaller or take the middle slices only"
        )


def _check_classes(wanted: Wanted) -> None:
    groups: dict[str, set[str]] = {}
    for line in wanted.labelled:
        if not line.group:
            raise ValueError("Every labelled stack needs a patient, so that no patient is in two splits.")
        groups.setdefault(line.label, set()).add(line.group)
    if not MIN_CLASSES <= len(groups) <= MAX_CLASSES:
        raise ValueError(f"A set needs {MIN_CLASSES} to {MAX_CLASSES} different labels. Received: {len(groups)}")
    rare = min(groups, key=lambda label: len(groups[label]))
    if len(groups[rare]) < MIN_GROUPS:
        raise ValueError(
            f"Every class needs at least {MIN_GROUPS} patients: one to train on, one to validate, one to test. "
            f'Received: {len(groups[rare])} of "{rare}"'
        )
