"""The surface panel without a browser: what it says to bad input, and what it takes from an address."""

import pytest
from streamlit.testing.v1 import AppTest

from medcore.optimization.race import Race
from tests.conftest import ROOT


@pytest.fixture
def panel():
    def open_(**query: str | list[str]) -> AppTest:
        app = AppTest.from_file(str(ROOT / "tests" / "browser" / "surface_page.py"), default_timeout=30)
        for key, value in query.items():
            app.query_params[key] = value
        return app.run()

    return open_


def rows(app: AppTest) -> dict[str, dict]:
    """Of the table, by optimizer."""
    assert not app.exception
    return app.dataframe[0].value.set_index("Optimizer").to_dict("index")


def test_it_opens_with_a_race_worth_watching(panel):
    app = panel()
    assert not app.error
    assert list(rows(app)) == ["Gradient descent", "Momentum", "RMSprop", "Adam"]
    assert {row["State"] for row in rows(app).values()} == {"300 steps"}
    assert any("2 / L" in text.value for text in app.markdown)


def test_an_address_is_followed(panel):
    app = panel(s_surface="Himmelblau", s_optimizers=["Adam"], s_lr_adam="0.05", s_x="1", s_y="2", s_steps="50")
    race = Race("himmelblau", ("adam",), (1.0, 2.0), 0, {"lr_adam": 0.05, "steps": 50})
    assert rows(app)["Adam"]["f at the end"] == f"{race.paths()['adam'].values[-1]:.3g}"


def test_a_rate_that_diverges_is_said_with_its_step_and_the_others_go_on(panel):
    app = panel(s_lr_gd="0.5")
    step = Race("bowl", ("gd",), values={"lr_gd": 0.5}).paths()["gd"].diverged_at
    assert rows(app)["Gradient descent"]["State"] == f"diverged at step {step}"
    assert rows(app)["Adam"]["State"] == "300 steps"
    assert not app.error


def test_a_start_outside_the_plot_is_one_sentence_until_it_is_mended(panel):
    app = panel()
    app.number_input(key="s_x").set_value(7.0).run()
    assert [error.value for error in app.error] == [
        "The start must lie in the plot, x in -2.2 to 2.2 and y in -1.6 to 1.6. Received: (7, 1.2)"
    ]
    assert not app.dataframe
    app.number_input(key="s_x").set_value(1.0).run()
    assert not app.error
    assert app.dataframe


def test_no_optimizer_is_one_sentence(panel):
    app = panel()
    app.pills(key="s_optimizers").set_value([]).run()
    assert [error.value for error in app.error] == ["Choose at least one optimizer. Received: none"]
    assert not app.exception


def test_more_optimizers_than_can_be_told_apart_are_one_sentence(panel):
    app = panel()
    pills = app.pills(key="s_optimizers")
    pills.set_value(pills.options[:9]).run()
    assert [error.value for error in app.error] == ["Choose at most 8 optimizers. Received: 9"]


def test_what_an_address_cannot_say_is_one_sentence_and_the_usual_value(panel):
    app = panel(s_lr_adam="much", s_noise="-1")
    assert [error.value for error in app.error] == [
        "A number was expected for lr\\_adam. Received: 'much'",
        "Gradient noise must lie in 0 to 20. Received: -1",
    ]
    assert rows(app)["Adam"]["Learning rate"] == "0.1"


def test_another_surface_forgets_what_suited_the_one_before(panel):
    app = panel(s_lr_adam="0.01", s_x="1")
    app.selectbox(key="s_surface").set_value("Beale").run()
    assert not app.error
    assert rows(app)["Adam"]["Learning rate"] == "0.1"
    assert app.number_input(key="s_x").value == 1.0  # Beale's own
    assert app.number_input(key="s_y").value == 1.5
    assert "s_lr_adam" not in app.query_params
