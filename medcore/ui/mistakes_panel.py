"""Common mistakes, each beside the right way: the code, both runs, and what was measured."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from medcore.data import class_counts, sources
from medcore.data.entry import Entry
from medcore.labs import (
    optimizer_findings,
    optimizer_mistakes,
    regularization_findings,
    regularization_mistakes,
    segmentation_mistake_findings,
    segmentation_mistakes,
    transfer_mistake_findings,
    transfer_mistakes,
)
from medcore.labs.mistakes import Measured, Mistake, Runs, measured
from medcore.runs.store import Record
from medcore.spec import RunSpec
from medcore.ui import controls, data_card, live_panel, state
from medcore.ui.plain import plain
from medcore.ui.regularization import weights_panel
from medcore.ui.run_line import ACTIVE

BOTH, WRONG, RIGHT = "Both", "Wrong", "Right"


@dataclass(frozen=True)
class Lab:
    """The mistakes of a lab.

    Args:
        mistakes: by name, for a data set, its options, epochs and a seed; raises ValueError for bad ones.
        findings: sentences on what the runs of a mistake measured, for its name and the runs of either way.
        epochs: that show them.
        start: what the runs of a mistake share, said where one is chosen.
        dataset: the only data set that shows them; "" for whichever is chosen.
    """

    mistakes: Callable[..., Mapping[str, Mistake]]
    findings: Callable[[str, Runs, Runs], Sequence[str]]
    epochs: int
    start: str
    dataset: str = ""


def _of_optimizers(entry: Entry, *settings: Any) -> dict[str, Mistake]:
    return optimizer_mistakes.mistakes(entry.card.name, *settings)


def _of_regularization(entry: Entry, options: Mapping[str, Any], *settings: Any) -> dict[str, Mistake]:
    try:
        there = class_counts.count(entry.card.name, options) if entry.available else None
    except OSError as error:
        raise ValueError(str(error)) from error
    return regularization_mistakes.mistakes(entry.card.name, options, *settings, there and there.train)


def _of_transfer(_: Entry, __: Mapping[str, Any], epochs: int, seed: int) -> dict[str, Mistake]:
    return transfer_mistakes.mistakes(epochs, seed)


def _of_segmentation(_: Entry, __: Mapping[str, Any], epochs: int, seed: int) -> dict[str, Mistake]:
    return segmentation_mistakes.mistakes(epochs, seed)


OPTIMIZERS = Lab(
    _of_optimizers,
    optimizer_findings.findings,
    5,
    "Each trains the articles' MLP the wrong and the right way, from the same first weights.",
)
REGULARIZATION = Lab(
    _of_regularization,
    regularization_findings.findings,
    regularization_mistakes.EPOCHS,
    "Each trains the articles' MLP on a few images, the wrong and the right way, from the same first weights.",
)
TRANSFER = Lab(
    _of_transfer,
    transfer_mistake_findings.findings,
    transfer_mistakes.EPOCHS,
    "Each trains the small CNN between the simulator's two hospitals, the wrong and the right way, from the same seed.",
    "ct-simulator",
)

SEGMENTATION = Lab(
    _of_segmentation,
    segmentation_mistake_findings.findings,
    segmentation_mistakes.EPOCHS,
    "Each trains a small U-Net on simulated CT slices, the wrong and the right way, from the same seed.",
    "ct-simulator",
)


def show(lab: Lab = OPTIMIZERS) -> None:
    """Writes the data set's controls into the sidebar, and the panel. The runs of each mistake stand in the URL by its
    name.
    """
    with st.sidebar:
        entry = sources.find(lab.dataset) if lab.dataset else controls.dataset("classification")
        epochs = controls.epochs(lab.epochs)
        seed = controls.seed()
        options = {} if lab.dataset else controls.source_options(entry.options)
    try:
        every = lab.mistakes(entry, options, epochs, seed)
    except ValueError as error:
        st.error(plain(str(error)))
        return
    name = _choose(every, lab.start)
    mistake = every[name]
    _code(mistake)
    if not entry.available:
        data_card.offer_download(entry)
    ways = _ways()
    specs = _specs(mistake, ways)
    param, tasks = f"mistake_runs_{name}", {spec.task for spec in specs.values()}
    records = _of(specs, live_panel.shown(param, tasks))
    live_panel.buttons(specs if entry.available else {}, records, param, tasks)
    st.markdown(f"**What to see.** {mistake.see}")
    if records:
        _runs(lab, name, mistake, records, param)


def _choose(every: Mapping[str, Mistake], help: str) -> str:
    names = {mistake.title: name for name, mistake in every.items()}
    chosen = st.segmented_control(
        "Mistake",
        list(names),
        default=next(iter(names)),
        required=True,
        key="mistake",
        bind=controls.URL,
        help=help,
    )
    return names[chosen]


def _code(mistake: Mistake) -> None:
    st.markdown(mistake.what)
    wrong, right = st.columns(2)
    with wrong:
        st.markdown(":red-badge[:material/close: Wrong]")
        st.code(mistake.wrong_code.strip(), language="python", wrap_lines=True)
    with right:
        st.markdown(":green-badge[:material/check: Right]")
        st.code(mistake.right_code.strip(), language="python", wrap_lines=True)


def _ways() -> str:
    return st.segmented_control(
        "Train and show",
        [BOTH, WRONG, RIGHT],
        default=BOTH,
        required=True,
        key="mistake_ways",
        bind=controls.URL,
        help="Which of the two is trained, and which curves are shown.",
    )


def _specs(mistake: Mistake, ways: str) -> dict[str, RunSpec]:
    """The runs of the chosen ways; what the right way trains among others stays in its place."""
    alone = {label: spec for label, spec in mistake.wrong.items() if label not in mistake.right}
    shown = {WRONG: mistake.wrong, RIGHT: mistake.right, BOTH: {**alone, **mistake.right}}
    return dict(shown[ways])


def _of(specs: Mapping[str, RunSpec], records: Sequence[Record]) -> list[Record]:
    """The records that are runs of these specs; those of other settings wait until they are chosen."""
    wanted = {(label, spec.hash) for label, spec in specs.items()}
    return [record for record in records if (record.label, record.spec_hash) in wanted]


def _runs(lab: Lab, name: str, mistake: Mistake, records: Sequence[Record], param: str) -> None:
    chart, numbers = st.columns([3, 2], gap="medium")
    with chart:
        live_panel.show(records, param)
    with numbers:
        live_panel.progress(records)
        if not any(record.state in ACTIVE for record in records):
            _findings(lab, name, mistake, records)
    if any(record.spec["training"].get("record_weights") for record in records):
        weights_panel.show(records)


def _findings(lab: Lab, name: str, mistake: Mistake, records: Sequence[Record]) -> None:
    runs = {record.label: _measured(record.id) for record in records if record.result}
    wrong, right = ({label: runs[label] for label in way if label in runs} for way in (mistake.wrong, mistake.right))
    if said := lab.findings(name, wrong, right):
        st.markdown("**Measured**\n" + "\n".join(f"- {sentence}" for sentence in said))


# What a run that ended has measured does not change.
@st.cache_resource(max_entries=64, show_spinner=False)
def _measured(run_id: str) -> Measured:
    (record,) = state.store().find([run_id])
    return measured(state.store().history([run_id]), len(record.plan.get("classes", ())), record.result)
