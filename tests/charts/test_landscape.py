"""The loss surface of a network, from above and in space."""

import numpy as np
import pytest

from medcore.charts import landscape

SURVEY = {
    "x": [-1.0, 0.0, 1.0],
    "y": [-2.0, -1.0, 0.0],
    "loss": [[100.0, 10.0, 1.0], [1.0, None, 0.1], [1.0, 0.0, 0.01]],
    "explained": [0.75, 0.125],
}
PATHS = [
    landscape.Path("Adam", "#4477AA", [0, 0.5, 1], [-2, -1, 0], [10, None, 0.01], [0, 5, 10]),
    landscape.Path("Momentum", "#EE6677", [0, 0.1, 0.2], [-2, -1.9, -1.8], [10, 9, 8], [0, 5, 10]),
]


def test_from_above_shades_by_the_logarithm_with_gaps_where_the_loss_is_no_number():
    chart = landscape.contour(SURVEY, PATHS)
    ground = chart.data[0]
    np.testing.assert_allclose(ground.z[0], [2, 1, 0])
    assert np.isnan(ground.z[1][1])
    assert np.isnan(ground.z[2][1]), "the logarithm of zero"
    assert ground.customdata[0][0] == 100
    assert chart.layout.xaxis.title.text == "First component (75.0% of the paths)"
    assert chart.layout.yaxis.title.text == "Second component (12.5% of the paths)"
    assert chart.layout.yaxis.scaleanchor == "x", "a step is as long in every direction"


def test_each_path_has_one_entry_in_the_legend_its_colour_a_start_and_an_end():
    chart = landscape.contour(SURVEY, PATHS)
    shown = [trace for trace in chart.data[1:] if trace.showlegend is not False]
    assert [(t.name, t.line.color) for t in shown] == [("Adam", "#4477AA"), ("Momentum", "#EE6677")]
    ends = [trace for trace in chart.data[1:] if trace.showlegend is False]
    assert [(t.marker.symbol, t.x[0]) for t in ends] == [
        ("circle-open", 0),
        ("star", 1),
        ("circle-open", 0),
        ("star", 0.2),
    ]
    assert shown[1].customdata.tolist() == [[10, 0], [9, 5], [8, 10]]


def test_in_space_a_path_runs_at_its_own_loss():
    chart = landscape.relief(SURVEY, PATHS)
    np.testing.assert_allclose(chart.data[1].z, [1, np.nan, -2])
    assert [(t.marker.symbol, t.x[0], t.z[0]) for t in chart.data[2:4]] == [("circle-open", 0, 1), ("diamond", 1, -2)]
    assert chart.layout.scene.zaxis.title.text == "Training loss"


@pytest.mark.parametrize(
    ("losses", "texts"),
    [([[100.0, 10.0], [1.0, 0.01]], ["0.01", "0.1", "1", "10", "100"]), ([[0.4, 3.0], [1.0, 2.0]], ["0.5", "1", "2"])],
)
def test_the_scale_has_round_losses(losses, texts):
    survey = SURVEY | {"x": [0, 1], "y": [0, 1], "loss": losses}
    assert list(landscape.contour(survey, []).data[0].colorbar.ticktext) == texts
    assert list(landscape.relief(survey, []).layout.scene.zaxis.ticktext) == texts
