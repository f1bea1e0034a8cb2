"""Predict, then reveal, for masks: which will overlap best, or how well a single network will."""

from collections.abc import Mapping, Sequence

import streamlit as st

from medcore.labs import segmentation_guesses as guesses
from medcore.runs.store import Record
from medcore.spec import RunSpec
from medcore.ui.optimizers import prediction
from medcore.ui.plain import plain
from medcore.ui.run_line import ACTIVE
from medcore.ui.segmentation import compared

BEST, RANGE = "best_guess", "dice_guess"


def ask(specs: Mapping[str, RunSpec], records: Sequence[Record]) -> None:
    """Asks before the runs and while they train; nobody has to answer.

    Args:
        specs: what the controls say, by label.
        records: the runs shown, if any.
    """
    of = prediction.about(specs, records, BEST)
    lines = guesses.lines(of.specs)
    if len(lines) > 1:
        of.put("Whose masks will overlap best with the true ones?", lines)
    else:
        of = prediction.about(specs, records, RANGE)
        of.put("How high will the Dice of the test images be?", list(guesses.RANGES))


def reveal(records: Sequence[Record]) -> None:
    """Once all runs have ended: what they say of the guess, and in what the best and the last of them differ."""
    if not records or any(record.state in ACTIVE for record in records):
        return
    found = compared.of(records)
    if found is None:
        return
    for key, answers, said in ((BEST, tuple(found.dice), guesses.best), (RANGE, guesses.RANGES, guesses.ranged)):
        guess = prediction.guessed(key, answers)
        if guess and (words := said(guess, found.dice)):
            prediction.tell(guess, plain(words))
    if reason := guesses.why(found.dice, found.missed):
        st.markdown(plain(reason))
