"""How fast is a cross-validated regularization path, and does it choose as it should?

`path_vs_fit`: 5 folds and 8 lambdas on BreastMNIST with the MLP (5 paths, and a sixth on the whole set), handed to the
store and trained by the engine on all cores, against 40 plain `model.fit` runs with `kernel_regularizer`, one after the
other on all cores: the same folds, epochs, batch and optimizer. Seconds on the clock; ours is the first study of this
kind in a warm engine, so compiling counts, as it does for theirs.

`grid_steps_apart` is between the two choices by the page's rule, one standard error. At the minimum the two may differ
for a reason: a network with a warm start has had the epochs of all strengths before its own. With cold starts ours are
the networks of the fits.

`off_from_scikit_learn`: the linear model with L2 against scikit-learn's logistic regression on the same folds, the
largest difference of a lambda's mean log loss. `LogisticRegressionCV` has one C for all folds, but n * lambda * C = 1:
so it is `LogisticRegression`, fold by fold.

BreastMNIST is looked for in `MEDCORE_DATA`, and beside the checkout.
"""

import multiprocessing
import os
import time
from collections.abc import Mapping
from dataclasses import replace
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from benchmarks import report
from benchmarks.engine import LOOK_SECONDS, PATIENCE_SECONDS, ROOT, Engine, engine
from medcore.data.pool import numbered, pooled
from medcore.evaluation import selection
from medcore.labs import choosing_lambda, optimizers
from medcore.runs.store import Record
from medcore.spec import RunSpec

TARGETS = {
    "path_vs_fit": (">=", 3),
    "grid_steps_apart": ("<=", 1),
    "click_to_first_fold_s": ("<=", 3),
    "off_from_scikit_learn": ("<=", 1e-3),
    "grid_steps_from_scikit_learn": ("<=", 0),
}
STRENGTHS = (1e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1)
CONVEX = (0.03, 0.1, 0.3, 1.0, 3.0)
CONVEX_EPOCHS = 600
WARM_SEEDS = 4
"""Of a comparison of another network before, so that every training process is up."""
MORE = (1, 2, 4)
"""How many times the epochs of a warm path a cold one gets, to see when it is as far."""


def measure(quick: bool) -> Mapping[str, float]:
    """All figures; how many epochs warm starts save is left out where it has to be quick."""
    beside = ROOT.parent / "shared" / "data"
    folders = os.environ.get("MEDCORE_DATA") or os.pathsep.join([str(beside), str(beside / "medmnist")])
    study = choosing_lambda.study("breastmnist", "mlp", strengths=STRENGTHS, epochs=5 if quick else 20)
    with engine({}, folders) as trainer:
        trainer.train(optimizers.runs("digits", "cnn", ["adam"], epochs=1, seeds=WARM_SEEDS))
        figures = _beside_fit(trainer, study)
        figures |= _starts(trainer, study["Whole set"], quick)
        figures |= _beside_scikit_learn(trainer)
    return figures


def _beside_fit(trainer: Engine, study: Mapping[str, RunSpec]) -> dict[str, float]:
    cold = {name: replace(spec, path=replace(spec.path, warm_start=False)) for name, spec in study.items()}
    seconds, first, ours = _studied(trainer, study)
    again, first_again, _ = _studied(trainer, study)
    from_scratch, _, scratch = _studied(trainer, cold)
    theirs, fits = _fits(study["Whole set"])
    return {
        "path_vs_fit": theirs / seconds,
        "path_s": seconds,
        "path_compiled_before_s": again,
        "path_compiled_before_vs_fit": theirs / again,
        "path_cold_starts_s": from_scratch,
        "forty_fits_s": theirs,
        "click_to_first_fold_s": first,
        "click_to_first_fold_compiled_before_s": first_again,
        "grid_steps_apart": abs(_simplest(ours) - _simplest(fits)),
        "grid_steps_apart_cold_starts": abs(_simplest(scratch) - _simplest(fits)),
        "grid_steps_apart_minimum": abs(_best(ours) - _best(fits)),
        "grid_steps_apart_minimum_cold_starts": abs(_best(scratch) - _best(fits)),
        "place_of_lambda": _simplest(ours),
        "place_of_lambda_of_fit": _simplest(fits),
        "loss": selection.curve(ours).mean[_best(ours)],
        "loss_cold_starts": selection.curve(scratch).mean[_best(scratch)],
        "loss_of_fit": selection.curve(fits).mean[_best(fits)],
    }


def _studied(trainer: Engine, study: Mapping[str, RunSpec]) -> tuple[float, float, np.ndarray]:
    """Seconds from handing a study in to its end and to the first point of a fold, and the losses (folds, L)."""
    begun, first = time.perf_counter(), None
    *folds, parent = trainer.store.create_family(study, "benchmark")
    while not all(record.ended for record in trainer.store.find([*folds, parent])):
        if first is None and any(row[3] == "path/val_loss" for row in trainer.store.tail(dict.fromkeys(folds, 0))):
            first = time.perf_counter() - begun
        _wait(begun)
    seconds = time.perf_counter() - begun
    records = _done(trainer.store.find([*folds, parent]))[:-1]
    return seconds, first or seconds, np.asarray([_losses(record) for record in records])


def _losses(record: Record) -> list[float]:
    return [np.nan if point["val"] is None else point["val"]["loss"] for point in record.result["points"]]


def _wait(begun: float) -> None:
    if time.perf_counter() - begun > PATIENCE_SECONDS:
        raise TimeoutError(f"The runs did not end within {PATIENCE_SECONDS} s")
    time.sleep(LOOK_SECONDS)


def _done(records: list[Record]) -> list[Record]:
    failed = [record.error for record in records if record.state != "done"]
    if failed:
        raise RuntimeError(f"A run failed: {failed[0]}")
    return records


def _best(losses: np.ndarray) -> int:
    return selection.minimum(selection.curve(losses).mean)


def _simplest(losses: np.ndarray) -> int:
    return selection.one_standard_error(*selection.curve(losses))


def _starts(trainer: Engine, spec: RunSpec, quick: bool) -> dict[str, float]:
    """Loss and penalty together, mean over the strengths, after a warm path and cold ones of more and more epochs."""
    figures = {"objective_warm": _objective(trainer, spec)}
    for times in MORE[:1] if quick else MORE:
        cold = replace(spec.path, warm_start=False)
        longer = replace(spec, path=cold, training=replace(spec.training, epochs=times * spec.training.epochs))
        figures[f"objective_cold_{times}x_epochs"] = _objective(trainer, longer)
    return figures


def _objective(trainer: Engine, spec: RunSpec) -> float:
    (run_id,) = trainer.store.create({"Whole set": spec}, "benchmark")
    begun = time.perf_counter()
    while not trainer.store.find([run_id])[0].ended:
        _wait(begun)
    (record,) = _done(trainer.store.find([run_id]))
    return float(np.mean([point["train_loss"] + point["penalty"] for point in record.result["points"]]))


def _beside_scikit_learn(trainer: Engine) -> dict[str, float]:
    """Every pixel standardised in its fold, all images at every update."""
    study = choosing_lambda.study(
        "breastmnist", "linear", "momentum", 0.02, epochs=CONVEX_EPOCHS, penalty="l2", strengths=CONVEX, scale=True
    )
    whole = {name: replace(spec, training=replace(spec.training, batch_size="all")) for name, spec in study.items()}
    seconds, _, ours = _studied(trainer, whole)
    theirs = _logistic_regressions(whole["Whole set"])
    off = np.abs(selection.curve(ours).mean - selection.curve(theirs).mean).max()
    apart = abs(_best(ours) - _best(theirs))
    return {"off_from_scikit_learn": float(off), "grid_steps_from_scikit_learn": apart, "convex_path_s": seconds}


def _pool(spec: RunSpec) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pixels (n, h, w, 1) in 0..1, labels and folds of a study."""
    from medcore.data import sources

    pool = pooled(sources.load(spec.data), spec)
    return pool.images / np.float32(255), pool.labels, numbered(pool, spec)


def _logistic_regressions(spec: RunSpec) -> np.ndarray:
    """Log losses (folds, L). With two classes lambda * sum w² is over two columns: C = 1 / (n * lambda)."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import log_loss
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    images, labels, fold = _pool(spec)
    pixels = images.reshape(len(images), -1).astype(np.float64)
    losses = []
    for number in range(1, spec.path.folds + 1):
        train, held = fold != number, fold == number
        losses.append([])
        for strength in spec.path.strengths:
            model = LogisticRegression(C=1 / (train.sum() * strength), tol=1e-6, max_iter=5000)
            fitted = make_pipeline(StandardScaler(), model).fit(pixels[train], labels[train])
            losses[-1].append(log_loss(labels[held], fitted.predict_proba(pixels[held])))
    return np.asarray(losses)


def _fits(spec: RunSpec) -> tuple[float, np.ndarray]:
    """Seconds that plain fits take, one for every fold and strength, and their losses (folds, L)."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_fit_all, args=(theirs, spec.to_dict(), *_pool(spec)), daemon=True)
    process.start()
    theirs.close()
    try:
        return ours.recv()
    finally:
        process.kill()
        process.join()


def _fit_all(
    answer: Connection, values: dict[str, Any], images: np.ndarray, labels: np.ndarray, fold: np.ndarray
) -> None:
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import keras

    spec = RunSpec.from_dict(values)
    losses = np.zeros((spec.path.folds, len(spec.path.strengths)))
    _fit(spec, 0.0, images[:64], labels[:64], 1)  # what Keras does only once is not counted
    begun = time.perf_counter()
    for number in range(1, spec.path.folds + 1):
        train, held = fold != number, fold == number
        for i, strength in enumerate(spec.path.strengths):
            model = _fit(spec, strength, images[train], labels[train], spec.training.epochs)
            logits = model.predict(images[held], verbose=0)
            loss = keras.losses.sparse_categorical_crossentropy(labels[held], logits, from_logits=True)
            losses[number - 1, i] = float(np.mean(loss))
    answer.send((time.perf_counter() - begun, losses))


def _fit(spec: RunSpec, strength: float, images: np.ndarray, labels: np.ndarray, epochs: int) -> Any:
    """The articles' MLP as Keras has it, with an L1 penalty."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(spec.seed)
    penalty = keras.regularizers.L1(strength)
    model = keras.Sequential(
        [
            keras.Input(images.shape[1:]),
            layers.Flatten(),
            layers.Dense(128, activation="relu", kernel_regularizer=penalty),
            layers.Dense(2, kernel_regularizer=penalty),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(spec.optimizer.learning_rate), loss)
    model.fit(images, labels, batch_size=spec.training.batch_size, epochs=epochs, verbose=0)
    return model


if __name__ == "__main__":
    report.run(measure, TARGETS, __doc__.splitlines()[0])
