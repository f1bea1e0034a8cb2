"""How fast do we train? Beside plain `model.fit`, torch and JAX; and whole comparisons as the page runs them.

One training (`mlp_adam_vs_fit` and the like): the articles' networks on 8,000 images of 28x28, batch 32, every
contender from fresh weights, in a process of its own, in turn; CPU seconds, median of the ratios. Ours is as the
page runs it, on one thread, and writes losses, layers and seconds down and sends them to the store meanwhile. `fit`
is plain, with the threads that TensorFlow takes by itself; `fit_on_a_core`, torch and JAX are held to the same core
and one thread. Everybody's first training compiles and is not counted.

Comparisons: six optimizers handed to the store and trained by the engine on all cores, against six plain fits with
validation, one after the other, on all cores; seconds on the clock.
"""

import contextlib
import multiprocessing
import statistics
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from multiprocessing.connection import Connection

from benchmarks import report
from benchmarks.contenders import BATCH, Contender, Task
from benchmarks.engine import Engine, engine
from medcore.labs import optimizers
from medcore.runs.store import Store
from medcore.training.run import Row

TARGETS = {
    "mlp_adam_vs_fit": (">=", 7),
    "mlp_sgd_vs_fit": (">=", 8),
    "mlp_momentum_vs_fit": (">=", 8),
    "cnn_adam_vs_fit": (">=", 2.5),
    "mlp_adam_vs_torch": (">=", 3),
    "cnn_adam_vs_torch": (">=", 1.5),
    "mlp_adam_vs_jax": (">=", 0.9),
    "accuracy_gap_in_spreads": ("<=", 2),
    "streaming_share": ("<=", 0.1),
    "mlp_comparison_vs_fit": (">=", 13),
    "cnn_comparison_vs_fit": (">=", 4),
    "six_by_three_s": ("<=", 60),
    "worker_peak_mb": ("<=", 1200),
}
WORKLOADS = {
    "mlp_adam": Task("mlp", "adam", 5, 8000),
    "mlp_sgd": Task("mlp", "minibatch", 5, 8000),
    "mlp_momentum": Task("mlp", "momentum", 5, 8000),
    "cnn_adam": Task("cnn", "adam", 2, 8000),
}
PEERS = {"mlp_adam": ("torch", "jax"), "cnn_adam": ("torch",)}
WARM_SEEDS = 4
"""Of the comparison that comes before the timed one, so that every training process has met every optimizer."""
SIX = ("minibatch", "momentum", "nesterov", "rmsprop", "adagrad", "adam")
SETS = {
    "mlp": (10, 60_000, 5_000, 10_000),
    "cnn": (10, 8_000, 1_000, 2_000),
    "breast": (2, 546, 78, 156),
}
"""Classes and images of training, validation and test: MNIST's size for the MLP, less for the CNN, BreastMNIST's."""


def measure(quick: bool) -> Mapping[str, float]:
    """All figures; those of a peer that is not installed are left out."""
    rounds = 3 if quick else 7
    with engine(SETS) as trainer:
        figures = _single(trainer.store, rounds)
        figures |= _comparisons(trainer, 2 if quick else 5)
    return figures


def _single(store: Store, rounds: int) -> dict[str, float]:
    """One training at a time: the ratios, the share of streaming, and the accuracies over the seeds."""
    figures: dict[str, float] = {}
    gaps, shares = [], []
    with _contenders(store) as contenders:
        for workload, task in WORKLOADS.items():
            names = ["ours", "fit", "fit_on_a_core", *(name for name in PEERS.get(workload, ()) if name in contenders)]
            for name in names:
                contenders[name].train(task)
            turns = []
            for seed in range(rounds):
                task = task._replace(seed=seed)
                turns.append({name: contenders[name].train(task) for name in names})
                silent = contenders["ours"].train(task._replace(stream=False))
                shares.append(1 - silent.cpu / turns[-1]["ours"].cpu)
            for name in names[1:]:
                figures[f"{workload}_vs_{name}"] = statistics.median(t[name].cpu / t["ours"].cpu for t in turns)
            ours, fit = ([turn[name].accuracy for turn in turns] for name in ("ours", "fit"))
            gaps.append(abs(statistics.mean(ours) - statistics.mean(fit)) / max(map(statistics.stdev, (ours, fit))))
            figures[f"{workload}_accuracy"] = statistics.mean(ours)
            figures[f"{workload}_accuracy_of_fit"] = statistics.mean(fit)
            updates = task.epochs * task.images / BATCH
            figures[f"{workload}_us_an_update"] = 1e6 * statistics.median(t["ours"].cpu for t in turns) / updates
    return figures | {"accuracy_gap_in_spreads": max(gaps), "streaming_share": statistics.median(shares)}


@contextmanager
def _contenders(store: Store) -> Iterator[dict[str, Contender]]:
    """Those that are installed, started; what ours logs goes to the store."""
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    contenders = {"ours": Contender("ours", theirs), "fit": Contender("fit", pinned=False)}
    contenders["fit_on_a_core"] = Contender("fit")
    contenders |= {name: Contender(name) for name in ("torch", "jax") if find_spec(name)}
    threading.Thread(target=_store_rows, args=(store, ours), daemon=True).start()
    try:
        yield contenders
    finally:
        for contender in contenders.values():
            contender.close()


def _store_rows(store: Store, rows: Connection) -> None:
    """What a slot does with the rows of its training process."""
    (spec,) = optimizers.runs("digits", "mlp", ["adam"]).values()
    (run_id,) = store.create({"Adam": spec}, "benchmark")
    store.cancel([run_id])
    number = 1
    with contextlib.suppress(EOFError):
        while True:
            _, content = rows.recv()
            number = store.log(run_id, number, [(Row(*row), logged) for row, logged in content])


def _comparisons(trainer: Engine, epochs: int) -> dict[str, float]:
    """Whole comparisons through the store and the engine, the first of each compiled by one before."""
    figures: dict[str, float] = {}
    fit = Contender("fit", pinned=False)
    for network in ("mlp", "cnn"):
        specs = optimizers.runs(network, network, SIX, epochs=epochs)
        trainer.train(optimizers.runs(network, network, SIX, epochs=1, seeds=WARM_SEEDS))
        fits = [Task(network, optimizer, epochs, SETS[network][1], SETS[network][2]) for optimizer in SIX]
        ours = trainer.train(specs)
        theirs = sum(fit.train(task).wall for task in fits)
        figures |= {f"{network}_comparison_vs_fit": theirs / ours, f"{network}_comparison_s": ours}
    fit.close()
    specs = optimizers.runs("breast", "cnn", SIX, epochs=5, seeds=3)
    return figures | {"six_by_three_s": trainer.train(specs), "worker_peak_mb": trainer.worker_peak_mb}


if __name__ == "__main__":
    report.run(measure, TARGETS, __doc__.splitlines()[0])
