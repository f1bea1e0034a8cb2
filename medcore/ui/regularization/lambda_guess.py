"""Predict, then reveal, for a cross-validation: which lambda will be chosen?"""

from collections.abc import Sequence

from medcore.charts.strengths import text
from medcore.ui.optimizers import prediction
from medcore.ui.regularization import path_study
from medcore.ui.regularization.path_controls import Reading
from medcore.ui.regularization.path_study import Study, Validated
from medcore.ui.run_line import ACTIVE

KEY = "lambda_guess"


def ask(strengths: Sequence[float], study: Study | None) -> None:
    """Asks before the study and while it walks; nobody has to answer."""
    if len(strengths) > 1:
        over = study is not None and not _active(study)
        prediction.question("Which lambda will be chosen?", [text(value) for value in strengths], KEY, over)


def reveal(study: Study, reading: Reading) -> None:
    """Once the study has ended: how far the guess was from the choice."""
    written = [text(value) for value in study.strengths]
    guess = prediction.guessed(KEY, written)
    if guess is None or _active(study):
        return
    found = path_study.validate(study.folds, len(study.strengths), reading.score)
    chosen = found.chosen(reading.rule)
    if chosen is not None:
        prediction.tell(guess, answer(written.index(guess), chosen, found))


def answer(guess: int, chosen: int, found: Validated) -> str:
    """What to say of a guess, both as places in the grid."""
    if guess == chosen:
        return "Right."
    steps = abs(guess - chosen)
    side = "too strong" if guess > chosen else "too weak"
    said = f"{steps} {'step' if steps == 1 else 'steps'} of the grid {side}"
    best = found.choice.minimum
    gap = abs(found.mean[guess] - found.mean[best])
    if not gap <= found.error[best]:  # one fold has no error, and a fold that diverged no mean
        return f"{said}."
    return f"{said}, but its mean lies within one standard error of the best: the folds can hardly tell them apart."


def _active(study: Study) -> bool:
    return any(run.state in ACTIVE for run in study.folds)
