"""Predict, then reveal, for two hospitals: how much is lost, and which method gives most of it back."""

from collections.abc import Mapping, Sequence

import streamlit as st

from medcore.labs import two_hospitals_guesses as guesses
from medcore.labs.two_hospitals_findings import Measured
from medcore.runs.store import Record
from medcore.spec import RunSpec
from medcore.ui.optimizers import prediction
from medcore.ui.plain import plain

LOST = "lost_guess"
BACK = "back_guess"


def ask(specs: Mapping[str, RunSpec], records: Sequence[Record]) -> None:
    """Asks before the runs and while they train; nobody has to answer.

    Args:
        specs: what the controls say, by label.
        records: the runs shown, if any.
    """
    of = prediction.about(specs, records, LOST)
    of.put(
        "How many percentage points of accuracy will be lost, against training on the target?", guesses.losses(of.specs)
    )
    of = prediction.about(specs, records, BACK)
    of.put("Which method will give most of it back?", guesses.methods(of.specs))


def reveal(runs: Sequence[Measured]) -> None:
    """Once all runs have ended: what they say of the guesses, and what explains what was measured."""
    specs = {run.label: run.spec for run in runs}
    guess = prediction.guessed(LOST, guesses.losses(specs))
    if guess and (said := guesses.lost(guess, runs)):
        prediction.tell(f"{guess} points", plain(said))
    guess = prediction.guessed(BACK, guesses.methods(specs))
    if guess and (said := guesses.gives_back_most(guess, runs)):
        prediction.tell(guess, plain(said))
    for title, reason in (("Why it is lost", guesses.why_lost(runs)), ("Why it comes back", guesses.why_back(runs))):
        if reason:
            st.markdown(f"**{title}**  \n{plain(reason)}")
