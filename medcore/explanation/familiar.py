"""What images a network knows, measured once and kept beside it: for the quality gate."""

from collections.abc import Callable
from zipfile import BadZipFile

import numpy as np

from medcore.data import beside, session_sets, sources
from medcore.data.preparation.pixels import unit_range
from medcore.explanation import gate, reference
from medcore.explanation.forward import at_once, nothing
from medcore.explanation.gate import Familiar
from medcore.explanation.subject import Subject
from medcore.training.classification import write
from medcore.training.domains import reshaped

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
    sets = [place.data for place in subject.seen]
    private = [data.name for data in sets if session_sets.is_name(data.name)]
    file = beside.folder((private or [sets[0].name])[0], subject.folder) / FILE
    identity = " ".join([str(VERSION), *(sources.facts(data.name, data.options).sha256 for data in sets)])
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
    """Images of a split of every place that training has seen, in each way."""
    parts: dict[str, list[np.ndarray]] = {way: [] for way in gate.WAYS}
    shape = subject.learned.whole[split].images.shape[1:]
    for place in subject.seen:
        images = place.taken[split].images
        chosen = np.sort(np.random.default_rng(0).permutation(len(images))[:most])
        together = at_once(images.shape[1:])
        for start in range(0, len(chosen), together):
            pause()
            some = chosen[start : start + together]
            plain = reshaped(unit_range(np.asarray(images[some])), shape)
            parts["tones"].append(gate.tones(plain))
            parts["look"].append(gate.look(plain))
            parts["features"].append(reference.features(subject.model, place.stack(split, some), pause))
    return {way: np.concatenate(found) for way, found in parts.items()}
