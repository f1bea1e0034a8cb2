"""What one run is: frozen values, checked on construction, and their JSON.

The same spec gives the same result on the same hardware; `RunSpec.hash` is its identity.
Defaults of the catalog are written out on construction, so a spec says everything that
it does, and leaving a default out or writing it down gives the same hash.
"""

from medcore.spec.adaptation import AdaptationSpec
from medcore.spec.checks import MAX_OPTION_TEXT, number, one_of, whole
from medcore.spec.choices import MAX_EPOCHS, DataSpec, LossSpec, ModelSpec, OptimizerSpec, ScheduleSpec
from medcore.spec.explanation import ExplanationSpec
from medcore.spec.path import MAX_FOLDS, MAX_STRENGTHS, PathSpec
from medcore.spec.preparation import Corrupted, PreparationSpec
from medcore.spec.regularization import MAX_STRENGTH, RegularizationSpec
from medcore.spec.run import MAX_SEED, RunSpec
from medcore.spec.sample import SampleSpec
from medcore.spec.segmentation import SegmentationSpec
from medcore.spec.training import MAX_BATCH, Precision, TrainingSpec, Weights
from medcore.spec.transfer import TransferSpec

__all__ = [
    "MAX_BATCH",
    "MAX_EPOCHS",
    "MAX_FOLDS",
    "MAX_OPTION_TEXT",
    "MAX_SEED",
    "MAX_STRENGTH",
    "MAX_STRENGTHS",
    "AdaptationSpec",
    "Corrupted",
    "DataSpec",
    "ExplanationSpec",
    "LossSpec",
    "ModelSpec",
    "OptimizerSpec",
    "PathSpec",
    "Precision",
    "PreparationSpec",
    "RegularizationSpec",
    "RunSpec",
    "SampleSpec",
    "ScheduleSpec",
    "SegmentationSpec",
    "TrainingSpec",
    "TransferSpec",
    "Weights",
    "number",
    "one_of",
    "whole",
]
