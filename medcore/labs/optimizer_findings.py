"""What the runs of a common mistake in comparing optimizers measured, beside what theory says."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from medcore.labs.labels import family
from medcore.labs.mistakes import Measured, Runs, whole
from medcore.labs.optimizer_mistakes import SWEEP
from medcore.optimization.losses import floor


def findings(name: str, wrong: Runs, right: Runs) -> list[str]:
    """Sentences about the runs there are; none for what has not been trained, or has no whole epoch.

    Args:
        name: of the mistake, a key of `optimizer_mistakes.mistakes`.
        wrong, right: runs of either way that ended, by label.
    """
    return list(_FINDINGS[name](whole(wrong), whole(right)))


def _softmax(wrong: Runs, right: Runs) -> list[str]:
    said = []
    for label, run in wrong.items():
        said.append(
            f"**{label}**: its lowest mean training loss of an epoch is {np.nanmin(run.epoch_loss):.4f}; theory says "
            f"it cannot fall below ln(e + {run.classes} - 1) - 1 = {floor(run.classes):.4f}. "
            f"Validation accuracy at the end: {run.accuracy[-1]:.1%}."
        )
    for label, run in right.items():
        said.append(
            f"**{label}**: its lowest mean training loss of an epoch is {np.nanmin(run.epoch_loss):.4f}, and theory "
            f"says it may fall to 0. Validation accuracy at the end: {run.accuracy[-1]:.1%}."
        )
    return said


def _descent(wrong: Runs, right: Runs) -> list[str]:
    said = []
    if len(wrong) == 2:
        ours, theirs = (run.train_loss for run in wrong.values())
        n = min(len(ours), len(theirs))
        gap = float(np.max(np.abs(ours[:n] - theirs[:n])))
        same = "the same to the last digit" if gap == 0 else f"at most {gap:.1e} apart"
        said.append(
            f"Wrong: the training losses of the two are {same}, over {n:,} updates. "
            "Theory says: the same but for rounding."
        )
    for label, run in right.items():
        updates, epochs = len(run.train_loss), len(run.accuracy)
        said.append(
            f"**{label}**: {updates:,} updates in {_epochs(epochs)}, then a validation accuracy of "
            f"{run.accuracy[-1]:.1%}."
        )
    return said


def _mse(wrong: Runs, right: Runs) -> list[str]:
    said = [
        f"**{label}**: validation accuracy {_course(run.accuracy)}."
        for runs in (wrong, right)
        for label, run in runs.items()
    ]
    first = [run.gradients[0] for runs in (wrong, right) for run in runs.values() if len(run.gradients)]
    if len(first) == 2 and first[0] > 0:
        said.append(
            f"At the start the gradient of MSE has a norm of {first[0]:.2g}, that of cross-entropy {first[1]:.2g}: "
            f"{first[1] / first[0]:.0f} times as much from the same weights and images."
        )
    return said


def _rates(wrong: Runs, right: Runs) -> list[str]:
    best = dict(_best_rates(right))
    ways = {"At one rate for all": wrong}
    if len(right) > len(best):  # more than one rate of some optimizer
        ways["Each at the best of its rates"] = best
    rankings = {title: _ranked(runs) for title, runs in ways.items() if len(runs) > 1}
    said = [f"{title}, by validation accuracy at the end: {_listed(ranking)}." for title, ranking in rankings.items()]
    if len({len(ranking) for ranking in rankings.values()}) == 1 and len(rankings) == 2:
        names = [[family(label) for label, _ in ranking] for ranking in rankings.values()]
        gaps = [ranking[0][1] - ranking[-1][1] for ranking in rankings.values()]
        said.append(
            f"The ranking is {'the same' if names[0] == names[1] else 'another one'}; from the first to the last it is "
            f"{100 * gaps[0]:.1f} points at one rate, {100 * gaps[1]:.1f} at each one's best. With one seed small "
            "differences are chance."
        )
    if len(ways) == 2:
        said += _at_the_edge(best)
    return said


def _at_the_edge(best: Runs) -> Iterator[str]:
    """Of each optimizer that is best at the end of the sweep: an even better rate may lie beyond."""
    for label in best:
        optimizer, _, rate = label.partition(" · ")
        for end, which in ((max(SWEEP), "largest"), (min(SWEEP), "smallest")):
            if rate == f"{end:g}":
                yield (
                    f"**{optimizer}** is best at the {which} rate tried, {rate}: an even better one may lie beyond. "
                    "Widen the sweep before you judge it."
                )


def _best_rates(runs: Runs) -> list[tuple[str, Measured]]:
    """Of each optimizer the run with the highest validation accuracy at the end."""
    ranked = sorted(runs.items(), key=lambda item: item[1].accuracy[-1])
    return list({family(label): (label, run) for label, run in ranked}.values())


def _ranked(runs: Runs) -> list[tuple[str, float]]:
    """Labels and validation accuracies at the end, the best first."""
    return sorted(((label, float(run.accuracy[-1])) for label, run in runs.items()), key=lambda item: -item[1])


def _listed(ranking: Sequence[tuple[str, float]]) -> str:
    return ", ".join(f"{label} ({accuracy:.1%})" for label, accuracy in ranking)


def _course(accuracy: np.ndarray) -> str:
    if len(accuracy) == 1:
        return f"{accuracy[0]:.1%} after one epoch"
    return f"{accuracy[0]:.1%} after the first epoch, {accuracy[-1]:.1%} after {len(accuracy)}"


def _epochs(number: int) -> str:
    return f"{number} epoch" + ("s" if number > 1 else "")


_FINDINGS: dict[str, Callable[[Runs, Runs], Sequence[str]]] = {
    "softmax": _softmax,
    "descent": _descent,
    "mse": _mse,
    "rates": _rates,
}
