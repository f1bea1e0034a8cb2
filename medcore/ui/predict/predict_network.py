"""The network that an image is shown to: a finished run, or a model that a person brings."""

import json
import zipfile
from dataclasses import dataclass

import streamlit as st

from medcore import catalog
from medcore.data import sources
from medcore.export import model_file
from medcore.runs import files
from medcore.runs.store import Record
from medcore.sentences import sentence
from medcore.spec import ModelSpec, RunSpec
from medcore.ui import controls, finished_networks, session, uploads
from medcore.ui.plain import plain

OURS, BROUGHT = "Trained here", "Brought along"
CHECK_SECONDS = 60
_KEPT = "brought model"


@dataclass(frozen=True)
class Network:
    """What is asked.

    Args:
        shape: (height, width, channels) of the images that it learned from, before their preparation.
        model: as the catalog has it; for a model that was brought along, the smallest.
        record: the run; None for a model that was brought along.
        classes: names, for a model that was brought along.
        content: of its file, likewise.
    """

    shape: tuple[int, int, int]
    model: ModelSpec
    record: Record | None = None
    classes: tuple[str, ...] = ()
    content: bytes = b""

    @property
    def identity(self) -> str:
        """Tells it from any other."""
        return self.record.id if self.record else f"brought {hash(self.content)}"


def choose() -> Network | None:
    """The network chosen in the sidebar; None while there is none."""
    with st.sidebar:
        whose = st.segmented_control(
            "Network",
            [OURS, BROUGHT],
            default=OURS,
            required=True,
            key="predict_whose",
            bind=controls.URL,
            help="A network of any lab, or a .keras file made elsewhere, which is checked before it is loaded.",
        )
        if whose == BROUGHT:
            return _bring()
        record = finished_networks.pick("predict_model")
    if record is None:
        return None
    try:
        return Network(_shape(record), RunSpec.from_dict(record.spec).model, record)
    except (OSError, ValueError) as error:
        st.error(plain(sentence(error)))
        return None


def _shape(record: Record) -> tuple[int, int, int]:
    """Of the images as the set has them: what the network takes, unless a recipe changes their size first."""
    spec = RunSpec.from_dict(record.spec)
    if spec.preparation.of("size"):
        return sources.find(spec.data.name).shape
    try:
        with zipfile.ZipFile(files.folder(record.id) / "model.keras") as packed:
            config = json.loads(packed.read("config.json"))
        (taken,) = [layer["config"] for layer in config["config"]["layers"] if layer["class_name"] == "InputLayer"]
        height, width, channels = taken["batch_shape"][1:]
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError) as error:
        raise ValueError("The network's file is damaged; train it again.") from error
    return height, width, channels


def _bring() -> Network | None:
    """The model that this session holds, and the field to give another."""
    held = session.kept(_KEPT, dict, dict.clear)
    turn = st.session_state.setdefault("predict_bring_turn", 0)
    file = st.file_uploader(
        "A .keras file, or the ZIP with its card",
        key=f"predict_bring_{turn}",
        help="Its parts are looked at one by one before Keras loads it in safe mode: nothing that could carry code is "
        "ever loaded. It stays in memory, for this session.",
    )
    if file is not None:
        held.clear()
        held |= _checked(file.getvalue())
        st.session_state["predict_bring_turn"] = turn + 1
        st.rerun()
    if held.get("problem"):
        st.error(plain(held["problem"]))
    return held.get("network")


def _checked(content: bytes) -> dict[str, object]:
    sandbox = uploads.shelf().sandbox
    try:
        reply = sandbox.run(model_file.CHECK, {}, [content], seconds=CHECK_SECONDS, memory=2 * model_file.MAX_BYTES)
    except ValueError as error:
        return {"problem": sentence(error)}
    height, width, channels = reply.values["shape"]
    classes = tuple(reply.values["classes"])
    return {"network": Network((height, width, channels), ModelSpec("linear"), None, classes, bytes(reply.data[0]))}


def line(network: Network) -> str:
    """What it is, as Markdown."""
    height, width, channels = network.shape
    taken = f"{width} x {height} pixels{', in colour' if channels == 3 else ''}"
    if network.record is None:
        return f"**A model brought along** · images of {taken}. Of what it learned from nothing is known."
    kind = catalog.MODELS[network.model.name].label
    return f"**{finished_networks.line(network.record)}** · {kind} · images of {taken}"
