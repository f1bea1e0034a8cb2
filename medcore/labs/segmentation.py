"""Which pixels are it? A network learns to draw masks, by itself or beside others that differ from it in one thing.

Runs of one seed see the same images in the same order, and where the network is the same they start from the same
weights: what differs between their masks comes of the loss, the skip connections, or whatever else is compared.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from medcore import catalog
from medcore.labs.seeds import check_number, repeated
from medcore.spec import (
    DataSpec,
    LossSpec,
    ModelSpec,
    OptimizerSpec,
    PreparationSpec,
    RunSpec,
    SampleSpec,
    SegmentationSpec,
    TrainingSpec,
    number,
    one_of,
    whole,
)

SIMULATED: Mapping[str, Any] = {"images": 500, "prevalence": 0.9}
"""Options of the simulator, by default: most slices have something to find."""
MODEL, LOSS = "unet", "cross_entropy_dice"
EPOCHS, BATCH, WATCHED = 15, 8, 5
VARY = {
    "nothing": "Nothing",
    "loss": "Loss",
    "network": "Network",
    "skips": "Skip connections",
    "attention": "Attention gates",
    "batch_norm": "Batch normalisation",
    "depth": "Depth",
    "width": "Width",
    "dropout": "Dropout",
    "context": "Neighbouring slices",
    "images": "Training images",
}
"""What may differ between the runs, as people see it."""
VALUES: Mapping[str, tuple[Any, ...]] = {
    "nothing": (),
    "loss": ("mask_cross_entropy", "dice", "cross_entropy_dice"),
    "network": ("unet", "unetpp"),
    "skips": (1, 0),
    "attention": (0, 1),
    "batch_norm": (0, 1),
    "depth": (1, 2, 3),
    "width": (4, 8, 16),
    "dropout": (0.0, 0.2, 0.5),
    "context": (0, 1, 2),
    "images": (20, 50, 200),
}
"""What each takes by default."""
SWITCHES = ("skips", "attention", "batch_norm")
"""Of the network: on or off."""


def runs(
    dataset: str = "ct-simulator",
    model: str = MODEL,
    model_options: Mapping[str, float] | None = None,
    loss: str = LOSS,
    loss_options: Mapping[str, float] | None = None,
    vary: str = "nothing",
    values: Sequence[Any] | None = None,
    context: int = 0,
    watched: int = WATCHED,
    images: int | None = None,
    optimizer: str = "adam",
    learning_rate: float | None = None,
    batch_size: int = BATCH,
    epochs: int = EPOCHS,
    weights: str = "last",
    seed: int = 0,
    seeds: int = 1,
    precision: str = "auto",
    data_options: Mapping[str, Any] | None = None,
    preparation: PreparationSpec | Mapping[str, Any] | None = None,
) -> dict[str, RunSpec]:
    """The runs of one comparison, by label: "Dice · seed 1" say; one run where nothing varies.

    Args:
        dataset: with masks, a name that `python -m medcore datasets` lists.
        model: a name of `catalog.SEGMENTERS`.
        model_options: of the networks, "depth" say; each takes those that it has, the others as `usual` has them.
        loss: a name of `catalog.MASK_LOSSES`.
        loss_options: of the losses; each takes those that it has.
        vary: what differs between the runs, a key of `VARY`.
        values: what it takes; None takes `VALUES`.
        context: neighbouring slices to each side that the network sees, too.
        watched: validation images whose masks are kept after every epoch.
        images: training images kept; None keeps all.
        optimizer: a name of `catalog.OPTIMIZERS`.
        learning_rate: None takes the optimizer's usual rate.
        weights: that are tested, the "last" ones or those of the "best" epoch.
        seed: the first one.
        seeds: 1 to 10 in a row.
        data_options: of the source; None takes `SIMULATED` of the simulator.
        preparation: what happens to the images before the network sees them; augmentation among it.

    Raises:
        ValueError: with what was expected and what came, also where there are more than 64 runs.
    """
    one_of("vary", vary, tuple(VARY))
    options = model_options or {}
    _check("Networks", catalog.SEGMENTERS, options)
    _check("Losses", catalog.MASK_LOSSES, loss_options or {})
    choice = catalog.choose("Optimizer", catalog.OPTIMIZERS, optimizer)
    plain = RunSpec(
        task="segment",
        data=DataSpec(dataset, _simulated(dataset, data_options)),
        model=_model(model, options, dataset),
        optimizer=OptimizerSpec(optimizer, learning_rate),
        loss=_loss(loss, loss_options or {}),
        training=TrainingSpec(
            epochs=epochs, batch_size=choice.batch or batch_size, weights=weights, precision=precision
        ),
        seed=seed,
        preparation=PreparationSpec.given(preparation),
        sample=SampleSpec(images=images),
        segmentation=SegmentationSpec(context=context, watched=watched),
    )
    taken = _values(vary, values)
    specs = {
        words(vary, value) or catalog.SEGMENTERS[model].label: _with(plain, vary, value, options, loss_options or {})
        for value in taken or [None]
    }
    specs = repeated(specs, seeds)
    check_number(specs, ({VARY[vary].lower(): len(taken)} if taken else {}) | {"seeds": seeds})
    return specs


def usual(dataset: str, model: str) -> dict[str, float]:
    """Options that a U-Net starts from: a narrow one, which learns small images in seconds; encoders keep their own.

    On the simulator's slices it does without batch normalisation, and its masks grow smoothly from epoch to epoch;
    on other sets, where there is less to find or more noise, it may find nothing without.
    """
    if model not in ("unet", "unetpp"):
        return {}
    return {"width": 8, "batch_norm": 0} if dataset == "ct-simulator" else {"width": 8}


def words(vary: str, value: Any) -> str:
    """What the label of a run says of a value; "" where nothing varies."""
    if vary == "loss":
        return catalog.choose("Loss", catalog.MASK_LOSSES, value).label
    if vary == "network":
        return catalog.choose("Network", catalog.SEGMENTERS, value).label
    if vary in SWITCHES:
        return f"{'With' if value else 'Without'} {VARY[vary].lower()}"
    if vary == "context":
        return "One slice alone" if not value else f"{value} neighbour{'s' if value > 1 else ''} to each side"
    if vary == "images":
        return f"{value:,} images"
    return "" if vary == "nothing" else f"{VARY[vary]} {value:g}"


def has(model: str, vary: str) -> bool:
    """Whether a network can differ in this."""
    of_networks = {name for choice in catalog.SEGMENTERS.values() for name in choice.parameters}
    return vary not in of_networks or vary in catalog.SEGMENTERS[model].parameters


def _with(spec: RunSpec, vary: str, value: Any, options: Mapping[str, float], losses: Mapping[str, float]) -> RunSpec:
    """The run with one thing as asked."""
    match vary:
        case "nothing":
            return spec
        case "loss":
            return replace(spec, loss=_loss(value, losses))
        case "network":
            return replace(spec, model=_model(value, options, spec.data.name))
        case "context":
            return replace(spec, segmentation=replace(spec.segmentation, context=value))
        case "images":
            return replace(spec, sample=replace(spec.sample, images=value))
    if not has(spec.model.name, vary):
        raise ValueError(
            f"{catalog.SEGMENTERS[spec.model.name].label} has no {VARY[vary].lower()} to vary. Received: {vary!r}"
        )
    return replace(spec, model=_model(spec.model.name, {**options, vary: value}, spec.data.name))


def _model(name: str, options: Mapping[str, float], dataset: str) -> ModelSpec:
    """The network with those of the options that it has."""
    choice = catalog.choose("Network", catalog.SEGMENTERS, name)
    own = {key: value for key, value in options.items() if key in choice.parameters}
    return ModelSpec(name, {**usual(dataset, name), **own})


def _loss(name: str, options: Mapping[str, float]) -> LossSpec:
    choice = catalog.choose("Loss", catalog.MASK_LOSSES, name)
    return LossSpec(name, {key: value for key, value in options.items() if key in choice.parameters})


def _check(what: str, choices: Mapping[str, catalog.Choice], options: Mapping[str, float]) -> None:
    """Raises ValueError for an option that none of the choices has."""
    known = dict.fromkeys(name for choice in choices.values() for name in choice.parameters)
    if unknown := [name for name in options if name not in known]:
        raise ValueError(f"{what} take these options: {', '.join(known)}. Received: {unknown[0]!r}")


def _simulated(dataset: str, given: Mapping[str, Any] | None) -> dict[str, Any]:
    """Options of the source: those given, or of the simulator the usual ones."""
    return dict(SIMULATED if given is None and dataset == "ct-simulator" else given or {})


def _values(vary: str, given: Sequence[Any] | None) -> list[Any]:
    if given is None:
        return list(VALUES[vary])
    values = list(dict.fromkeys([given] if isinstance(given, (str, int, float)) else given))
    if vary == "nothing" and values:
        raise ValueError(f"Values belong to what varies: {', '.join(list(VARY)[1:])}. Received: {values[0]!r}")
    if vary != "nothing" and not values:
        raise ValueError(f"Choose at least one value to compare ({VARY[vary].lower()}). Received: none")
    if vary in SWITCHES or vary in ("depth", "width", "context", "images"):
        return [whole(VARY[vary], value, 0, 10**7) for value in values]
    if vary == "dropout":
        return [number(VARY[vary], value, 0, 0.8) for value in values]
    return values
