"""How many images each class has in each split."""

import textwrap
from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from medcore.charts import template

BAR = 20
LABEL = 20
"""Characters of a class name in a line."""
CHARACTER = 7
"""Width in pixels, about."""


def figure(counts: Mapping[str, Mapping[str, int]], sizes: Mapping[str, int], colours: Sequence[str]) -> go.Figure:
    """A group of bars a class, one bar a split: its percentage of the split's images, with split and count.

    Args:
        counts: by split and class, images of it.
        sizes: by split, images in all; where masks show several classes in one image, they add up to more than 100.
        colours: of the classes.
    """
    classes = list(next(iter(counts.values())))
    names = ["<br>".join(textwrap.wrap(name, LABEL)) for name in classes]
    chart = go.Figure()
    highest, longest = 0.0, 0
    for fade, (split, of_class) in enumerate(counts.items()):
        shares = [100 * of_class[name] / max(sizes[split], 1) for name in classes]
        words = [f"{split}: {of_class[name]:,} ({share:.1f}%)" for name, share in zip(classes, shares, strict=True)]
        highest, longest = max(highest, *shares), max(longest, *map(len, words))
        chart.add_bar(
            x=shares,
            y=names,
            orientation="h",
            name=split,
            marker={"color": list(colours)[: len(classes)], "opacity": max(0.4, 1 - 0.25 * fade)},
            text=words,
            textposition="outside",
            cliponaxis=False,
            hovertemplate="<b>%{y}</b><br>%{text}<extra></extra>",
            showlegend=False,
        )
    template.apply(chart)
    # The words stand to the right of the axis' end at the latest.
    chart.update_layout(
        height=90 + BAR * len(classes) * len(counts),
        bargap=0.2,
        margin={"l": 10, "r": 10 + CHARACTER * longest, "t": 10, "b": 45},
    )
    chart.update_xaxes(title="Share of the split's images (%)", range=[0, min(100.0, 1.1 * highest) or 100.0])
    chart.update_yaxes(autorange="reversed", showgrid=False)
    return chart
