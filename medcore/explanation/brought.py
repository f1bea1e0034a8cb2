"""A model that was brought along, put together only once it is known what it will take.

Its file was found harmless before (`export.model_file`), but its config may ask for any amount of memory, and what
takes it all ends other people's runs, too.
"""

import json
import math
import zipfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from pathlib import Path
from typing import Any

import keras

from medcore.explanation.layers import values

MAX_WEIGHTS = 2**28
"""Numbers, of four bytes each: as many as a file may hold."""
MAX_VALUES = 2**28
"""Numbers that all layers together make of one image; VGG16 makes 15 million of 224x224 pixels."""


def load(file: Path) -> keras.Model:
    """The model of a `.keras` file.

    Raises:
        ValueError: if it is too large, or does not hold together.
        OSError: if it cannot be read.
    """
    with zipfile.ZipFile(file) as packed:
        config = json.loads(packed.read("config.json"))
    weights, made = needs(config)
    if weights > MAX_WEIGHTS:
        raise ValueError(f"A model may have up to {MAX_WEIGHTS:,} weights. Received: {weights:,}")
    if made > MAX_VALUES:
        raise ValueError(f"A model may make up to {MAX_VALUES:,} numbers of an image. Received: {made:,}")
    try:
        return keras.models.load_model(file, compile=False, safe_mode=True)
    except Exception as error:  # Keras raises many kinds over a config that does not hold together
        raise _apart() from error


def needs(config: Mapping[str, Any]) -> tuple[int, int]:
    """How many weights a model has, and how many numbers its layers make of one image, found without taking memory.

    Raises:
        ValueError: if the config does not hold together.
    """
    # Keras sets up by and by, in the same thread, all weights that were left out
    with ThreadPoolExecutor(1) as thread:
        try:
            return thread.submit(_asked, config).result()
        except Exception as error:  # as above
            raise _apart() from error


def _asked(config: Mapping[str, Any]) -> tuple[int, int]:
    listed = _listed(config)
    with keras.StatelessScope(initialize_variables=False):
        plain = deepcopy(dict(config)) | {"compile_config": None}
        model = keras.saving.deserialize_keras_object(plain, safe_mode=True)
        if _built(model) < listed:
            raise ValueError("Some layers are not connected.")
        return sum(math.prod(weight.shape) for weight in model.variables), values(model)


def _listed(config: Mapping[str, Any]) -> int:
    """Layers that a config names, which all get their weights."""
    parts = [part for part in config["config"]["layers"] if part["class_name"] != "InputLayer"]
    return sum(1 + (_listed(part) if "layers" in part["config"] else 0) for part in parts)


def _built(model: keras.Model) -> int:
    """Layers that an image passes through."""
    steps = [step for step in getattr(model, "operations", model.layers) if not _is_input(step)]
    return sum(1 + (_built(step) if isinstance(step, keras.Model) else 0) for step in steps)


def _is_input(step: Any) -> bool:
    return isinstance(step, keras.layers.InputLayer)


def _apart() -> ValueError:
    return ValueError("The model cannot be put together by Keras: its config and its weights do not fit.")
