"""Predict, then reveal, for what to train: which way is ahead, and where from scratch catches up."""

from collections.abc import Mapping, Sequence

import streamlit as st

from medcore.labs import transfer_guesses as guesses
from medcore.labs.score_curves import Measured
from medcore.runs.store import Record
from medcore.spec import RunSpec
from medcore.ui.optimizers import prediction
from medcore.ui.plain import plain

KEY = "ahead_guess"
CATCHING_UP = "catching_up_guess"


def ask(specs: Mapping[str, RunSpec], records: Sequence[Record]) -> None:
    """Asks before the runs and while they train; nobody has to answer.

    Args:
        specs: what the controls say, by label.
        records: the runs shown, if any.
    """
    of = prediction.about(specs, records, KEY)
    of.put(f"Which will be ahead with {guesses.fewest(of.specs)}?", guesses.lines(of.specs))
    of = prediction.about(specs, records, CATCHING_UP)
    of.put("With how many labelled images will from scratch have caught up?", guesses.catching_up(of.specs))


def reveal(runs: Sequence[Measured]) -> None:
    """Once all runs have ended: what they say of the guesses, and what explains who was ahead."""
    specs = {run.label: run.spec for run in runs}
    guess = prediction.guessed(KEY, guesses.lines(specs))
    if guess and (said := guesses.ahead(guess, runs)):
        prediction.tell(guess, plain(said))
    where = prediction.guessed(CATCHING_UP, guesses.catching_up(specs))
    if where and (said := guesses.caught_up(where, runs)):
        prediction.tell(where, plain(said))
    title, reason = guesses.why(guess, runs)
    if reason:
        st.markdown(f"**{plain(title)}**  \n{plain(reason)}")
