"""What the runs of a common mistake in holding a network back measured, beside what theory says."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from medcore.labs.labels import family
from medcore.labs.mistakes import Measured, Runs, whole


def findings(name: str, wrong: Runs, right: Runs) -> list[str]:
    """Sentences about the runs there are; none for what has not been trained, or has no whole epoch.

    Args:
        name: of the mistake, a key of `regularization_mistakes.mistakes`.
        wrong, right: runs of either way that ended, by label.
    """
    return list(_FINDINGS[name](whole(wrong), whole(right)))


def _unused(wrong: Runs, right: Runs) -> Iterator[str]:
    if len(wrong) == 2:
        yield f"Wrong: the training losses of the two are {_apart(*wrong.values())}. No penalty was ever added."
    for label, run in right.items():
        if len(run.penalty):
            yield (
                f"**{label}**: data loss of the last epoch {run.epoch_loss[-1]:.4f}, and a penalty of "
                f"{run.penalty[-1]:.4f} on top, {run.penalty[0]:.4f} after the first epoch."
            )
    yield from _gaps(wrong | right)


def _gaps(runs: Runs) -> Iterator[str]:
    for label, run in runs.items():
        if len(run.val_loss):
            yield (
                f"**{label}**: validation loss {run.val_loss[-1]:.3f}, training loss {run.epoch_loss[-1]:.3f}: a gap "
                f"of {run.val_loss[-1] - run.epoch_loss[-1]:.3f}. Validation accuracy {run.accuracy[-1]:.1%}."
            )


def _zeros(wrong: Runs, right: Runs) -> Iterator[str]:
    for label, run in (wrong | right).items():
        if zeros := run.result.get("zeros"):
            count = round(zeros["share"] * zeros["weights"])
            yield (
                f"**{label}**: {count:,} of {zeros['weights']:,} weights are exactly 0 ({zeros['share']:.1%}). "
                f"Validation accuracy {run.accuracy[-1]:.1%}."
            )


def _accuracy(wrong: Runs, right: Runs) -> Iterator[str]:
    rare = None
    for label, run in (wrong | right).items():
        test, baseline = run.result.get("test"), run.result.get("baseline")
        if not test or not baseline or test["accuracy"] is None:
            continue
        rare = rare or _rarest(run)
        yield (
            f"**{label}**: test accuracy {test['accuracy']:.1%} where always saying the commonest class has "
            f"{baseline['accuracy']:.1%}; balanced accuracy {test['balanced_accuracy']:.1%}, where guessing has "
            f"{1 / run.classes:.1%}. Of “{rare}” it finds {test['recall'][rare]:.1%}."
        )


def _rarest(run: Measured) -> str:
    """The class with the fewest training images; where nobody counted them, the one that is found least."""
    recall = run.result["test"]["recall"]
    counts = (run.result.get("sample") or {}).get("after", {}).get("train")
    there = {name: share for name, share in recall.items() if share is not None}
    if counts and len(counts) == len(recall):
        number = dict(zip(recall, counts, strict=True))
        return min(there, key=lambda name: number[name])
    return min(there, key=lambda name: there[name])


def _best(wrong: Runs, right: Runs) -> Iterator[str]:
    for label, run in (wrong | right).items():
        best = int(np.nanargmin(run.val_loss)) if np.isfinite(run.val_loss).any() else None
        if best is None:
            continue
        tested = best if label in right else len(run.val_loss) - 1
        words = f"**{label}**: tested are the weights of epoch {tested + 1}, validation loss {run.val_loss[tested]:.3f}"
        yield f"{words}{_tested(run)}. The best epoch was {best + 1} ({run.val_loss[best]:.3f})."
    if len(wrong) == len(right) == 1:
        yield from _waited(*wrong.values(), *right.values())


def _waited(last: Measured, best: Measured) -> Iterator[str]:
    """What it cost to test the last weights, where they are not the best."""
    scores = [(run.result.get("test") or {}).get("accuracy") for run in (last, best)]
    if None in scores or not last.val_loss[-1] > np.nanmin(last.val_loss):
        return
    points = 100 * (scores[1] - scores[0])
    if points >= 1:
        yield f"Testing the last weights cost {points:.1f} points of accuracy."
    else:
        yield (
            f"The test accuracies are {abs(points):.1f} points apart: it was lucky this time, as it counts right "
            "answers, not how sure the wrong ones are. The loss, which does, has risen."
        )


def _tested(run: Measured) -> str:
    test = run.result.get("test") or {}
    return f", test accuracy {test['accuracy']:.1%}" if test.get("accuracy") is not None else ""


def _test_set(wrong: Runs, _: Runs) -> Iterator[str]:
    scores = {
        label: (run.result["val"]["accuracy"], run.result["test"]["accuracy"])
        for label, run in wrong.items()
        if (run.result.get("test") or {}).get("accuracy") is not None
    }
    if len(scores) < 2:
        return
    by_test, by_val = (max(scores, key=lambda label: scores[label][which]) for which in (1, 0))
    mean = float(np.mean([test for _, test in scores.values()]))
    best, chosen = scores[by_test][1], scores[by_val][1]
    yield f"Wrong: the best of {len(scores)} by the test set is **{by_test}**, reported as {best:.1%}."
    yield f"Right: the best by validation is **{by_val}**, and its test accuracy is {chosen:.1%}."
    yield (
        f"All of them together have a mean test accuracy of {mean:.1%}: the score reported wrongly is "
        f"{100 * (best - mean):.1f} points above what a network of this kind has."
        + " This time both choices meet, so the right one was lucky too; new images would tell."
        * (by_test == by_val)
    )


def _decay(wrong: Runs, right: Runs) -> Iterator[str]:
    every = wrong | right
    for optimizer in dict.fromkeys(map(family, every)):
        pair = {label: run for label, run in every.items() if family(label) == optimizer}
        if len(pair) == 2:
            accuracies = " and ".join(f"{run.accuracy[-1]:.1%}" for run in pair.values())
            yield (
                f"**{optimizer}**: the mean training losses of an epoch of L2 and decay are "
                f"{_apart(*pair.values(), epochs=True)}; validation accuracies {accuracies}."
            )


def _apart(one: Measured, other: Measured, epochs: bool = False) -> str:
    """How far two courses are from each other, in words."""
    courses = [run.epoch_loss if epochs else run.train_loss for run in (one, other)]
    n = min(map(len, courses))
    gap = float(np.max(np.abs(courses[0][:n] - courses[1][:n])))
    return "the same to the last digit" if gap == 0 else f"at most {gap:.2g} apart"


_FINDINGS: dict[str, Callable[[Runs, Runs], Iterator[str] | Sequence[str]]] = {
    "unused": _unused,
    "zeros": _zeros,
    "accuracy": _accuracy,
    "best": _best,
    "test_set": _test_set,
    "decay": _decay,
}
