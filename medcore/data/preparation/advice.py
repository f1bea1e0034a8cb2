"""What to mind about a recipe as a whole; what each step does and when it hurts stands in the catalog."""

from medcore.spec import PreparationSpec

_SMALL = 10


def advice(recipe: PreparationSpec) -> list[str]:
    """One sentence for each thing to mind; none for most recipes."""
    steps, sentences = recipe.steps, []
    if recipe.of("corruption"):
        sentences += [_CORRUPTED[recipe.corrupted]]
    if recipe.of("equalisation"):
        sentences.append("Equalised values no longer mean the same in every image: HU of CT are lost.")
    if len(recipe.of("equalisation")) == 2:
        sentences.append("CLAHE after histogram equalisation works on values that are already spread; one is enough.")
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
