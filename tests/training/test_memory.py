"""Runs too large for the memory that is free are refused before anything is built."""

from dataclasses import replace
from types import SimpleNamespace

import psutil
import pytest

from medcore.data import sources
from medcore.spec import LossSpec, ModelSpec, RunSpec, TrainingSpec, TransferSpec
from medcore.training import classification, memory, transfer
from medcore.training.devices import Device

SCRATCH = RunSpec(model=ModelSpec("vgg16", {"size": 224}), training=TrainingSpec(1, 16))
TRANSFER = replace(SCRATCH, task="transfer", transfer=TransferSpec("imagenet", unfrozen=2))
CPU = Device("Processor", "cpu", 16.0, "float32", "")


@pytest.fixture
def free(monkeypatch):
    """Lets this machine have so many bytes free; this process counts as nothing."""

    def have(available: float) -> None:
        monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(total=16e9, available=available))
        monkeypatch.setattr(psutil, "Process", lambda: SimpleNamespace(memory_info=lambda: SimpleNamespace(rss=0)))

    return have


@pytest.mark.parametrize(
    ("train", "spec", "how"),
    [(classification.train, SCRATCH, "from scratch"), (transfer.train, TRANSFER, "with 2 blocks unfrozen")],
)
def test_a_deep_network_is_refused_in_a_sentence_and_nothing_is_built(train, spec, how, splits, run, free, monkeypatch):
    free(9e8)
    monkeypatch.setattr(sources, "load", lambda spec, report=None: splits)
    expected = rf"free, 0\.9 GB: try .* Received: VGG16 {how}, batches of 16 and images of 224x224 pixels, about 1\."
    with pytest.raises(ValueError, match=expected):
        train(spec, run)
    assert run.sentences == ["Loading the images."]


def test_less_is_needed_where_less_is_trained(free):
    free(1.3e9)
    memory.check(replace(TRANSFER, transfer=TransferSpec("imagenet")), 2, 16, CPU)
    with pytest.raises(ValueError, match="from scratch"):
        memory.check(SCRATCH, 2, 16, CPU)


def test_small_networks_and_gpus_are_not_judged_by_the_machine(free):
    free(1e6)
    memory.check(RunSpec(model=ModelSpec("cnn")), 2, 32, CPU)
    memory.check(SCRATCH, 2, 32, Device("GPU", "gpu", 8.0, "bfloat16", ""))
    memory.check(SCRATCH, 2, 32, Device("GPU", "gpu", None, "bfloat16", ""))
    with pytest.raises(ValueError, match=r"free, 1\.1 GB"):
        memory.check(SCRATCH, 2, 32, Device("GPU", "gpu", 1.0, "bfloat16", ""))


def test_a_network_for_masks_is_refused_by_its_maps_and_not_where_they_fit(free):
    spec = RunSpec(task="segment", model=ModelSpec("unet", {"width": 64, "depth": 4}), loss=LossSpec("dice"))
    free(2e9)
    memory.check_masks(spec, (64, 64, 1), 2, 1, CPU)
    with pytest.raises(ValueError, match=r"2\.0 GB: .*width\. Received: U-Net, batches of 16 and .* 512x512 pixels"):
        memory.check_masks(spec, (512, 512, 1), 2, 16, CPU)
