"""What images a network knows, measured once and kept beside it: for the quality gate."""

from collections.abc import Callable
from zipfile import BadZipFile

import numpy as np

from medcore.data import beside, sources
from medcore.data.preparation.pixels import unit_range
from medcore.explanation import gate, reference
from medcore.explanation.forward import nothing
from medcore.explanation.gate import Familiar
from medcore.explanation.subject import Subject
from medcore.training.classification import write

FILE = "familiar.npz"
VERSION = 1
MOST_TRAIN, MOST_VAL = 2000, 1000
"""Images compared; of more, as many are taken at random."""


def of(subject: Subject, pause: Callable[[], None] = nothing) -> dict[str, Familiar]:
    """By way of seeing (`gate.WAYS`): read where it was kept of the very same images, else measured and kept.

    Args:
        pause: called now and then; may raise to stop.

    Raises:
        OSError: if the images cannot be read, or what was measured not be written.
    """
    data = subject.learned.data
    file = beside.folder(data.name, subject.folder) / FILE
    identity = f"{VERSION} {sources.facts(data.name, data.options).sha256}"
    try:
        with np.load(file, allow_pickle=False) as kept:
            if str(kept["identity"]) == identity:
                return {way: Familiar(kept[f"{way}_vectors"], kept[f"{way}_usual"]) for way in gate.WAYS}
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        pass  # not there yet, or damaged: measured anew
    subject.report("Measuring what images the network knows.")
    seen = {split: _seen(subject, split, most, pause) for split, most in (("train", MOST_TRAIN), ("val", MOST_VAL))}
    found = {way: gate.familiar(seen["train"][way], seen["val"][way]) for way in gate.WAYS}
    arrays = {f"{way}_vectors": known.vectors for way, known in found.items()}
    arrays |= {f"{way}_usual": known.usual for way, known in found.items()}
    write(file, lambda path: np.savez(path, identity=identity, **arrays))
    return found


def _seen(subject: Subject, split: str, most: int, pause: Callable[[], None]) -> dict[str, np.ndarray]:
    """Images of a split, seen in each way."""
    learned = subject.learned
    images = learned.taken[split].images
    places = np.sort(np.random.default_rng(0).permutation(len(images))[:most])
    parts: dict[str, list[np.ndarray]] = {way: [] for way in gate.WAYS}
    at_once = max(1, reference.PIXELS_AT_ONCE // (images.shape[1] * images.shape[2]))
    for start in range(0, len(places), at_once):
        pause()
        some = places[start : start + at_once]
        plain = unit_range(np.asarray(images[some]))
        parts["tones"].append(gate.tones(plain))
        parts["look"].append(gate.look(plain))
        parts["features"].append(reference.features(subject.model, learned.stack(split, some), pause))
    return {way: np.concatenate(found) for way, found in parts.items()}
