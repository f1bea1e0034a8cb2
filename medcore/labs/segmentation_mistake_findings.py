"""What the runs of a common mistake with masks measured."""

from collections.abc import Iterator, Mapping
from typing import Any

from medcore.labs.mistakes import Measured, Runs, whole


def findings(name: str, wrong: Runs, right: Runs) -> list[str]:
    """Sentences about the runs there are; none for what has not been trained, or has no whole epoch.

    Args:
        name: of the mistake, a key of `segmentation_mistakes.mistakes`.
        wrong, right: runs of either way that ended, by label.
    """
    return list(_FINDINGS[name](whole(wrong), whole(right)))


def _accuracy(wrong: Runs, right: Runs) -> Iterator[str]:
    runs = wrong | right
    for label, test in _tested(runs):
        if test["pixel_accuracy"] is not None and test["dice"] is not None:
            yield f"**{label}**: {test['pixel_accuracy']:.1%} of the pixels are right; Dice {_dice(test)}."
    for run in list(runs.values())[:1]:
        if baseline := run.result.get("baseline"):
            yield f"Always “background”: {baseline['pixel_accuracy']:.1%} of the pixels are right; Dice 0."


def _pooled(wrong: Runs, right: Runs) -> Iterator[str]:
    for label, run in (wrong | right).items():
        for _, test in _tested({label: run}):
            unit, far = run.result.get("length_unit", "pixels"), test.get("hd95")
            border = "" if far is None else f"; 95% of its borders lie within {far:.1f} {unit} of the true ones"
            if test["dice"] is not None:
                yield f"**{label}**: Dice {_dice(test)}{border}."


def _sigmoid(wrong: Runs, right: Runs) -> Iterator[str]:
    for label, run in (wrong | right).items():
        if run.result.get("diverged_at"):
            yield f"**{label}**: diverged at update {run.result['diverged_at']:,}."
        for _, test in _tested({label: run}):
            if test["dice"] is not None:
                first, last = run.epoch_loss[0], run.epoch_loss[-1]
                yield f"**{label}**: loss {first:.3f} in the first epoch, {last:.3f} in the last; Dice {_dice(test)}."


def _whole_batch(wrong: Runs, right: Runs) -> Iterator[str]:
    for label, test in _tested(wrong | right):
        if test["dice"] is not None and test.get("dice_whole") is not None:
            yield f"**{label}**: Dice {test['dice_whole']:.3f} over all pixels at once, {_dice(test)} image by image."
            yield from _left_out(test)


def _left_out(test: Mapping[str, Any]) -> Iterator[str]:
    empty = sum(of.get("empty") or 0 for of in test["classes"].values())
    if empty:
        yield f"Images where there is nothing, and nothing was found: {empty:,}. They are left out of the mean."


def _tested(runs: Runs) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Label and test figures of those that have any."""
    for label, run in runs.items():
        if test := _test(run):
            yield label, test


def _test(run: Measured) -> Mapping[str, Any] | None:
    return run.result.get("test")


def _dice(test: Mapping[str, Any]) -> str:
    interval = (test.get("intervals") or {}).get("dice")
    return f"{test['dice']:.3f}" + (f", 95% interval {interval[0]:.2f} to {interval[1]:.2f}" if interval else "")


_FINDINGS = {"accuracy": _accuracy, "pooled": _pooled, "sigmoid": _sigmoid, "whole_batch": _whole_batch}
