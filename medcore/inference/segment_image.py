"""The task "segment_image": a finished run's network draws its mask on a slice or a volume of a person's own.

Mask, areas and volumes lie beside the upload, in memory, until the session ends: neither the run's result nor its log
has any.
"""

import time
from typing import Any

import numpy as np

from medcore.data import own_volume
from medcore.data.own_volume import Answer, OwnVolume
from medcore.inference import network, spacing, variants
from medcore.inference.extent import Extent, extent
from medcore.inference.gray import Slices
from medcore.inference.network import Network
from medcore.inference.remarks import remarks
from medcore.inference.spacing import Scale
from medcore.spec import RunSpec, SegmentationSpec
from medcore.training.run import Cancelled, Row, Run


def segment(spec: RunSpec, run: Run) -> dict[str, Any]:
    """Draws the mask slice by slice, and lays it beside the upload (`own_volume.answer`).

    Args:
        spec: `data.name` is that of `own_volume.keep`; `base` is the run that is asked; `segmentation` says how.

    Returns:
        Nothing of the image: how long it took.

    Raises:
        Cancelled: if the run was cancelled.
        FileNotFoundError: if the session has ended, or the base run left no model.
        ValueError: if upload and network do not fit.
        OSError: if something cannot be read or written.
    """
    begun = time.perf_counter()
    run.status("Loading the network.")
    volume = own_volume.load(spec.data.name)
    asked = network.read(run.folder.parent / spec.base)
    found = drawn(volume, asked, spec.segmentation, run)
    own_volume.answer(spec.data.name, found)
    return {"seconds": round(time.perf_counter() - begun, 3), "base": spec.base}


def drawn(volume: OwnVolume, asked: Network, wanted: SegmentationSpec, run: Run) -> Answer:
    """The mask of the wanted slices, and what was measured on it.

    Raises:
        Cancelled: if the run was cancelled.
        ValueError: if upload and network do not fit.
    """

    def pause() -> None:
        if run.cancelled():
            raise Cancelled

    def forth(image: np.ndarray) -> np.ndarray:
        pause()
        return scale.forth(image)

    learned, seen = volume.learned, volume.seen
    context = learned.spec["segmentation"]["context"]
    slices = Slices(volume, _channels(asked, context))
    looks = variants.of(wanted.variants)
    factor = _factor(volume, asked, wanted.resample)
    scale = spacing.scale(volume.plane[1:], factor, asked.window, asked.classes)
    layers = {layer: np.zeros(volume.shape, np.uint8) for layer in own_volume.LAYERS}
    counts = np.zeros((seen.end - seen.first, 1 + len(looks), asked.classes), np.int64)
    run.plan(steps=len(counts))
    for done, index in enumerate(range(seen.first, seen.end)):
        image = slices.beside(index, context, forth)
        found = asked.drawn(image, scale, wanted.overlap, wanted.variants, pause)
        for layer, values in layers.items():
            seen.turn.cut(values, index)[...] = getattr(found, layer)
        counts[done] = found.counts
        run.log([Row(done + 1, "slices", float(done + 1))])
    notes = remarks(volume, asked, scale, wanted, (slices.low, slices.high))
    facts = _facts(volume, counts[..., 1:], extent(volume), [look.name for look in looks])
    return Answer(facts | {"notes": notes, **_seen(scale, asked)}, **layers)


def _channels(asked: Network, context: int) -> int:
    """Of a slice without its neighbours.

    Raises:
        ValueError: if the network takes another number of slices than its run says.
    """
    channels, left = divmod(asked.model.input_shape[3], 2 * context + 1)
    if left or channels not in (1, 3):
        raise ValueError(
            f"The network must take gray or colour slices, with {context} neighbours to each side. "
            f"Received: {asked.model.input_shape[3]} channels"
        )
    return channels


def _factor(volume: OwnVolume, asked: Network, resample: bool) -> tuple[float, float]:
    """Pixels of the network to one of the slice, along rows and columns; of unknown sizes, as those it learned from."""
    own, learned = volume.seen.spacing, volume.learned.spacing
    if resample and own is not None and learned is not None:
        return own[0] / learned[0], own[1] / learned[1]
    longer = max((volume.learned.shape or asked.model.input_shape[1:3])[:2])
    shrunk = 1.0 if asked.side is None else asked.side / longer
    return shrunk, shrunk


def _seen(scale: Scale, asked: Network) -> dict[str, Any]:
    """How the network saw a slice, in (rows, columns)."""
    return {"own": scale.own, "made": scale.made, "window": asked.window}


def _facts(volume: OwnVolume, counts: np.ndarray, size: Extent, looks: list[str]) -> dict[str, Any]:
    """Areas of each slice and volumes of each class, with the least and the most among the variants.

    Args:
        counts: (slices, 1 + variants, classes without background) pixels; the first are those of the mask.
        size: of a pixel and a voxel.
        looks: names of the variants.
    """
    areas = counts * size.area
    volumes = counts.sum(axis=0) * size.volume
    return {
        "classes": list(volume.learned.classes),
        "first": volume.seen.first,
        "end": volume.seen.end,
        "variants": looks,
        "area_unit": size.area_unit,
        "volume_unit": size.volume_unit,
        "areas": areas[:, 0].tolist(),
        "least_areas": areas[:, 1:].min(axis=1).tolist(),
        "most_areas": areas[:, 1:].max(axis=1).tolist(),
        "volumes": volumes[0].tolist(),
        "least_volumes": volumes[1:].min(axis=0).tolist(),
        "most_volumes": volumes[1:].max(axis=0).tolist(),
    }
