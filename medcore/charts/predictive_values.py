"""What a positive and a negative answer mean, against how common the disease is."""

import numpy as np
import plotly.graph_objects as go

from medcore.charts import template

POSITIVE, NEGATIVE = template.COLOURS[1], template.COLOURS[2]


def figure(prevalence: np.ndarray, positive: np.ndarray, negative: np.ndarray, here: float, of_set: float) -> go.Figure:
    """Predictive values over the prevalence, which is logarithmic: what matters happens where a disease is rare.

    Args:
        prevalence: (p,) above 0, at most 1.
        positive, negative: (p,) predictive values; NaN where there is none.
        here: the prevalence asked for.
        of_set: that of the test images.
    """
    chart = go.Figure()
    lines = {"ill, of those called positive (PPV)": (positive, POSITIVE)}
    lines["well, of those called negative (NPV)"] = (negative, NEGATIVE)
    for name, (values, colour) in lines.items():
        chart.add_scatter(
            x=prevalence,
            y=values,
            mode="lines",
            name=name,
            line={"color": colour, "width": 2},
            hovertemplate=f"{name}<br>at %{{x:.2%}}: %{{y:.1%}}<extra></extra>",
        )
    for value, dash, text in ((of_set, "dot", "test images"), (here, "solid", "here")):
        chart.add_vline(x=value, line={"dash": dash, "width": 1.5, "color": template.MUTED})
        chart.add_annotation(
            text=text,
            x=float(np.log10(value)),
            y=0.02 if text == "here" else 0.11,
            yref="paper",
            yanchor="bottom",
            xanchor="right",
            xshift=-4,
            showarrow=False,
            font={"size": 11},
        )
    template.apply(chart)
    chart.update_layout(
        height=330,
        margin={"l": 10, "r": 10, "t": 50, "b": 45},
        legend={"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom"},
    )
    ticks = (0.001, 0.01, 0.1, 0.5, 1)
    chart.update_xaxes(
        title="Prevalence: share of patients who are ill (logarithmic)",
        type="log",
        range=(float(np.log10(prevalence[0])), 0.0),
        tickvals=ticks,
        ticktext=[f"{tick:.1%}" if tick < 0.01 else f"{tick:.0%}" for tick in ticks],
    )
    chart.update_yaxes(title="Predictive value", range=(-0.01, 1.02), tickformat=".0%")
    return chart
