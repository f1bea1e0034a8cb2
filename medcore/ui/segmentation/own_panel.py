"""What does a network draw on an image of one's own, and how much of it is there? In memory alone."""

from functools import partial

import streamlit as st

from medcore.charts import mask_colours
from medcore.data import session_sets
from medcore.data.own_volume import Answer
from medcore.imaging import planes, segmented_view
from medcore.imaging.segmented_view import Layer, SegmentedView
from medcore.imaging.stack import Stack
from medcore.imaging.stack_view import StackView
from medcore.labs import segmentation
from medcore.sentences import sentence
from medcore.spec import RunSpec
from medcore.ui import controls, finished_networks, lesson, live_panel, state, tabs, uploads, viewer
from medcore.ui.plain import plain
from medcore.ui.run_line import ACTIVE
from medcore.ui.segmentation import (
    own_answer,
    own_asked,
    own_downloads,
    own_examples,
    own_network,
    own_question,
    own_truth,
)
from medcore.ui.segmentation.own_asked import Settings
from medcore.ui.segmentation.own_network import Network
from medcore.ui.segmentation.own_question import Asked, Question
from medcore.ui.viewer import ViewState

PARAM = "first"
EVERY = 0.15
"""Seconds between two looks at whether the mask is there."""
KEY = "own_segmented"
STOPPED = "It was stopped; press Segment to ask again."
MASK, DOUBT, PROBABILITY, NOTHING = "Mask", "Doubt", "Probability", "Nothing"


def show() -> None:
    """Picks network and image, asks, and shows the answer."""
    st.caption(
        "Any finished network draws its mask on a slice or a volume of your own: how many square millimetres, how many "
        f"millilitres, and how sure is it? {own_answer.NOT_FOR_DIAGNOSIS}"
    )
    with st.sidebar:
        record = finished_networks.pick("own_model", finished_networks.SEGMENT)
        settings = own_asked.settings()
    if record is None:
        _start()
    else:
        try:
            _with(own_network.of(record), settings)
        except ValueError as error:
            st.error(plain(sentence(error)))
    tabs.show({"Lesson": lambda: lesson.show("segmentation", opened="Your own images")}, "own_about")


def _start() -> None:
    """Nothing is trained yet: a small network on simulated slices, in some seconds."""
    if finished_networks.unknown(finished_networks.SEGMENT):
        st.warning(finished_networks.MISSING)
        return
    records = live_panel.shown(PARAM, live_panel.MASKS)
    st.info("No network that draws masks was trained here yet. A small one on simulated CT slices takes some seconds.")
    live_panel.buttons(segmentation.runs(), records, PARAM, live_panel.MASKS)
    if records:
        live_panel.progress(records)
        if any(record.state in ACTIVE for record in records):
            live_panel.show(records, PARAM)


def _with(network: Network, settings: Settings) -> None:
    """The network, the image, the question."""
    st.markdown(own_network.line(network))
    if why := session_sets.unreachable():
        st.info(plain(why))
        return
    own_examples.show(network)
    uploads.take()
    uploads.refused()
    stacks = uploads.shelf().stacks()
    if not stacks:
        st.info(
            "Drop a DICOM series, a NIfTI volume, a picture or an array, or take an example. It is read in a "
            "closed-off process and stays in memory; the run and its log have none of it."
        )
        return
    _ask(network, uploads.pick(stacks), settings)
    uploads.memory()


def _ask(network: Network, stack: Stack, settings: Settings) -> None:
    """The viewer, the button, the answer."""
    view, question = uploads.shelf().view(stack.id), own_question.of_session()
    asked = question.asked
    mine = asked is not None and asked.stack == own_asked.identity(stack)
    answer = question.answer() if mine and question.begun() else None
    image, beside = st.columns([3, 2], gap="medium")
    with image:
        layer, names, colours = _layer(question, answer)
        seen = viewer.show(SegmentedView(view, layer), KEY, names, colours)
    with beside:
        wanted = seen and own_asked.of(network, stack, settings, seen)
        _buttons(question, wanted, network, stack)
        if mine:
            _answered(question, answer, wanted)
            if answer is not None:
                own_answer.show(answer, stack, view.planes[asked.plane], seen, _truth(answer, asked.plane, view))
    if answer is not None:
        own_answer.areas(answer, stack, view.planes[asked.plane], seen)
        with st.expander("Take it away"):
            _downloads(question, answer, stack, seen)


def _truth(answer: Answer, plane: str, view: StackView) -> str:
    """Of an example: how far the mask is from what is true; "" of others."""
    truth = own_truth.of_session().of(view)
    return "" if truth is None else own_truth.said(truth, answer, planes.turn(view.stack, plane), view.planes[plane])


def _downloads(question: Question, answer: Answer, stack: Stack, seen: ViewState | None) -> None:
    (record,) = state.store().find([question.asked.network])
    mask = own_downloads.drawn(answer, question.asked, RunSpec.from_dict(record.spec), stack)
    own_downloads.show(uploads.shelf(), stack, mask, question.name, seen)


def _buttons(question: Question, wanted: Asked | None, network: Network, stack: Stack) -> None:
    view, store = uploads.shelf().view(stack.id), state.store()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Segment",
            type="primary",
            key="own_ask",
            icon=":material/play_arrow:",
            disabled=wanted is None,
            on_click=question.ask,
            args=(wanted, network, view, store, state.owner()),
            help="The network draws its mask on the slice shown, or on every slice, as chosen at the left.",
        )
        st.button(
            "Stop",
            key="own_stop",
            icon=":material/stop:",
            disabled=not question.running(),
            on_click=question.stop,
            help="Gives it up; nothing of it is kept.",
        )
    if wanted is not None:
        st.caption(plain(own_asked.said(wanted, stack)))
        if wanted.unlike:
            st.warning(plain(" ".join(wanted.unlike)), icon=":material/warning:")


def _answered(question: Question, answer: Answer | None, wanted: Asked | None) -> None:
    """How far it is, or why there is none."""
    if question.problem:
        st.error(plain(question.problem))
    elif answer is not None:
        if wanted is not None and wanted.settings != question.asked.settings:
            st.caption(":orange-badge[Mind] Network, slice or settings differ from what was asked: press Segment.")
    elif question.stopped:
        st.warning(STOPPED)
    elif question.running():
        st.fragment(partial(_wait, question), run_every=EVERY)()
    elif question.begun():
        (record,) = state.store().find([question.run])
        st.warning(plain(record.error or STOPPED))


def _wait(question: Question) -> None:
    """Looks again until the mask is there."""
    if not question.running():
        st.rerun()
    if not question.begun():
        st.progress(question.work.share, "Reading the slices.")
        return
    (record,) = state.store().find([question.run])
    done, steps = state.store().progress([record.id]).get(record.id), record.plan.get("steps")
    if done is None or not steps:
        st.markdown(f":material/hourglass_top: {plain(record.status or 'The question is on its way.')}")
    else:
        st.progress(min(1.0, done.step / steps), f"Slice {done.step:,} of {steps:,}")


def _layer(question: Question, answer: Answer | None) -> tuple[Layer | None, tuple[str, ...], tuple[str, ...]]:
    """What lies over the image, with the names and colours of its classes."""
    shown = st.segmented_control(
        "Over the image",
        [MASK, DOUBT, PROBABILITY, NOTHING],
        default=MASK,
        required=True,
        key="own_layer",
        bind=controls.URL,
        disabled=answer is None,
        help="The mask; where variants of the image disagree; how likely anything but background is; or the image.",
    )
    if answer is None:
        return None, (), mask_colours.of_classes(("",))
    classes = tuple(answer.facts["classes"])
    if shown == MASK:
        return Layer(f"mask {question.name}", answer.mask), classes, mask_colours.of_classes(classes)
    if shown == DOUBT:
        layer = segmented_view.doubt(question.name, answer.unsure)
        return layer, segmented_view.DOUBT_LEVELS, segmented_view.LEVEL_COLOURS
    if shown == PROBABILITY:
        layer = segmented_view.probability(question.name, answer.foreground)
        return layer, segmented_view.PROBABILITY_LEVELS, segmented_view.LEVEL_COLOURS
    return None, (), mask_colours.of_classes(("",))
