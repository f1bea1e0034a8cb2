"""Runs as the plain settings of a script: what all of them share, and what each has of its own."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from medcore import catalog
from medcore.export import adapted, segmented, transferred
from medcore.spec import RunSpec

CLASSICS, STUDY = "classic", "path"
TASKS = ("classification", CLASSICS, transferred.TASK, adapted.TASK, segmented.TASK)
POLICIES = {"float32": "float32", "bfloat16": "mixed_bfloat16"}
"""Keras' names of what a network computes in."""
COMMENTS = {
    "data": "images and labels, beside this file",
    "model": "the network, and what can be set of it",
    "precision": '"float32", or "mixed_bfloat16": every layer but the last computes in bfloat16',
    "seed": "of the first weights and of the order of the images",
    "optimizer": "the update rule, and what can be set of it",
    "learning_rate": "the rate that the schedule starts from",
    "weight_decay": "share of each weight taken away per update and unit of learning rate; None for none",
    "schedule": "how the learning rate changes, and what can be set of that",
    "warmup": "epochs in which the learning rate grows to its full size",
    "loss": "what training makes small, and what can be set of it",
    "l1": "strength of the penalty l1 * sum(abs(w)) on the kernels",
    "l2": "strength of the penalty l2 * sum(w**2) on the kernels",
    "l1_step": 'how L1 acts: "subgradient" in the loss, or "proximal" behind every update',
    "strengths": "the grid, weakest first",
    "l1_share": "of a strength, how much is l1; the rest is l2",
    "warm_start": "whether each strength starts from the weights of the one before",
    "scale": "whether every pixel is standardised",
    "screen": "how many pixels are kept, those most related to the label; 0 keeps all",
    "fitted_on": 'what these two are measured on: the "fold", or, a mistake, "all" images',
    "class_weights": "whether rare classes count more",
    "epochs": "passes over the training images",
    "batch_size": 'images an update, or "all" of them, which takes memory for all at once',
    "patience": "stop after so many epochs without a lower validation loss; None: never",
    "weights": 'which weights meet the test images: of the "last" epoch, or of the "best"',
    **transferred.COMMENTS,
    **adapted.COMMENTS,
}
"""What each setting is, in the order in which a script lists them."""
PENALTIES = ("l1", "l2", "l1_step")
"""Settings of no use where no run has a penalty."""


@dataclass(frozen=True)
class Settings:
    """What a script is told.

    Args:
        shared: settings that are the same for all runs.
        own: by label, those in which the runs differ.
    """

    shared: Mapping[str, Any]
    own: Mapping[str, Mapping[str, Any]]


def settings(runs: Mapping[str, RunSpec], precisions: Mapping[str, str] | None = None) -> Settings:
    """The settings of a comparison.

    Args:
        runs: by label.
        precisions: by label, "float32" or "bfloat16": what a run was computed in. Others take the spec's, and
            float32 where it leaves the choice to the hardware.

    Raises:
        ValueError: if there is no run, or one that is no training.
    """
    check(runs)
    if is_study(runs):
        return _of_study(whole_set(runs), precisions or {})
    files = data_files(runs)
    every = {label: _of(spec, files[data_key(spec)], (precisions or {}).get(label)) for label, spec in runs.items()}
    if transferring(runs):
        first = {label: files[data_key(spec)] for label, spec in transferred.firsts(runs).items()}
        bases = transferred.bases(runs)
        every = {
            label: values | transferred.settings(runs[label], first.get(label), bases.get(runs[label].base))
            for label, values in every.items()
        }
    if adapting(runs):
        other = {label: files[adapted.target_key(spec)] for label, spec in runs.items()}
        every = {label: values | adapted.settings(runs[label], other[label]) for label, values in every.items()}
    if segmented.segmenting(runs):
        every = {label: values | segmented.settings(runs[label]) for label, values in every.items()}
    keys = [key for key in COMMENTS if penalised(runs) or key not in PENALTIES]
    found = {key: [values[key] for values in every.values() if key in values] for key in keys}
    shared = {key: values[0] for key, values in found.items() if values and values.count(values[0]) == len(values)}
    rest = [key for key in keys if key not in shared]
    own = {label: {key: values[key] for key in rest if key in values} for label, values in every.items()}
    return Settings(shared, own)


def check(runs: Mapping[str, RunSpec]) -> None:
    """Raises ValueError unless there are runs, and they train classifiers or are the walks of one study."""
    if not runs:
        raise ValueError("A script needs a run or more. Received: none")
    if is_study(runs):
        _check_study(whole_set(runs))
        return
    for label, spec in runs.items():
        if spec.task not in TASKS:
            raise ValueError(
                f"A script trains runs of the tasks {', '.join(TASKS)}, or all of a {STUDY}. "
                f'Received: "{label}" of the task {spec.task}'
            )
        if spec.task == transferred.TASK:
            transferred.check(label, spec)
        if spec.task == adapted.TASK:
            adapted.check(label, spec)
        if spec.task == segmented.TASK:
            segmented.check(label, spec)
    if adapting(runs) and any(spec.task != adapted.TASK for spec in runs.values()):
        raise ValueError("A script of two places takes such runs alone. Received: others among them")
    if segmented.segmenting(runs) and any(spec.task != segmented.TASK for spec in runs.values()):
        raise ValueError("A script of segmentation takes such runs alone. Received: others among them")
    if transferring(runs):
        transferred.check_together(runs)


def is_study(runs: Mapping[str, RunSpec]) -> bool:
    """Whether the runs are those of one cross-validation: its folds, and the walk over the whole pool."""
    walks = [spec for spec in runs.values() if spec.task == STUDY]
    return len(walks) == len(runs) > 0 and len({data_key(spec) for spec in walks}) == 1 and None in _folds(walks)


def whole_set(runs: Mapping[str, RunSpec]) -> RunSpec:
    """Of a study, the walk over the whole pool: it says everything of the others but their fold."""
    return next(spec for spec in runs.values() if spec.path.fold is None)


def fits(spec: RunSpec) -> bool:
    """Whether a study measures its pixels, to scale or to choose them."""
    return bool(spec.path.scale or spec.path.screen)


def steps(spec: RunSpec) -> bool:
    """Whether a study takes the proximal step of L1."""
    return spec.regularization.l1_step == "proximal" and spec.path.penalty != "l2"


def _folds(walks: Iterable[RunSpec]) -> set[int | None]:
    return {spec.path.fold for spec in walks}


def _check_study(spec: RunSpec) -> None:
    """Raises ValueError for what a script would have to fit anew in every fold, or draw."""
    recipe, sample = spec.preparation, spec.sample
    drawn = recipe.of("corruption", "augmentation") or recipe.by_training_set
    if drawn or sample.label_noise or sample.oversample or (sample.imbalance and sample.imbalanced == "train"):
        raise ValueError(
            "The script of a cross-validation takes images that are the same in all folds. Received: a recipe with "
            "noise, augmentation or statistics of the training set, or a sample with wrong or repeated labels"
        )


def data_key(spec: RunSpec) -> str:
    """The same for two runs whose networks see the same images."""
    recipe = spec.preparation
    draws_lots = recipe.of("corruption", "augmentation") or spec.sample  # no other step does
    parts = [spec.data.name, spec.data.options, asdict(recipe), asdict(spec.sample), spec.seed if draws_lots else None]
    if spec.task == STUDY:  # its folds are drawn, too
        parts += [spec.seed, asdict(replace(spec.path, fold=None))]
    if spec.task == segmented.TASK:  # neighbouring slices are channels
        parts.append(spec.segmentation.context)
    return json.dumps(parts, sort_keys=True)


def data_files(runs: Mapping[str, RunSpec]) -> dict[str, str]:
    """Names of the files that hold the images, by `data_key`; of those that networks learn from first, and of the other
    place's, too."""
    keys = list(dict.fromkeys(map(data_key, runs.values())))
    firsts = [key for key in dict.fromkeys(map(data_key, transferred.firsts(runs).values())) if key not in keys]
    return _numbered("data", keys) | _numbered("pretraining", firsts) | _numbered("target", list(adapted.targets(runs)))


def _numbered(name: str, keys: Sequence[str]) -> dict[str, str]:
    return {key: f"{name}.npz" if len(keys) == 1 else f"{name}-{number}.npz" for number, key in enumerate(keys, 1)}


def adapting(runs: Mapping[str, RunSpec]) -> bool:
    """Whether a run has two places."""
    return any(spec.task == adapted.TASK for spec in runs.values())


def transferring(runs: Mapping[str, RunSpec]) -> bool:
    """Whether a network has learned before."""
    return any(spec.task == transferred.TASK for spec in runs.values())


def of_pretraining(runs: Mapping[str, RunSpec]) -> dict[str, Any]:
    """What all networks share that learn from another set first, beside what each run has of its own."""
    spec = next(iter(transferred.firsts(runs).values()))
    own, values = ("data", "model", "seed", "precision", "epochs", *PENALTIES), _of(spec, "", None)
    return {key: values[key] for key in COMMENTS if key in values and key not in own}


def augmented(runs: Mapping[str, RunSpec]) -> bool:
    """Whether a run drew variants of its training images."""
    return any(spec.preparation.of("augmentation") for spec in runs.values())


def sampled(runs: Mapping[str, RunSpec]) -> bool:
    """Whether a run got other training images, or labels, than the data set has."""
    return any(spec.sample for spec in runs.values())


def penalised(runs: Mapping[str, RunSpec]) -> bool:
    """Whether a run has a penalty."""
    return any(spec.regularization for spec in runs.values())


def proximal(runs: Mapping[str, RunSpec]) -> bool:
    """Whether a run takes the proximal step of L1."""
    return any(spec.regularization.l1 and spec.regularization.l1_step == "proximal" for spec in runs.values())


def _of(spec: RunSpec, file: str, precision: str | None) -> dict[str, Any]:
    optimizer, schedule, training = spec.optimizer, spec.schedule, spec.training
    precision = precision or ("float32" if training.precision == "auto" else training.precision)
    fixed = catalog.OPTIMIZERS[optimizer.name].fixed
    every = {
        "data": file,
        "model": (spec.model.name, _turned_on(catalog.MODELS[spec.model.name], spec.model.options)),
        "seed": spec.seed,
        **({} if spec.task == segmented.TASK else {"class_weights": training.class_weights}),
    }
    if spec.task == CLASSICS:
        return every
    return every | {
        "precision": POLICIES[precision],
        "optimizer": (optimizer.name, dict(optimizer.options) | dict(fixed)),
        "learning_rate": optimizer.learning_rate,
        "weight_decay": optimizer.weight_decay or None,
        "schedule": (schedule.name, dict(schedule.options)),
        "warmup": schedule.warmup,
        "loss": (spec.loss.name, _turned_on(catalog.EVERY_LOSS[spec.loss.name], spec.loss.options)),
        **asdict(spec.regularization),
        "epochs": training.epochs,
        "batch_size": training.batch_size,
        "patience": training.patience,
        "weights": training.weights,
    }


def _of_study(spec: RunSpec, precisions: Mapping[str, str]) -> Settings:
    path, (precision, *_) = spec.path, (*precisions.values(), None)
    values = _of(spec, "data.npz", precision) | {
        "strengths": tuple(path.strengths),
        "l1_share": {"l1": 1.0, "l2": 0.0}.get(path.penalty, path.l1_share),
        "warm_start": path.warm_start,
    }
    values |= {"scale": path.scale, "screen": path.screen, "fitted_on": path.fitted_on} if fits(spec) else {}
    unused = (*PENALTIES, "patience", "weights")  # a strength of the grid is the penalty; every walk goes to its end
    return Settings({key: values[key] for key in COMMENTS if key in values and key not in unused}, {})


def _turned_on(choice: catalog.Choice, options: Mapping[str, Any]) -> dict[str, Any]:
    """The options, without those that are 0 where nothing else is said: dropout, smoothing."""
    return {name: value for name, value in options.items() if value or choice.parameters[name].default}
