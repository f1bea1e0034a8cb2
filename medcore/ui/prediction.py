"""Predict, then reveal: which group will win, and afterwards what did, and why."""

from collections.abc import Mapping, Sequence

import streamlit as st

from medcore.charts import training
from medcore.evaluation.comparison import Comparison, Difference
from medcore.labs import reasons
from medcore.labs.optimizers import group
from medcore.runs.store import Record
from medcore.spec import RunSpec
from medcore.ui import history, state, verdict
from medcore.ui.controls import URL
from medcore.ui.plain import plain
from medcore.ui.run_line import ACTIVE

KEY = "guess"
MOST_PILLS = 10


def ask(specs: Mapping[str, RunSpec], records: Sequence[Record]) -> None:
    """Asks which group of the runs will win; fixed once they have ended. Nobody has to answer.

    Args:
        specs: what the controls say, by label.
        records: the runs shown, if any.
    """
    groups = _groups(records) or list(dict.fromkeys(map(group, specs)))
    if len(groups) < 2:
        return
    over = bool(records) and all(record.ended for record in records)
    help = "Say it before you see it. You may change your mind until all runs have ended; nobody has to answer."
    settings = {"key": KEY, "bind": URL, "disabled": over, "help": help}
    if len(groups) <= MOST_PILLS:
        st.pills("Which will win?", groups, **settings)
    else:
        st.selectbox("Which will win?", groups, index=None, placeholder="No guess", **settings)


def reveal(records: Sequence[Record]) -> None:
    """Once all runs have ended: whether the guess was right, and what the runs measured that explains it."""
    if not records or any(record.state in ACTIVE for record in records):
        return
    comparison = verdict.found(records)
    if not isinstance(comparison, Comparison):
        return
    guess = st.session_state.get(KEY)
    guess = guess if guess in _groups(records) else None
    if guess:
        st.markdown(f"**Your guess: {plain(guess)}.** {answer(guess, comparison)}")
    if pair := contrast(guess, comparison):
        _explain(*pair, records)


def _groups(records: Sequence[Record]) -> list[str]:
    return list(dict.fromkeys(group(record.label) for record in records))


def answer(guess: str, comparison: Comparison) -> str:
    """Whether the guess was right, as far as the runs can tell."""
    best, difference = plain(comparison.best), _difference(guess, comparison)
    alike = [plain(d.other) for d in comparison.differences if not d.certain]
    if guess == comparison.best:
        return f"Right, though it cannot be told apart from {', '.join(alike)}." if alike else "Right."
    if difference is None:
        return f"No: {best} is the best of those that can be compared."
    if not difference.certain:
        return f"Neither right nor wrong: {best} scored higher in validation, but the two cannot be told apart."
    if difference.mean < 0:
        return f"{best} scored higher in validation, but on the test set your guess is ahead."
    return f"No: {best} is ahead by {100 * difference.mean:.1f} points on the test set."


def contrast(guess: str | None, comparison: Comparison) -> tuple[str, str] | None:
    """Which two to explain, (ahead, behind): the best and a wrong guess, or else the one furthest behind.

    What may be chance needs no reason; None if there is nothing else.
    """
    best, difference = comparison.best, _difference(guess, comparison)
    if guess not in (None, best) and difference is None:
        return best, guess
    if difference is None or not difference.certain:
        difference = max(comparison.differences, key=lambda d: d.mean, default=None)
    if difference is None or not difference.certain:
        return None
    return (best, difference.other) if difference.mean > 0 else (difference.other, best)


def _difference(guess: str | None, comparison: Comparison) -> Difference | None:
    return next((d for d in comparison.differences if d.other == guess), None)


def _explain(ahead: str, behind: str, records: Sequence[Record]) -> None:
    courses = [_course(name, [record for record in records if group(record.label) == name]) for name in (ahead, behind)]
    found = reasons.reasons(*courses)
    st.markdown(f"**Why {plain(ahead)} came out ahead of {plain(behind)}**")
    if found:
        st.markdown("\n".join(f"- {reason}" for reason in found))
    else:
        st.markdown("Losses, gradients and updates of these runs show no plain reason; look at their curves.")


def _course(name: str, records: Sequence[Record]) -> reasons.Course:
    """How a group went; by the runs that diverged only where all did."""
    diverged = {record.id: (record.result or {}).get("diverged_at") for record in records}
    whole = [record for record in records if not diverged[record.id]] or records
    return _measured(plain(name), tuple(record.id for record in whole))


# What runs that ended have measured does not change.
@st.cache_resource(max_entries=64, show_spinner=False)
def _measured(name: str, ids: tuple[str, ...]) -> reasons.Course:
    records = state.store().find(ids)
    frames = dict(iter(history.of(records).groupby("run")))
    return reasons.course(
        name,
        [RunSpec.from_dict(record.spec) for record in records],
        [frames.get(run_id, training.EMPTY) for run_id in ids],
        [step for record in records if (step := (record.result or {}).get("diverged_at"))],
    )
