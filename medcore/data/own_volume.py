"""An upload that a network draws its mask on, and the mask. In memory, as long as the session.

Volume and mask lie together in a folder of `session_sets`: nothing of them is in the run's spec, result or log.
"""

import io
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

import numpy as np

from medcore.data import session_sets
from medcore.data.files import npz
from medcore.data.turn import Turn

LAYERS = ("mask", "foreground", "unsure")
GIGABYTE = 2**30
_ABOUT, _ANSWER = "about.json", "answer.json"


@dataclass(frozen=True)
class Seen:
    """How the slices of a volume are looked at.

    Args:
        turn: how the plane is cut that is segmented.
        first, end: the slices of that plane that are wanted, from `first` to the one before `end`.
        range: values that become black and white; None where `percentiles` say it.
        percentiles: of the whole volume, which become black and white; else None.
        inverted: low values become white.
        spacing: (row, column) in mm, of the plane; None where unknown.
        step: mm from one slice of the plane to the next; None where unknown.
    """

    turn: Turn
    first: int
    end: int
    range: tuple[float, float] | None = None
    percentiles: tuple[float, float] | None = None
    inverted: bool = False
    spacing: tuple[float, float] | None = None
    step: float | None = None

    def __post_init__(self) -> None:
        if (self.range is None) == (self.percentiles is None):
            raise ValueError("Either values or percentiles become black and white. Received: both or neither")

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Seen":
        """From plain values, as `asdict` gives them."""
        pairs = {name: values[name] and tuple(values[name]) for name in ("range", "percentiles", "spacing")}
        axes, flips = values["turn"]
        return cls(**dict(values) | pairs | {"turn": Turn(tuple(axes), tuple(flips))})


@dataclass(frozen=True)
class Learned:
    """What the network that is asked learned from.

    Args:
        spec: of its run, as plain values.
        classes: of its masks, what is nothing first.
        shape: (height, width, channels) of the images before their preparation; None where the set is gone.
        spacing: (row, column) in mm of their pixels as the network gets them, prepared; None where unknown.
        step: mm between their slices; None where unknown.
        field: pixels to each side that its answer for a pixel may depend on, together; 0 where unknown.
    """

    spec: Mapping[str, Any]
    classes: tuple[str, ...]
    shape: tuple[int, int, int] | None = None
    spacing: tuple[float, float] | None = None
    step: float | None = None
    field: int = 0

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Learned":
        """From plain values, as `asdict` gives them."""
        lists = {name: values[name] and tuple(values[name]) for name in ("classes", "shape", "spacing")}
        return cls(**dict(values) | lists)


@dataclass(frozen=True)
class OwnVolume:
    """What a network draws on.

    Args:
        values: (slices, rows, columns), or with 3 colours behind: as stored, in the order of the stack.
        rescale: (slices, 2) float64: slope and intercept of each slice of the stack.
        seen: which slices of which plane, and how.
        learned: what the network knows.
        notes: on gray values, kind and files, one sentence each.
    """

    values: np.ndarray
    rescale: np.ndarray
    seen: Seen
    learned: Learned
    notes: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        shape = self.values.shape
        if len(shape) not in (3, 4) or (len(shape) == 4 and shape[3] != 3) or not self.values.size:
            raise ValueError(f"A volume has slices, rows and columns, and 3 colours or none. Received: shape {shape}")
        if not 0 <= self.seen.first < self.seen.end <= self.plane[0]:
            raise ValueError(
                f"The plane has {self.plane[0]:,} slices. Received: {self.seen.first + 1:,} to {self.seen.end:,}"
            )

    @property
    def shape(self) -> tuple[int, int, int]:
        """Slices, rows and columns of the stack."""
        return self.values.shape[:3]

    @property
    def plane(self) -> tuple[int, int, int]:
        """Slices, rows and columns of the plane that is segmented."""
        return self.seen.turn.shape(self.shape)


class Answer(NamedTuple):
    """What was drawn.

    Args:
        facts: as `inference.segment_image` gives them, all JSON.
        mask: (slices, rows, columns) uint8, in the order of the stack: class of every voxel, 0 is nothing; slices that
            were not wanted are 0, as in the other two.
        foreground: 255 times the probability of anything but background.
        unsure: how far the variants of the image disagree: 510 times the standard deviation of that probability.
    """

    facts: Mapping[str, Any]
    mask: np.ndarray
    foreground: np.ndarray
    unsure: np.ndarray


def keep(volume: OwnVolume) -> str:
    """Puts it where a training process of this machine finds it; the name that it gets is a secret of the session.

    Raises:
        ValueError: if it is too large for this machine, or trainings cannot read it.
        OSError: as `session_sets.put`.
    """
    needed = session_sets.ROOM * volume.values.nbytes + 2 * len(LAYERS) * int(np.prod(volume.shape))
    if needed > npz.memory_limit():
        raise ValueError(
            f"The volume and its masks need {needed / GIGABYTE:,.1f} GB, more than half of this machine's memory "
            f"({npz.memory_limit() / GIGABYTE:,.1f} GB): segment a part of it. Received: {_size(volume.shape)}"
        )
    buffer = io.BytesIO()
    np.savez(buffer, values=volume.values, rescale=volume.rescale)
    about = {"seen": asdict(volume.seen), "learned": asdict(volume.learned), "notes": volume.notes}
    return session_sets.put(buffer.getvalue(), {_ABOUT: json.dumps(about).encode()})


def _size(shape: tuple[int, int, int]) -> str:
    slices, rows, columns = shape
    return f"{slices:,} slices of {columns:,} x {rows:,} pixels"


def load(name: str) -> OwnVolume:
    """The volume of that name.

    Raises:
        FileNotFoundError: if there is none, or no longer.
        ValueError: if it is damaged.
    """
    folder = session_sets.folder(name)
    file = folder / session_sets.SET
    npz.headers(file)
    about = json.loads((folder / _ABOUT).read_bytes())
    return OwnVolume(
        npz.read(file, "values"),
        npz.read(file, "rescale"),
        Seen.from_dict(about["seen"]),
        Learned.from_dict(about["learned"]),
        tuple(about["notes"]),
    )


def answer(name: str, found: Answer) -> None:
    """Lays what was drawn beside the volume, the facts last: where they are, all is there.

    Raises:
        FileNotFoundError: if the session has ended meanwhile.
    """
    folder = session_sets.folder(name)
    for layer in LAYERS:
        np.save(folder / _file(layer), getattr(found, layer), allow_pickle=False)
    unfinished = folder / f"unfinished-{_ANSWER}"
    unfinished.write_text(json.dumps(found.facts, allow_nan=False), "utf-8")
    unfinished.replace(folder / _ANSWER)


def answered(name: str) -> Answer | None:
    """What was drawn, its layers mapped from where they lie; None while there is nothing.

    Raises:
        FileNotFoundError: if the session has ended.
    """
    folder = session_sets.folder(name)
    if not (folder / _ANSWER).is_file():
        return None
    layers = {layer: np.load(folder / _file(layer), "r", allow_pickle=False) for layer in LAYERS}
    return Answer(json.loads((folder / _ANSWER).read_bytes()), **layers)


def _file(layer: str) -> str:
    return f"answer-{layer}.npy"
