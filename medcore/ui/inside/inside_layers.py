"""Layer by layer: what each convolution and pooling makes of the image, and how one map comes about."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from medcore.charts import feature_map, template
from medcore.charts.feature_map import Part
from medcore.runs.store import Record
from medcore.ui import controls
from medcore.ui.components.image_grid import Cell, image_grid
from medcore.ui.inside import inside_request
from medcore.ui.inside.inside_images import Image
from medcore.ui.inside.inside_request import Answer
from medcore.ui.plain import plain

AXES = ("rows", "columns")


def show(trained: Record, image: Image) -> None:
    """Picks a layer, and shows its maps and how the one picked is made."""
    answer = inside_request.ask(
        trained, "layers", split=image.split, index=image.index, methods=(), randomised=False, nearest=0, maps=True
    )
    if answer is None:
        return
    layers = answer.facts["maps"]
    if not layers:
        st.info("This network has no convolutions: each unit looks at every pixel, so there are no maps to draw.")
        return
    paths = [layer["path"] for layer in layers]
    path = st.selectbox(
        "Layer",
        paths,
        key="inside_maps_of",
        bind=controls.URL,
        help="Convolutions and poolings, from the image on.",
    )
    number = paths.index(path)
    layer = layers[number]
    st.markdown(_sizes(layer))
    _grid(answer, number, layer)
    _made_of(answer, number, layer)


def _sizes(layer: Mapping[str, Any]) -> str:
    """What the layer does, with its arithmetic."""
    (rows, columns, taken), (out_rows, out_columns, made) = layer["input"], layer["output"]
    size, stride = layer["size"], layer["stride"]
    window = f"{size[0]}x{size[1]}"
    if layer["kind"] == "pooling":
        what = "largest" if layer["largest"] else "mean"
        does = f"Pooling: the {what} value of each {window} window, map by map; no weights."
    else:
        several = f"all {taken:,} maps" if taken > 1 else "the image"
        each = "one map each" if layer["depthwise"] else several
        biases = "biases among them" if _biased(layer) else "no biases"
        does = (
            f"Convolution: {made:,} filters of {window} slide over {each}; {layer['parameters']:,} weights, {biases}."
        )
    how = ", zeros around the image" if layer["padding"] == "same" else ""
    step = "" if tuple(stride) == (1, 1) else f", in steps of {stride[0]}"
    arithmetic = f"{rows}x{columns}x{taken:,} in, {out_rows}x{out_columns}x{made:,} out{step}{how}."
    if layer["padding"] == "valid":
        arithmetic += f" Rows: ⌊({rows} − {size[0]}) / {stride[0]}⌋ + 1 = {out_rows}."
    silent = f" Nowhere above 0 on this image: {layer['silent']:,} of {made:,} maps." if layer["silent"] else ""
    return f"{does} {arithmetic}{silent}"


def _biased(layer: Mapping[str, Any]) -> bool:
    """Answers that an older version kept do not tell; most layers have biases."""
    return layer.get("biases", True)


def _grid(answer: Answer, number: int, layer: Mapping[str, Any]) -> None:
    maps = answer.arrays[f"maps/{number}"].astype(np.float32)
    cells = [
        Cell(str(place), f"map {one['channel']}", f"mean {one['active']:.2g}")
        for place, one in enumerate(layer["maps"])
    ]
    image_grid(
        np.stack([_gray(one) for one in maps])[..., None],
        cells,
        key=f"inside_maps_{number}",
        chosen=str(_picked(layer)),
        cell_width=120,
        on_choose=_pick,
    )
    st.caption(
        f"The {len(cells)} most active of {layer['output'][2]:,} maps, each from its smallest value (black) to its "
        "largest (white); the mean is that of its values above 0. Click one to see how it is made."
    )


def _pick(place: str) -> None:
    st.session_state["inside_map"] = int(place)


def _picked(layer: Mapping[str, Any]) -> int:
    return min(st.session_state.get("inside_map", 0), len(layer["maps"]) - 1)


def _made_of(answer: Answer, number: int, layer: Mapping[str, Any]) -> None:
    """Inputs, weights and map, and the sum at the map's highest place."""
    place = _picked(layer)
    one = layer["maps"][place]
    st.subheader(f"How map {one['channel']} is made", divider="gray")
    pooled = layer["kind"] == "pooling"
    sources = answer.arrays[f"sources/{number}"][place]
    kernels = answer.arrays[f"kernels/{number}"][place]
    first = layer["input"][2] in (1, 3) and number == 0
    parts = [
        Part(_name(channel, layer, first), sources[i], None if pooled else kernels[i])
        for i, channel in enumerate(one["sources"])
    ]
    (row, column), (top, left) = one["peak"], layer["before"]
    window = (row * layer["stride"][0] - top, column * layer["stride"][1] - left, *layer["size"])
    drawn = feature_map.figure(
        parts,
        answer.arrays[f"maps/{number}"][place],
        (tuple(layer["input"][:2]), tuple(layer["output"][:2])),
        window,
        (row, column),
    )
    st.plotly_chart(
        drawn,
        width="stretch",
        key="inside_made",
        config=template.CONFIG,
        alt=f"Inputs, weights and map {one['channel']} of layer {layer['path']}",
    )
    st.markdown(_sum(layer, one, answer.arrays[f"patches/{number}"][place]))


def _name(channel: int, layer: Mapping[str, Any], first: bool) -> str:
    if first:
        return "Image" if layer["input"][2] == 1 else f"Image, {('red', 'green', 'blue')[channel]}"
    return f"Input map {channel}"


def _sum(layer: Mapping[str, Any], one: Mapping[str, Any], patches: np.ndarray) -> str:
    """The value at the marked place, in numbers."""
    row, column = one["peak"]
    where = f"At row {row}, column {column}, where the map is highest"
    if layer["kind"] == "pooling":
        numbers = ", ".join(f"{value:.2f}" for value in patches[0].ravel()[:9])
        what = "largest" if layer["largest"] else "mean"
        return f"{where}: the {what} of {numbers} is **{one['value']:.3f}**. Small shifts of the image change little."
    terms = f"{one['terms'][0]:.3f}" + "".join(map(_signed, one["terms"][1:]))
    others = max(0, layer["input"][2] - len(one["terms"])) if not layer["depthwise"] else 0
    rest = f"{_signed(one['rest'])} (the other {others:,} inputs)" if others else ""
    bias = f"{_signed(one['bias'])} (bias)" if _biased(layer) else ""
    total = sum(one["terms"]) + one["rest"] + one["bias"]
    follows = f", then {plain(layer['activation'])}: **{one['value']:.3f}**" if layer["activation"] else ""
    return (
        f"{where}: inputs in the frame times weights, summed, {terms}{rest}{bias} = "
        f"**{total:.3f}**{follows}. The same weights are used at every place."
    )


def _signed(value: float) -> str:
    return f" {'−' if value < 0 else '+'} {abs(value):.3f}"


def _gray(values: np.ndarray) -> np.ndarray:
    low, high = float(values.min()), float(values.max())
    return np.rint((values - low) * (255 / max(high - low, 1e-9))).astype(np.uint8)
