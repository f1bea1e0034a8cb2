"""What an exported comparison consists of: script, notebook, images, specs, packages, and where the images come from.

`python -m medcore.export.archive` makes the ZIP in a process of its own, for `bundle`: it reads and prepares images.
"""

import json
import sys
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import IO

import numpy as np

from medcore import catalog
from medcore.data import sources
from medcore.data.dataset import SPLITS, Card
from medcore.data.pool import numbered, pooled, thinned
from medcore.data.preparation.recipe import Recipe
from medcore.data.sampling import sample
from medcore.export import adapted, bundle, notebook, readme, requirements, script, segmented, specs, transferred
from medcore.export.settings import STUDY, data_files, data_key
from medcore.parent import end_with_parent
from medcore.sentences import sentence
from medcore.spec import RunSpec, SampleSpec

MAX_BYTES = 512 * 2**20
"""Of all images together, unpacked."""
PREPARING = 0.8
"""Share of the work that is done when the images are ready to be packed."""

Progress = Callable[[float], None]
"""Takes the share that is done, 0 to 1."""


def write(out: IO[bytes], runs: Mapping[str, RunSpec], precisions: Mapping[str, str], progress: Progress) -> None:
    """Writes the ZIP, the same bytes for the same runs. One data set at a time is in memory.

    Args:
        out: may be a pipe.
        runs: by label.
        precisions: by label, what a run was computed in.
        progress: is told how far it is.

    Raises:
        FileNotFoundError: if a data set is not there any more.
        ValueError: if a run is no training, or the images are too many.
        OSError: if images cannot be read.
    """
    texts = {
        script.FILE: script.text(runs, precisions),
        notebook.FILE: notebook.text(runs, precisions),
        specs.FILE: specs.text(runs),
        requirements.FILE: requirements.text(runs),
    }
    cards, left_out, room = {}, [], MAX_BYTES
    files, trained = data_files(runs), [*runs.values(), *transferred.firsts(runs).values()]
    targets = adapted.targets(runs)
    with zipfile.ZipFile(out, "w") as packed:
        for number, (key, file) in enumerate(files.items()):
            users = targets.get(key) or [spec for spec in trained if data_key(spec) == key]

            def share(done: float, number: int = number) -> None:
                progress((number + done) / len(files))

            if key in targets:
                cards[file], arrays, whole = *_target(users, room), True
            else:
                cards[file], arrays, whole = _images(users[0], max(map(_epochs, users)), room, share)
            room -= _bytes(arrays)
            left_out += [] if whole else [file]
            with packed.open(zipfile.ZipInfo(file), "w", force_zip64=True) as member:
                np.savez_compressed(member, **arrays)
            share(1.0)
        for run, name in transferred.bases(runs).items():
            packed.writestr(zipfile.ZipInfo(name), transferred.base_file(run).read_bytes())
        texts[readme.FILE] = readme.text(runs, cards, left_out)
        for name, text in texts.items():
            packed.writestr(zipfile.ZipInfo(name), text, zipfile.ZIP_DEFLATED)  # of no date


def _epochs(spec: RunSpec) -> int:
    """Of a run, or of the longer one of its two stages."""
    second = spec.transfer.epochs if spec.task == transferred.TASK and spec.transfer.unfrozen else 0
    return max(spec.training.epochs, second)


def _images(spec: RunSpec, epochs: int, room: int, progress: Progress) -> tuple[Card, dict[str, np.ndarray], bool]:
    """Card and arrays of a data set as the network sees it; and whether the variants of every epoch are among them."""
    if spec.task == STUDY:
        return _pool(spec, room, progress)
    if spec.task == segmented.TASK:
        return _masked(spec, epochs, room, progress)
    splits, _ = sample(sources.load(spec.data), spec.sample, spec.seed)
    card = splits["train"].card
    recipe = Recipe(spec.preparation, spec.seed) if spec.preparation else None
    draws = epochs if recipe and recipe.augments else 0
    total = sum(len(part) for part in splits.values()) + draws * len(splits["train"])

    def tick(done: int, _: int) -> None:
        progress(PREPARING * done / total)

    if recipe is None:
        _check_room(splits, room)
        return card, _arrays(splits), True
    prepared = recipe.splits(splits, tick)
    _check_room(prepared.splits, room)
    arrays = _arrays(prepared.splits)
    room -= _bytes(arrays)
    if draws * arrays["train_images"].nbytes > room:
        return card, arrays, False
    if draws:
        before, n = total - draws * len(splits["train"]), len(splits["train"])
        drawn = np.empty((draws, *arrays["train_images"].shape), arrays["train_images"].dtype)
        for epoch in range(draws):
            drawn[epoch] = prepared.draw(epoch, lambda done, _, past=before + epoch * n: tick(past + done, 0))
        arrays["augmented_images"] = drawn
    return card, arrays, True


def _target(users: Sequence[RunSpec], room: int) -> tuple[Card, dict[str, np.ndarray]]:
    """Card and arrays of the other place, as domain adaptation takes them, and the rows that fine-tuning may see."""
    images = catalog.resolve("medcore.training.domains:load")(users[0], _Alone()).target
    splits = images.prepared.splits
    _check_room(splits, room)
    arrays = _arrays(splits)
    for spec in users:
        count = spec.adaptation.target_labels
        if spec.adaptation.method == "fine_tune":
            part = sample({"train": splits["train"]}, SampleSpec(images=count), spec.seed).splits["train"]
            arrays[adapted.few(count, spec.seed)] = part.rows
    return images.whole["train"].card, arrays


def _masked(spec: RunSpec, epochs: int, room: int, progress: Progress) -> tuple[Card, dict[str, np.ndarray], bool]:
    """Card and arrays of a set with masks, each image with the number of its case; and as of `_images`."""
    load, cases = (catalog.resolve(f"medcore.training.mask_images:{name}") for name in ("load", "cases"))
    images = load(spec, _Alone())
    splits, card = images.prepared.splits, images.whole["train"].card
    arrays = {"class_names": np.array(splits["train"].mask_classes)}
    for split in SPLITS:
        part = splits[split]
        arrays |= {f"{split}_images": part.images, f"{split}_masks": part.masks, f"{split}_case": cases(part).unit_of}
    _check_bytes(_bytes(arrays), room)
    if images.prepared.draw_masked is None:
        return card, arrays, True
    if epochs * (arrays["train_images"].nbytes + arrays["train_masks"].nbytes) > room - _bytes(arrays):
        return card, arrays, False
    for kind in ("images", "masks"):
        taken = arrays[f"train_{kind}"]
        arrays[f"augmented_{kind}"] = np.empty((epochs, *taken.shape), taken.dtype)
    for epoch in range(epochs):

        def tick(done: int, n: int, past: int = epoch) -> None:
            progress(PREPARING * (past + done / n) / epochs)

        drawn = images.prepared.draw_masked(epoch, tick)
        arrays["augmented_images"][epoch], arrays["augmented_masks"][epoch] = drawn
    return card, arrays, True


class _Alone:
    """Stands for a run, which nobody hears, and nobody cancels."""

    def status(self, sentence: str) -> None: ...

    def cancelled(self) -> bool:
        return False


def _pool(spec: RunSpec, room: int, progress: Progress) -> tuple[Card, dict[str, np.ndarray], bool]:
    """Card and arrays of a cross-validation: the pool and each image's fold, and the test images."""
    splits = sources.load(spec.data)
    images = pooled(splits, spec)
    parts = {"pool": images, "test": thinned(splits, spec)["test"]}
    if spec.preparation:
        total = sum(map(len, parts.values()))
        recipe = Recipe(spec.preparation, spec.seed)
        prepared = recipe.splits({"train": images, "test": parts["test"]}, lambda done, _: progress(done / total))
        parts = {"pool": prepared.splits["train"], "test": prepared.splits["test"]}
    arrays = {"class_names": np.array(images.class_names), "fold": numbered(images, spec)}
    for name, part in parts.items():
        arrays |= {f"{name}_images": part.images, f"{name}_labels": part.labels}
    _check_bytes(_bytes(arrays), room)
    return images.card, arrays, True


def _arrays(splits: sources.Splits) -> dict[str, np.ndarray]:
    arrays = {"class_names": np.array(splits["train"].class_names)}
    for split in SPLITS:
        arrays[f"{split}_images"] = splits[split].images
        arrays[f"{split}_labels"] = splits[split].labels
    return arrays


def _bytes(arrays: Mapping[str, np.ndarray]) -> int:
    return sum(array.nbytes for array in arrays.values())


def _check_room(splits: sources.Splits, room: int) -> None:
    _check_bytes(sum(splits[split].images.nbytes for split in SPLITS), room)


def _check_bytes(needed: int, room: int) -> None:
    if needed > room:
        raise ValueError(
            f"A ZIP holds {MAX_BYTES / 2**20:,.0f} MB of images at most, unpacked and of all runs together: "
            f"take the script alone. Received: {needed / 2**20:,.0f} MB"
        )


class _Told:
    """Says how far it is on stderr, at every percent."""

    def __init__(self) -> None:
        self._percent = -1

    def __call__(self, done: float) -> None:
        if int(100 * done) > self._percent:
            self._percent = int(100 * done)
            print(bundle.DONE, f"{done:.2f}", file=sys.stderr, flush=True)  # noqa: T201 - to the process that asked


if __name__ == "__main__":
    end_with_parent()
    try:
        asked = json.load(sys.stdin)
        runs = {label: RunSpec.from_dict(spec) for label, spec in asked["runs"].items()}
        write(sys.stdout.buffer, runs, asked["precisions"], _Told())
    except (ValueError, OSError) as error:
        sys.exit(f"{bundle.ERROR} {sentence(error)}")
