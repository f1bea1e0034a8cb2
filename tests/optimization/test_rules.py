"""Each update rule against Keras' own optimizer, over 200 steps."""

import numpy as np
import pytest

from medcore import catalog
from medcore.catalog.choices import resolve
from medcore.optimization.rules import RULES, update

STEPS = 200
START = np.array([[1.5, -0.7, 3.0], [0.0, 2.2, -1e-3]])


@pytest.fixture(scope="module")
def double():
    """Keras with 64 bits, so that rounding does not hide a difference."""
    keras = pytest.importorskip("keras")
    before = keras.config.floatx()
    keras.config.set_floatx("float64")
    yield keras
    keras.config.set_floatx(before)


def gradients() -> np.ndarray:
    """Of any sign and size, and exactly zero now and then."""
    rng = np.random.default_rng(1)
    sizes = 10.0 ** rng.uniform(-4, 1, (STEPS, *START.shape))
    return rng.standard_normal(sizes.shape) * sizes * (rng.random(sizes.shape) > 0.05)


def ours(name: str, **options: float) -> np.ndarray:
    rule, w = RULES[name], START
    numbers = rule.numbers
    path = []
    for t, g in enumerate(gradients(), 1):
        w, numbers = update(rule, w, g, t, numbers, **options)
        path.append(w)
    return np.array(path)


def theirs(keras, name: str, **options: float) -> np.ndarray:
    choice = catalog.OPTIMIZERS[name]
    optimizer = resolve(choice.target)(**choice.fixed, **options)
    variable = keras.Variable(START)
    optimizer.build([variable])
    path = []
    for g in gradients():
        optimizer.apply_gradients([(keras.ops.convert_to_tensor(g), variable)])
        path.append(keras.ops.convert_to_numpy(variable))
    return np.array(path)


CASES = [
    *((name, {}) for name in RULES),
    *((name, {"weight_decay": 0.3}) for name in RULES),
    ("momentum", {"momentum": 0.5}),
    ("nesterov", {"momentum": 0.99}),
    ("rmsprop", {"rho": 0.5, "epsilon": 0.1}),
    ("adagrad", {"epsilon": 0.1}),
    *((name, {"beta_1": 0.5, "beta_2": 0.9, "epsilon": 0.1}) for name in ("adam", "adamw", "nadam")),
    ("adam", {"beta_1": 0.0, "beta_2": 0.5}),
    ("lion", {"beta_1": 0.5, "beta_2": 0.5}),
]


@pytest.mark.parametrize(("name", "options"), CASES, ids=lambda part: str(part))
def test_the_path_is_that_of_keras(double, name, options):
    options = {"learning_rate": 0.05, "weight_decay": 0.0, **RULES[name].options, **options}
    options = {key: float(np.float32(value)) for key, value in options.items()}  # Keras rounds some of them so
    np.testing.assert_allclose(ours(name, **options), theirs(double, name, **options), rtol=0, atol=1e-6)


@pytest.mark.parametrize("name", [name for name, rule in RULES.items() if rule.options])
def test_the_options_have_keras_defaults(double, name):
    """Momentum's is the catalog's: Keras' is 0, which is no momentum."""
    config = resolve(catalog.OPTIMIZERS[name].target)().get_config()
    expected = config | (
        {"momentum": catalog.OPTIMIZERS[name].parameters["momentum"].default}
        if name in ("momentum", "nesterov")
        else {}
    )
    assert {key: expected[key] for key in RULES[name].options} == RULES[name].options


def test_there_is_a_rule_for_every_optimizer_with_its_options():
    assert RULES.keys() == catalog.OPTIMIZERS.keys()
    for name, choice in catalog.OPTIMIZERS.items():
        defaults = {key: parameter.default for key, parameter in choice.parameters.items()}
        assert {**RULES[name].options, **defaults} == RULES[name].options
        assert RULES[name].fixed == choice.fixed


def test_the_first_step_of_adam_is_the_learning_rate_whatever_the_gradient():
    for size in (1e-3, 1.0, 1e3):
        w, _ = update(
            RULES["adam"], np.zeros(2), np.array([size, -size]), 1, RULES["adam"].numbers, 0.1, **RULES["adam"].options
        )
        np.testing.assert_allclose(w, [-0.1, 0.1], rtol=1e-2)
