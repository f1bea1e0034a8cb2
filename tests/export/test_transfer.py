"""Exported scripts of transfer learning, run, and held against what Medcore measured."""

import shutil
from dataclasses import replace

import numpy as np
import pytest

from medcore.data.published import backbone_weights
from medcore.spec import DataSpec, ModelSpec, RunSpec, SampleSpec, TrainingSpec, TransferSpec
from tests.export.conftest import Exported
from tests.export.reproduction import same, trained

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

ELSEWHERE = TransferSpec(
    pretraining=DataSpec("ct-simulator", {"images": 100, "size": 64}), pretraining_epochs=2, epochs=2
)


def spec(**parts) -> RunSpec:
    return RunSpec(
        data=DataSpec("digits"),
        **{
            "model": ModelSpec("cnn", {"batch_norm": 1, "dropout": 0.3}),
            "training": TrainingSpec(2, precision="float32"),
            "sample": SampleSpec(images=100),
        }
        | parts,
    )


RUNS = {
    "Frozen": spec(task="transfer", transfer=ELSEWHERE),
    "Fine-tuned": spec(
        task="transfer",
        transfer=replace(ELSEWHERE, unfrozen=2, learning_rate=0.001),
        training=TrainingSpec(3, 16, weights="best", precision="float32"),
    ),
    "Scratch": spec(),
}


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Exported:
    exported = trained(RUNS, tmp_path_factory)
    exported.run_here("script.py")
    return exported


@pytest.mark.parametrize("label", RUNS)
def test_losses_and_scores_are_medcores(small, label):
    same(small, label)


DEEP = ModelSpec("mobilenetv2", {"size": 32})


@pytest.fixture(scope="module")
def imagenet(tmp_path_factory) -> Exported:
    """Weights of no use stand for those of ImageNet, in a file of Keras' name for them."""
    from medcore.models import backbones, blocks

    runs = {
        "MobileNetV2": spec(
            task="transfer",
            model=DEEP,
            transfer=TransferSpec("imagenet", unfrozen=1, epochs=1, learning_rate=0.001),
            sample=SampleSpec(images=40),
            training=TrainingSpec(1, 16, precision="float32"),
        )
    }
    file = backbone_weights.remote(DEEP).file
    with pytest.MonkeyPatch.context() as patch:
        here = tmp_path_factory.mktemp("weights")
        patch.setenv("MEDCORE_WEIGHTS", str(here))
        network = blocks.backbone(backbones.mobilenetv2((8, 8, 1), 2, size=32))
        network.save(here / file)
        exported = trained(runs, tmp_path_factory)
    shutil.copy(here / file, exported.folder / file)
    exported.run_here("script.py")
    return exported


def test_weights_of_imagenet_are_read_from_a_file_beside_the_script(imagenet):
    same(imagenet, "MobileNetV2")


def test_the_set_it_learns_from_first_is_in_the_archive(small):
    assert sorted(path.name for path in small.folder.glob("*.npz")) == ["data.npz", "pretraining.npz"]
    with np.load(small.folder / "pretraining.npz") as file:
        assert file["train_images"].shape[1:3] == (64, 64)
    assert "pretraining.npz" in (small.folder / "README.txt").read_text(encoding="utf-8")
