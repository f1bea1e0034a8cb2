"""One image of a person's own that a network is asked about, and what it answered. In memory, as long as the session.

Image and answer lie together in a folder of `session_sets`: nothing of them is in the run's spec, result or log.
"""

import io
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from medcore.data import session_sets
from medcore.data.files import npz

MODEL = "model.keras"
_ABOUT, _ANSWER, _ARRAYS = "about.json", "answer.json", "answer.npz"


@dataclass(frozen=True)
class OwnImage:
    """What a network is asked about.

    Args:
        pixels: (height, width, 1 or 3) uint8, of the size that the network takes.
        original: (rows, columns) of the slice in its file.
        colour: whether the slice in its file has three different channels.
        learned: spec of the run that is asked, as plain values; {} for a model that was brought along.
        classes: names of the classes, for a model that was brought along; () for a run's.
        modality: as its file says ("CT", "MR", …); "" where it does not.
        expected: modality of the images that the run learned from; "" where it is unknown.
    """

    pixels: np.ndarray
    original: tuple[int, int]
    colour: bool
    learned: Mapping[str, Any] = field(default_factory=dict)
    classes: tuple[str, ...] = ()
    modality: str = ""
    expected: str = ""


def keep(image: OwnImage, model: bytes = b"") -> str:
    """Puts it where a training process of this machine finds it; the name that it gets is a secret of the session.

    Args:
        image: what is asked about.
        model: a `.keras` file that was brought along and found harmless; b"" for a run's.

    Raises:
        ValueError, OSError: as `session_sets.put`.
    """
    buffer = io.BytesIO()
    np.savez_compressed(buffer, image=image.pixels)
    about = {name: value for name, value in asdict(image).items() if name != "pixels"}
    beside = {_ABOUT: json.dumps(about).encode()} | ({MODEL: model} if model else {})
    return session_sets.put(buffer.getvalue(), beside)


def load(name: str) -> OwnImage:
    """The image of that name.

    Raises:
        FileNotFoundError: if there is none, or no longer.
        ValueError: if it is damaged.
    """
    folder = session_sets.folder(name)
    npz.headers(folder / session_sets.SET)
    pixels = npz.read(folder / session_sets.SET, "image")
    about = json.loads((folder / _ABOUT).read_bytes())
    lists = {name: tuple(about[name]) for name in ("original", "classes")}
    return OwnImage(pixels, **about | lists)


def model(name: str) -> Path | None:
    """File of the model that was brought along with the image of that name, or None.

    Raises:
        FileNotFoundError: if the session has ended.
    """
    file = session_sets.folder(name) / MODEL
    return file if file.is_file() else None


def answer(name: str, facts: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> None:
    """Lays what was found beside the image, the facts last: where they are, all is there.

    Raises:
        FileNotFoundError: if the session has ended meanwhile.
    """
    folder = session_sets.folder(name)
    for file, fill in ((_ARRAYS, _packed(arrays)), (_ANSWER, json.dumps(facts, allow_nan=False).encode())):
        unfinished = folder / f"unfinished-{file}"
        unfinished.write_bytes(fill)
        unfinished.replace(folder / file)


def _packed(arrays: Mapping[str, np.ndarray]) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


def answered(name: str) -> tuple[dict[str, Any], dict[str, np.ndarray]] | None:
    """What was found: facts and arrays; None while there is nothing.

    Raises:
        FileNotFoundError: if the session has ended.
    """
    folder = session_sets.folder(name)
    if not (folder / _ANSWER).is_file():
        return None
    facts = json.loads((folder / _ANSWER).read_bytes())
    with np.load(folder / _ARRAYS, allow_pickle=False) as kept:
        return facts, {array: kept[array] for array in kept.files}
