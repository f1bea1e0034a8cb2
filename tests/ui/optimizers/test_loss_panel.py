import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

PAGE = """
import streamlit as st
from medcore.ui.optimizers import loss_panel
loss_panel.show(*st.session_state["of"])
"""


def words(*of) -> str:
    st.cache_resource.clear()
    page = AppTest.from_string(PAGE, default_timeout=30)
    page.session_state["of"] = of
    page.run()
    assert not page.exception
    assert len(page.get("plotly_chart")) == 1
    return "\n".join(element.value for element in (*page.markdown, *page.caption))


@pytest.mark.parametrize("loss", ["cross_entropy", "mse", "huber", "softmax_twice"])
def test_every_loss_is_drawn_and_explained(loss):
    assert "**" in words(loss, 1.0, 10)


def test_the_pull_of_a_confidently_wrong_answer_is_computed():
    # p = 0.01 and two classes: cross-entropy 0.99; MSE 0.01 * 0.99 * 2 * 0.99;
    # focal 0.99² * (0.99 - 2 * 0.01 * ln 0.01).
    assert "the gradients are: Cross-entropy 0.99, Focal 1.1, MSE 0.02, Huber 0.0098" in words("mse", 1.0, 2)


def test_a_delta_of_one_or_more_is_half_of_mse():
    assert "exactly half of MSE" in words("huber", 3.0, 2)
    assert "exactly half of MSE" not in words("huber", 0.3, 2)
