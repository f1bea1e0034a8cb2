"""A labelled set of images from uploads: which slices, which window, which class, which patient. In memory alone."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, NamedTuple

import numpy as np

from medcore.imaging.labelled import ALL, Wanted, check
from medcore.imaging.shelf import Shelf
from medcore.imaging.stack import Stack
from medcore.imaging.stack_view import StackView
from medcore.imaging.view import Cut, Window
from medcore.sandbox import Reply

SHRINK = "medcore.imaging.samples:shrink"
PACK = "medcore.imaging.samples:pack"
PATIENT = "medcore.imaging.dicom.same_patient:patient"
BLOCK_BYTES = 2**26
WAIT_SECONDS = 120.0
OUTLIERS = (0.5, 99.5)
"""Percentiles that become black and white where no window is known."""


class Made(NamedTuple):
    """A set.

    Args:
        content: .npz archive in the layout of MedMNIST.
        classes: name of class 0, 1, …
        counts: by split, the images of each class.
        split: how it was split, one sentence; "" where that is among the notes.
        notes: what to mind, one sentence each.
    """

    content: bytes
    classes: tuple[str, ...]
    counts: Mapping[str, list[int]]
    split: str
    notes: tuple[str, ...]

    @property
    def about(self) -> tuple[str, ...]:
        """What its card says of it, one sentence each."""
        return (self.split, *self.notes) if self.split else self.notes

    @property
    def hash(self) -> str:
        """Twelve hexadecimal digits of its content, for names of files."""
        return hashlib.sha256(self.content).hexdigest()[:12]

    def card(self, wanted: Wanted) -> str:
        """What it is and how it was made, as JSON; nothing in it comes from the files."""
        values = {
            "sha256": hashlib.sha256(self.content).hexdigest(),
            "classes": list(self.classes),
            "images of each class": dict(self.counts),
            "side in pixels": wanted.size,
            "slices": wanted.slices,
            "window": asdict(wanted.window) if wanted.window else "of each stack",
            "seed of the split": wanted.seed,
            "labels": "Given by the person who made the set.",
            "notes": list(self.about),
        }
        return json.dumps(values, indent=2, ensure_ascii=False)


def patients(shelf: Shelf, stacks: Sequence[Stack]) -> dict[str, str]:
    """By stack, a code that is the same for stacks of one patient and tells nothing else; "" where files do not say."""
    found = {}
    for stack in stacks:
        found[stack.id] = ""
        if stack.kind == "dicom":
            values, file = {"secret": shelf.secret.hex()}, shelf.file(stack.places[0][0])
            found[stack.id] = str(shelf.sandbox.run(PATIENT, values, [file]).values["patient"])
    return found


def make(shelf: Shelf, wanted: Wanted, progress: Callable[[float], None] = lambda _: None) -> Made:
    """Makes the set; the pixels are touched in the shelf's sandbox alone.

    Args:
        shelf: of the uploads.
        wanted: which images.
        progress: gets the share done, 0 to 1.

    Raises:
        ValueError: with one sentence, if no set can be made of this.
        TimeoutError: if the images are not decoded in time.
    """
    stacks = {stack.id: stack for stack in shelf.stacks()}
    check(wanted, stacks)
    classes = sorted({line.label for line in wanted.labelled})
    numbers = {group: number for number, group in enumerate(sorted({line.group for line in wanted.labelled}))}
    colour = any(stacks[line.stack].samples == 3 for line in wanted.labelled)
    images, labels, groups, failed = [], [], [], 0
    for done, line in enumerate(wanted.labelled):
        progress(done / len(wanted.labelled))
        small, lost = _images(shelf, stacks[line.stack], wanted)
        images.append(np.repeat(small[..., None], 3, axis=3) if colour and small.ndim == 3 else small)
        labels += [classes.index(line.label)] * len(small)
        groups += [numbers[line.group]] * len(small)
        failed += lost
    whole = np.concatenate(images)
    values = {"shape": whole.shape, "labels": labels, "groups": groups, "classes": len(classes), "seed": wanted.seed}
    reply = shelf.sandbox.run(PACK, values, [whole], seconds=60, memory=2**30 + 2 * whole.nbytes)
    progress(1.0)
    counts = reply.values["counts"]
    split, doubt = _how_split(wanted)
    notes = (*doubt, *_notes(wanted, stacks, counts, classes, failed))
    return Made(bytes(reply.data[0]), tuple(classes), counts, split, notes)


def _how_split(wanted: Wanted) -> tuple[str, tuple[str, ...]]:
    """How the set was split; and what to mind if it is not known who the patients are."""
    assumed = sum(line.assumed for line in wanted.labelled)
    if not assumed:
        patients_ = len({line.group for line in wanted.labelled})
        return f"Split by patient: {patients_} patients, none in two splits.", ()
    whole = assumed == len(wanted.labelled)
    which = "Each image" if whole else f"Of {assumed:,} of {len(wanted.labelled):,} nobody said whose they are: each"
    return "", (f"{which} counted as a patient of its own; if one person has several, the split leaks.",)


def _notes(
    wanted: Wanted, stacks: Mapping[str, Stack], counts: Mapping[str, list[int]], classes: Sequence[str], failed: int
) -> tuple[str, ...]:
    notes = []
    if wanted.slices == ALL:
        notes.append("Neighbouring slices of a stack look alike: count patients, not images.")
    if failed:
        notes.append(f"{failed:,} slices could not be decoded and are left out.")
    units = {stacks[line.stack].unit for line in wanted.labelled}
    if wanted.window is not None and len(units) > 1:
        notes.append("One window was used for values of different units.")
    for split, of_class in counts.items():
        notes += [f'No image of "{classes[n]}" is in {split}.' for n, count in enumerate(of_class) if not count]
    return tuple(notes)


def _images(shelf: Shelf, stack: Stack, wanted: Wanted) -> tuple[np.ndarray, int]:
    """The images of a stack, (n, size, size) or (n, size, size, 3) uint8, and how many cannot be decoded."""
    view = shelf.view(stack.id) if wanted.slices == ALL else _middle(shelf, stack)
    cuts: list[Cut] = []
    failed, why = 0, ""
    for number in range(view.stack.shape[0]):
        try:
            cuts.append(view.cut("acquired", number, WAIT_SECONDS))
        except TimeoutError:
            raise
        except ValueError as error:
            failed, why = failed + 1, str(error)
    if not cuts:
        raise ValueError(why)
    low, high = _range(stack, cuts, wanted.window)
    values = {
        "dtype": stack.dtype,
        "low": low,
        "high": high,
        "inverted": stack.inverted,
        "spacing": None if None in stack.spacing[1:] else stack.spacing[1:],
        "size": (wanted.size, wanted.size),
    }
    return np.concatenate(list(_shrunk(shelf, cuts, values))), failed


def _middle(shelf: Shelf, stack: Stack) -> StackView:
    """The middle slice alone: the others need not be decoded."""
    index = stack.shape[0] // 2
    one = replace(
        stack,
        shape=(1, *stack.shape[1:]),
        places=stack.places[index : index + 1],
        rescale=stack.rescale[index : index + 1],
    )
    return StackView(one, shelf.file, shelf.found, shelf.sandbox)


def _shrunk(shelf: Shelf, cuts: Sequence[Cut], values: Mapping[str, Any]) -> Iterator[np.ndarray]:
    step = max(1, BLOCK_BYTES // cuts[0].pixels.nbytes)
    for start in range(0, len(cuts), step):
        part = cuts[start : start + step]
        pixels = np.stack([cut.pixels for cut in part])
        told = {"shape": pixels.shape, "rescale": [(cut.slope, cut.intercept) for cut in part], **values}
        reply: Reply = shelf.sandbox.run(SHRINK, told, [pixels], seconds=30)
        yield np.frombuffer(reply.data[0], np.uint8).reshape(len(part), *values["size"], *pixels.shape[3:])


def _range(stack: Stack, cuts: Sequence[Cut], window: Window | None) -> tuple[float, float]:
    """The values that become black and white."""
    window = window or (stack.windows[0] if stack.windows else None)
    if window is not None or stack.samples == 3:
        centre, width = (window.centre, window.width) if window else (127.5, 255.0)
        return centre - width / 2, centre + width / 2
    values = np.concatenate([(cut.pixels[::2, ::2] * cut.slope + cut.intercept).ravel() for cut in cuts])
    values = values[np.isfinite(values)]
    low, high = np.percentile(values, OUTLIERS) if len(values) else (0.0, 0.0)
    return float(low), float(high if high > low else low + 1)
