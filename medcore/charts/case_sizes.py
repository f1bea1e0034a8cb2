"""Dice of every case against how much there is to find: why the mean of the cases and the whole batch differ."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from medcore.charts import template


def figure(
    sizes: np.ndarray,
    dice: np.ndarray,
    classes: Mapping[str, str],
    names: Sequence[str],
    unit: str,
    marks: Mapping[str, float],
) -> go.Figure:
    """A point a case and class.

    Args:
        sizes: (units, classes) true area or volume; cases with 0 are left out, as they have no place on the axis.
        dice: (units, classes) 0 to 1.
        classes: name to colour.
        names: (units,) of the cases.
        unit: of the sizes.
        marks: by name, values of Dice to draw as horizontal lines.
    """
    chart = go.Figure()
    for k, (name, colour) in enumerate(classes.items()):
        there = (sizes[:, k] > 0) & np.isfinite(dice[:, k])
        chart.add_scatter(
            x=sizes[there, k],
            y=dice[there, k],
            mode="markers",
            name=name,
            marker={"color": colour, "size": 7, "opacity": 0.75},
            customdata=[names[i] for i in np.flatnonzero(there)],
            hovertemplate=f"%{{customdata}}, {name}: %{{x:,.3~r}} {unit}, Dice %{{y:.3f}}<extra></extra>",
        )
    ordered = sorted(marks.items(), key=lambda mark: mark[1])
    for number, (name, value) in enumerate(ordered):
        chart.add_hline(y=value, line={"dash": ("dash", "dot")[number % 2], "width": 1.5, "color": template.MUTED})
        chart.add_annotation(
            text=f"{name} {value:.3f}",
            x=1,
            xref="paper",
            xanchor="right",
            y=value,
            yanchor="top" if number == 0 else "bottom",
            showarrow=False,
            font={"size": 11},
        )
    template.apply(chart)
    chart.update_layout(
        height=320,
        margin={"l": 10, "r": 10, "t": 34, "b": 45},
        legend={"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom"},
        showlegend=True,
    )
    chart.update_xaxes(
        title=f"True size in {unit} (logarithmic)", type="log", tickvals=_ticks(sizes[sizes > 0]), tickformat=",~g"
    )
    chart.update_yaxes(title="Dice of the case", range=(-0.04, 1.06))
    return chart


def _ticks(sizes: np.ndarray) -> list[float]:
    """1, 2 and 5 of every power of ten that there are sizes of: a bare 2 between 100 and 1000 is not read as 200."""
    if not len(sizes):
        return []
    first, last = (int(np.floor(np.log10(size))) for size in (sizes.min(), sizes.max()))
    return [digit * 10.0**power for power in range(first, last + 2) for digit in (1, 2, 5)]
