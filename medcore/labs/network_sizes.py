"""How large a network is, block by block, before anything is built: for the web process, which has no Keras."""

from medcore import catalog
from medcore.catalog.footprint import TENSORFLOW, footprint
from medcore.spec import ModelSpec, PreparationSpec, RunSpec

HEAD = "head"
SMALLEST_UNPADDED = 10
"""As `medcore.models.cnn` has it: from so many pixels a side its convolutions do not pad."""
FILTERS, DENSE, KERNEL = (32, 64), 64, 9
Shape = tuple[int, int, int]


def blocks(model: ModelSpec, shape: Shape, classes: int) -> dict[str, int]:
    """Parameters by block, from the image on, the head last.

    Args:
        model: a network of the catalog that has blocks.
        shape: (height, width, channels) of the images that it gets.
        classes: number of classes.
    """
    sizes = {"cnn": _cnn, "mlp": _mlp}
    if model.name in sizes:
        return sizes[model.name](model, shape, classes)
    return _backbone(model, classes)


def _cnn(model: ModelSpec, shape: Shape, classes: int) -> dict[str, int]:
    height, width, channels = shape
    padded = min(height, width) < SMALLEST_UNPADDED
    side = (lambda n: n // 2 // 2) if padded else (lambda n: ((n - 2) // 2 - 2) // 2)
    norm = int(model.options["batch_norm"])
    first, second = FILTERS
    return {
        "conv1": KERNEL * channels * first + _beside(first, norm),
        "conv2": KERNEL * first * second + _beside(second, norm),
        "dense": side(height) * side(width) * second * DENSE + _beside(DENSE, norm),
        HEAD: DENSE * classes + classes,
    }


def _mlp(model: ModelSpec, shape: Shape, classes: int) -> dict[str, int]:
    height, width, channels = shape
    hidden = int(model.options["hidden"])
    norm = int(model.options["batch_norm"])
    return {
        "hidden": height * width * channels * hidden + _beside(hidden, norm),
        HEAD: hidden * classes + classes,
    }


def _beside(units: int, norm: int) -> int:
    """Biases; or of batch normalisation scale, shift, mean and variance, which makes biases superfluous."""
    return 4 * units if norm else units


def _backbone(model: ModelSpec, classes: int) -> dict[str, int]:
    choice = catalog.BACKBONES[model.name]
    inside = dict(zip(choice.blocks, choice.block_sizes(model.options).parameters, strict=True))
    whole = footprint(choice, model.options, classes, batch=1, unfrozen=0)
    return inside | {HEAD: whole.parameters - sum(inside.values())}


def memory(spec: RunSpec, classes: int) -> float:
    """Bytes that a run takes at most, about; those of a small network are TensorFlow's own."""
    if spec.model.name not in catalog.BACKBONES:
        return TENSORFLOW
    batch = spec.training.batch_size
    images = spec.sample.images or batch
    together = images if batch == "all" else min(images, batch)
    unfrozen = spec.transfer.unfrozen if spec.task == "transfer" else None
    return footprint(catalog.BACKBONES[spec.model.name], spec.model.options, classes, together, unfrozen).memory


def resized(shape: Shape, preparation: PreparationSpec) -> Shape:
    """The images as a preparation leaves them."""
    side = preparation.steps.get("resize", {}).get("side")
    if not side:
        return shape
    height, width, channels = shape
    longer = max(height, width)
    return max(1, round(height * side / longer)), max(1, round(width * side / longer)), channels
