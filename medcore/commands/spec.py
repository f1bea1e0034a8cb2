"""`spec`: prints the runs that a page would submit, as JSON."""

import argparse
import importlib
import inspect
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, get_args, get_origin, get_type_hints

LABS = (
    "choosing_lambda",
    "few_labels",
    "optimizers",
    "regularization",
    "robustness",
    "segmentation",
    "transfer",
    "two_hospitals",
)
"""Modules of `medcore.labs` with a function `runs` that takes plain settings."""


def add(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "spec",
        help="print the runs of a lab as JSON, for train",
        description="Example: python -m medcore spec optimizers --set dataset=breastmnist --set optimizers=adam,sgd "
        "--set learning_rate=adam:0.001,sgd:0.01 --set epochs=5 "
        "--set preparation=gaussian_noise.sd:0.1,equalize:true,corrupted:test",
    )
    parser.add_argument("lab", help="one of: " + ", ".join(LABS))
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a setting of the lab; several values with commas, one for each name as NAME:VALUE,NAME:VALUE or as JSON",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Prints the list of runs."""
    if arguments.lab not in LABS:
        raise ValueError(f"The lab must be one of {', '.join(LABS)}. Received: {arguments.lab!r}")
    make = importlib.import_module(f"medcore.labs.{arguments.lab}").runs
    runs = make(**settings(make, arguments.set))
    print(json.dumps([{"label": label, **spec.to_dict()} for label, spec in runs.items()], indent=2))
    return 0


def settings(make: Callable[..., Any], pairs: Sequence[str]) -> dict[str, Any]:
    """Arguments for a lab's `runs`, from texts such as "epochs=5".

    Raises:
        ValueError: for a text without "=", and a name that the lab does not take.
    """
    known, types = inspect.signature(make).parameters, get_type_hints(make)
    values = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals:
            raise ValueError(f"--set takes NAME=VALUE. Received: {pair!r}")
        if name not in known:
            raise ValueError(f"The lab's settings are {', '.join(known)}. Received: {name!r}")
        values[name] = _value(text, types[name])
    return values


def _value(text: str, annotation: Any) -> Any:
    """The text as what the annotation asks for. What it cannot be stays a text, for the lab to refuse."""
    kinds = {get_origin(kind) or kind for kind in get_args(annotation) or (annotation,)}
    if get_origin(annotation) in (Mapping, Sequence):
        kinds = {get_origin(annotation)}
    if str in kinds:
        return text
    if Sequence in kinds:
        return [part.strip() if _texts(annotation) else _scalar(part) for part in text.split(",")]
    if Mapping in kinds and text.lstrip().startswith("{"):
        return _scalar(text)
    if Mapping in kinds and ":" in text:
        pairs = (part.partition(":") for part in text.split(","))
        return {key.strip(): _scalar(value) for key, _, value in pairs}
    return _scalar(text)


def _texts(annotation: Any) -> bool:
    """Whether it is a sequence of texts alone."""
    return get_args(annotation) == (str,)


def _scalar(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text.strip()
