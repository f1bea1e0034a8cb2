"""What does a network say of an image of one's own? Upload, look, ask; the answer lies in memory alone."""

import streamlit as st

from medcore.data import session_sets
from medcore.imaging import heat_view
from medcore.imaging.heat_view import Heat, HeatView
from medcore.imaging.stack import Stack
from medcore.labs import inside
from medcore.ui import controls, finished_networks, lesson, live_panel, model_download, state, tabs, uploads, viewer
from medcore.ui.plain import plain
from medcore.ui.predict import predict_answer, predict_examples, predict_network, predict_question
from medcore.ui.predict.predict_network import Network
from medcore.ui.predict.predict_question import Asked, Question
from medcore.ui.run_line import ACTIVE

PARAM = "first"
EVERY = 0.3
WHOLE, MIDDLE = "Whole image", "Middle"
KEY = "predict"
IN_MEMORY = "it stays in memory: nothing of it is written to disk"
ON_DISK = (
    "what the network is shown of it lies in the folder of Medcore, as this machine has no memory to lay files in, "
    "readable by its user alone, until the session ends"
)


def show() -> None:
    """Picks network and image, asks, and shows the answer."""
    st.caption(
        "Any finished network, one image of your own: is it such as the network knows, what does it say, and where "
        f"does it look? {predict_answer.NOT_FOR_DIAGNOSIS}"
    )
    network = predict_network.choose()
    with st.sidebar:
        fill, method = _settings(network)
    if network is None:
        _start()
    else:
        _with(network, fill, method)
    tabs.show({"Lesson": lambda: lesson.show("transfer", opened="An image of your own")}, "predict_about")


def _with(network: Network, fill: bool, method: str) -> None:
    """The network, the image, the question."""
    st.markdown(predict_network.line(network))
    if network.record is not None:
        model_download.show([network.record], "predict")
    if why := session_sets.unreachable():
        st.info(plain(why))
        return
    predict_examples.show(network)
    uploads.take()
    uploads.refused()
    stacks = uploads.shelf().stacks()
    if not stacks:
        st.info(
            "Drop a DICOM file, NIfTI, PNG, JPEG, TIFF or NumPy array, or take an example. It is read in a closed-off "
            f"process, and {IN_MEMORY if session_sets.in_memory() else ON_DISK}. The run and its log have none of it."
        )
        return
    _ask(network, uploads.pick(stacks), fill, method)
    uploads.memory()


def _settings(network: Network | None) -> tuple[bool, str]:
    """Whether to cut the middle out, and the method of the heatmap."""
    fitted = st.segmented_control(
        "Taken of the image",
        [WHOLE, MIDDLE],
        default=WHOLE,
        required=True,
        key="predict_fit",
        bind=controls.URL,
        help="The whole, with black around it where the proportions differ; or the largest middle part that fills the "
        "frame. Do as was done with the images that the network learned from.",
    )
    methods = inside.methods(network.model.name if network and network.record else "cnn")
    name = st.selectbox(
        "Heatmap",
        list(methods),
        key="predict_method",
        bind=controls.URL,
        help="Where the network looks; what each method cannot say stands under it.",
    )
    return fitted == MIDDLE, methods[name]


def _start() -> None:
    """Nothing is trained yet: the small network, in some seconds."""
    if st.session_state.get("predict_whose") == predict_network.BROUGHT:
        return
    if finished_networks.unknown():
        st.warning(finished_networks.MISSING)
        return
    records = live_panel.shown(PARAM)
    st.info("No network was trained here yet. The small one on simulated CT images takes some seconds.")
    live_panel.buttons(inside.start(), records, PARAM)
    if records:
        live_panel.progress(records)
        if any(record.state in ACTIVE for record in records):
            live_panel.show(records, PARAM)


def _ask(network: Network, stack: Stack, fill: bool, method: str) -> None:
    """The viewer, the button, the answer."""
    shelf, question = uploads.shelf(), predict_question.of_session()
    answer = question.answer()
    image, beside = st.columns([3, 2], gap="medium")
    mine = question.asked is not None and question.asked.stack == _identity(stack)
    heat = _heat(question, answer) if mine else None
    viewable = HeatView(shelf.view(stack.id), stack.dtype == "uint8", heat)
    with image:
        seen = viewer.show(viewable, KEY, heat_view.LEVELS, heat_view.COLOURS)
        if heat and answer:
            st.caption(predict_answer.method(*answer))
    with beside:
        asked = seen and Asked(network.identity, _identity(stack), seen, fill, method, stack.modality)
        st.button(
            "Predict",
            type="primary",
            key="predict_ask",
            icon=":material/play_arrow:",
            disabled=asked is None,
            on_click=question.ask,
            args=(asked, network, viewable, shelf, state.store(), state.owner()),
            help="Asks the network about the slice as you see it, in this window.",
        )
        if question.problem:
            st.error(plain(question.problem))
        if mine:
            _answered(question, asked)
        else:
            st.caption("Choose slice and window in the viewer: the network gets what you see, in its own size.")


def _answered(question: Question, asked: Asked | None) -> None:
    (record,) = state.store().find([question.run])
    if record.state in ACTIVE:
        st.fragment(_wait, run_every=EVERY)(record.id)
        return
    answer = question.answer()
    if record.state != "done" or answer is None:
        st.error(plain(record.error or "The question was stopped; ask again."))
        return
    if asked is not None and asked != question.asked:
        st.caption(":orange-badge[Mind] Network, slice, window or settings differ from what was asked: press Predict.")
    predict_answer.show(*answer)


def _wait(run_id: str) -> None:
    (record,) = state.store().find([run_id])
    if record.state not in ACTIVE:
        st.rerun()
    st.markdown(f":material/hourglass_top: {plain(record.status or 'The question is on its way.')}")


def _heat(question: Question, answer: tuple | None) -> Heat | None:
    """The heatmap where it belongs in the slice."""
    if answer is None or question.asked is None or question.fit is None:
        return None
    facts, arrays = answer
    if facts["verdict"]["refused"] and not st.session_state.get("predict_anyway"):
        return None
    view, rows_columns = question.asked.view, question.original
    values = question.fit.back(arrays[f"heat_{next(iter(facts['methods']))}"], rows_columns)
    return Heat(question.name, view.plane, view.index, heat_view.levels(values))


def _identity(stack: Stack) -> tuple[str, object]:
    return stack.id, stack.places
