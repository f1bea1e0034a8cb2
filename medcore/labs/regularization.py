"""How do I keep a network from learning by heart? The same few images, network and first weights; one knob differs.

A run without any knob stands beside each knob alone, and all of them together; or one knob takes several values.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from medcore import catalog
from medcore.labs.classics import beside
from medcore.labs.labels import family
from medcore.labs.seeds import check_number, repeated
from medcore.spec import (
    DataSpec,
    ModelSpec,
    OptimizerSpec,
    PreparationSpec,
    RegularizationSpec,
    RunSpec,
    SampleSpec,
    TrainingSpec,
    one_of,
)
from medcore.spec.checks import options

NOTHING, WITHOUT, TOGETHER = "Nothing", "Without", "All together"
EACH = "knobs"
L1_STEPS = {"subgradient": "subgradient", "proximal": "proximal step"}
L1_KNOBS = ("l1", "elastic_net")
DEFAULT = ("l2", "dropout", "early_stopping", "augmentation")
IMAGES, EPOCHS = 300, 30
WRONG_LABELS = 0.15
"""Share of them that is wrong by default: what a network can only learn by heart."""


def runs(
    dataset: str = "ct-simulator",
    model: str = "cnn",
    knobs: Sequence[str] | None = None,
    settings: Mapping[str, float] | None = None,
    together: bool = False,
    vary: str = EACH,
    values: Sequence[float] | None = None,
    l1_step: str = "proximal",
    images: int | None = IMAGES,
    optimizer: str = "adam",
    learning_rate: float | None = None,
    batch_size: int = 32,
    epochs: int = EPOCHS,
    seed: int = 0,
    seeds: int = 1,
    class_weights: bool = False,
    precision: str = "auto",
    data_options: Mapping[str, Any] | None = None,
    preparation: PreparationSpec | Mapping[str, Any] | None = None,
    sample: SampleSpec | Mapping[str, Any] | None = None,
    classics: Sequence[str] = (),
    record_weights: bool = True,
) -> dict[str, RunSpec]:
    """The runs of one comparison, by label; the first without any knob.

    Args:
        dataset: a name that `python -m medcore datasets` lists.
        model: a name of `catalog.NETWORKS`.
        knobs: names of `catalog.KNOBS`; None takes `DEFAULT`. Where one knob varies, these others are turned in every
            run; None takes none.
        settings: how far each is turned, as {"KNOB.PARAMETER": value}, "l2.strength" say.
        together: another run with all of them.
        vary: "knobs" compares each of them alone; the name of one varies that one over `values`.
        values: what the first parameter of that knob takes; None takes its steps without 0.
        l1_step: how an L1 penalty acts, "subgradient" or "proximal"; "both" trains it in both ways.
        images: training images kept, few enough to be learnt by heart; None keeps all.
        optimizer: a name of `catalog.OPTIMIZERS`.
        learning_rate: None takes the optimizer's usual rate.
        batch_size: images a step for the optimizers whose batch is free.
        seed: the first one, of the first weights and the batch order, shared by all runs.
        seeds: 1 to 10 in a row, beginning with `seed`.
        data_options: of the source, the simulator's dose say.
        preparation: what happens to the images before the network sees them; or flat settings.
        sample: what else is done to the training images: wrong labels, rare classes; None takes `WRONG_LABELS`.
        classics: names of `catalog.CLASSICS`, to stand beside the networks.
        record_weights: keep how the weights are spread as the run goes.

    Raises:
        ValueError: with what was expected and what came, also where there are more than 64 runs.
    """
    one_of("vary", vary, (EACH, *catalog.KNOBS))
    one_of("l1_step", l1_step, (*L1_STEPS, "both"))
    names = _knobs(knobs, vary)
    turned = {name: _turned(name, settings or {}) for name in (*names, *([] if vary == EACH else [vary]))}
    _check_settings(settings or {})
    choice = catalog.choose("Optimizer", catalog.OPTIMIZERS, optimizer)
    plain = RunSpec(
        data=DataSpec(dataset, data_options or {}),
        model=ModelSpec(model),
        optimizer=OptimizerSpec(optimizer, learning_rate),
        training=TrainingSpec(
            epochs=epochs,
            batch_size=choice.batch or batch_size,
            class_weights=class_weights,
            precision=precision,
            record_weights=record_weights,
        ),
        seed=seed,
        preparation=PreparationSpec.given(preparation),
        sample=_sample(sample, images),
        regularization=RegularizationSpec(),
    )
    if vary == EACH:
        specs = _each(plain, turned, l1_step, together)
        parts = {"knobs and their baseline": len(specs)}
    else:
        specs = _sweep(plain, vary, _values(vary, values), turned, l1_step)
        parts = {"values and their baseline": len(specs)}
    specs |= beside(plain, classics)
    specs = repeated(specs, seeds)
    check_number(specs, parts | ({"classics": len(classics)} if classics else {}) | {"seeds": seeds})
    return specs


def is_baseline(label: str) -> bool:
    """Whether a run has that label because the knob that the others turn is not turned."""
    name = family(label).partition(" (")[0]  # "Nothing (2)" is of a second comparison beside the first
    return name == NOTHING or name.startswith(f"{WITHOUT} ")


def _each(spec: RunSpec, turned: Mapping[str, Mapping[str, Any]], l1_step: str, together: bool) -> dict[str, RunSpec]:
    """Nothing, each knob alone, and all of them."""
    specs = {NOTHING: spec}
    for name, setting in turned.items():
        specs |= _labelled(spec, name, setting, l1_step)
    if together and len(turned) > 1:
        for name, setting in turned.items():
            spec = _turn(spec, name, setting, "proximal" if l1_step == "both" else l1_step)
        specs[TOGETHER] = spec
    return specs


def _sweep(
    spec: RunSpec, name: str, values: Sequence[float], turned: Mapping[str, Mapping[str, Any]], l1_step: str
) -> dict[str, RunSpec]:
    """One knob not turned, and turned to each value; the others stay as they are."""
    for other, setting in turned.items():
        if other != name:
            spec = _turn(spec, other, setting, "proximal" if l1_step == "both" else l1_step)
    specs = {NOTHING if len(turned) == 1 else f"{WITHOUT} {catalog.KNOBS[name].label}": spec}
    first = next(iter(catalog.KNOBS[name].parameters))
    for value in values:
        specs |= _labelled(spec, name, {**turned[name], first: value}, l1_step)
    return specs


def _labelled(spec: RunSpec, name: str, setting: Mapping[str, Any], l1_step: str) -> dict[str, RunSpec]:
    """The knob turned, in every way asked for."""
    choice = catalog.KNOBS[name]
    value = f" · {next(iter(setting.values())):g}" if setting else ""
    if name in L1_KNOBS and l1_step == "both":
        return {f"{choice.label}, {words}{value}": _turn(spec, name, setting, step) for step, words in L1_STEPS.items()}
    return {choice.label + value: _turn(spec, name, setting, l1_step)}


def _turn(spec: RunSpec, name: str, setting: Mapping[str, Any], l1_step: str) -> RunSpec:
    if name in L1_KNOBS:
        spec = replace(spec, regularization=replace(spec.regularization, l1_step=l1_step))
    return catalog.resolve(catalog.KNOBS[name].target)(spec, **setting)


def _knobs(given: Sequence[str] | None, vary: str) -> list[str]:
    if given is None:
        given = DEFAULT if vary == EACH else ()
    names = list(dict.fromkeys([given] if isinstance(given, str) else given))
    for name in names:
        catalog.choose("Knob", catalog.KNOBS, name)
    if vary == EACH and not names:
        raise ValueError("Choose at least one knob to turn. Received: none")
    return [name for name in names if name != vary]


def _turned(name: str, settings: Mapping[str, float]) -> dict[str, Any]:
    """Every parameter of a knob, with its given or default value."""
    own = {key.partition(".")[2]: value for key, value in settings.items() if key.partition(".")[0] == name}
    return options(name, catalog.KNOBS[name], own)


def _check_settings(settings: Mapping[str, float]) -> None:
    """Raises ValueError for a setting of no knob; what the knobs in use are given is checked where they take it."""
    for key in settings:
        catalog.choose("Knob", catalog.KNOBS, key.partition(".")[0])


def _values(name: str, given: Sequence[float] | None) -> list[float]:
    choice = catalog.KNOBS[name]
    if not choice.parameters:
        raise ValueError(f"{choice.label} is on or off and has no values to vary. Received: {name!r}")
    key, parameter = next(iter(choice.parameters.items()))
    if given is None:
        return [value for value in parameter.steps if value > 0]
    values = list(dict.fromkeys([given] if isinstance(given, (int, float)) else given))
    if not values:
        raise ValueError(f"Choose at least one value of {choice.label} to compare. Received: none")
    return [options(name, choice, {key: value})[key] for value in values]


def _sample(given: SampleSpec | Mapping[str, Any] | None, images: int | None) -> SampleSpec:
    if given is None:
        given = {"label_noise": WRONG_LABELS}
    sample = given if isinstance(given, SampleSpec) else SampleSpec(**given)
    return replace(sample, images=images)
