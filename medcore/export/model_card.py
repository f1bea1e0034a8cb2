"""A finished run's network to take along: the `.keras` file with a card that says what it is and how far to trust it.

Reference:
    Mitchell et al. (2019), Model Cards for Model Reporting, doi 10.1145/3287560.3287596.
"""

import io
import json
import zipfile
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from medcore import catalog
from medcore.data.dataset import Card
from medcore.export import adapted, mask_card, places, segmented, specs
from medcore.runs.store import Record
from medcore.spec import RunSpec

MODEL, TEXT, CARD, RECIPE = "model.keras", "README.md", "model_card.json", "preparation.json"
INTENDED = "For teaching and research, not for diagnosis."
METRICS = {
    "accuracy": "Accuracy",
    "balanced_accuracy": "Balanced accuracy",
    "auc": "AUC",
    "f1_macro": "F1 (macro)",
    "sensitivity": "Sensitivity",
    "specificity": "Specificity",
}
USAGE = "probabilities = keras.ops.softmax(model.predict(images))  # (n, classes)\n"
FEW = 100


def archive(record: Record, card: Card, folder: Path) -> bytes:
    """The ZIP: network, card as Markdown and as JSON, spec, and the recipe of the images where there was one.

    Args:
        record: a finished run.
        card: of its data set.
        folder: of the run.

    Raises:
        FileNotFoundError: if the run left no network on this machine.
        OSError: if it cannot be read.
    """
    file = folder / MODEL
    if not file.is_file():
        raise FileNotFoundError(f"The run {record.id[:8]} left no network on this machine; train it again.")
    values = facts(record, card)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        _add(packed, TEXT, text(values).encode())
        _add(packed, CARD, json.dumps(values, indent=2, ensure_ascii=False).encode())
        _add(packed, specs.FILE, specs.text({record.label: RunSpec.from_dict(record.spec)}).encode())
        if (folder / RECIPE).is_file():
            _add(packed, RECIPE, (folder / RECIPE).read_bytes())
        _add(packed, MODEL, file.read_bytes(), zipfile.ZIP_STORED)  # packed already, as far as weights can be
    return buffer.getvalue()


def _add(packed: zipfile.ZipFile, name: str, content: bytes, compression: int = zipfile.ZIP_DEFLATED) -> None:
    packed.writestr(zipfile.ZipInfo(name), content, compression)


def facts(record: Record, card: Card) -> dict[str, Any]:
    """The card as plain values for JSON."""
    spec, result = RunSpec.from_dict(record.spec), record.result or {}
    data, masks = result.get("data") or {}, spec.task == segmented.TASK
    metrics = mask_card.METRICS if masks else METRICS
    return {
        "name": record.label,
        "run": record.id,
        "intended_use": INTENDED,
        "model": catalog.MODELS[spec.model.name].label,
        "parameters": result.get("parameters"),
        "classes": list(data.get("classes", ())),
        "data": places.described(card, data),
        "other_data": {met.title: met.facts for met in places.others(spec, result)},
        "learned": places.learned(spec, result),
        "seed": spec.seed,
        "spec": specs.told(spec),
        "spec_hash": record.spec_hash,
        "test": {name: result["test"].get(name) for name in ("n", *metrics)} if result.get("test") else None,
        "intervals": (result.get("test") or {}).get("intervals", {}),
        "masks": mask_card.facts(spec, result) if masks else None,
        "source_accuracy": (result.get("source_test") or {}).get("accuracy"),
        "baseline": result.get("baseline"),
        "published": dict(result.get("published") or card.published),
        "preparation": result.get("preparation"),
        "transfer": result.get("transfer"),
        "adaptation": {name: result[name] for name in ("adaptation", "chosen", "flattery") if name in result},
        "limits": limits(record, card),
        "keras": version("keras"),
    }


def limits(record: Record, card: Card) -> list[str]:
    """What the network has not been shown to do, one sentence each."""
    spec, result = RunSpec.from_dict(record.spec), record.result or {}
    test = result.get("test") or {}
    others = list(places.others(spec, result))
    known = [places.described(card, {}), *(met.facts for met in others)]
    if spec.task == adapted.TASK and spec.adaptation.method == "target":
        known = known[1:]
    titles = " and ".join(dict.fromkeys(data["title"] for data in known))
    said = [
        f"It knows images such as those of {titles}, and no others: other scanners, sizes and patients were not "
        "tested.",
        "Its probabilities are a network's, not a patient's risk: they change with how common the disease is.",
    ]
    if spec.task == segmented.TASK:
        said += mask_card.limits(mask_card.facts(spec, result))
    tested = "target, none of the source" if spec.task == adapted.TASK else "same source"
    if test.get("n"):
        unit = result.get("unit", "image")
        said.append(f"It was tested on {test['n']:,} {unit}s of the {tested}{_few(test['n'])}.")
    baseline, interval = result.get("baseline") or {}, test.get("intervals", {}).get("accuracy")
    if interval and baseline.get("accuracy", 0) >= interval[0]:
        said.append(f'It is not proved to be better than always saying "{baseline["class"]}".')
    if result.get("diverged_at"):
        said.append("Its training diverged: what it says means nothing.")
    if any(_forbids_sale(data["licence"]) for data in known):
        said.append("The licence of its images forbids commercial use.")
    return said + list(dict.fromkeys(note for data in known for note in data["notes"]))


def _forbids_sale(licence: str) -> bool:
    return "NC" in licence.upper().replace("-", " ").split()


def _few(images: int) -> str:
    return ", which is few: the intervals are wide" if images < FEW else ""


def text(values: Mapping[str, Any]) -> str:
    """The card in Markdown.

    Args:
        values: of `facts`.
    """
    own = "Data of the source" if values["adaptation"] else "Data"
    sections = {
        "": f"**{INTENDED}**\n\n{values['model']}, {values['parameters'] or 0:,} parameters, run `{values['run']}`.",
        "How to load and use it": _usage(values),
        "Classes": "\n".join(f"{number}. {_line(name)}" for number, name in enumerate(values["classes"])),
        "How good it is": _metrics(values),
        "Limits": _list(values["limits"]),
        "What it learned from": _list(values["learned"]),
        own: _data(values["data"]),
        **{title: _data(data) for title, data in values["other_data"].items()},
        "How it was trained": f"Seed {values['seed']}, spec `{values['spec_hash']}`. `python -m medcore train "
        f"{specs.FILE}` does it again where the images are.\n\n```json\n{json.dumps(values['spec'], indent=1)}\n```",
    }
    parts = [f"# {_line(values['name'])}"]
    parts += [f"## {title}\n\n{body}" if title else body for title, body in sections.items() if body]
    return "\n\n".join(parts) + "\n"


def _usage(values: Mapping[str, Any]) -> str:
    code = (
        "import keras\n"
        "import numpy as np\n\n"
        f'model = keras.models.load_model("{MODEL}", compile=False, safe_mode=True)\n'
        "images = np.zeros((1, *model.input_shape[1:]))  # yours, 0 (black) to 1 (white)\n"
        + (mask_card.USAGE if values["masks"] else USAGE)
    )
    recipe = (values["preparation"] or {}).get("steps") or {}
    inside = "Resizing and the preprocessing of a backbone are inside the network: give it images from 0 to 1."
    if recipe:
        names = ", ".join(catalog.PREPARATIONS[name].label for name in recipe)
        inside = f"Images were prepared before the network saw them ({names}): do the same, as {RECIPE} says."
    return f"```python\n{code}```\n\n{inside} Made with Keras {values['keras']}."


def _metrics(values: Mapping[str, Any]) -> str:
    if not values["test"]:
        return "It was not tested."
    if values["masks"]:
        return mask_card.metrics(values)
    whose = "the target's test images" if values["adaptation"] else "the test images"
    lines = [f"| On {whose} | Value | 95% interval |", "|---|---|---|"]
    for name, label in METRICS.items():
        if values["test"].get(name) is not None:
            low, high = values["intervals"].get(name) or (None, None)
            interval = "" if low is None else f"{low:.3f} to {high:.3f}"
            lines.append(f"| {label} | {values['test'][name]:.3f} | {interval} |")
    baseline = values["baseline"] or {}
    if baseline:
        lines.append(f'| Accuracy of always saying "{_line(baseline["class"])}" | {baseline["accuracy"]:.3f} | |')
    if values["source_accuracy"] is not None:
        lines.append(f"| Accuracy on the source's test images | {values['source_accuracy']:.3f} | |")
    published = {METRICS[name]: values["published"].get(name) for name in ("accuracy", "auc")}
    lines += [f"| {label}, as published | {value:.3f} | |" for label, value in published.items() if value]
    return "\n".join(lines)


def _data(data: Mapping[str, Any]) -> str:
    return _list(f"{name}: {_line(value)}" for name, value in _of_data(data).items() if value)


def _of_data(data: Mapping[str, Any]) -> dict[str, str]:
    sizes = ", ".join(f"{count:,} {split}" for split, count in (data["images"] or {}).items())
    return {
        "Set": data["title"],
        "Source": data["source"],
        "Licence": data["licence"],
        "Cite": data["citation"],
        "Labels": data["labels"],
        "Images": sizes,
        "SHA-256 of images and labels": data["sha256"] or "",
    }


def _list(lines: Any) -> str:
    return "\n".join(f"- {_line(line)}" for line in lines)


def _line(text: str) -> str:
    """One line that cannot be taken for anything but text."""
    return " ".join(text.split()).replace("|", "\\|").replace("`", "'")
