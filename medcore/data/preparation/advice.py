"""What to mind about a recipe as a whole; what each step does and when it hurts stands in the catalog."""

from medcore.spec import PreparationSpec

_SMALL = 10
_SMALLEST_TILE = 8
"""As `contrast.SMALLEST_TILE`, which needs scikit-image."""


def advice(recipe: PreparationSpec, shape: tuple[int, int] | None = None) -> list[str]:
    """One sentence for each thing to mind; none for most recipes.

    Args:
        recipe: the steps.
        shape: height and width of the prepared image, where they are known.
    """
    steps, sentences = recipe.steps, []
    if recipe.of("corruption"):
        sentences += [_CORRUPTED[recipe.corrupted]]
    if recipe.of("equalisation"):
        sentences.append("Equalised values no longer mean the same in every image: HU of CT are lost.")
    if len(recipe.of("equalisation")) == 2:
        sentences.append("CLAHE after histogram equalisation works on values that are already spread; one is enough.")
    if shape and "clahe" in steps and min(shape) // steps["clahe"]["tiles"] < _SMALLEST_TILE:
        tiles = max(1, min(shape) // _SMALLEST_TILE)
        sentences.append(
            f"For {steps['clahe']['tiles']} tiles of CLAHE a side the image is too small: "
            f"a tile has {min(_SMALLEST_TILE, *shape)} pixels a side at least, "
            f"which makes {'one tile' if tiles == 1 else f'about {tiles}'}."
        )
    if steps.get("flip", {}).get("horizontal"):
        sentences.append("Mirrored patients have their heart on the right and their liver on the left.")
    if recipe.of("window") and any(options["scope"] == "image" for options in recipe.of("normalisation").values()):
        sentences.append("Normalising each image by its own values undoes part of what the window made comparable.")
    if steps.get("resize", {}).get("side", _SMALL) < _SMALL:
        sentences.append(
            f"Below {_SMALL} pixels a side the CNN's convolutions pad with zeros, or nothing would be left."
        )
    return sentences


_CORRUPTED = {
    "all": "All images are corrupted alike: the network can learn to live with it.",
    "train": "Training and validation images are corrupted, test images are clean: the validation accuracy says "
    "too little of what to expect.",
    "test": "The test images alone are corrupted, as when the hospital changes its scanner: domain shift. "
    "The validation accuracy knows nothing of it.",
}
