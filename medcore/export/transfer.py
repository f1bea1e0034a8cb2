"""What a script of transfer learning has beside that of a training: learning elsewhere, blocks, and stages."""

from collections.abc import Mapping

from medcore import catalog
from medcore.export import source, transfer_program, writing
from medcore.export.section import Section
from medcore.export.settings import of_pretraining
from medcore.spec import RunSpec

FIRST = (
    "The network is trained on another set before, and keeps the weights of its best epoch there. All but its last "
    "layer is what the runs below begin with. Images of that set are brought to the size and the channels of ours."
)
BLOCKS = (
    "A network has blocks, from the image on, and a head behind them. Frozen blocks stay as they are. Batch "
    "normalisation keeps its mean and variance, its shift and scale in the blocks that are trained, too, unless "
    "batch_norm_trains says otherwise: the statistics of a few small batches would replace those learned before."
)
STAGES = (
    "The first stage trains the head alone; the second one the last blocks with it, more slowly, so that they change "
    "little of what they learned. Each has an optimizer of its own, and begins with the weights of the one before."
)


def sources(runs: Mapping[str, RunSpec]) -> dict[str, source.Source]:  # noqa: ARG001 - other origins need more
    """Medcore's own code for it."""
    return {
        "fitting": source.take("medcore.models.fitting:adapters"),
        "blocks": source.take(
            "medcore.models.blocks:freeze", "medcore.models.blocks:split", without=("last_layers", "SIZE")
        ),
    }


def sections(runs: Mapping[str, RunSpec], parts: Mapping[str, source.Source]) -> list[Section]:
    """Learning elsewhere, the blocks, and the stages."""
    pretraining = writing.constants("PRETRAINING", of_pretraining(runs))
    models = {spec.model.name for spec in runs.values()}
    ends = writing.constants("BLOCKS", {name: dict(catalog.MODELS[name].blocks) for name in sorted(models)})
    return [
        Section(
            "Learning elsewhere first",
            FIRST,
            writing.code(pretraining, parts["fitting"].text, transfer_program.LEARN_FIRST),
        ),
        Section("Blocks", BLOCKS, writing.code(ends, transfer_program.BLOCKS, parts["blocks"].text)),
        Section("The stages", STAGES, transfer_program.STAGES),
    ]
