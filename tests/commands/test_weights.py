import json

from medcore.__main__ import main
from medcore.data.published import backbone_weights


def test_the_list_says_where_each_lies_or_that_it_is_not_here(home, shared_data, monkeypatch, capsys):
    monkeypatch.setenv("MEDCORE_WEIGHTS", str(shared_data / "keras_weights"))
    assert main(["weights"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "vgg16: not here"
    [found] = [line for line in lines if line.startswith("mobilenetv2 --alpha 0.35: ")]
    assert found.endswith("mobilenet_v2_0.35_224_no_top.weights.h5")
    assert main(["weights", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["model"]["name"] for row in rows if row["path"]] == ["mobilenetv2"]


def test_what_cannot_be_fetched_is_one_sentence(home, monkeypatch, capsys):
    monkeypatch.setattr(backbone_weights, "_ADDRESS", "http://127.0.0.1:1")
    for arguments, sentence in (
        (["vgg16"], "could not be downloaded from http://127.0.0.1:1/vgg16/"),
        (["cnn"], "Backbone must be one of convnexttiny, "),
        (["mobilenetv2", "--alpha", "0.4"], "Alpha of MobileNetV2 must be one of 0.35, "),
        (["vgg16", "--size", "16"], "Received: 16"),
    ):
        assert main(["weights", "fetch", *arguments]) == 2
        captured = capsys.readouterr()
        assert sentence in captured.err
        assert captured.err.count("\n") == 1
        assert not captured.out
