"""Backbones that the tests of a process share: each takes a second or more to build."""

from collections.abc import Callable
from functools import lru_cache

import keras
import pytest

from medcore import catalog

SHAPE, CLASSES = (20, 30, 1), 3


@lru_cache(None)
def _built(name: str, size: int) -> keras.Model:
    return catalog.resolve(catalog.BACKBONES[name].target)(SHAPE, CLASSES, size=size)


@pytest.fixture(scope="session")
def backbone_model() -> Callable[[str], keras.Model]:
    """Gives the model of a backbone by its name, for gray images of 20x30 pixels in 3 classes, at 32 pixels or more;
    whoever changes its weights must not share it."""
    return lambda name, size=32: _built(name, size)
