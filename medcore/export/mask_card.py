"""What the card of a network for masks says that those of classifiers do not."""

from collections.abc import Mapping
from typing import Any

from medcore.spec import RunSpec

METRICS = {
    "dice": "Dice",
    "iou": "IoU",
    "dice_whole": "Dice of all images as one batch",
    "hd95": "Hausdorff distance, 95%",
    "assd": "Average surface distance",
    "volume_error": "Error of the volume, as a share of the true one",
    "pixel_accuracy": "Accuracy of the pixels",
}
LENGTHS = ("hd95", "assd")
USAGE = (
    "probabilities = keras.ops.softmax(model.predict(images))  # (n, height, width, classes)\n"
    "foreground = 1 - probabilities[..., 0]\n"
    "masks = keras.ops.where(foreground >= 0.5, 1 + keras.ops.argmax(probabilities[..., 1:], -1), 0)\n"
)
ANYTHING = "It draws on any image: whether that is of a kind that it knows is not looked at."


def facts(spec: RunSpec, result: Mapping[str, Any]) -> dict[str, Any]:
    """What the masks are of, as plain values for JSON; "by_class" is the Dice of each class."""
    by_class = (result.get("test") or {}).get("classes") or {}
    return {
        "unit": result.get("unit", "image"),
        "length_unit": result.get("length_unit", "pixels"),
        "spacing": result.get("spacing"),
        "step": result.get("step"),
        "neighbours": spec.segmentation.context,
        "by_class": {name: measured.get("dice") for name, measured in by_class.items()},
    }


def metrics(values: Mapping[str, Any]) -> str:
    """The table of the test set in Markdown.

    Args:
        values: of `model_card.facts`, of a run that was tested.
    """
    masks, test = values["masks"], values["test"]
    lines = [f"| On the test {masks['unit']}s | Value | 95% interval |", "|---|---|---|"]
    for name, label in METRICS.items():
        if test.get(name) is not None:
            unit = f" ({masks['length_unit']})" if name in LENGTHS else ""
            lines.append(f"| {label}{unit} | {test[name]:.3f} | {_interval(values['intervals'].get(name))} |")
    lines += [
        f"| Dice of {_cell(name)} | {dice:.3f} | |" for name, dice in masks["by_class"].items() if dice is not None
    ]
    background = (values["baseline"] or {}).get("pixel_accuracy")
    if background is not None:
        lines.append(f"| Accuracy of the pixels if all were background | {background:.3f} | |")
    return "\n".join(lines)


def _interval(ends: list[float] | None) -> str:
    return "" if not ends else f"{ends[0]:.3f} to {ends[1]:.3f}"


def _cell(name: str) -> str:
    return " ".join(name.split()).replace("|", "\\|")


def limits(values: Mapping[str, Any]) -> list[str]:
    """What it has not been shown to do.

    Args:
        values: of `facts`.
    """
    said = [ANYTHING]
    if values["spacing"]:
        row, column = values["spacing"]
        said.append(
            f"A pixel of its images was {row:.3g} x {column:.3g} mm: with others, things are larger or smaller than it "
            "knows them."
        )
    if count := values["neighbours"]:
        beside = "1 neighbour" if count == 1 else f"{count} neighbours"
        said.append(f"It sees a slice with {beside} to each side as channels, in their order.")
    return said
