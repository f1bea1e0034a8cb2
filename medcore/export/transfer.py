"""What a script of transfer learning has beside that of a training: learning elsewhere, blocks, and stages."""

from collections.abc import Mapping

from medcore import catalog
from medcore.export import backbone_program, source, transfer_program, writing
from medcore.export.section import Section
from medcore.export.settings import of_pretraining
from medcore.export.transferred import TASK
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
IMAGENET = (
    "Keras publishes weights that its networks learned from 1.3 million photographs of 1000 classes. Where there is no "
    "network, put the file, under its own name, beside this one."
)
STAGES = (
    "The first stage trains the head alone; the second one the last blocks with it, more slowly, so that they change "
    "little of what they learned. Each has an optimizer of its own, and begins with the weights of the one before."
)


def sources(runs: Mapping[str, RunSpec]) -> dict[str, source.Source]:
    """Medcore's own code for it."""
    fits = "set" in _origins(runs)
    known = ("last_layers", "SIZE") if fits else ("last_layers",)  # "fitting" has the names of its layers already
    return {
        "fitting": source.take(*["medcore.models.fitting:adapters"] * fits),
        "blocks": source.take("medcore.models.blocks:freeze", "medcore.models.blocks:split", without=known),
    }


def sections(runs: Mapping[str, RunSpec], parts: Mapping[str, source.Source]) -> list[Section]:
    """Learning elsewhere, the blocks, and the stages."""
    transfers = [spec for spec in runs.values() if spec.task == TASK]
    names = sorted({spec.model.name for spec in transfers})
    ends = writing.constants("BLOCKS", {name: dict(catalog.MODELS[name].blocks) for name in names})
    origins = _origins(runs)
    written = []
    if "set" in origins:
        learn = transfer_program.LEARN_FIRST.replace(
            "SHAPED", transfer_program.SHAPED if backbone_program.used(transfers) else ""
        )
        pretraining = writing.constants("PRETRAINING", of_pretraining(runs))
        written.append(
            Section("Learning elsewhere first", FIRST, writing.code(pretraining, parts["fitting"].text, learn))
        )
    written.append(Section("Blocks", BLOCKS, writing.code(ends, transfer_program.BLOCKS, parts["blocks"].text)))
    if "imagenet" in origins:
        written.append(Section("The weights of ImageNet", IMAGENET, transfer_program.IMAGENET))
    return [*written, Section("The stages", STAGES, transfer_program.STAGES.replace("ORIGIN", _BEGINNINGS[origins]))]


_BEGINNINGS = {
    ("set",): transfer_program.FROM_SET,
    ("imagenet",): transfer_program.FROM_IMAGENET,
    ("imagenet", "set"): transfer_program.FROM_EITHER,
}


def _origins(runs: Mapping[str, RunSpec]) -> tuple[str, ...]:
    """Where the weights come from."""
    return tuple(sorted({spec.transfer.source for spec in runs.values() if spec.task == TASK}))
