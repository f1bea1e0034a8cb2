"""Exported scripts of transfer learning, run, and held against what Medcore measured."""

import re
import shutil
from dataclasses import replace

import numpy as np
import pytest

from medcore.data.published import backbone_weights
from medcore.export import specs, transferred
from medcore.export.settings import check
from medcore.spec import (
    AdaptationSpec,
    DataSpec,
    ModelSpec,
    OptimizerSpec,
    PreparationSpec,
    RegularizationSpec,
    RunSpec,
    SampleSpec,
    TrainingSpec,
    TransferSpec,
)
from tests.export.conftest import Exported
from tests.export.reproduction import same, trained

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

ELSEWHERE = TransferSpec(pretraining=DataSpec("digits"), pretraining_epochs=2, epochs=2)


def spec(**parts) -> RunSpec:
    return RunSpec(
        data=DataSpec("digits"),
        **{
            "model": ModelSpec("cnn", {"batch_norm": 1, "dropout": 0.3}),
            "optimizer": OptimizerSpec("momentum", 0.03),
            "training": TrainingSpec(2, precision="float32"),
            "sample": SampleSpec(images=100),
            "preparation": PreparationSpec({"resize": {"side": 12}}),
        }
        | parts,
    )


RUNS = {
    "Scratch": spec(model=ModelSpec("mlp", {"dropout": 0.3})),
    "Fine-tuned": spec(
        task="transfer",
        transfer=replace(ELSEWHERE, unfrozen=2, learning_rate=0.001),
        training=TrainingSpec(3, 16, weights="best", precision="float32"),
    ),
    "From a run on larger images": spec(
        task="transfer", base=f"{1:032x}", transfer=TransferSpec("run"), preparation=PreparationSpec()
    ),
}


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Exported:
    exported = trained(RUNS, tmp_path_factory)
    exported.run_here("script.py")
    return exported


@pytest.mark.parametrize("label", RUNS)
def test_losses_and_scores_are_medcores(small, label):
    same(small, label)


DEEP = ModelSpec("vgg16", {"size": 32})


def shallow(include_top: bool, weights: None, input_shape: tuple[int, int, int]):
    """A network of VGG16's blocks with one thin layer each: to trace the deep one takes long, in Medcore and script."""
    import keras

    maps = image = keras.Input(input_shape)
    for number in range(1, 6):
        maps = keras.layers.Conv2D(4, 3, padding="same", activation="relu", name=f"block{number}_conv1")(maps)
        maps = keras.layers.MaxPooling2D(name=f"block{number}_pool")(maps)
    return keras.Model(image, maps, name="vgg16")


@pytest.fixture(scope="module")
def imagenet(tmp_path_factory) -> Exported:
    """Weights of no use stand for those of ImageNet, in a file of Keras' name for them."""
    from keras import applications

    from medcore.models import backbones, blocks

    runs = {
        "VGG16": spec(
            task="transfer",
            model=DEEP,
            transfer=TransferSpec("imagenet"),
            sample=SampleSpec(images=40),
            preparation=PreparationSpec(),
            training=TrainingSpec(1, 16, precision="float32"),
        )
    }
    file = backbone_weights.remote(DEEP).file
    with pytest.MonkeyPatch.context() as patch:
        here = tmp_path_factory.mktemp("weights")
        patch.setenv("MEDCORE_WEIGHTS", str(here))
        patch.setattr(applications, "VGG16", shallow)
        network = blocks.backbone(backbones.vgg16((8, 8, 1), 2, size=32))
        network.save(here / file)
        exported = trained(runs, tmp_path_factory)
        shutil.copy(here / file, exported.folder / file)
        exported.run_here("script.py")
    return exported


def test_weights_of_imagenet_are_read_from_a_file_beside_the_script(imagenet):
    same(imagenet, "VGG16")


def test_what_it_learns_from_first_is_in_the_archive(small):
    assert sorted(path.name for path in small.folder.glob("*.npz")) == ["data-1.npz", "data-2.npz", "pretraining.npz"]
    for name, size in {"data-1.npz": 12, "data-2.npz": 8, "pretraining.npz": 8}.items():
        with np.load(small.folder / name) as file:
            assert file["train_images"].shape[1:] == (size, size, 1)
    assert (small.folder / "base.keras").is_file()
    told = (small.folder / "README.txt").read_text(encoding="utf-8")
    assert "pretraining.npz" in told
    assert "base.keras" in told


def test_what_a_script_cannot_do_is_refused_in_a_sentence(home):
    penalised = replace(RUNS["Fine-tuned"], regularization=RegularizationSpec(0.1))
    classic = RunSpec(task="classic", data=DataSpec("digits"), model=ModelSpec("knn"))
    adapted = RunSpec(task="adapt", data=DataSpec("digits"))
    run = {"Run": RUNS["From a run on larger images"]}
    for runs, words in (
        ({"Run": penalised}, 'takes no penalties. Received: "Run"'),
        ({"Run": RUNS["Fine-tuned"], "kNN": classic}, "Received: a classic among them"),
        ({"Run": RUNS["Fine-tuned"], "There": adapted}, "takes such runs alone. Received: others among them"),
        ({"There": replace(adapted, preparation=PreparationSpec({"flip": {}}))}, 'Received: "There" with augmentation'),
        ({"Run": RUNS["Fine-tuned"], "Deep": spec(model=DEEP)}, "either small networks or deep ones. Received: both"),
        (run, "with at most 64 MB, to go into a ZIP. Received: none"),
    ):
        with pytest.raises(ValueError, match=re.escape(words)):
            check(runs)
    file = transferred.base_file(f"{1:032x}")
    file.parent.mkdir(parents=True)
    with file.open("wb") as opened:
        opened.truncate(65 * 2**20)
    with pytest.raises(ValueError, match="Received: 65 MB"):
        check(run)


def test_secret_names_stay_here_wherever_they_stand():
    secret = DataSpec("session-" + "0" * 32)
    spec = RunSpec(data=secret, transfer=TransferSpec(pretraining=secret), adaptation=AdaptationSpec(target=secret))
    assert "session-" not in specs.text({"a": spec})
