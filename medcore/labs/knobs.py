"""What each knob of the regularization lab changes of a run: a spec in, a spec out. They can be turned one after
the other; penalties add up.
"""

from dataclasses import replace

from medcore import catalog
from medcore.spec import LossSpec, ModelSpec, OptimizerSpec, PreparationSpec, RunSpec


def l1(spec: RunSpec, strength: float) -> RunSpec:
    """Adds strength * sum(abs(w)) to the loss."""
    return _penalised(spec, l1=strength)


def l2(spec: RunSpec, strength: float) -> RunSpec:
    """Adds strength * sum(w**2) to the loss."""
    return _penalised(spec, l2=strength)


def elastic_net(spec: RunSpec, strength: float, share: float) -> RunSpec:
    """Adds strength * (share * sum(abs(w)) + (1 - share) * sum(w**2)) to the loss."""
    return _penalised(spec, l1=share * strength, l2=(1 - share) * strength)


def _penalised(spec: RunSpec, l1: float = 0.0, l2: float = 0.0) -> RunSpec:
    before = spec.regularization
    return replace(spec, regularization=replace(before, l1=before.l1 + l1, l2=before.l2 + l2))


def weight_decay(spec: RunSpec, decay: float) -> RunSpec:
    """Shrinks every weight by decay * learning rate at each update; Adam with it is AdamW."""
    before = spec.optimizer
    name = "adamw" if before.name == "adam" else before.name
    return replace(spec, optimizer=OptimizerSpec(name, before.learning_rate, decay, before.options))


def dropout(spec: RunSpec, rate: float) -> RunSpec:
    """Silences this share of the units."""
    return _with_option(spec, "dropout", rate)


def batch_norm(spec: RunSpec) -> RunSpec:
    """Normalises each unit over its batch."""
    return _with_option(spec, "batch_norm", 1)


def input_noise(spec: RunSpec, sd: float) -> RunSpec:
    """Adds noise of this standard deviation to the training images."""
    return _with_option(spec, "input_noise", sd)


def _with_option(spec: RunSpec, name: str, value: float) -> RunSpec:
    return replace(spec, model=ModelSpec(spec.model.name, {**spec.model.options, name: value}))


def early_stopping(spec: RunSpec, patience: int) -> RunSpec:
    """Stops after this many epochs without a lower validation loss, and keeps the weights of the lowest."""
    return replace(spec, training=replace(spec.training, patience=patience, weights="best"))


def augmentation(spec: RunSpec, rotate: float, shift: float, flip: float) -> RunSpec:
    """Varies the training images, on top of the preparation that is there."""
    steps = {
        "flip": {"horizontal": flip, "vertical": 0.0} if flip else None,
        "rotate": {"degrees": rotate} if rotate else None,
        "shift": {"share": shift} if shift else None,
    }
    given = {name: options for name, options in steps.items() if options}
    before = spec.preparation
    return replace(spec, preparation=PreparationSpec({**before.steps, **given}, before.corrupted))


def label_smoothing(spec: RunSpec, share: float) -> RunSpec:
    """Spreads this share of the true class' probability over all classes; of cross-entropy alone.

    Raises:
        ValueError: for another loss.
    """
    if spec.loss.name != "cross_entropy":
        raise ValueError(
            f"Label smoothing is of the loss Cross-entropy alone. Received: {catalog.LOSSES[spec.loss.name].label}"
        )
    return replace(spec, loss=LossSpec("cross_entropy", {"smoothing": share}))
