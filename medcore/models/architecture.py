"""What a network computes, apart from its weights and names: the same for two that are built alike.

Keras counts up the names of layers and networks through a process.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import keras

_TEXT = re.compile(r'"([^"\\]+)"')


def architecture(model: keras.Model, trainable: bool = True) -> Any:
    """Plain values for JSON: all layers, what each is made with, and which come before it.

    Args:
        trainable: tell whether each may be trained.
    """
    text = model.to_json()
    numbers = {name: f"#{number}" for number, name in enumerate(_names(json.loads(text)["config"]))}

    def told(part: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in part.items() if trainable or name != "trainable"}

    return json.loads(_TEXT.sub(lambda found: f'"{numbers.get(found[1], found[1])}"', text), object_hook=told)


def _names(config: Mapping[str, Any]) -> Iterator[str]:
    """Of a network and all its layers, in order."""
    yield config["name"]
    for part in config.get("layers", ()):
        yield from _names(part["config"])
