"""NIfTI volumes in images/ and, under the same names, their masks in labels/.

A volume becomes its axial slices, shown as radiologists look at them: the front at the top, the patient's right at the
left. The slices of a volume stay in one split, from the feet to the head. Names of classes and the modality are read
from a `dataset.json` beside the folders, as the Medical Segmentation Decathlon and nnU-Net write it.
"""

import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from medcore.data import splitting
from medcore.data.dataset import SPLITS, Card, ImageDataset, Splits
from medcore.data.entry import Entry, Report
from medcore.data.files import dataset_json, npz, pairs

ENDINGS = (".nii", ".nii.gz")
BLACK, WHITE = 0.5, 99.5
"""Percentiles of a volume that become black and white."""


class Volume(NamedTuple):
    """What a header says, in the order right, front, top: voxels and mm."""

    shape: tuple[int, int, int]
    spacing: tuple[float, float, float]


def entry(folder: Path) -> Entry | None:
    """The set that a folder is; None if it is not laid out like this.

    Raises:
        ValueError: if a volume has no mask, or a header cannot be read.
    """
    if not (folder / "images").is_dir() or not (folder / "labels").is_dir():
        return None
    images = _listed(folder / "images")
    if not images:
        return None
    masks, unpaired = _masks(folder, images)
    about = dataset_json.read(folder)
    volumes = [_fitting(image, mask) for image, mask in zip(images, masks, strict=True)]
    height = max(volume.shape[1] for volume in volumes)
    width = max(volume.shape[0] for volume in volumes)
    depths = [volume.shape[2] for volume in volumes]
    _check_memory(sum(depths) * height * width, folder)
    groups = np.repeat(np.arange(len(images)), depths)
    parts = splitting.split(len(groups), groups=groups)
    card = Card(
        name=folder.name,
        title=folder.name,
        task="segmentation",
        source=f'{len(images):,} NIfTI volumes of the folder "{folder.name}", as axial slices.',
        licence="not stated",
        citation="",
        labels="As in the files; nothing is known of how they came about.",
        notes=(
            f"Gray values: each volume's {BLACK:g} and {WHITE:g} percentiles are black and white.",
            "The splits are made here, at random with a fixed seed; a volume's slices stay together.",
            *unpaired,
        ),
        modality=about.modality,
        gray={"percentiles": (BLACK, WHITE)},
    )

    def read(_options: Mapping[str, Any], report: Report) -> Splits:
        report(f'Reading {len(images):,} volumes of "{folder.name}" …')
        return _read(images, masks, volumes, (height, width), parts, card, about.classes)

    sizes = {split: len(parts[split]) for split in SPLITS}
    return Entry(card, sizes, about.classes, (height, width, 1), read, path=folder, masks=True, volumes=True)


def _listed(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.name.endswith(ENDINGS) and path.name[0] != ".")


def _masks(folder: Path, images: list[Path]) -> tuple[list[Path], tuple[str, ...]]:
    """The mask of each volume, which has its name; and a note where there are masks without a volume."""
    alone = [path.name for path in images if not (folder / "labels" / path.name).is_file()]
    if alone:
        raise ValueError(
            f'Each volume in "{folder.name}/images" must have a mask of the same name in "labels". '
            f"Received: {len(alone):,} without one, such as {alone[0]}"
        )
    masks = [folder / "labels" / path.name for path in images]
    return masks, pairs.left_out(masks, _listed(folder / "labels"))


def _open(path: Path) -> Any:
    import nibabel  # the web process reads headers, and only of such a folder
    from nibabel.filebasedimages import ImageFileError
    from nibabel.imageglobals import logger
    from nibabel.spatialimages import HeaderDataError

    logger.disabled = True  # what is wrong with a header is raised, too
    try:
        volume = nibabel.load(path)
    except (ImageFileError, HeaderDataError, EOFError, ValueError, OverflowError, zlib.error) as error:
        raise ValueError(_damaged(path)) from error
    except OSError as error:
        raise _unless_opened(error, path) from error
    if len(volume.shape) != 3 or min(volume.shape) < 1:
        raise ValueError(f'The volume "{path.name}" must have three dimensions. Received: shape {volume.shape}')
    if volume.get_data_dtype().kind not in "uif":
        raise ValueError(f'The volume "{path.name}" must hold plain numbers. Received: {volume.get_data_dtype()}')
    if not np.isfinite(volume.affine).all() or np.linalg.matrix_rank(volume.affine) < 4:
        raise ValueError(f'The volume "{path.name}" does not say how it lies in space: its affine has no inverse.')
    return volume


def _header(path: Path) -> Volume:
    from nibabel import io_orientation

    volume = _open(path)
    axes = np.argsort(io_orientation(volume.affine)[:, 0])
    zooms = volume.header.get_zooms()
    return Volume(tuple(int(volume.shape[axis]) for axis in axes), tuple(float(zooms[axis]) for axis in axes))


def _fitting(image: Path, mask: Path) -> Volume:
    """What a volume's header says, if its mask's header says that they fit."""
    volume, labels = _header(image), _header(mask)
    if volume.shape != labels.shape:
        raise ValueError(
            f'The mask of "{image.name}" must have the shape of its volume, {volume.shape}. Received: {labels.shape}'
        )
    return volume


def _load(path: Path) -> np.ndarray:
    """(slice, row, column) array of a volume."""
    from nibabel import as_closest_canonical

    volume = _open(path)
    try:
        array = np.asanyarray(as_closest_canonical(volume).dataobj)
    except (EOFError, ValueError, OverflowError, zlib.error) as error:
        raise ValueError(_damaged(path)) from error
    except OSError as error:
        raise _unless_opened(error, path) from error
    return array[::-1, ::-1].transpose(2, 1, 0)  # right to the left, front to the top


def _read(
    images: list[Path],
    masks: list[Path],
    volumes: list[Volume],
    size: tuple[int, int],
    parts: Mapping[str, np.ndarray],
    card: Card,
    classes: tuple[str, ...],
) -> Splits:
    x, y, lost = [], [], {}
    for image, mask in zip(images, masks, strict=True):
        _fitting(image, mask)  # once more: they may have changed since they were listed
        values = _load(image)
        if missing := np.size(values) - int(np.isfinite(values).sum()):
            lost[image.name] = missing
        x.append(_padded(_gray(values), size))
        y.append(_padded(_classes(_load(mask), mask), size))
    numbers = np.repeat(np.arange(len(images)), [len(part) for part in x])
    x, y = np.concatenate(x)[..., None], np.concatenate(y)
    spacings = np.array([volume.spacing for volume in volumes])
    same = np.allclose(spacings, spacings[0], rtol=1e-3)
    card = card if same else card.with_notes("Pixel sizes differ between volumes and are not evened out.")
    card = card.with_notes(*_lost_notes(lost))
    column, row, step = (float(length) for length in spacings[0])
    names = _class_names(int(y.max()), classes)
    return {
        split: ImageDataset(
            images=x[index],
            labels=None,
            class_names=names,
            card=card,
            masks=y[index],
            spacing=(row, column) if same else None,
            groups=numbers[index],
            volumes=numbers[index],
            step=step if same else None,
        )
        for split, index in parts.items()
    }


def _lost_notes(lost: Mapping[str, int]) -> tuple[str, ...]:
    """Says which volumes had voxels without a value, if any had."""
    if not lost:
        return ()
    name, count = next(iter(lost.items()))
    return (
        f"{sum(lost.values()):,} voxels are NaN or infinite and were made black: {len(lost):,} of the volumes have "
        f"such, {name} {count:,}.",
    )


def _gray(volume: np.ndarray) -> np.ndarray:
    """Bytes between the percentiles of the voxels that have a value; the others become black."""
    there = np.isfinite(volume)
    if not there.all():
        volume = np.where(there, volume, volume[there].min() if there.any() else 0)
    volume = volume.astype(np.float32)
    black, white = np.percentile(volume[there] if there.any() else volume, (BLACK, WHITE))
    return np.rint(np.clip((volume - black) / max(white - black, 1e-6), 0, 1) * 255).astype(np.uint8)


def _classes(labels: np.ndarray, path: Path) -> np.ndarray:
    unknown = np.size(labels) - int(np.isfinite(labels).sum())
    if unknown:
        raise ValueError(
            f'The mask "{path.name}" must hold class numbers. Received: NaN or infinity in voxels: {unknown:,}'
        )
    whole = np.rint(labels)
    if not np.allclose(whole, labels) or whole.min() < 0 or whole.max() > 255:
        raise ValueError(f'The mask "{path.name}" must hold class numbers from 0 to 255.')
    return whole.astype(np.uint8)


def _padded(slices: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Slices in the middle of a frame of the common size."""
    before = [(whole - part) // 2 for whole, part in zip(size, slices.shape[1:], strict=True)]
    after = [whole - part - first for whole, part, first in zip(size, slices.shape[1:], before, strict=True)]
    return np.pad(slices, ((0, 0), *zip(before, after, strict=True)))


def _check_memory(pixels: int, folder: Path) -> None:
    """Image and mask take a byte a pixel each; one volume as float32 is small beside them."""
    if 2 * pixels > npz.memory_limit():
        raise ValueError(
            f'The volumes of "{folder.name}" must fit into half of this machine\'s memory '
            f"({npz.memory_limit() / 2**30:.1f} GB). Received: {2 * pixels / 2**30:,.1f} GB"
        )


def _class_names(highest: int, said: tuple[str, ...]) -> tuple[str, ...]:
    """The names that `dataset.json` gives, and numbers for the classes that it leaves out."""
    if said:
        return (*said, *(f"class {number}" for number in range(len(said), highest + 1)))
    return ("background", *(f"class {number}" for number in range(1, max(highest, 1) + 1)))


def _unless_opened(error: OSError, path: Path) -> Exception:
    """The system's own errors have a number; gzip and nibabel say by an OSError without one that a file is damaged."""
    return error if error.errno else ValueError(_damaged(path))


def _damaged(path: Path) -> str:
    return f'The volume "{path.name}" is no NIfTI file or is damaged.'
