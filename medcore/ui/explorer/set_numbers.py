"""The numbers of a set: sizes of its splits, classes, values, mean images, sizes of its files."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import streamlit as st

from medcore.charts import average, class_balance, intensity, template
from medcore.data.dataset import Splits
from medcore.data.inspection import blocks
from medcore.data.inspection.facts import Facts
from medcore.data.inspection.overview import Average, Overview
from medcore.ui import controls, thumbnails
from medcore.ui.components.image_grid import Cell, image_grid
from medcore.ui.plain import plain

EVERYTHING = "All images"


def show(splits: Splits, facts: Facts, overview: Overview) -> None:
    """Everything that is counted, each with a chart and the words for it."""
    _sizes(splits, overview)
    _balance(splits, facts, overview)
    _intensity(splits, overview)
    _averages(splits, overview)


def _sizes(splits: Splits, overview: Overview) -> None:
    total = sum(len(part) for part in splits.values())
    with st.container(horizontal=True):
        for split, part in splits.items():
            groups = None if part.groups is None else f"{len(np.unique(part.groups)):,} patients or volumes"
            share = f"{split} ({100 * len(part) / total:.0f}%)"
            st.metric(share, f"{len(part):,}", groups, delta_color="off", delta_arrow="off")
    height, width, channels = splits["train"].images.shape[1:]
    kind = "gray" if channels == 1 else "colour"
    spacing = splits["train"].spacing
    size = f" of {spacing[0]:.3g} x {spacing[1]:.3g} mm" if spacing else ""
    if step := splits["train"].step:
        size += f", {step:.3g} mm from slice to slice"
    st.markdown(f"Every image is used as **{height} x {width}** pixels{size}, {kind}.")
    if overview.sizes:
        parts = [f"{rows} x {columns} ({count:,})" for rows, columns, count in overview.sizes]
        st.markdown(f"In the files, height x width: {', '.join(parts)}.")


def _balance(splits: Splits, facts: Facts, overview: Overview) -> None:
    st.subheader("Classes")
    sizes = {split: len(part) for split, part in splits.items()}
    st.plotly_chart(
        class_balance.figure(facts.counts, sizes, thumbnails.colours(splits)),
        key="class_balance",
        config=template.CONFIG,
        alt="Share of each class in each split",
    )
    if splits["test"].labels is None:
        st.markdown("Counted are the images that show a class somewhere in their mask.")
        st.markdown(_pixel_shares(overview))
        return
    name, count = max(facts.counts["train"].items(), key=lambda item: item[1])
    most, share = 100 * count / sizes["train"], 100 * facts.counts["test"][name] / sizes["test"]
    st.markdown(
        f"Most images of train are “{plain(name)}” ({most:.1f}%). Always answering so is right in "
        f"**{share:.1f}%** of test: a model has to beat that."
    )
    table = pd.DataFrame(facts.counts)
    with st.expander("As a table"):
        st.dataframe(table.assign(all=table.sum(axis=1)), width="stretch")


def _pixel_shares(overview: Overview) -> str:
    """How much of all pixels each class of the masks has, in words; histograms are of all splits' pixels."""
    pixels = {name: int(counts.sum()) for name, counts in overview.histograms.items()}
    total = sum(pixels.values())
    shares = ", ".join(f"“{plain(name)}” {100 * count / total:.2g}%" for name, count in pixels.items())
    name, most = max(pixels.items(), key=lambda item: item[1])
    return (
        f"Of all pixels: {shares}. Calling every pixel “{plain(name)}” is right in **{100 * most / total:.1f}%** and "
        "finds nothing: accuracy misleads here, overlap does not."
    )


def _intensity(splits: Splits, overview: Overview) -> None:
    st.subheader("Values by class")
    log = st.toggle("Logarithmic", key="log_values", bind=controls.URL, help="Shows rare values beside common ones.")
    colour = splits["train"].images.shape[3] == 3
    st.plotly_chart(
        intensity.figure(
            overview.histograms,
            overview.edges,
            thumbnails.colours(splits),
            "Luminance" if colour else "Pixel value",
            log,
        ),
        key="intensity",
        config=template.CONFIG,
        alt="How the pixel values of each class are spread",
    )
    low, high = _limits(overview.window, splits["train"].images.dtype)
    means = _means(overview.histograms, overview.edges)
    st.caption(f"98% of all values lie between {low} and {high}. {means}")


def _limits(window: tuple[float, float], dtype: np.dtype) -> tuple[str, str]:
    """In words; whole numbers where the values are."""
    low, high = window
    if dtype == np.uint8:
        return f"{low:.0f}", f"{min(high, 255):.0f}"
    return f"{low:.4g}", f"{high:.4g}"


def _means(histograms: Mapping[str, np.ndarray], edges: np.ndarray) -> str:
    """The mean value of each class, in words."""
    centres = (edges[:-1] + edges[1:]) / 2
    means = {name: float(counts @ centres / counts.sum()) for name, counts in histograms.items() if counts.sum()}
    return f"Means: {', '.join(f'“{plain(name)}” {mean:.3g}' for name, mean in means.items())}."


def _averages(splits: Splits, overview: Overview) -> None:
    st.subheader("Mean image")
    names = {EVERYTHING if name == "" else name: name for name in overview.averages}
    chosen = st.selectbox(
        "Of",
        list(names),
        key="mean_of",
        bind=controls.URL,
        width=260,
        help="Where the mean is sharp, images lie in the same place; where they differ, the deviation is high.",
    )
    found = overview.averages[names[chosen]]
    images = {"Mean value": blocks.luminance(found.mean), "Standard deviation": blocks.luminance(found.deviation)}
    _maps(images, f"over {found.count:,} images")
    st.caption(f"Over {found.count:,} images of all splits.")
    if len(overview.averages) > 2:
        _by_class(splits, overview)
    if overview.coverage:
        st.subheader("Where the masks lie")
        _maps({f"Images with {name} here (%)": 100 * share for name, share in overview.coverage.items()}, "")


def _maps(images: Mapping[str, np.ndarray], over: str) -> None:
    """Two beside each other, under each other on a phone."""
    columns = st.columns(2)
    for number, (title, image) in enumerate(images.items()):
        with columns[number % 2]:
            st.plotly_chart(
                average.figure(image, title, "gray" if title.startswith("Mean") else "viridis"),
                width="content",
                key=f"map_{title}",
                config=template.CONFIG,
                alt=f"{title} at each pixel {over}".strip(),
            )


def _by_class(splits: Splits, overview: Overview) -> None:
    of_class: dict[str, Average] = {name: found for name, found in overview.averages.items() if name}
    number = {name: i for i, name in enumerate(splits["train"].class_names)}
    means = np.stack([found.mean for found in of_class.values()])
    are_bytes = splits["train"].images.dtype == np.uint8
    cells = [
        Cell(name, name, f"mean of {found.count:,}", template.colour(number[name])) for name, found in of_class.items()
    ]
    image_grid(thumbnails.to_bytes(means, are_bytes, overview.window), cells, key="class_means", cell_width=110)
