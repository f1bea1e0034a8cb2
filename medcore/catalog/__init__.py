"""What can be chosen, as data.

A target is a string "module:name", so a choice carries no import and this package may be read by the web process.
`resolve` turns a target into the object, on the worker's side.
"""

from medcore.catalog.backbones import BACKBONES, BackboneChoice
from medcore.catalog.choices import Choice, Parameter, Selection, choose, resolve
from medcore.catalog.knobs import KNOBS
from medcore.catalog.losses import LOSSES, LossChoice
from medcore.catalog.mask_losses import MASK_LOSSES
from medcore.catalog.model_choice import ModelChoice
from medcore.catalog.models import CLASSICS, MODELS, NETWORKS
from medcore.catalog.optimizers import OPTIMIZERS, OptimizerChoice
from medcore.catalog.preparations import PREPARATIONS, STAGES, PreparationChoice
from medcore.catalog.schedules import SCHEDULES
from medcore.catalog.segmenters import SEGMENTERS
from medcore.catalog.tasks import TASKS, TaskChoice

EVERY_LOSS: dict[str, LossChoice] = {**LOSSES, **MASK_LOSSES}
"""Of classes and of masks."""

__all__ = [
    "BACKBONES",
    "CLASSICS",
    "EVERY_LOSS",
    "KNOBS",
    "LOSSES",
    "MASK_LOSSES",
    "MODELS",
    "NETWORKS",
    "OPTIMIZERS",
    "PREPARATIONS",
    "SCHEDULES",
    "SEGMENTERS",
    "STAGES",
    "TASKS",
    "BackboneChoice",
    "Choice",
    "LossChoice",
    "ModelChoice",
    "OptimizerChoice",
    "Parameter",
    "PreparationChoice",
    "Selection",
    "TaskChoice",
    "choose",
    "resolve",
]
