"""Networks of these tests start from the same weights each time: Keras takes its seeds from Python's generator."""

import random

import pytest


@pytest.fixture(autouse=True)
def same_weights():
    random.seed(0)
