"""Predict, then reveal: which group will win, and afterwards what did, and why.

The guess for the runs shown stands in the URL (`?guess=`) and stays with them. Once the controls ask for other runs,
the question is of those; its answer (`?next_guess=`) becomes the guess when they are trained.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from medcore.charts import training
from medcore.evaluation.comparison import Comparison, Difference
from medcore.labs import reasons
from medcore.labs.labels import group
from medcore.labs.regularization import is_baseline
from medcore.runs.store import Record
from medcore.spec import RunSpec
from medcore.ui import history, live_panel, state, verdict
from medcore.ui.plain import plain
from medcore.ui.run_line import ACTIVE

KEY = "guess"
MOST_PILLS = 10


@dataclass(frozen=True)
class About:
    """Which runs a question is of.

    Args:
        specs: by label.
        key: of the control, and of the guess in the URL.
        of_next: whether they are those that the controls ask for, beside others that are shown.
        over: whether the answer is known already.
    """

    specs: Mapping[str, RunSpec]
    key: str
    of_next: bool
    over: bool

    def put(self, asked: str, answers: Sequence[str]) -> None:
        """Asks for one of some answers, if there is a choice."""
        if len(answers) > 1:
            label = f"Next runs: {asked[:1].lower()}{asked[1:]}" if self.of_next else asked
            question(label, answers, self.key, self.over)


def about(specs: Mapping[str, RunSpec], records: Sequence[Record], key: str) -> About:
    """The runs shown until they have ended, the next ones where the controls differ; the next guess becomes the guess
    once its runs are shown.

    Args:
        specs: what the controls say, by label.
        records: the runs shown, if any.
        key: of the guess of the runs shown.
    """
    of_next = live_panel.differ(specs, records)
    _settle(key, [record.id for record in records], of_next)
    shown = {record.label: RunSpec.from_dict(record.spec) for record in records}
    over = not of_next and bool(records) and all(record.ended for record in records)
    return About(specs if of_next or not shown else shown, _next(key) if of_next else key, of_next, over)


def ask(specs: Mapping[str, RunSpec], records: Sequence[Record]) -> None:
    """Asks which group will win; nobody has to answer.

    Args:
        specs: what the controls say, by label.
        records: the runs shown, if any.
    """
    of = about(specs, records, KEY)
    groups = list(dict.fromkeys(map(group, of.specs)))
    if len(groups) > 1:
        question("Which will win next?" if of.of_next else "Which will win?", groups, of.key, of.over)


def _next(key: str) -> str:
    return f"next_{key}"


def _settle(key: str, shown: Sequence[str], of_next: bool) -> None:
    """Makes the next guess the guess once its runs are shown; drops it where the controls went back."""
    asked_beside = f"{_next(key)}_asked_beside"  # the runs shown while the next ones were asked for
    if of_next:
        st.session_state[asked_beside] = shown
        return
    guess, beside = st.query_params.pop(_next(key), None), st.session_state.pop(asked_beside, shown)
    if beside != shown:
        _keep(key, guess)


def _keep(key: str, guess: str | None) -> None:
    """Writes a guess into the URL, not bound to its control: it must outlast it."""
    if guess:
        st.query_params[key] = guess
    else:
        st.query_params.pop(key, None)


def guessed(key: str, answers: Collection[str]) -> str | None:
    """The guess in the URL; None where there is none, or it is none of the answers."""
    guess = st.query_params.get(key)
    return guess if guess in answers else None


def tell(guess: str, said: str) -> None:
    """What became of a guess."""
    st.markdown(f"**Your guess: {plain(guess)}.** {said}")


def question(label: str, groups: Sequence[str], key: str, over: bool) -> None:
    """Asks for one of some names; the guess stands in the URL.

    Args:
        label: the question.
        key: of the control, and in the URL.
        over: whether the answer is known already.
    """
    help = "Say it before you see it. You may change your mind until all runs have ended; nobody has to answer."
    settings = {"key": key, "disabled": over, "help": help}
    kept = st.query_params.get(key)
    if len(groups) <= MOST_PILLS:
        guess = st.pills(label, groups, default=kept if kept in groups else None, **settings)
    else:
        index = groups.index(kept) if kept in groups else None
        guess = st.selectbox(label, groups, index=index, placeholder="No guess", **settings)
    if guess != kept:
        _keep(key, guess)


def reveal(records: Sequence[Record]) -> None:
    """Once all runs have ended: whether the guess was right, and what the runs measured that explains it."""
    if not records or any(record.state in ACTIVE for record in records):
        return
    comparison = verdict.found(records)
    if not isinstance(comparison, Comparison):
        return
    guess = guessed(KEY, _groups(records))
    if guess:
        tell(guess, answer(guess, comparison))
    classics = _groups([record for record in records if record.spec["task"] == "classic"])  # those logged nothing
    for pair in contrasts(guess, comparison):
        if not set(pair) & set(classics):
            _explain(*pair, records, sure=_surely(pair, comparison))


def _groups(records: Sequence[Record]) -> list[str]:
    return list(dict.fromkeys(group(record.label) for record in records))


def answer(guess: str, comparison: Comparison) -> str:
    """Whether the guess was right, as far as the runs can tell."""
    best, difference = plain(comparison.best), _difference(guess, comparison)
    if guess == comparison.best:
        return _right(comparison)
    if difference is None:
        return f"No: {best} is the best of those that can be compared."
    by = f"by {verdict.points(difference)} on the test set"
    if difference.certain and difference.mean > 0:
        return f"No: {best} is ahead {by}."
    if difference.certain:
        return f"{best} scored higher in validation, but your guess is ahead {by}."
    if not difference.wide:
        apart = f"{verdict.points(difference)} apart on the test set ({verdict.p_value(difference)})"
        return f"Too close to call: {best} scored higher in validation; the two are {apart}."
    doubt = f"but {verdict.too_few([difference], comparison.pairs)} ({verdict.p_value(difference)})"
    if difference.mean > 0:
        return f"It does not look so: {best} is ahead {by}, {doubt}."
    return f"Perhaps: {best} scored higher in validation. Your guess is ahead {by}, {doubt}."


def _right(comparison: Comparison) -> str:
    if better := [plain(d.other) for d in comparison.differences if d.certain and d.mean < 0]:
        return f"Right by the validation set, but on the test set {', '.join(better)} did better."
    unsure = [plain(d.other) for d in comparison.differences if not d.certain]
    return f"Right, though not surely ahead of {', '.join(unsure)}." if unsure else "Right."


def contrasts(guess: str | None, comparison: Comparison) -> list[tuple[str, str]]:
    """Which pairs to explain, (ahead, behind): the best and the run that all others are to be held against, where
    there is one, and the best and a wrong guess; or else what `contrast` finds.
    """
    found = [_ordered(comparison.best, d) for d in comparison.differences if is_baseline(d.other) and _worth(d)]
    other = contrast(guess, comparison)
    if other and other not in found and (not found or (guess in other and guess != comparison.best)):
        found.append(other)
    return found


def contrast(guess: str | None, comparison: Comparison) -> tuple[str, str] | None:
    """Which two to explain, (ahead, behind): the best and a wrong guess, or else the one furthest behind.

    A small difference that may be chance needs no reason; None if there is nothing else.
    """
    best, difference = comparison.best, _difference(guess, comparison)
    if guess not in (None, best) and difference is None:
        return best, guess
    worth = [d for d in comparison.differences if _worth(d)]
    if difference not in worth:
        difference = max(worth, key=lambda d: (d.certain, d.mean), default=None)
    return _ordered(best, difference) if difference else None


def _worth(difference: Difference) -> bool:
    """Whether it asks for a reason: it is no chance, or would matter if it were none."""
    return difference.certain or difference.wide


def _ordered(best: str, difference: Difference) -> tuple[str, str]:
    return (best, difference.other) if difference.mean > 0 else (difference.other, best)


def _surely(pair: tuple[str, str], comparison: Comparison) -> bool:
    """Whether the first of a pair, one of which is the best, is ahead beyond chance, or the other has no figures."""
    return all(d.certain for d in comparison.differences if d.other in pair)


def _difference(guess: str | None, comparison: Comparison) -> Difference | None:
    return next((d for d in comparison.differences if d.other == guess), None)


def _explain(ahead: str, behind: str, records: Sequence[Record], sure: bool) -> None:
    courses = [_course(name, [record for record in records if group(record.label) == name]) for name in (ahead, behind)]
    found = reasons.reasons(*courses)
    why = "Why {} came out ahead of {}" if sure else "What may have put {} ahead of {}"
    st.markdown(f"**{why.format(plain(ahead), plain(behind))}**")
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
