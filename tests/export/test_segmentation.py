"""Exported scripts of segmentation, run, and held against what Medcore measured."""

import numpy as np
import pytest

from medcore.export import segmented, settings
from medcore.export.script import text
from medcore.models.encoders import BACKBONES
from medcore.spec import (
    DataSpec,
    LossSpec,
    ModelSpec,
    OptimizerSpec,
    PreparationSpec,
    RegularizationSpec,
    RunSpec,
    SampleSpec,
    SegmentationSpec,
    TrainingSpec,
)
from tests.export.conftest import Exported, unpacked
from tests.export.test_without_medcore import TOLERANCE
from tests.training.conftest import Recorder

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

CT = DataSpec("ct-volumes", {"patients": 10})


def spec(**parts) -> RunSpec:
    return RunSpec(
        task="segment",
        data=CT,
        **{
            "model": ModelSpec("unet", {"depth": 1, "width": 4}),
            "loss": LossSpec("cross_entropy_dice"),
            "optimizer": OptimizerSpec("momentum", 1.0),
            "training": TrainingSpec(2, 8, precision="float32"),
        }
        | parts,
    )


RUNS = {
    "U-Net": spec(
        loss=LossSpec("tversky"),
        sample=SampleSpec(images=20),
        preparation=PreparationSpec({"flip": {}, "shift": {}, "resize": {"side": 32}}),
        segmentation=SegmentationSpec(1, watched=1),
    ),
}
PIXELS = 0.01
"""Of what is counted: early in training many pixels are near a half, and rounding decides on them."""


@pytest.fixture(scope="module")
def exported(tmp_path_factory) -> Exported:
    from medcore.training import segmentation

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MEDCORE_HOME", str(tmp_path_factory.mktemp("home") / "home"))
        records = {label: Recorder(tmp_path_factory.mktemp("run")) for label in RUNS}
        results = {label: segmentation.train(RUNS[label], record) for label, record in records.items()}
        made = unpacked(RUNS, results, records, tmp_path_factory.mktemp("zip"))
    made.run_here("script.py")
    return made


@pytest.mark.parametrize("label", RUNS)
def test_losses_and_overlaps_are_medcores(exported, label):
    rows = [row for row in exported.table("history.csv") if row["run"] == label]
    columns = {"loss": "epoch_train_loss", "accuracy": "train_accuracy", "val_dice_lesion": "val_dice_1"}
    same = ("val_loss", "val_accuracy", "val_dice", "val_iou", "val_dice_whole")
    for column, metric in (columns | dict(zip(same, same, strict=True))).items():
        found, wanted = [float(row[column]) for row in rows], exported.records[label].values(metric)
        np.testing.assert_allclose(found, wanted, TOLERANCE if "loss" in column else PIXELS, err_msg=column)
    (row,) = [row for row in exported.table("results.csv") if row["run"] == label]
    test = exported.results[label]["test"]
    wanted = [test[name] for name in ("dice", "iou", "dice_whole", "pixel_accuracy")] + test["intervals"]["dice"]
    found = [float(row[name]) for name in ("dice", "iou", "dice_whole", "accuracy", "low", "high")]
    np.testing.assert_allclose(found, wanted, PIXELS)


def test_the_archive_holds_masks_and_cases(exported):
    with np.load(exported.folder / "data.npz") as file:
        assert file["augmented_masks"].shape == (2, *file["train_masks"].shape)
        assert len(file["test_images"]) == 20 * len(set(file["test_case"]))


@pytest.mark.parametrize("name", ["unetpp", "mobilenetv2_unet"])
def test_the_script_of_every_network_builds_it_without_medcore(name):
    made = text({"Run": spec(model=ModelSpec(name))})
    assert "medcore" not in made.split('"""')[2]
    before = made.partition("# --- The optimizer")[0]
    space: dict = {"__name__": "script"}
    exec(compile(before, "script.py", "exec"), space)
    network = space["build_model"](space["SHARED"], (32, 32, 1), 2)
    assert network.output_shape == (None, 32, 32, 2)


def test_imagenet_weights_are_loaded_where_they_were(tmp_path):
    made = text({"Run": spec(model=ModelSpec("mobilenetv2_unet", {"imagenet": 1}))})
    assert "load_imagenet(model, settings)" in made
    assert "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_0.35_224_no_top.h5" in made
    assert segmented.ENCODERS == BACKBONES


def test_neighbouring_slices_are_in_the_images():
    runs = {str(n): spec(segmentation=SegmentationSpec(context=n)) for n in range(2)}
    assert len(settings.data_files(runs)) == 2


def test_what_a_script_cannot_do_is_refused_in_a_sentence():
    with pytest.raises(ValueError, match=r'without penalties\. Received: "Run" with one'):
        settings.check({"Run": spec(regularization=RegularizationSpec(0.1))})
    other = RunSpec(data=DataSpec("digits"), model=ModelSpec("mlp"))
    with pytest.raises(ValueError, match="takes such runs alone"):
        settings.check({"Run": spec(), "Other": other})
