"""What to train of a network that has learned elsewhere? Its head, its last blocks too, or all of it from scratch.

The three ways stand side by side on few labelled images and on more. Runs of one seed get the same images and make as
many updates, so they differ by what was known before, and by what was let change.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from medcore import catalog
from medcore.labs.labels import family
from medcore.labs.seeds import check_number, repeated
from medcore.spec import (
    DataSpec,
    ModelSpec,
    OptimizerSpec,
    PreparationSpec,
    RunSpec,
    SampleSpec,
    TrainingSpec,
    TransferSpec,
    one_of,
    whole,
)
from medcore.spec.choices import MAX_EPOCHS
from medcore.spec.transfer import MAX_BLOCKS

WAYS = {
    "frozen": "Frozen features",
    "fine_tuned": "Fine-tuned",
    "scratch": "From scratch",
    "small": "Small CNN from scratch",
}
"""As the runs' labels say them; fine-tuning says its number of blocks, too."""
USUAL = ("frozen", "fine_tuned", "scratch")
"""Ways that every network has; the small CNN stands beside deep ones, which take long from scratch."""
SMALL_SIDE = 28
"""Pixels of the longer side of its images, there."""

TARGET: Mapping[str, Any] = {"scanner": "B", "seed": 1, "images": 1000}
"""Options of the simulator where labels are few, by default: another hospital, with its own patients."""
ELSEWHERE: Mapping[str, Any] = {"images": 1000}
"""Options of the simulator where there are many, by default."""
IMAGES = (20, 50, 200)
UNFROZEN, FIRST_EPOCHS, UPDATES, FINE_UPDATES, BATCH, SEEDS, SIZE = 2, 10, 100, 100, 16, 5, 24
FINE_RATE = 1e-4


def runs(
    dataset: str = "ct-simulator",
    model: str = "cnn",
    source: str = "set",
    pretraining: str = "ct-simulator",
    pretraining_options: Mapping[str, Any] | None = None,
    pretraining_epochs: int = FIRST_EPOCHS,
    base: str = "",
    ways: Sequence[str] = USUAL,
    unfrozen: Sequence[int] = (UNFROZEN,),
    images: Sequence[int] = IMAGES,
    size: int | None = SIZE,
    model_options: Mapping[str, float] | None = None,
    updates: int = UPDATES,
    fine_updates: int = FINE_UPDATES,
    optimizer: str = "adam",
    learning_rate: float | None = None,
    fine_rate: float = FINE_RATE,
    batch_norm_trains: bool = False,
    batch_size: int = BATCH,
    seed: int = 0,
    seeds: int = SEEDS,
    precision: str = "auto",
    data_options: Mapping[str, Any] | None = None,
    preparation: PreparationSpec | Mapping[str, Any] | None = None,
) -> dict[str, RunSpec]:
    """The runs of one comparison, by label: "Fine-tuned 2 blocks · 50 images · seed 1" say.

    Args:
        dataset: where labels are few, a name that `python -m medcore datasets` lists.
        model: a name of `catalog.NETWORKS` or `catalog.BACKBONES` that has blocks.
        source: of the weights: "imagenet", another "set" that is trained on first, or the finished "run" `base`.
        pretraining: that set.
        pretraining_options: of its source; None takes `ELSEWHERE` of the simulator.
        base: id of that run; its network is taken.
        ways: keys of `WAYS`; "small" only beside a deep network.
        unfrozen: blocks from the end that fine-tuning trains; each number is a line of its own.
        images: labelled images, each a point of the curves.
        size: pixels of the longer side that the images are brought to; of a backbone, which takes squares, those of
            its own input. None leaves them to the set, or to the backbone.
        model_options: of the network; of a backbone its head, "dense" and "dropout", and its "alpha".
        updates: of the head, rounded to whole epochs: few images are seen more often.
        fine_updates: of the second stage; frozen features and networks from scratch make as many more.
        learning_rate: of the head, and from scratch; None takes the optimizer's usual rate.
        fine_rate: of the second stage.
        batch_norm_trains: let batch normalisation follow the small batches while fine-tuning: a mistake to look at.
        seed: the first one.
        seeds: 1 to 10 in a row.
        data_options: of the source of `dataset`; None takes `TARGET` of the simulator.
        preparation: what else happens to the images.

    Raises:
        ValueError: with what was expected and what came, also where there are more than 64 runs.
    """
    names = _ways(ways, model)
    numbers = _numbers(images)
    choice = catalog.choose("Optimizer", catalog.OPTIMIZERS, optimizer)
    plain = RunSpec(
        data=DataSpec(dataset, _options(dataset, data_options, TARGET)),
        model=_model(model, model_options, size),
        optimizer=OptimizerSpec(optimizer, learning_rate),
        training=TrainingSpec(batch_size=choice.batch or batch_size, precision=precision),
        seed=seed,
        preparation=_recipe(model, preparation, size),
    )
    for what, count in (("updates", updates), ("fine_updates", fine_updates)):
        whole(what, count, 1, MAX_EPOCHS)
    learned = TransferSpec(
        source=source,
        pretraining=DataSpec(pretraining, _options(pretraining, pretraining_options, ELSEWHERE)),
        pretraining_epochs=pretraining_epochs,
        learning_rate=fine_rate,
        batch_norm_trains=batch_norm_trains,
    )
    learned = (
        learned
        if source == "set"
        else TransferSpec(source, learning_rate=fine_rate, batch_norm_trains=batch_norm_trains)
    )
    known = replace(plain, task="transfer", transfer=learned, base=base if source == "run" else "")
    small = replace(plain, model=ModelSpec("cnn"), preparation=_recipe("cnn", preparation, SMALL_SIDE))
    lines = _lines({"scratch": plain, "small": small}, known, names, _depths(unfrozen, model))
    specs = {
        f"{line} · {words(number)}": _of(spec, number, updates, fine_updates)
        for line, spec in lines.items()
        for number in numbers
    }
    specs = {f"{label} · seed {seed}": spec for label, spec in specs.items()} if seeds == 1 else repeated(specs, seeds)
    check_number(specs, {"lines": len(lines), "numbers of images": len(numbers), "seeds": seeds})
    return specs


def words(images: float) -> str:
    """A number of labelled images as the label of a run says it."""
    return f"{images:,.0f} images"


def is_label(label: str) -> bool:
    """Whether a run is one of this lab's, by its label."""
    return family(label).startswith(tuple(WAYS.values()))


def images_of(spec: RunSpec) -> float:
    """How many labelled images a run has."""
    return float(spec.sample.images or 0)


def is_transferred(spec: RunSpec) -> bool:
    """Whether its network has learned before."""
    return spec.task == "transfer"


def _ways(given: Sequence[str], model: str) -> list[str]:
    names = list(dict.fromkeys([given] if isinstance(given, str) else given))
    for name in names:
        one_of("ways", name, tuple(WAYS))
    if not names:
        raise ValueError("Choose at least one way to train. Received: none")
    if "small" in names and model not in catalog.BACKBONES:
        raise ValueError(f"The small CNN stands beside a deep network. Received: {catalog.MODELS[model].label}")
    return names


def _numbers(given: Sequence[int] | int) -> list[int]:
    numbers = [given] if isinstance(given, (int, float)) else given
    if not numbers:
        raise ValueError("Choose at least one number of labelled images. Received: none")
    return sorted({whole("Labelled images", number, 1, 10**7) for number in numbers})


def _depths(given: Sequence[int] | int, model: str) -> list[int]:
    """Blocks to unfreeze; more than there are mean all, once."""
    there = len(catalog.MODELS[model].blocks) or MAX_BLOCKS
    depths = [given] if isinstance(given, (int, float)) else given
    return sorted({min(whole("Unfrozen blocks", depth, 1, MAX_BLOCKS), there) for depth in depths})


def _options(dataset: str, given: Mapping[str, Any] | None, usual: Mapping[str, Any]) -> dict[str, Any]:
    """Of a source: those given, or of the simulator the usual ones."""
    return dict(usual if given is None and dataset == "ct-simulator" else given or {})


def _model(name: str, options: Mapping[str, float] | None, size: int | None) -> ModelSpec:
    catalog.choose("Network", catalog.NETWORKS | catalog.BACKBONES, name)
    sized = {"size": size} if size and name in catalog.BACKBONES else {}
    return ModelSpec(name, {**(options or {}), **sized})


def _recipe(model: str, given: PreparationSpec | Mapping[str, Any] | None, size: int | None) -> PreparationSpec:
    """What happens to the images; small networks get them in the size asked for."""
    recipe = PreparationSpec.given(given)
    if not size or model in catalog.BACKBONES:
        return recipe
    return replace(recipe, steps={**recipe.steps, "resize": {"side": size}})


def _lines(
    new: Mapping[str, RunSpec], known: RunSpec, ways: Sequence[str], depths: Sequence[int]
) -> dict[str, RunSpec]:
    """Each way to train, those from scratch by name, fine-tuning at each depth."""
    lines = {}
    for way in ways:
        if way in new:
            lines[WAYS[way]] = new[way]
        elif way == "frozen":
            lines[WAYS[way]] = known
        else:
            for depth in depths:
                blocks = f"{depth} block" if depth == 1 else f"{depth} blocks"
                lines[f"{WAYS[way]} {blocks}"] = replace(known, transfer=replace(known.transfer, unfrozen=depth))
    return lines


def _of(spec: RunSpec, images: int, updates: int, fine_updates: int) -> RunSpec:
    """A run on so many images: the two stages of fine-tuning, or as many updates in one."""
    spec = replace(spec, sample=SampleSpec(images=images))
    if spec.task == "transfer" and spec.transfer.unfrozen:
        spec = replace(spec, transfer=replace(spec.transfer, epochs=_epochs(spec, images, fine_updates)))
    else:
        updates += fine_updates
    return replace(spec, training=replace(spec.training, epochs=_epochs(spec, images, updates)))


def _epochs(spec: RunSpec, images: int, updates: int) -> int:
    batch = spec.training.batch_size
    return max(1, round(updates / (1 if batch == "all" else -(-images // batch))))
