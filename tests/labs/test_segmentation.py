import pytest

from medcore import catalog
from medcore.labs import segmentation as lab


def test_by_default_one_u_net_learns_from_the_simulator():
    ((label, spec),) = lab.runs().items()
    assert label == "U-Net"
    assert (spec.task, spec.data.name, spec.data.options) == ("segment", "ct-simulator", lab.SIMULATED)
    assert (spec.model.name, spec.model.options["width"]) == ("unet", 8)
    assert (spec.loss.name, spec.segmentation.watched) == ("cross_entropy_dice", lab.WATCHED)


@pytest.mark.parametrize("vary", list(lab.VARY))
def test_runs_of_a_comparison_differ_in_that_alone(vary):
    specs = lab.runs(vary=vary)
    assert len(specs) == (len(lab.VALUES[vary]) or 1)
    told = [spec.to_dict() for spec in specs.values()]
    where = {"loss": "loss", "network": "model", "context": "segmentation", "images": "sample"}.get(vary, "model")
    for one in told[1:]:
        assert {part for part in one if one[part] != told[0][part]} == {where}
    if where == "model" and vary not in ("network", "nothing"):
        assert [one["model"]["options"][vary] for one in told] == list(lab.VALUES[vary])


def test_labels_say_what_differs():
    assert list(lab.runs(vary="skips")) == ["With skip connections", "Without skip connections"]
    assert list(lab.runs(vary="depth", values=[2, 4])) == ["Depth 2", "Depth 4"]
    assert list(lab.runs(vary="context", values=(0, 1, 2))) == [
        "One slice alone",
        "1 neighbour to each side",
        "2 neighbours to each side",
    ]
    assert list(lab.runs(vary="loss", values="dice", seeds=2, seed=3)) == ["Dice · seed 3", "Dice · seed 4"]
    assert list(lab.runs(model="unetpp", seeds=1)) == [catalog.SEGMENTERS["unetpp"].label]


def test_options_go_to_those_that_have_them():
    specs = lab.runs(vary="network", values=["unet", "mobilenetv2_unet"], model_options={"depth": 2, "alpha": 0.5})
    first, second = (spec.model.options for spec in specs.values())
    assert (first["depth"], first["width"]) == (2, 8)
    assert (second["alpha"], "depth" in second) == (0.5, False)
    losses = lab.runs(vary="loss", values=["tversky", "dice"], loss_options={"beta": 0.9})
    assert [spec.loss.options.get("beta") for spec in losses.values()] == [0.9, None]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"vary": "colour"}, "Received: 'colour'"),
        ({"vary": "loss", "values": []}, "Choose at least one value to compare"),
        ({"vary": "loss", "values": ["huber"]}, "Loss must be one of"),
        ({"vary": "network", "values": ["cnn"]}, "Network must be one of"),
        ({"vary": "depth", "values": [9]}, "depth"),
        ({"vary": "depth", "values": ["deep"]}, "Depth must be a whole number"),
        ({"vary": "depth", "model": "vgg16_unet"}, "VGG16 encoder has no depth to vary"),
        ({"vary": "dropout", "values": [2]}, "Dropout must be a number at least 0 and at most 0.8"),
        ({"values": [1]}, "Values belong to what varies"),
        ({"model_options": {"length": 3}}, "Networks take these options: depth"),
        ({"loss_options": {"length": 3}}, "Losses take these options: foreground"),
        ({"context": 4}, "Neighbouring slices must be a whole number from 0 to 3"),
        ({"vary": "images", "values": list(range(10, 20)), "seeds": 10}, "10 training images x 10 seeds"),
    ],
)
def test_what_cannot_be_is_one_sentence(settings, said):
    with pytest.raises(ValueError, match="Received: ") as error:
        lab.runs(**settings)
    assert said in str(error.value)


def test_batch_normalisation_is_left_out_on_the_simulators_slices_alone():
    chosen = [
        lab.runs(dataset, model).popitem()[1].model.options["batch_norm"]
        for dataset, model in (("ct-simulator", "unet"), ("ct-volumes", "unet"), ("ct-simulator", "vgg16_unet"))
    ]
    assert chosen == [0, 1, 1]
