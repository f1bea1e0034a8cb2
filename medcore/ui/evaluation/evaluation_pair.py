"""Whether one run is better than another on the same test images: McNemar's exact test."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from medcore.evaluation.comparison import LEVEL, mcnemar, paired_interval
from medcore.runs.store import Record
from medcore.sentences import sentence
from medcore.ui import controls
from medcore.ui.evaluation import evaluated, evaluation_images
from medcore.ui.evaluation.evaluated import Evaluated
from medcore.ui.plain import plain


def show(run: Evaluated, done: Sequence[Record]) -> None:
    """Picks the other run; counts which images only one of them got right, and shows them."""
    others = {other.label: other for other in done if other.id != run.id and _same(other, run.record)}
    if not others:
        st.info("There is no second run that was tested on the same images.")
        return
    if st.session_state.get("eval_other") not in (None, *others):
        del st.session_state["eval_other"]
    help = "A run on the same test images."
    name = st.selectbox("Compared with", list(others), key="eval_other", bind=controls.URL, width=300, help=help)
    other = others[name]
    try:
        found = evaluated.predictions(other.id)
    except (OSError, ValueError) as error:
        st.warning(plain(sentence(error)))
        return
    if len(found.labels) != len(run.predictions.labels) or (found.labels != run.predictions.labels).any():
        st.warning("These two runs were tested on different images, so they cannot be compared image by image.")
        return
    ours, theirs = run.predictions.right, found.right
    only_one, only_other = np.flatnonzero(ours & ~theirs), np.flatnonzero(~ours & theirs)
    st.dataframe(_table(run.record.label, name, ours, theirs), hide_index=True, width="stretch", key="eval_both")
    st.markdown(_verdict(run.record.label, name, len(only_one), len(only_other), len(ours)))
    if len(done) > 2:
        st.caption(
            "Whoever compares many pairs will find one with a small p by chance: p is that of this pair alone, not "
            "corrected for the others."
        )
    _images(run, Evaluated(other, found, run.classes, run.positive, run.colour), only_one, only_other)


def _same(one: Record, other: Record) -> bool:
    """Whether two runs met the same test images, as far as their results say."""
    images = [((run.result.get("data") or {}).get("sha256"), run.result.get("test_data")) for run in (one, other)]
    return images[0] == images[1]


def _table(one: str, other: str, ours: np.ndarray, theirs: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "Test images": f"{one}: {word}",
                f"{other}: right": f"{int((mine & theirs).sum()):,}",
                f"{other}: wrong": f"{int((mine & ~theirs).sum()):,}",
            }
            for word, mine in (("right", ours), ("wrong", ~ours))
        ]
    )


def _verdict(one: str, other: str, wins: int, losses: int, n: int) -> str:
    p = mcnemar(wins, losses)
    low, high = paired_interval(wins, losses, n)
    difference = (wins - losses) / n
    chance = "can be told apart" if p < LEVEL else "cannot be told apart: the difference may be chance"
    return plain(
        f"{one} is right in {wins:,} images that {other} gets wrong, and wrong in {losses:,} that it gets right: "
        f"accuracy {_points(difference)} points (95% interval {_points(low)} to {_points(high)}). "
        f"McNemar's exact test: p = {_p(p)}; on these images the two {chance}. It speaks of these two "
        "trained models, not of other first weights."
    )


def _points(share: float) -> str:
    return f"{100 * share:+.1f}".replace("-", "−")


def _p(p: float) -> str:
    return "below 0.001" if p < 0.001 else f"{p:.3f}"


def _images(run: Evaluated, other: Evaluated, only_one: np.ndarray, only_other: np.ndarray) -> None:
    """The images that only one of them got right, as the one that is wrong sees them."""
    chosen = {
        f"Only {run.record.label} is right ({len(only_one):,})": (other, only_one),
        f"Only {other.record.label} is right ({len(only_other):,})": (run, only_other),
    }
    which = st.radio(
        "Images",
        list(chosen),
        key="eval_only",
        horizontal=True,
        format_func=plain,
        label_visibility="collapsed",
        help="The images that one of the two got right and the other did not; below each what the other said.",
    )
    wrong, images = chosen[which]
    evaluation_images.show(wrong, evaluation_images.ordered(wrong, images), "eval_differ")
