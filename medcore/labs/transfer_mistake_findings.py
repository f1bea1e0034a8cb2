"""What the runs of a common mistake with networks that learned elsewhere measured."""

from collections.abc import Iterator

from medcore.labs.mistakes import Runs, whole


def findings(name: str, wrong: Runs, right: Runs) -> list[str]:
    """Sentences about the runs there are; none for what has not been trained, or has no whole epoch.

    Args:
        name: of the mistake, a key of `transfer_mistakes.mistakes`.
        wrong, right: runs of either way that ended, by label.
    """
    return list(_FINDINGS[name](whole(wrong), whole(right)))


def _rate(wrong: Runs, right: Runs) -> Iterator[str]:
    for label, run in (wrong | right).items():
        stages = run.result.get("stages") or ()
        head = stages[0]["epochs"] if stages else 0
        if run.result.get("diverged_at"):
            yield f"**{label}**: diverged at update {run.result['diverged_at']:,}, and was tested as it was then."
        elif len(stages) > 1 and 0 < head < len(run.val_loss):
            yield (
                f"**{label}**: validation loss {run.val_loss[head - 1]:.3f} at the end of the first stage, "
                f"{run.val_loss[head]:.3f} after one epoch of the second, {run.val_loss[-1]:.3f} at the end."
            )
    yield from _tested(wrong, right)


def _tested(wrong: Runs, right: Runs) -> Iterator[str]:
    for label, run in (wrong | right).items():
        test = run.result.get("test")
        if test and test["accuracy"] is not None:
            low, high = test["intervals"]["accuracy"]
            yield f"**{label}**: test accuracy {test['accuracy']:.1%}, 95% interval {low:.0%} to {high:.0%}."


def _home(wrong: Runs, right: Runs) -> Iterator[str]:
    for label, run in (wrong | right).items():
        home, away = run.result.get("source_test"), run.result.get("test")
        if home and away and home["accuracy"] is not None and away["accuracy"] is not None:
            yield (
                f"**{label}**: {home['accuracy']:.1%} of the test images at its own hospital, {away['accuracy']:.1%} "
                f"at the other one: {_points(away['accuracy'] - home['accuracy'])}."
            )


def _target_labels(wrong: Runs, right: Runs) -> Iterator[str]:
    for label, run in (wrong | right).items():
        chosen = run.result.get("chosen")
        test = run.result.get("test")
        if chosen and test and test["accuracy"] is not None:
            yield f"**{label}**: epoch {chosen['epoch']}, target accuracy {test['accuracy']:.1%}."
    for run in wrong.values():
        told = run.result.get("flattery")
        if told and None not in told.values():
            gained = told["accuracy_by_target"] - told["accuracy_by_source"]
            yield f"Choosing by the target's labels flatters by {_points(gained)} here. Nothing has become better."


def _points(difference: float) -> str:
    return f"{100 * difference:+.1f} points".replace("-", "−")


_FINDINGS = {
    "rate": _rate,
    "batch_norm": _tested,
    "anything": _tested,
    "home": _home,
    "target_labels": _target_labels,
}
