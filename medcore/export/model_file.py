"""A model that somebody brings: looked at without anything of it being run. Done in a sandbox, as with any upload.

Taken are `.keras` files, alone or in the ZIP that Medcore gives out, whose config names nothing but the layers of Keras
listed here and whose weights are plain arrays. Nothing else is ever loaded: an `.h5` file or a SavedModel may carry
code.
"""

import io
import json
import math
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from medcore import catalog
from medcore.imaging.formats import zips
from medcore.imaging.formats.memory import Memory
from medcore.sandbox import Reply

CHECK = "medcore.export.model_file:check"
MAX_BYTES = 2**30
MAX_CONFIG = 2**23
MAX_UNITS = 2**14
MAX_SIDE, MAX_CLASSES, MAX_LAYERS = 1024, 1000, 5000
HDF5, ZIP, PICKLE = b"\x89HDF\r\n\x1a\n", b"PK\x03\x04", b"\x80"
MODEL, CARD = "model.keras", "model_card.json"
_CONFIG, _WEIGHTS, _METADATA = "config.json", "model.weights.h5", "metadata.json"

NETWORKS = {("keras", "Sequential"), ("keras.src.models.functional", "Functional"), ("keras", "Functional")}
# fmt: off
LAYERS = {
    "InputLayer", "Activation", "Add", "Average", "AveragePooling2D", "BatchNormalization", "Concatenate",
    "Conv2D", "Conv2DTranspose", "Cropping2D", "Dense", "DepthwiseConv2D", "Dropout", "ELU", "Flatten",
    "GaussianDropout", "GaussianNoise", "GlobalAveragePooling2D", "GlobalMaxPooling2D", "GroupNormalization",
    "LayerNormalization", "LeakyReLU", "MaxPooling2D", "Maximum", "Minimum", "Multiply", "Normalization",
    "PReLU", "Permute", "ReLU", "Rescaling", "Reshape", "Resizing", "SeparableConv2D", "Softmax",
    "SpatialDropout2D", "Subtract", "UpSampling2D", "ZeroPadding2D",
}
# fmt: on
OPERATIONS = {"Add", "Subtract", "Multiply", "TrueDivide", "Divide", "Mean", "Maximum", "Minimum"}
PARTS = {
    "keras": {"DTypePolicy"},
    "keras.layers": LAYERS,
    "keras.src.ops.numpy": OPERATIONS,
    "keras.src.applications.convnext": {"LayerScale"},
}
PLAIN = ("keras.initializers", "keras.regularizers", "keras.constraints")
"""Modules of which every class is arithmetic on weights."""
TENSOR = "__keras_tensor__"
SIZES = ("units", "filters", "depth_multiplier")

NOT_NEEDED = ("augmentation", "corruption")
"""Stages of a recipe that are for training and for tests."""

NOT_KERAS = (
    "A model made elsewhere is taken as a .keras file (model.save in Keras 3), alone or in the ZIP that Medcore gives "
    "out. Received: {}"
)
DAMAGED = "The model file is damaged or cut off; save or fetch it again."


def check(_: Mapping[str, Any], data: Sequence[memoryview]) -> Reply:
    """What a model file is, once it is found harmless; nothing of it is run.

    Args:
        data: [the file].

    Returns:
        {"shape": [height, width, channels], "classes": names or []}, the bytes of the `.keras` file.

    Raises:
        ValueError: with one sentence, if it is refused.
    """
    members = _members(data[0])
    names: list[str] = []
    content: Any = data[0]
    if MODEL in members:
        names = _class_names(members.get(CARD))
        content = members[MODEL]
        members = _members(memoryview(content))
    if any(name.endswith("saved_model.pb") for name in members):
        raise ValueError(NOT_KERAS.format("a SavedModel of TensorFlow, which may carry code"))
    if _CONFIG not in members or _WEIGHTS not in members:
        raise ValueError(NOT_KERAS.format("a ZIP archive without a Keras model in it"))
    if more := sorted(set(members) - {_CONFIG, _WEIGHTS, _METADATA, "assets/"}):
        raise ValueError(
            f"A .keras file of plain layers holds config and weights alone. Received: {zips.shown(more[0])}"
        )
    config = _config(members[_CONFIG])
    for part in _walk(config):
        _check_part(part)
    shape = _input(config)
    _check_weights(members[_WEIGHTS])
    return Reply({"shape": shape, "classes": names}, [content])


def _members(data: memoryview) -> dict[str, bytearray]:
    """Files of a ZIP archive by name, whole."""
    begin = bytes(data[:8])
    if begin == HDF5:
        raise ValueError(NOT_KERAS.format("an .h5 file of an older Keras, which may carry code: save it as .keras"))
    if begin[:1] == PICKLE:
        raise ValueError(NOT_KERAS.format("a pickled Python object, which may carry code"))
    if begin[:4] != ZIP:
        raise ValueError(NOT_KERAS.format("a file of another kind"))
    if not zipfile.is_zipfile(Memory(data)):
        raise ValueError(DAMAGED)
    found: dict[str, bytearray] = {}
    for member in zips.unpack(data, MAX_BYTES):
        if isinstance(member.content, str):
            raise ValueError(DAMAGED)
        if member.name in found:
            raise ValueError(f"The model file holds {member.name} twice.")
        found[member.name] = bytearray(member.content)
    return found


def _config(content: bytearray) -> dict[str, Any]:
    if len(content) > MAX_CONFIG:
        raise ValueError(f"The config of a model may take {MAX_CONFIG // 2**20} MB. Received: {len(content):,} bytes")
    try:
        config = json.loads(bytes(content))
    except ValueError as error:
        raise ValueError(DAMAGED) from error
    if not isinstance(config, dict) or (config.get("module"), config.get("class_name")) not in NETWORKS:
        raise ValueError("The model must be Sequential or Functional, made of Keras' own layers.")
    return config | {"compile_config": None}  # never read: the model is loaded without it


def _walk(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every object within."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            yield value
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)


def _check_part(part: Mapping[str, Any]) -> None:
    """Raises ValueError for what is not one of Keras' own harmless parts."""
    if part.get("compile_config"):
        raise ValueError("A part of the model brings its own training along; save the model with compile=False parts.")
    for name in SIZES:
        size = part.get(name)
        if size is not None and not (isinstance(size, int) and 0 < size <= MAX_UNITS):
            raise ValueError(f"A layer may have up to {MAX_UNITS:,} {name}. Received: {str(size)[:40]}")
    if "class_name" not in part and "module" not in part and "registered_name" not in part:
        return
    module, kind, registered = (part.get(name) for name in ("module", "class_name", "registered_name"))
    if kind == TENSOR and module is None and registered is None:
        return
    known = (module, kind) in NETWORKS or module in PLAIN or kind in PARTS.get(module, ())
    if not (isinstance(module, str) and isinstance(kind, str)) or not known or registered not in (None, kind):
        raise ValueError(
            "The model may be made of Keras' own layers for images only, without Lambda and classes of one's own. "
            f"Received: {str(module)[:60]}.{str(kind)[:60]}"
        )


def _input(config: Mapping[str, Any]) -> list[int]:
    """(height, width, channels) of the images that it takes."""
    try:
        inside = config["config"]
        layers = inside["layers"]
        inputs = [layer["config"] for layer in layers if layer["class_name"] == "InputLayer"]
        (shape,) = [layer.get("batch_shape") or layer["batch_input_shape"] for layer in inputs]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ValueError("The model must take one image, of a size that is fixed.") from error
    if len(layers) > MAX_LAYERS:
        raise ValueError(f"A model may have up to {MAX_LAYERS:,} layers. Received: {len(layers):,}")
    sides = shape[1:] if isinstance(shape, list) else []
    fixed = len(sides) == 3 and all(isinstance(side, int) and 0 < side <= MAX_SIDE for side in sides)
    if not fixed or sides[2] not in (1, 3):
        raise ValueError(
            f"The model must take images of a fixed size up to {MAX_SIDE}x{MAX_SIDE}, with 1 or 3 channels last. "
            f"Received: {str(shape)[:60]}"
        )
    return sides


def _class_names(card: bytearray | None) -> list[str]:
    """Those of the model card that came along; [] without one.

    Raises:
        ValueError: if its images were prepared before the network saw them, which nobody does here.
    """
    if card is None or len(card) > MAX_CONFIG:
        return []
    try:
        values = json.loads(bytes(card))
        names, steps = values["classes"], (values.get("preparation") or {}).get("steps", {})
        known = [catalog.PREPARATIONS[step] for step in steps]
    except (ValueError, KeyError, TypeError, AttributeError):
        return []
    if needed := [step.label for step in known if step.stage not in NOT_NEEDED]:
        raise ValueError(
            "The network learned from images that were prepared first, which is not done for a model brought along: "
            f"ask it where it was trained. Received: {', '.join(needed)}"
        )
    plain = isinstance(names, list) and 1 < len(names) <= MAX_CLASSES
    return names if plain and all(isinstance(name, str) and len(name) <= 200 for name in names) else []


def _check_weights(content: bytearray) -> None:
    """Raises ValueError unless the weights are arrays of numbers that lie in the file itself."""
    import h5py

    try:
        with h5py.File(io.BytesIO(content), "r") as file:
            total = sum(_sizes(file, h5py))
    except (OSError, KeyError, RuntimeError, TypeError) as error:
        raise ValueError(DAMAGED) from error
    if total > MAX_BYTES:
        raise ValueError(f"The weights may take {MAX_BYTES // 2**20:,} MB. Received: {total / 2**20:,.0f} MB")


def _sizes(group: Any, h5py: Any) -> Iterator[int]:
    """Bytes of each array; a link could lead into another file or back to where one comes from."""
    for name in group:
        if not isinstance(group.get(name, getlink=True), h5py.HardLink):
            raise ValueError("The weights of the model must lie in its own file. Received: a link")
        part = group[name]
        if isinstance(part, h5py.Group):
            yield from _sizes(part, h5py)
            continue
        plain = isinstance(part, h5py.Dataset) and part.dtype.kind in "fiub" and not part.is_virtual
        if not plain or part.external:
            raise ValueError("The weights of the model must be plain arrays of numbers in its own file.")
        yield math.prod(part.shape) * part.dtype.itemsize
