"""What a script of transfer learning has beside that of a training: learning elsewhere, blocks, and stages."""

from collections.abc import Mapping

from medcore import catalog
from medcore.export import backbone_program, source, transfer_program, writing
from medcore.export.section import Section
from medcore.export.settings import of_pretraining
from medcore.export.transferred import TASK
from medcore.spec import RunSpec

ORIGINS = {
    "imagenet": "Keras publishes weights that its networks learned from 1.3 million photographs of 1000 classes. Where "
    "there is no network, put the file, under its own name, beside this one.",
    "run": "A run of Medcore left its network, which lies beside this file; all but its last layer is taken over. "
    "Layers before it bring our images to the shape that it was trained on.",
    "set": "The network is trained on another set before, and keeps the weights of its best epoch there. All but its "
    "last layer is what the runs below begin with. Images of that set are brought to the size and the channels of "
    "ours.",
}
BLOCKS = (
    "A network has blocks, from the image on, and a head behind them. Frozen blocks stay as they are. Batch "
    "normalisation keeps its mean and variance, its shift and scale in the blocks that are trained, too, unless "
    "batch_norm_trains says otherwise: the statistics of a few small batches would replace those learned before."
)
STAGES = (
    "The first stage trains the head alone; the second one the last blocks with it, more slowly, so that they change "
    "little of what they learned. Each has an optimizer of its own, and begins with the weights of the one before."
)


def sources(runs: Mapping[str, RunSpec]) -> dict[str, source.Source]:
    """Medcore's own code for it."""
    origins, fitting = _origins(runs), "medcore.models.fitting"
    fits = [f"{fitting}:adapters"] * ("set" in origins)
    fits += [f"{fitting}:inner_shape", f"{fitting}:fitted"] * ("run" in origins)
    known = ("last_layers", "SIZE") if fits else ("last_layers",)  # "fitting" has the names of its layers already
    return {
        "fitting": source.take(*fits),
        "blocks": source.take("medcore.models.blocks:freeze", "medcore.models.blocks:split", without=known),
    }


def sections(runs: Mapping[str, RunSpec], parts: Mapping[str, source.Source]) -> list[Section]:
    """Blocks, what was learned before, and the stages."""
    names = sorted({spec.model.name for spec in runs.values() if spec.task == TASK})
    ends = writing.constants("BLOCKS", {name: dict(catalog.MODELS[name].blocks) for name in names})
    return [
        Section("Blocks", BLOCKS, writing.code(ends, transfer_program.BLOCKS, parts["blocks"].text)),
        Section("What was learned before", _text(runs), _learned_before(runs, parts["fitting"].text)),
        Section("The stages", STAGES, transfer_program.STAGES),
    ]


def _text(runs: Mapping[str, RunSpec]) -> str:
    return " ".join(ORIGINS[origin] for origin in _origins(runs))


def _learned_before(runs: Mapping[str, RunSpec], fitting: str) -> str:
    """A function for each origin of the weights, and what these need."""
    origins, deep = _origins(runs), backbone_program.used(runs.values())
    code = [fitting]
    if {"set", "run"} & set(origins):
        code.append(transfer_program.TAKE_OVER)
    if "set" in origins:
        code.append(writing.constants("PRETRAINING", of_pretraining(runs)))
        code.append(transfer_program.LEARN_FIRST.replace("SHAPED", transfer_program.SHAPED if deep else ""))
    if "imagenet" in origins:
        code.append(transfer_program.IMAGENET)
    code += [_beginning(origin, bool(deep)) for origin in origins]
    entries = [f'    "{origin}": from_{origin},' for origin in origins]
    return writing.code(*code, "\n".join(["ORIGINS = {", *entries, "}"]))


def _beginning(origin: str, deep: bool) -> str:
    inner, fitted = transfer_program.AS_IT_IS if deep else (transfer_program.INNER, transfer_program.FITTED)
    return transfer_program.ORIGINS[origin].replace("INNER", inner).replace("FITTED", fitted)


def _origins(runs: Mapping[str, RunSpec]) -> tuple[str, ...]:
    """Where the weights come from."""
    return tuple(sorted({spec.transfer.source for spec in runs.values() if spec.task == TASK}))
