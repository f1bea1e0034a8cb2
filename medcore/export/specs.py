"""The specs of a comparison as JSON: `python -m medcore train` takes them back."""

import json
from collections.abc import Mapping

from medcore.data import session_sets
from medcore.spec import RunSpec

FILE = "specs.json"
OWN = "own-images"


def text(runs: Mapping[str, RunSpec]) -> str:
    """A list of runs with their labels; the secret name of a session's data set stays here."""
    return json.dumps([{"label": label} | told(spec) for label, spec in runs.items()], indent=2, ensure_ascii=False)


def told(spec: RunSpec) -> dict:
    """A spec as plain values, without a name that is a secret."""
    values = spec.to_dict()
    for data in (values["data"], values["transfer"]["pretraining"], values["adaptation"]["target"]):
        if session_sets.is_name(data["name"]):
            data |= {"name": OWN}
    return values
