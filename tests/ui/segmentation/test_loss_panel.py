import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from medcore.optimization import overlap
from medcore.spec import LossSpec

PAGE = """
import streamlit as st
from medcore.ui.segmentation import loss_panel
loss_panel.show(*st.session_state["of"])
"""


def page(*of) -> AppTest:
    app = AppTest.from_string(PAGE, default_timeout=60)
    app.session_state["of"] = of
    app.run()
    assert not app.exception
    assert len(app.get("plotly_chart")) == 1
    return app


def words(app: AppTest) -> str:
    return "\n".join(element.value for element in (*app.markdown, *app.caption))


def test_every_loss_of_the_runs_is_explained_once_and_all_are_in_the_table():
    app = page([LossSpec("dice"), LossSpec("mask_focal"), LossSpec("dice", {"smooth": 10.0})], {"lesion": 0.1})
    assert words(app).count("**Dice**") == words(app).count("**Focal**") == 1
    assert "lesion, 10.0% of an image of about 128x128 pixels, as in this set" in words(app)
    assert len(app.dataframe[0].value) == len(overlap.LOSSES)


def test_the_table_follows_the_setting_and_the_sliders():
    app = page([LossSpec("mask_cross_entropy", {"foreground": 10.0})], {"liver": 0.2, "lesion": 0.02})
    # Foreground pixels weigh 10 of 10 * 0.02 + 0.98; the network says 0.5 everywhere.
    assert app.dataframe[0].value["Foreground's pull"][0] == f"{0.2 / 1.18:.1%}"
    wrong = overlap.wrong(np.array([0.0]), "small", 0.02, 128 * 128, 0.9)
    assert app.selectbox(key="loss_class").options == ["lesion", "liver"]  # the smallest has it hardest
    app.select_slider(key="overlap_sure").set_value(0.9).run()
    assert app.dataframe[0].value["Empty mask"][1] == f"{overlap.value('dice', wrong, 1.0)[0]:.3f}"


@pytest.mark.parametrize("way", ["Too small", "Too large"])
def test_without_a_finished_run_a_lesion_is_drawn_wrong_in_every_way(way):
    app = page([LossSpec("no_sigmoid")])
    app.segmented_control(key="overlap_way").set_value(way).run()
    assert not app.exception
    assert "as is usual for a lesion" in words(app)
    assert "**Cross-entropy without a sigmoid** is a mistake" in words(app)
