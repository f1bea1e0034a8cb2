import json

import pytest

from medcore.__main__ import main
from medcore.commands.spec import settings
from medcore.labs import optimizers
from medcore.spec import RunSpec


def printed(capsys, *pairs):
    arguments = [part for pair in pairs for part in ("--set", pair)]
    assert main(["spec", "optimizers", *arguments]) == 0
    return json.loads(capsys.readouterr().out)


def test_prints_the_labs_default_runs(capsys):
    expected = [{"label": label, **spec.to_dict()} for label, spec in optimizers.runs().items()]
    assert printed(capsys) == json.loads(json.dumps(expected))


def test_every_setting_reaches_the_spec(capsys):
    pairs = ["dataset=breastmnist", "model=mlp", "optimizers=adam, momentum", "learning_rate=adam:0.002,momentum:0.05"]
    pairs += ["weight_decay=0.01", "loss=huber", "delta=0.5", "batch_size=64", "epochs=7", "seed=3", "weights=best"]
    pairs += ["class_weights=true", "precision=float32", "data_options=dose:0.5,kernel:sharp"]
    runs = printed(capsys, *pairs)
    assert [run.pop("label") for run in runs] == ["Adam", "Momentum"]
    adam, momentum = (RunSpec.from_dict(run) for run in runs)
    assert (adam.data.name, adam.data.options) == ("breastmnist", {"dose": 0.5, "kernel": "sharp"})
    assert (adam.model.name, adam.loss.name, adam.loss.options) == ("mlp", "huber", {"delta": 0.5})
    assert (adam.optimizer.learning_rate, momentum.optimizer.learning_rate) == (0.002, 0.05)
    assert adam.optimizer.weight_decay == momentum.optimizer.weight_decay == 0.01
    assert (adam.training.batch_size, adam.training.epochs, adam.seed) == (64, 7, 3)
    assert (adam.training.weights, adam.training.class_weights, adam.training.precision) == ("best", True, "float32")


def test_a_sweep_is_written_down_as_numbers_and_names(capsys):
    runs = printed(capsys, "optimizers=adam", "vary=learning_rate", "values=0.001,0.01", "seeds=2", "warmup=0.5")
    assert [run["label"] for run in runs] == [
        f"Adam · {rate} · seed {seed}" for rate in (0.001, 0.01) for seed in (0, 1)
    ]
    assert [run["optimizer"]["learning_rate"] for run in runs] == [0.001, 0.001, 0.01, 0.01]
    batches = printed(capsys, "optimizers=adam", "vary=batch_size", "values=16, all", "schedule=cosine")
    assert [run["training"]["batch_size"] for run in batches] == [16, "all"]
    assert [run["schedule"]["name"] for run in batches] == ["cosine", "cosine"]


@pytest.mark.parametrize(
    ("pair", "said"),
    [
        ("colour=red", "The lab's settings are dataset, model"),
        ("epochs", "--set takes NAME=VALUE. Received: 'epochs'"),
        ("optimizers=adma", "Received: 'adma'"),
        ("optimizers=", "Received: ''"),
        ("learning_rate=0", "learning_rate must be a number above 0 and at most 100. Received: 0"),
        ("learning_rate=-1", "Received: -1"),
        ("learning_rate=nan", "Received: 'nan'"),
        ("learning_rate=NaN", "Received: nan"),
        ("learning_rate=fast", "Received: 'fast'"),
        ("learning_rate=adam:fast", "Received: 'fast'"),
        ("learning_rate=adma:0.1", "Received: 'adma'"),
        ("epochs=0", "epochs must be a whole number from 1 to 10,000. Received: 0"),
        ("epochs=1000000000", "Received: 1000000000"),
        ("epochs=2.5", "Received: 2.5"),
        ("class_weights=maybe", "Received: 'maybe'"),
        ("model=transformer", "Received: 'transformer'"),
        ("dataset=", "Received: ''"),
        ("data_options=dose", "Received: 'dose'"),
        ("preparation=blur", "STEP.OPTION:VALUE,STEP:true. Received: 'blur'"),
        ("preparation=blur.sigma:99", "blur option sigma must be a number at least 0.2 and at most 8. Received: 99"),
        ("preparation={", "Received: '{'"),
    ],
)
def test_a_bad_setting_is_one_sentence(pair, said, capsys):
    assert main(["spec", "optimizers", "--set", pair]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert said in err


def test_an_unknown_lab_is_one_sentence(capsys):
    assert main(["spec", "optimisers"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("The lab must be one of ")
    assert "optimizers" in said


def test_a_later_setting_wins():
    assert settings(optimizers.runs, ["epochs=1", "epochs=2"]) == {"epochs": 2}


@pytest.mark.parametrize(
    "text",
    [
        "gaussian_noise.sd:0.2,equalize:true,zscore.scope:image,corrupted:test",
        '{"steps": {"gaussian_noise": {"sd": 0.2}, "equalize": {}, "zscore": {"scope": "image"}}, "corrupted": "test"}',
    ],
)
def test_a_recipe_is_written_flat_or_as_json(text, capsys):
    (run,) = printed(capsys, "optimizers=adam", f"preparation={text}")
    assert run["preparation"] == {
        "steps": {"gaussian_noise": {"sd": 0.2}, "equalize": {}, "zscore": {"scope": "image"}},
        "corrupted": "test",
    }


def test_a_test_of_a_finished_run(capsys):
    base = "0123456789abcdef"
    assert main(["spec", "robustness", "--set", f"base={base}", "--set", "preparation=blur.sigma:2,flip:true"]) == 0
    (run,) = json.loads(capsys.readouterr().out)
    assert (run["label"], run["task"], run["base"]) == ("Blur 2", "robustness", base)
    assert run["preparation"] == {"steps": {"blur": {"sigma": 2.0}}, "corrupted": "test"}
    assert main(["spec", "robustness"]) == 2
    assert "needs a finished run as its base" in capsys.readouterr().err
