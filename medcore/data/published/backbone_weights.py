"""ImageNet weights of the backbones, as Keras publishes them: which are on this machine, and where to get the others.

A file is what its arrays are, whatever it is called: under its own name it is found first, then any .h5 file with as
many numbers as the network has without its top. Keras' addresses and checksums are those of `keras.applications`
3.15.1; for MobileNetV2 it publishes no checksum, so of its files the numbers are counted, no more.
"""

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from medcore import catalog, settings
from medcore.data.entry import Remote
from medcore.data.published.download import Progress
from medcore.data.published.download import fetch as _download
from medcore.spec import ModelSpec

_ADDRESS = "https://storage.googleapis.com/tensorflow/keras-applications"
_TENSORFLOW = "weights_tf_dim_ordering_tf_kernels"
_FILES = {
    "vgg16": (f"vgg16/vgg16_{_TENSORFLOW}_notop.h5", "md5:6d6bbae143d832006294945121d1f1fc"),
    "resnet50": (f"resnet/resnet50_{_TENSORFLOW}_notop.h5", "md5:4d473c1dd8becc155b73f8504c6f6626"),
    "resnet50v2": (f"resnet/resnet50v2_{_TENSORFLOW}_notop.h5", "md5:fac2f116257151a9d068a22e544a4917"),
    "densenet121": (f"densenet/densenet121_{_TENSORFLOW}_notop.h5", "md5:30ee3e1110167f948a6b9946edeeb738"),
    "mobilenetv2": (f"mobilenet_v2/mobilenet_v2_{_TENSORFLOW}_{{alpha}}_{{rows}}_no_top.h5", ""),
    "efficientnetv2b0": ("efficientnet_v2/efficientnetv2-b0_notop.h5", "md5:893217f2bb855e2983157299931e43ff"),
    "convnexttiny": (
        "convnext/convnext_tiny_notop.h5",
        "sha256:d547c096cabd03329d7be5562c5e14798aa39ed24b474157cef5e85ab9e49ef1",
    ),
}
ROWS = (96, 128, 160, 192, 224)
"""Pixels a side for which MobileNetV2 has weights of its own; others take those of the last, as in Keras."""


class Weights(NamedTuple):
    """One line of the list of weights.

    Args:
        model: the backbone, with alpha and size where it has several files.
        title: name people see.
        file: Keras' name of it.
        megabytes: of the file, about.
        path: where it is, None if it is not on this machine.
        how: one sentence: how to get it; "" where it is here.
    """

    model: ModelSpec
    title: str
    file: str
    megabytes: float
    path: Path | None
    how: str


def listing() -> list[Weights]:
    """Every backbone, once for each alpha, with the weights for the largest images or those that are here."""
    return [weights(model) for model in _models()]


def weights(model: ModelSpec) -> Weights:
    """What is known of the ImageNet weights of a backbone.

    Raises:
        ValueError: if the model is no backbone.
    """
    path, numbers = find(model), _numbers(model)
    return Weights(model, title(model), remote(model).file, numbers * 4 / 1e6, path, "" if path else how(model))


def title(model: ModelSpec) -> str:
    """The backbone's name, with alpha where it has one."""
    alpha = model.options.get("alpha")
    return catalog.MODELS[model.name].label + (f" with alpha {alpha:g}" if alpha else "")


def remote(model: ModelSpec) -> Remote:
    """Where Keras publishes the weights.

    Raises:
        ValueError: if the model is no backbone.
    """
    if model.name not in _FILES:
        raise ValueError(
            f"Only backbones have weights of ImageNet: {', '.join(sorted(_FILES))}. Received: {model.name!r}"
        )
    place, digest = _FILES[model.name]
    catalog.BACKBONES[model.name].block_sizes(model.options)  # refuses an alpha that nobody trained
    size = model.options["size"]
    place = place.format(alpha=float(model.options.get("alpha", 1)), rows=size if size in ROWS else ROWS[-1])
    return Remote(f"{_ADDRESS}/{place}", place.rpartition("/")[2], digest)


def find(model: ModelSpec) -> Path | None:
    """The weights on this machine: those downloaded, then those in the folders of MEDCORE_WEIGHTS.

    A file with Keras' name is given even if it is damaged, so that whoever reads it can say so.
    """
    file = remote(model).file
    folders = [downloads(), *settings.weights_folders()]
    named = [folder / file for folder in folders if (folder / file).is_file()]
    if named:
        return named[0]
    numbers, others = _numbers(model), [path for folder in folders for path in sorted(folder.glob("*.h5"))]
    return next((path for path in others if _count(path) == numbers), None)


def fetch(model: ModelSpec, progress: Progress) -> Path:
    """Downloads the weights, unless they are there with the right checksum.

    Raises:
        OSError: if they cannot be fetched or written.
        ValueError: if what came is not the published file, or the model is no backbone.
    """
    source = remote(model)
    path = _download(source, downloads(), progress)
    if not source.digest and _count(path) != _numbers(model):
        path.unlink()
        raise ValueError(
            f"{source.file} must hold the {_numbers(model):,} weights of {title(model)}; what came does not."
        )
    return path


def how(model: ModelSpec) -> str:
    """How to get the weights where there is no network, as one sentence."""
    source = remote(model)
    return (
        f"The ImageNet weights of {title(model)} are not on this machine: download {source.url} where there is a "
        f"network, and put the file into a folder named by MEDCORE_WEIGHTS."
    )


def downloads() -> Path:
    """Folder of the downloaded weights; it need not exist."""
    return settings.home() / "weights"


def numbers_in(path: Path) -> int:
    """How many numbers the arrays of an HDF5 file hold.

    Raises:
        OSError: if it is no HDF5 file, or a truncated one.
    """
    import h5py  # of Keras' requirements; only here is a file looked into

    total = 0

    def add(_: str, item: object) -> None:
        nonlocal total
        total += item.size if isinstance(item, h5py.Dataset) else 0

    with h5py.File(path, "r") as file:
        file.visititems(add)
    return total


def _count(path: Path) -> int | None:
    """How many numbers a file holds; None where it cannot be read."""
    try:
        facts = path.stat()
        return _count_of(path, facts.st_mtime_ns, facts.st_size)
    except OSError:
        return None


@lru_cache(256)
def _count_of(path: Path, changed: int, size: int) -> int | None:  # noqa: ARG001 - a file that changed is read anew
    try:
        return numbers_in(path)
    except (OSError, RuntimeError):  # h5py says either of a damaged file
        return None


def _numbers(model: ModelSpec) -> int:
    return sum(catalog.BACKBONES[model.name].block_sizes(model.options).parameters)


def _models() -> list[ModelSpec]:
    """Every backbone, once for each alpha, at ImageNet's size."""
    found = []
    for name, choice in catalog.BACKBONES.items():
        alphas = choice.parameters["alpha"].steps if "alpha" in choice.parameters else (None,)
        found += [ModelSpec(name, {"size": ROWS[-1]} | ({"alpha": alpha} if alpha else {})) for alpha in alphas]
    return found
