"""Take an experiment home: the link, the experiment in plain Keras, the numbers, and the charts."""

import hashlib
from collections.abc import Callable, Hashable, Mapping, Sequence

import plotly.graph_objects as go
import streamlit as st

from medcore.export import bundle, notebook, results, script, specs
from medcore.export.settings import augmented, check
from medcore.runs.store import Record
from medcore.spec import RunSpec
from medcore.ui import history, model_download, own_sets, state, work
from medcore.ui.components.chart_export import chart_export
from medcore.ui.plain import plain
from medcore.ui.work import Work

_ZIP = "take_zip"
OWN_IMAGES = (
    "The ZIP holds your own images: before you pass it on, make sure that no patient can be recognised in them."
)
NOT_YOURS = "The images belong to another session, or went with it: script and notebook come without them."


def show(
    stem: str,
    controls: Mapping[str, RunSpec],
    records: Sequence[Record],
    charts: Mapping[str, go.Figure] | None = None,
) -> None:
    """Downloads for the runs shown, or for what the controls say while there are none.

    Args:
        stem: start of every file name.
        controls: what the controls say, by label.
        records: the runs shown.
        charts: the charts shown, by the title that people see.
    """
    st.markdown("**A link.** The address of this page carries every control and the runs shown: copy it and share it.")
    trained = {record.label: record for record in records}
    runs = {label: RunSpec.from_dict(record.spec) for label, record in trained.items()} or dict(controls)
    if not runs:
        return
    name = f"{stem}-{_identity(runs)}"
    _code(name, runs, {label: device for label, record in trained.items() if (device := _precision(record))}, records)
    if records and all(record.ended for record in records):
        _numbers(name, records)
    _networks(records)
    if charts:
        st.subheader("The charts", divider="gray")
        st.caption("On white, with their titles. The CSV holds the points that are drawn.")
        chart_export(charts, stem, key="take_charts")


def _code(name: str, runs: dict[str, RunSpec], precisions: dict[str, str], records: Sequence[Record]) -> None:
    st.subheader("The experiment in plain Keras", divider="gray")
    which = "the runs shown" if records else "what the controls say"
    st.caption(
        f"It trains {which} again, without Medcore: the same first weights, the same images in the same order. The ZIP "
        "has everything in it: script, notebook, images as the network sees them, packages, licence and citation."
    )
    try:
        check(runs)
    except ValueError as error:
        st.info(plain(str(error)))
        _download("Specs (JSON)", lambda: specs.text(runs), f"{name}.json", "application/json", "take_specs")
        return
    if augmented(runs):
        st.caption(
            "The training images were drawn anew for every epoch: the ZIP holds these variants, unless they are too "
            "many for it, which its README then says."
        )
    ours = _ours(runs, records)
    if not ours:
        st.info(NOT_YOURS)
    elif _private(runs):
        st.warning(OWN_IMAGES)
    buttons = st.container(horizontal=True)
    made = work.show(_ZIP, _of(name, precisions), "Preparing the images and packing them…") if ours else None
    with buttons:
        if ours:
            _offer_zip(name, runs, precisions)
        _download("Script", lambda: script.text(runs, precisions), f"{name}.py", "text/x-python", "take_script")
        _download(
            "Notebook",
            lambda: notebook.text(runs, precisions),
            f"{name}.ipynb",
            "application/x-ipynb+json",
            "take_notebook",
        )
        _download("Specs (JSON)", lambda: specs.text(runs), f"{name}.json", "application/json", "take_specs")
    if made is not None:
        size = len(made) / 2**20
        _download(f"Download the ZIP ({size:,.1f} MB)", lambda: made, f"{name}.zip", "application/zip", "take_bundle")
    st.caption(
        "Script and notebook read the images from files that the ZIP has. "
        "`python -m medcore train FILE --json` trains the specs with Medcore, without a browser."
    )


def _ours(runs: Mapping[str, RunSpec], records: Sequence[Record]) -> bool:
    """Whether this session may have the images: those of a session go to it alone, whoever has a link to its runs."""
    others = [record.spec for record in records if record.owner != state.owner()]
    return not own_sets.of_sessions(others) and all(map(own_sets.has, _private(runs)))


def _private(runs: Mapping[str, RunSpec]) -> set[str]:
    return own_sets.of_sessions(spec.to_dict() for spec in runs.values())


def _offer_zip(name: str, runs: dict[str, RunSpec], precisions: dict[str, str]) -> None:
    works = work.kept()
    st.button(
        "Make the ZIP",
        type="primary",
        icon=":material/folder_zip:",
        key="take_make",
        on_click=_make,
        args=(works, name, runs, precisions),
        disabled=_ZIP in works and works[_ZIP].running and works[_ZIP].of == _of(name, precisions),
        help="Prepares the images in the background; then it can be downloaded.",
    )


def _make(works: dict[str, Work], name: str, runs: dict[str, RunSpec], precisions: dict[str, str]) -> None:
    if _ZIP in works:
        works[_ZIP].stop()
    works[_ZIP] = Work(_of(name, precisions), lambda progress: bundle.make(runs, precisions, progress))


def _of(name: str, precisions: Mapping[str, str]) -> Hashable:
    """What a ZIP is made of."""
    return name, *precisions.items()


def _numbers(name: str, records: Sequence[Record]) -> None:
    st.subheader("The numbers", divider="gray")
    st.caption("Every metric at every step, as run, step, metric, value; and what the runs scored, with 95% intervals.")
    labels = {record.id: record.label for record in records}
    tested = {record.label: record.result for record in records if record.result and record.result.get("test")}
    with st.container(horizontal=True):
        _download("History (CSV)", lambda: history.csv(labels), f"{name}-history.csv", "text/csv", "take_history")
        if tested:
            _download("Results (CSV)", lambda: results.text(tested), f"{name}-results.csv", "text/csv", "take_results")


def _networks(records: Sequence[Record]) -> None:
    """The finished networks themselves, where runs left any."""
    if not model_download.possible(records):
        return
    st.subheader("The networks", divider="gray")
    st.caption("As Keras saves them, each with a card that says what it learned from, how good it is, and its limits.")
    model_download.show(records, "take")


def _download(label: str, make: Callable[[], str | bytes], file: str, mime: str, key: str) -> None:
    """Made on the click, so that a rerun makes nothing."""
    st.download_button(label, make, file, mime, key=key, on_click="ignore", icon=":material/download:")


def _precision(record: Record) -> str | None:
    """What the run was computed in, once that is known."""
    device = (record.result or {}).get("device") or record.plan.get("device") or {}
    return device.get("precision")


def _identity(runs: Mapping[str, RunSpec]) -> str:
    """Names the runs in a file name, however many they are."""
    return hashlib.sha256("".join(spec.hash for spec in runs.values()).encode()).hexdigest()[:8]
