"""The finished network that draws on an upload: what it learned from, as far as this is known."""

from dataclasses import dataclass

from medcore import catalog
from medcore.data import sources
from medcore.data.dataset import Card
from medcore.data.own_volume import Learned
from medcore.runs.store import Record
from medcore.spec import RunSpec
from medcore.ui import finished_networks
from medcore.ui.plain import plain


@dataclass(frozen=True)
class Network:
    """What is asked.

    Args:
        record: its run.
        spec: of the run.
        learned: what the run says that it learned from.
        card: of its data set; None where the set is no longer here.
    """

    record: Record
    spec: RunSpec
    learned: Learned
    card: Card | None

    @property
    def axial(self) -> bool:
        """Whether its images were axial slices, front at the top, whatever way their files lay."""
        return self.card is not None and "percentiles" in self.card.gray

    @property
    def modality(self) -> str:
        """Of the images that it learned from; "" where unknown."""
        return self.card.modality if self.card else ""


def of(record: Record) -> Network:
    """What is known of a finished run.

    Raises:
        ValueError: if it does not say what its masks are of.
    """
    spec, result = RunSpec.from_dict(record.spec), record.result or {}
    classes = (result.get("data") or {}).get("classes")
    if not classes:
        raise ValueError("The run does not say which classes its masks have; train it again.")
    card, shape = _set(spec)
    spacing, step = result.get("spacing"), result.get("step")
    learned = Learned(
        record.spec, tuple(classes), shape, spacing and tuple(spacing), step, int(result.get("receptive_field") or 0)
    )
    return Network(record, spec, learned, card)


def _set(spec: RunSpec) -> tuple[Card | None, tuple[int, int, int] | None]:
    """Card and image size of the set, where it is still here."""
    try:
        entry = sources.find(spec.data.name)
    except (OSError, ValueError):
        return None, None
    return entry.card, entry.shape


def line(network: Network) -> str:
    """What it is, as Markdown."""
    spec = network.spec
    context = spec.segmentation.context
    beside = f" with {context} neighbouring to each side" if context else ""
    names = ", ".join(network.learned.classes[1:])
    kind = catalog.MODELS[spec.model.name].label
    return f"**{finished_networks.line(network.record)}** · {kind} · slices{beside} · finds {plain(names)}"
