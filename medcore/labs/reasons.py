"""Why one way to train came out ahead of another: rules on what the runs measured, none where none applies."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from medcore import catalog
from medcore.labs import logged
from medcore.spec import RunSpec

if TYPE_CHECKING:
    import pandas as pd

CLEAR = 3.0
"""A figure that many times another is a difference worth naming; runs of equal settings differ by less."""
THROWN = 0.5
"""Relative change of the weights at one update that leaves little of what they were."""
RESTLESS = 0.01
"""Relative change of the weights at an update above which they hardly settle; about 0.001 is usual."""
MUCH = 1.5
"""A loss or gap that many times another is a difference worth naming."""
MOSTLY_ZERO = 0.9
MOST = 3
SGD = ("gd", "sgd", "minibatch", "momentum", "nesterov")
NAN = np.full(1, np.nan)


@dataclass(frozen=True)
class Course:
    """How the runs of one group went: medians over its seeds, arrays over the epochs or over the run.

    Args:
        name: of the group.
        spec: of one of its runs.
        updates: made by a run.
        train_loss: (epochs,) mean of each epoch.
        val_loss: (epochs,).
        step_sizes: (points,) norm of an update by that of the weights, median over layers; NaN if not logged.
        gradients: (points,) norm of the loss gradient over all layers; NaN if not logged.
        diverged_at: the update at which a run's loss left all bounds, or None.
        penalty: (epochs,) what the penalties add to the loss; NaN where there is none.
        zeros: share of the weights that are exactly 0 at the end; NaN if not counted.
    """

    name: str
    spec: RunSpec
    updates: int
    train_loss: np.ndarray
    val_loss: np.ndarray
    step_sizes: np.ndarray
    gradients: np.ndarray
    diverged_at: int | None = None
    penalty: np.ndarray = field(default_factory=lambda: NAN)
    zeros: float = math.nan

    @property
    def tested(self) -> int:
        """Place of the epoch whose weights were tested."""
        best = self.spec.training.weights == "best" and np.isfinite(self.val_loss).any()
        return int(np.nanargmin(self.val_loss)) if best else len(self.val_loss) - 1

    @property
    def gap(self) -> float:
        """How far the validation loss lies above the training loss in the epoch that was tested."""
        return float(self.val_loss[self.tested] - self.train_loss[min(self.tested, len(self.train_loss) - 1)])

    @property
    def step(self) -> float:
        """Typical relative change of the weights at an update."""
        return float(np.median(self.step_sizes))

    @property
    def leap(self) -> float:
        """The largest relative change of the weights that was logged."""
        return float(np.max(self.step_sizes))

    @property
    def rate(self) -> float:
        """What steps in one direction add up to under plain SGD and momentum: learning rate / (1 - momentum)."""
        return self.spec.optimizer.learning_rate / (1 - self.spec.optimizer.options.get("momentum", 0.0))


def course(name: str, specs: Sequence[RunSpec], frames: Sequence["pd.DataFrame"], diverged: Iterable[int]) -> Course:
    """A group's course.

    Args:
        name: of the group.
        specs: of its runs, at least one.
        frames: of each run, the columns step, metric, value.
        diverged: updates at which runs of the group diverged.
    """
    series = [logged.series(frame) for frame in frames]
    return Course(
        name=name,
        spec=specs[0],
        updates=int(np.median([frame["step"].max() if len(frame) else 0 for frame in frames])),
        train_loss=_median([run.get("epoch_train_loss", NAN) for run in series]),
        val_loss=_median([run.get("val_loss", NAN) for run in series]),
        step_sizes=_median([_or_nan(logged.step_sizes(run)) for run in series]),
        gradients=_median([_or_nan(logged.gradients(run)) for run in series]),
        diverged_at=min(diverged, default=None),
        penalty=_median([run.get("penalty", NAN) for run in series]),
        zeros=float(np.median([run.get("zero_share", NAN)[-1] for run in series])),
    )


def _or_nan(values: np.ndarray) -> np.ndarray:
    return values if len(values) else NAN


def _median(runs: Sequence[np.ndarray]) -> np.ndarray:
    """Of each place along the runs, as far as all of them go."""
    return np.median(np.stack([run[: min(map(len, runs))] for run in runs]), axis=0)


def reasons(winner: Course, loser: Course) -> list[str]:
    """Up to three sentences on why the winner is ahead, the weightiest first; none if no rule applies."""
    if loser.diverged_at is not None:
        return [_diverged(loser)]
    found = (rule(winner, loser) for rule in RULES)
    return [text for text in found if text][:MOST]


def _diverged(loser: Course) -> str:
    return (
        f"{loser.name} diverged at update {loser.diverged_at:,}: its loss left all bounds. With a learning "
        f"rate of {loser.spec.optimizer.learning_rate:g} its steps were too long."
    )


def few_updates(winner: Course, loser: Course) -> str | None:
    """It stepped far less often, as its batches were larger."""
    size, theirs = loser.spec.training.batch_size, winner.spec.training.batch_size
    larger = theirs != "all" and (size == "all" or size > theirs)
    if not larger or not 0 < CLEAR * loser.updates <= winner.updates:
        return None
    each = "all training images" if size == "all" else f"{size:,} images"
    return (
        f"{loser.name} made {_count(loser.updates)}, {winner.name} made {winner.updates:,}: a step over {each} counts "
        "once, however exact its gradient is."
    )


def weaker_gradient(winner: Course, loser: Course) -> str | None:
    """Another loss, and it pulled less from the very first update."""
    ours, theirs = _begin(winner.gradients), _begin(loser.gradients)
    if loser.spec.loss == winner.spec.loss or not CLEAR * theirs <= ours:
        return None
    losses = [catalog.LOSSES[c.spec.loss.name].label for c in (loser, winner)]
    return (
        f"At the start the gradient of {loser.name} ({losses[0]}) had a norm of {theirs:.2g}, that of "
        f"{winner.name} ({losses[1]}) {ours:.2g}: the loss itself pulled less."
    )


def thrown(winner: Course, loser: Course) -> str | None:
    """An update threw its weights far off, and it has not learned its training images as well."""
    if not (loser.leap > THROWN and loser.leap >= CLEAR * winner.leap) or not _learned_less(winner, loser):
        return None
    return (
        f"An update of {loser.name} changed its weights by {_percent(loser.leap)}, none of {winner.name} by more than "
        f"{_percent(winner.leap)}: so long a step throws away what was learned, and the network may never come back."
    )


def restless(winner: Course, loser: Course) -> str | None:
    """Its steps are too long to settle, and it has not learned its training images as well."""
    if not (loser.step > RESTLESS and loser.step >= CLEAR * winner.step) or not _learned_less(winner, loser):
        return None
    return (
        f"{loser.name} changed its weights by {_percent(loser.step)} an update, {winner.name} by "
        f"{_percent(winner.step)} (about 0.1% is usual): such long steps jump about instead of settling."
    )


def not_far(winner: Course, loser: Course) -> str | None:
    """Its steps are short, and it has not learned its training images as well."""
    ours, theirs = (float(np.mean(c.step_sizes)) * c.updates for c in (winner, loser))
    if not (CLEAR * loser.step <= winner.step and theirs < ours) or not _learned_less(winner, loser):
        return None
    return (
        f"{loser.name} moved its weights by {_percent(loser.step)} an update, {winner.name} by "
        f"{_percent(winner.step)}: at these learning rates it simply has not come far."
    )


def longer_reach(winner: Course, loser: Course) -> str | None:
    """Both are SGD of the same batch and schedule, and the winner's steps in one direction add up to more."""
    if not {winner.spec.optimizer.name, loser.spec.optimizer.name} <= set(SGD):
        return None
    if (winner.spec.schedule, winner.spec.training.batch_size) != (loser.spec.schedule, loser.spec.training.batch_size):
        return None
    momentum = winner.spec.optimizer.options.get("momentum", 0.0)
    if not (momentum and winner.rate >= CLEAR * loser.rate) or not _learned_less(winner, loser):
        return None
    return (
        f"In a steady direction the steps of {winner.name} add up to learning rate / (1 - momentum) = "
        f"{winner.rate:.3g}, those of {loser.name} to {loser.rate:.3g}."
    )


def settled(winner: Course, loser: Course) -> str | None:
    """The winner's schedule made its last steps short."""
    if winner.spec.schedule.name == "constant" or winner.spec.schedule == loser.spec.schedule:
        return None
    ours, theirs = _end(winner.step_sizes), _end(loser.step_sizes)
    if not (CLEAR * ours <= theirs and theirs > 0):
        return None
    return (
        f"By the end {winner.name} moved its weights by {_percent(ours)} an update, {loser.name} still by "
        f"{_percent(theirs)}: short last steps let it settle."
    )


def steady_steps(winner: Course, loser: Course) -> str | None:
    """The winner's steps do not depend on the size of its gradient; those of the loser, an SGD, faded with it."""
    if winner.spec.optimizer.name in SGD or loser.spec.optimizer.name not in SGD:
        return None
    if not (_at_one_rate(winner.spec) and _at_one_rate(loser.spec)) or not _learned_less(winner, loser):
        return None
    gradient, step = _shrunk(winner.gradients), _shrunk(winner.step_sizes)
    faded = _shrunk(loser.step_sizes)
    if not (gradient >= CLEAR and gradient >= CLEAR * step and min(faded, _shrunk(loser.gradients)) >= CLEAR):
        return None
    change = f"{step:.1f} times" if step > 1 else "not at all"
    sign = winner.spec.optimizer.name == "lion"
    rule = "keeps only the sign of its averaged gradient" if sign else "divides each step by the size of past gradients"
    return (
        f"The gradients of {winner.name} became {gradient:.0f} times smaller during the run, its steps {change}: it "
        f"{rule}. The steps of {loser.name} became {faded:.0f} times smaller: a step of SGD shrinks with its gradient."
    )


def by_heart(_: Course, loser: Course) -> str | None:
    """Its validation loss rose again while the training loss fell."""
    lowest = int(np.argmin(loser.val_loss))
    risen = loser.val_loss[-1] > 1.05 * loser.val_loss[lowest]
    if not risen or not loser.train_loss[-1] < loser.train_loss[lowest]:
        return None
    return (
        f"{loser.name} learned its training images by heart: its validation loss was lowest after epoch {lowest + 1} "
        f"({loser.val_loss[lowest]:.3g}) and rose to {loser.val_loss[-1]:.3g}, while the training loss went on falling."
    )


def few_weights_left(winner: Course, loser: Course) -> str | None:
    """L1 left it hardly a weight, and it has not learned its training images as well."""
    if not (loser.zeros > MOSTLY_ZERO and not winner.zeros > MOSTLY_ZERO) or not _learned_less(winner, loser):
        return None
    return (
        f"L1 made {loser.zeros:.1%} of the weights of {loser.name} exactly 0: what is left cannot tell the classes "
        "apart as well."
    )


def mostly_penalty(winner: Course, loser: Course) -> str | None:
    """Its penalty outweighs the loss of the data, and it has not learned its training images as well."""
    penalty, data = _end(loser.penalty), _end(loser.train_loss)
    if not penalty >= CLEAR * data or not _learned_less(winner, loser):
        return None
    return (
        f"At the end the penalty of {loser.name} is {penalty:.2g} and its data loss {data:.2g}: its training made "
        "weights small rather than answers right."
    )


def held_back_too_much(winner: Course, loser: Course) -> str | None:
    """Held back, it does not even know its training images, and its validation loss is higher for that."""
    if not _held_back(loser.spec) or not _learned_less(winner, loser) or loser.spec.model != winner.spec.model:
        return None
    ours, theirs = winner.train_loss[-1], loser.train_loss[-1]
    if not (theirs >= MUCH * ours and loser.val_loss[-1] > winner.val_loss[-1] and loser.gap < winner.gap):
        return None
    return (
        f"{loser.name} was held back too much: its training loss ended at {theirs:.3g}, that of {winner.name} at "
        f"{ours:.3g}. The smaller gap ({loser.gap:.3g} against {winner.gap:.3g}) is worth nothing where both losses "
        "are high."
    )


def smaller_gap(winner: Course, loser: Course) -> str | None:
    """Both have learned; the winner's validation loss stayed nearer to its training loss."""
    if winner.spec.loss != loser.spec.loss or not _held_back(winner.spec):
        return None
    if not (loser.gap > 0 and loser.gap >= MUCH * winner.gap and _tested(winner) < _tested(loser)):
        return None
    side = "below" if winner.gap < 0 else "above"
    harder = " (Dropout raises the training loss, as units are silent then.)"
    if not winner.spec.model.options.get("dropout"):
        varied = winner.spec.preparation.of("augmentation")
        harder = " (Its training images are varied, which raises the training loss.)" if varied else ""
    return (
        f"The validation loss of {winner.name} lies {abs(winner.gap):.3g} {side} its training loss, that of "
        f"{loser.name} {loser.gap:.3g} above: it learned less by heart.{harder}"
    )


def went_back(winner: Course, loser: Course) -> str | None:
    """The winner was tested with the weights of its best epoch, the loser long after its own."""
    if winner.spec.training.weights != "best" or loser.spec.training.weights == "best":
        return None
    lowest = int(np.nanargmin(loser.val_loss)) if np.isfinite(loser.val_loss).any() else loser.tested
    if not _tested(loser) > 1.05 * loser.val_loss[lowest]:
        return None
    return (
        f"{winner.name} was tested with the weights of epoch {winner.tested + 1}, its best; {loser.name} with those of "
        f"epoch {loser.tested + 1}, though its best was {lowest + 1}."
    )


def still_learning(_: Course, loser: Course) -> str | None:
    """It was getting better when the run ended."""
    if len(loser.val_loss) < 2 or not loser.val_loss[-1] < 0.98 * loser.val_loss[:-1].min():
        return None
    return (
        f"{loser.name} was still getting better when the run ended (validation loss {loser.val_loss[-2]:.3g}, then "
        f"{loser.val_loss[-1]:.3g} in the last epoch): with more epochs it may catch up."
    )


RULES: tuple[Callable[[Course, Course], str | None], ...] = (
    few_updates,
    weaker_gradient,
    thrown,
    restless,
    not_far,
    longer_reach,
    settled,
    steady_steps,
    few_weights_left,
    mostly_penalty,
    held_back_too_much,
    went_back,
    smaller_gap,
    by_heart,
    still_learning,
)
"""The weightiest first."""


def _learned_less(winner: Course, loser: Course) -> bool:
    """Whether its training loss ended higher; losses of two kinds cannot be compared."""
    return winner.spec.loss == loser.spec.loss and bool(loser.train_loss[-1] > winner.train_loss[-1])


def _held_back(spec: RunSpec) -> bool:
    """Whether anything keeps it from learning its training images by heart."""
    options = spec.model.options
    knobs = [options.get("dropout"), options.get("batch_norm"), options.get("input_noise")]
    knobs += [spec.regularization, spec.loss.options.get("smoothing"), spec.optimizer.weight_decay]
    return any(map(bool, [*knobs, spec.preparation.of("augmentation"), spec.training.patience]))


def _tested(course: Course) -> float:
    return float(course.val_loss[course.tested])


def _at_one_rate(spec: RunSpec) -> bool:
    """Whether the learning rate is the same at all updates."""
    return spec.schedule.name == "constant" and spec.schedule.warmup == 0


def _shrunk(values: np.ndarray) -> float:
    """How many times smaller the last values are than the first."""
    return _begin(values) / max(_end(values), 1e-30)


def _begin(values: np.ndarray) -> float:
    return float(np.median(values[: math.ceil(len(values) / 10)]))


def _end(values: np.ndarray) -> float:
    return float(np.median(values[-math.ceil(len(values) / 10) :]))


def _percent(share: float) -> str:
    return f"{100 * share:.2g}%" if share < 0.1 else f"{100 * share:,.0f}%"


def _count(updates: int) -> str:
    return f"{updates:,} update" + ("s" if updates > 1 else "")
