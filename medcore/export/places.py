"""Which sets of images a network has met, besides that of its run: what its card says of them."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from medcore.data import session_sets, sources
from medcore.data.dataset import Card
from medcore.export import adapted, transferred
from medcore.spec import RunSpec

LEARNED = {
    "source_only": "It learned from the source's labels alone.",
    "adabn": "It learned from the source's labels; mean and variance of its batch normalisation are those of the "
    "target's training images, without their labels (AdaBN).",
    "coral": "It learned from the source's labels and from the target's training images without theirs (Deep CORAL).",
    "dann": "It learned from the source's labels and from the target's training images without theirs (DANN).",
    "fine_tune": "It learned from the source's labels, and then from {labels:,} labelled images of the target.",
    "target": "It learned from {labels:,} labelled images of the target alone, and from none of the source.",
}
IMAGENET = (
    "Its first weights are those of ImageNet that come with Keras; the terms of ImageNet allow non-commercial research "
    "and teaching."
)


class Met(NamedTuple):
    """A set of images.

    Args:
        title: of its part of the model card.
        facts: as `model_card` has them of the run's own set.
    """

    title: str
    facts: dict[str, Any]


def described(card: Card, data: Mapping[str, Any]) -> dict[str, Any]:
    """What a model card says of a set; `data` has its "sizes" and its "sha256", as far as a result has them."""
    return {
        "title": card.title,
        "source": card.source,
        "licence": card.licence,
        "citation": card.citation,
        "labels": card.labels,
        "notes": list(card.notes),
        "images": data.get("sizes"),
        "sha256": data.get("sha256"),
    }


def others(spec: RunSpec, result: Mapping[str, Any]) -> Iterator[Met]:
    """Those besides the run's own: the target of an adaptation, the set that it learned from before."""
    if spec.task == adapted.TASK:
        yield Met("Data of the target", described(_card(spec.adaptation.target.name), result.get("target_data") or {}))
    if spec.task == transferred.TASK and spec.transfer.source == "set":
        yield Met("Data that it learned from first", described(_card(spec.transfer.pretraining.name), {}))


def learned(spec: RunSpec, result: Mapping[str, Any]) -> list[str]:
    """What it learned from, one sentence each; [] for a run that learned from its own set from the start."""
    if spec.task == adapted.TASK:
        said = [LEARNED[spec.adaptation.method].format(labels=(result.get("adaptation") or {}).get("labels", 0))]
        return said + _chosen(result)
    if spec.task != transferred.TASK:
        return []
    if spec.transfer.source == "imagenet":
        return [IMAGENET]
    if spec.transfer.source == "run":
        return [f"Its first weights are those of the run {spec.base[:8]}; the licence of its images holds, too."]
    return [f"Its first weights were learned from {_card(spec.transfer.pretraining.name).title}."]


def _chosen(result: Mapping[str, Any]) -> list[str]:
    if (result.get("chosen") or {}).get("by") != "target":
        return []
    said = "Its epoch was chosen by the labels of the target's test images: its figures flatter it"
    honest = (result.get("flattery") or {}).get("accuracy_by_source")
    return [f"{said}{'' if honest is None else f', and chosen without them the accuracy is {honest:.3f}'}."]


def _card(name: str) -> Card:
    """Of a set, as far as it is still known; the name of a session's set is a secret."""
    try:
        return sources.find(name).card
    except (OSError, ValueError):
        title = "Images of one's own" if session_sets.is_name(name) else name
        return Card(name, title, "classification", "A data set that is no longer here", "not stated", "", "")
