"""Whether the splits of a set fit together and can be learnt from."""

import numpy as np

from medcore.data.dataset import SPLITS, ImageDataset, Splits

NO_MASK = "No mask of"
"""How a note begins that a class is not there."""


def check(splits: Splits) -> tuple[str, ...]:
    """Looks a set over before it is used.

    Returns:
        Oddities that one should know of, one sentence each.

    Raises:
        ValueError: if the set cannot be used, with what was expected and what came.
    """
    missing = [split for split in SPLITS if split not in splits]
    if missing:
        raise ValueError(f"A data set must have the splits train, val and test. Received: no {missing[0]}")
    shape = splits["train"].images.shape[1:]
    for split, part in splits.items():
        _check_images(split, part, shape)
        if part.labels is None and part.masks is None:
            raise ValueError(f"A data set must have labels or masks. Received: neither in {split}")
        if part.labels is not None:
            _check_labels(split, part)
        if part.masks is not None:
            _check_masks(split, part)
    odd_masks = [note for split, part in splits.items() for note in _mask_notes(split, part)]
    return (*_missing_classes(splits), *odd_masks, *_shared_patients(splits))


def _check_images(split: str, part: ImageDataset, shape: tuple[int, ...]) -> None:
    images = part.images
    if images.ndim != 4 or images.shape[3] not in (1, 3):
        raise ValueError(f"Images must have the shape (n, height, width, 1 or 3). Received: {images.shape} in {split}")
    if len(images) == 0:
        raise ValueError(f"Each split must have images. Received: none in {split}")
    if images.shape[1:] != shape:
        raise ValueError(f"Images must be {shape} in all splits, as in train. Received: {images.shape[1:]} in {split}")
    if images.dtype not in (np.uint8, np.float32):
        raise ValueError(f"Images must be uint8 or float32. Received: {images.dtype} in {split}")
    if images.dtype == np.float32 and not np.isfinite(images).all():
        bad = int((~np.isfinite(images)).any(axis=(1, 2, 3)).sum())
        raise ValueError(f"Pixels must be finite numbers. Received: NaN or infinity in {bad:,} images of {split}")


def _check_labels(split: str, part: ImageDataset) -> None:
    if part.labels.shape != (len(part.images),):
        raise ValueError(
            f"There must be one label an image: {len(part.images):,} in {split}. Received: shape {part.labels.shape}"
        )
    low, high = int(part.labels.min()), int(part.labels.max())
    if low < 0 or high >= len(part.class_names):
        raise ValueError(
            f"Labels must be class numbers from 0 to {len(part.class_names) - 1}. Received: {low} to {high} in {split}"
        )


def _check_masks(split: str, part: ImageDataset) -> None:
    if part.masks.shape != part.images.shape[:3]:
        raise ValueError(
            f"Masks must have the shape of their images, {part.images.shape[:3]}. "
            f"Received: {part.masks.shape} in {split}"
        )
    if part.volumes is not None and len(np.unique(part.volumes)) - 1 != int((np.diff(part.volumes) != 0).sum()):
        raise ValueError(f"Slices of a volume must follow one another. Received: others between them in {split}")
    if int(part.masks.max()) >= len(part.mask_classes):
        raise ValueError(
            f"Masks must hold class numbers from 0 to {len(part.mask_classes) - 1}. "
            f"Received: {int(part.masks.max())} in {split}"
        )


def _missing_classes(splits: Splits) -> list[str]:
    notes = []
    for split, part in splits.items():
        if part.labels is not None:
            counts = np.bincount(part.labels, minlength=len(part.class_names))
            absent = [name for name, count in zip(part.class_names, counts, strict=True) if not count]
            if absent:
                notes.append(f"No image of {split} has the class {', '.join(absent)}.")
    return notes


def _mask_notes(split: str, part: ImageDataset) -> list[str]:
    """Classes that no mask shows, and empty masks where masks are all that is known."""
    if part.masks is None or (part.labels is not None and part.mask_classes == part.class_names):
        return []
    shown = sum(np.bincount(mask.ravel(), minlength=len(part.mask_classes)) for mask in part.masks)
    absent = [name for name, pixels in zip(part.mask_classes, shown, strict=True) if not pixels]
    notes = [f"{NO_MASK} {split} shows {', '.join(absent)}."] if absent else []
    if part.labels is None and (empty := _empty(part)):
        what, count = ("images", len(part)) if part.volumes is None else ("volumes", len(np.unique(part.volumes)))
        notes.append(f"Nothing is marked in {empty:,} of the {count:,} {what} of {split}.")
    return notes


def _empty(part: ImageDataset) -> int:
    """Images, or volumes where there are some, whose masks are empty."""
    marked = part.masks.any(axis=(1, 2))
    if part.volumes is None:
        return int((~marked).sum())
    return len(np.unique(part.volumes)) - len(np.unique(part.volumes[marked]))


def _shared_patients(splits: Splits) -> list[str]:
    """Patients of train that are seen again in another split."""
    groups = {split: set(part.groups.tolist()) for split, part in splits.items() if part.groups is not None}
    return [
        f"Leak: {len(shared):,} patients lie in both train and {split}."
        for split in groups
        if split != "train" and (shared := groups.get("train", set()) & groups[split])
    ]
