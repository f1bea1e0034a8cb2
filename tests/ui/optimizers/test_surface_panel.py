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


def test_small_numbers_are_written_as_the_scene_writes_them(panel):
    row = rows(panel(s_optimizers=["Momentum"], s_steps="1000"))["Momentum"]
    value = Race("bowl", ("momentum",), values={"steps": 1000}).paths()["momentum"].values[-1]
    factor, power = f"{value:.3g}".split("e-")
    assert row["f at the end"] == f"{factor}·10⁻" + power.translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))


def test_a_rate_that_diverges_is_said_with_its_step_and_the_others_go_on(panel):
    app = panel(s_lr_gd="0.5")
    step = Race("bowl", ("gd",), values={"lr_gd": 0.5}).paths()["gd"].diverged_at
    gone = rows(app)["Gradient descent"]
    assert gone["State"] == f"diverged at step {step}"
    assert gone["f at the end"] == gone["Distance to the nearest ★"] == "—"
    assert rows(app)["Adam"]["State"] == "300 steps"
    assert not app.error


def test_a_start_outside_the_plot_is_one_box_beside_the_last_start_until_it_is_mended(panel):
    app = panel()
    app.number_input(key="s_x").set_value(0.5).run()
    shown = rows(app)
    app.number_input(key="s_x").set_value(7.0).run()
    assert [error.value for error in app.error] == [
        "The start must lie in the plot, x in -2.2 to 2.2 and y in -1.6 to 1.6. Received: (7, 1.2). "
        "Shown instead: Gradient descent, Momentum, RMSprop, Adam from (0.5, 1.2)."
    ]
    assert rows(app) == shown
    app.number_input(key="s_x").set_value(1.0).run()
    assert not app.error
    assert app.dataframe


def test_a_link_with_a_start_outside_shows_the_start_of_the_surface(panel):
    app = panel(s_x="9", s_optimizers=["Lion"])
    [error] = app.error
    assert "from (-1.9, 1.2)" in error.value
    assert list(rows(app)) == ["Gradient descent", "Momentum", "RMSprop", "Adam"]


def test_no_optimizer_is_one_box_beside_those_of_before(panel):
    app = panel(s_optimizers=["Adam", "Lion"])
    app.pills(key="s_optimizers").set_value([]).run()
    [error] = app.error
    assert error.value.startswith("Choose at least one optimizer. Received: none. Shown instead: Adam, Lion from")
    assert list(rows(app)) == ["Adam", "Lion"]


def test_more_optimizers_than_can_be_told_apart_are_one_box_beside_those_of_before(panel):
    app = panel()
    pills = app.pills(key="s_optimizers")
    pills.set_value(pills.options[:9]).run()
    [error] = app.error
    assert error.value.startswith("Choose at most 8 optimizers. Received: 9. Shown instead:")
    assert list(rows(app)) == ["Gradient descent", "Momentum", "RMSprop", "Adam"]


def test_what_an_address_cannot_say_is_one_box_that_names_the_usual_values(panel):
    app = panel(s_lr_adam="much", s_noise="-1")
    assert [error.value for error in app.error] == [
        "- A number was expected for lr\\_adam. Received: 'much'; 0.1 is used instead.\n"
        "- Gradient noise must lie in 0 to 20. Received: -1; 0 is used instead."
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
