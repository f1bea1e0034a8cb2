"""One run: all its parts, their JSON, and its identity."""

import hashlib
import json
import re
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

from medcore import catalog
from medcore.spec.adaptation import AdaptationSpec
from medcore.spec.checks import built, whole
from medcore.spec.choices import DataSpec, LossSpec, ModelSpec, OptimizerSpec, ScheduleSpec
from medcore.spec.explanation import ExplanationSpec
from medcore.spec.path import PathSpec
from medcore.spec.preparation import PreparationSpec
from medcore.spec.regularization import RegularizationSpec
from medcore.spec.sample import SampleSpec
from medcore.spec.segmentation import SegmentationSpec
from medcore.spec.training import TrainingSpec
from medcore.spec.transfer import TransferSpec

MAX_SEED = 2**31 - 1
_RUN_ID = re.compile(r"[0-9a-f]{16}([0-9a-f]{16})?")


@dataclass(frozen=True)
class RunSpec:
    """One run.

    Args:
        preparation: what happens to the images before the network sees them; nothing by default.
        base: id of a finished run, or several joined by commas, for tasks that start from them; "" for all others.
        schedule: how the learning rate changes.
        regularization: what is added to the loss.
        sample: which of the training images the network gets, and how good their labels are.
        path: the strengths and folds of tasks that walk a regularization path.
        transfer: what the network learned before; of the task "transfer".
        adaptation: the place that the network is made fit for; of the task "adapt".
        explanation: what is asked about which image; of the tasks "explain" and "predict".
        segmentation: of the tasks "segment" and "segment_image", which also take a loss of masks.
        seed: fixes the first weights and the order of the batches, 0 to 2**31 - 1. Two specs
            of the same model and seed start from the same weights and see the images in the
            same order, whatever their optimizers.
    """

    task: str = "classification"
    data: DataSpec = field(default_factory=DataSpec)
    model: ModelSpec = field(default_factory=ModelSpec)
    optimizer: OptimizerSpec = field(default_factory=OptimizerSpec)
    loss: LossSpec = field(default_factory=LossSpec)
    training: TrainingSpec = field(default_factory=TrainingSpec)
    seed: int = 0
    preparation: PreparationSpec = field(default_factory=PreparationSpec)
    base: str = ""
    schedule: ScheduleSpec = field(default_factory=ScheduleSpec)
    regularization: RegularizationSpec = field(default_factory=RegularizationSpec)
    sample: SampleSpec = field(default_factory=SampleSpec)
    path: PathSpec = field(default_factory=PathSpec)
    transfer: TransferSpec = field(default_factory=TransferSpec)
    adaptation: AdaptationSpec = field(default_factory=AdaptationSpec)
    explanation: ExplanationSpec = field(default_factory=ExplanationSpec)
    segmentation: SegmentationSpec = field(default_factory=SegmentationSpec)

    def __post_init__(self) -> None:
        task = catalog.choose("Task", catalog.TASKS, self.task)
        if not isinstance(self.base, str) or not all(map(_RUN_ID.fullmatch, self.bases)):
            raise ValueError(
                "base must be the id of a run, 16 or 32 of the digits 0-9 and a-f, or several of them joined by "
                f"commas. Received: {self.base!r}"
            )
        if not bool(task.bases and not task.optional) <= len(self.bases) <= task.bases:
            needs = f"starts from 1 to {task.bases} finished runs" if task.bases else "starts from no other run"
            needs = "needs a finished run as its base" if task.bases == 1 else needs
            raise ValueError(f"A run of the task {self.task} {needs}. Received: {self.base!r}")
        if catalog.MODELS[self.model.name].family != task.family:
            able = [name for name, model in catalog.MODELS.items() if model.family == task.family]
            raise ValueError(
                f"A run of the task {self.task} takes the models {', '.join(able)}. Received: {self.model.name!r}"
            )
        self._check_loss(task.family)
        if task.family == "segmentation":
            self.sample.check_masks()
        self._check_transfer()
        self.schedule.check_length(self.training.epochs)
        self._check_proximal()
        self._check_batches()
        object.__setattr__(self, "seed", whole("seed", self.seed, 0, MAX_SEED))

    def _check_loss(self, family: str) -> None:
        """Raises ValueError where a loss of masks is asked of classes, or one of classes of masks."""
        able = catalog.MASK_LOSSES if family == "segmentation" else catalog.LOSSES
        if self.loss.name not in able:
            raise ValueError(
                f"A run of the task {self.task} takes the losses {', '.join(able)}. Received: {self.loss.name!r}"
            )

    def _check_transfer(self) -> None:
        """Raises ValueError unless there is what the weights shall come from."""
        if self.task != "transfer":
            return
        if (self.transfer.source == "run") != bool(self.bases):
            needs = "needs a finished run as its base" if self.transfer.source == "run" else "starts from no run"
            raise ValueError(
                f"Transfer with weights from {self.transfer.source} {needs}. Received: {self.base or 'none'!r}"
            )
        model = catalog.MODELS[self.model.name]
        if self.transfer.source == "imagenet" and self.model.name not in catalog.BACKBONES:
            able = ", ".join(choice.label for choice in catalog.BACKBONES.values())
            raise ValueError(f"ImageNet weights are there for {able}. Received: {model.label}")
        if not model.blocks:
            raise ValueError(f"Transfer needs a network with a layer below its head. Received: {model.label}")

    def _check_proximal(self) -> None:
        """Raises ValueError where the proximal step is asked of an optimizer that it is not defined for."""
        on_path = self.task in ("path", "nested_fold") and self.path.penalty != "l2"
        wanted = self.regularization.l1_step == "proximal" and (self.regularization.l1 > 0 or on_path)
        if wanted and not catalog.OPTIMIZERS[self.optimizer.name].proximal:
            able = ", ".join(choice.label for choice in catalog.OPTIMIZERS.values() if choice.proximal)
            raise ValueError(
                f"The proximal step works with {able}. Received: {catalog.OPTIMIZERS[self.optimizer.name].label}"
            )

    def _check_batches(self) -> None:
        """Raises ValueError where every unit, less its mean over a batch of one image, would be 0."""
        if self.model.options.get("batch_norm") and 1 in (self.training.batch_size, self.sample.images):
            raise ValueError(
                "Batch normalisation needs batches of two images or more, as it takes the mean of a batch away. "
                "Received: batches of one image"
            )

    @property
    def bases(self) -> tuple[str, ...]:
        """Ids of the runs it starts from."""
        return tuple(self.base.split(",")) if self.base else ()

    @property
    def size(self) -> str:
        """ "small" trains on one thread, "large" on every core."""
        return catalog.MODELS[self.model.name].size

    @cached_property
    def hash(self) -> str:
        """Identity: the first 16 hex digits of the SHA-256 of the canonical JSON.

        Parts that are as they are by default are left out, so a part that is new leaves the identity of all other runs.
        """
        told = {name: part for name, part in self.to_dict().items() if part != _DEFAULTS[name]}
        text = json.dumps(told, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON; `from_dict` takes them back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: object) -> "RunSpec":
        """A spec from plain values.

        Raises:
            ValueError: for anything unknown or out of range, with what was expected.
        """
        return built(cls, "A run", values, _PARTS)


_PARTS = {
    "data": DataSpec,
    "model": ModelSpec,
    "optimizer": OptimizerSpec,
    "loss": LossSpec,
    "training": TrainingSpec,
    "preparation": PreparationSpec,
    "schedule": ScheduleSpec,
    "regularization": RegularizationSpec,
    "sample": SampleSpec,
    "path": PathSpec,
    "transfer": TransferSpec,
    "adaptation": AdaptationSpec,
    "explanation": ExplanationSpec,
    "segmentation": SegmentationSpec,
}
_DEFAULTS = RunSpec().to_dict()
