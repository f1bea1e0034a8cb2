"""How many images each class has in each split."""

import textwrap
from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from medcore.charts import template

BAR = 20
LABEL = 20
"""Characters of a class name in a line."""


def figure(counts: Mapping[str, Mapping[str, int]], sizes: Mapping[str, int], colours: Sequence[str]) -> go.Figure:
    """A group of bars a class, one bar a split: its share of the split's images, with split, count and percent.

    Args:
        counts: by split and class, images of it.
        sizes: by split, images in all; where masks show several classes in one image, shares add up to more than 1.
        colours: of the classes.
    """
    classes = list(next(iter(counts.values())))
    names = ["<br>".join(textwrap.wrap(name, LABEL)) for name in classes]
    chart = go.Figure()
    highest = 0.0
    for fade, (split, of_class) in enumerate(counts.items()):
        shares = [of_class[name] / max(sizes[split], 1) for name in classes]
        highest = max(highest, *shares)
        chart.add_bar(
            x=shares,
            y=names,
            orientation="h",
            name=split,
            marker={"color": list(colours)[: len(classes)], "opacity": max(0.4, 1 - 0.25 * fade)},
            text=[f"{split}: {of_class[name]:,} ({share:.1%})" for name, share in zip(classes, shares, strict=True)],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="<b>%{y}</b><br>%{text}<extra></extra>",
            showlegend=False,
        )
    template.apply(chart)
    chart.update_layout(
        height=90 + BAR * len(classes) * len(counts), bargap=0.2, margin={"l": 10, "r": 10, "t": 10, "b": 45}
    )
    # The words stand to the right of the longest bar.
    chart.update_xaxes(title="Share of the split's images", tickformat=".0%", range=[0, 1.6 * (highest or 1)])
    chart.update_yaxes(autorange="reversed", showgrid=False)
    return chart
