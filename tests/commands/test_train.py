"""`python -m medcore train`, in processes of its own where something trains."""

import json
import os
import signal
import subprocess
import sys

import numpy as np
import pytest

from medcore.__main__ import main
from medcore.commands import train
from medcore.labs import optimizers
from medcore.spec import RunSpec
from tests.conftest import ROOT

GOOD = RunSpec().to_dict()


def command(*arguments, **environment):
    """The command and the environment that run it from the checkout."""
    return [sys.executable, "-m", "medcore", *arguments], os.environ | {"PYTHONPATH": str(ROOT), **environment}


def medcore(*arguments, text=None, **environment):
    line, full = command(*arguments, **environment)
    return subprocess.run(line, env=full, input=text, capture_output=True, text=True, check=False, cwd=ROOT)


def digits(*names, **settings):
    runs = optimizers.runs("digits", "mlp", names, epochs=2, **settings)
    return [{"label": label, **spec.to_dict()} for label, spec in runs.items()]


@pytest.fixture
def written(tmp_path):
    """Writes a text or JSON to a file and returns its name."""

    def write(content) -> str:
        path = tmp_path / "runs.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return str(path)

    return write


@pytest.fixture
def folder(home, tmp_path, monkeypatch):
    """A folder for data sets."""
    path = tmp_path / "data"
    path.mkdir()
    monkeypatch.setenv("MEDCORE_DATA", str(path))
    return path


def arrays(n: int = 20, **changes):
    """A set in MedMNIST's layout."""
    rng = np.random.default_rng(0)
    made = {}
    for split in ("train", "val", "test"):
        made[f"{split}_images"] = rng.integers(0, 255, (n, 28, 28), np.uint8)
        made[f"{split}_labels"] = rng.integers(0, 2, (n, 1), np.uint8)
    return made | changes


def refused(capsys, *arguments) -> str:
    """The one sentence on stderr."""
    assert main(["train", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    return err


def changed(**parts):
    return GOOD | parts


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "must be JSON"),
        ("[" * 100_000, "must be JSON"),
        ("[]", "There is no run to train. Received: []"),
        ("7", "A run must be a JSON object. Received: 7"),
        ("[[]]", "A run must be a JSON object. Received: []"),
        (changed(optimiser={}), "Received: 'optimiser'"),
        (changed(optimizer={"name": "adma"}), "Optimizer must be one of"),
        (changed(optimizer={"name": "adam", "learning_rate": 0}), "learning_rate must be a number above 0"),
        (changed(optimizer={"name": "adam", "learning_rate": -1}), "Received: -1"),
        ('{"optimizer": {"learning_rate": NaN}}', "Received: nan"),
        (changed(optimizer={"name": "adam", "learning_rate": "fast"}), "Received: 'fast'"),
        (changed(training={"epochs": 0}), "epochs must be a whole number from 1 to 10,000. Received: 0"),
        (changed(training={"epochs": 10**9}), "Received: 1000000000"),
        (changed(data={"name": "brestmnist"}), 'There is no data set named "brestmnist"'),
        (changed(data={"name": "breastmnist"}), "Download it"),
        (changed(task="regression"), "Task must be one of"),
    ],
)
def test_bad_input_is_one_sentence(content, said, written, home, capsys):
    assert said in refused(capsys, written(content))


def test_a_bad_run_among_good_ones_is_refused_before_any_trains(written, home, capsys):
    refused(capsys, written([*digits("adam"), changed(training={"epochs": 0})]))
    assert not (home / "runs").exists()


def test_a_file_that_is_not_there(home, capsys):
    assert "nowhere.json" in refused(capsys, "nowhere.json")


def test_a_file_that_is_no_text(tmp_path, home, capsys):
    (tmp_path / "runs").write_bytes(b"\x89PNG\xff\xfe")
    assert "must be JSON" in refused(capsys, str(tmp_path / "runs"))


def test_a_damaged_file_of_images(folder, written, capsys):
    np.savez_compressed(folder / "mine.npz", **arrays())
    whole = (folder / "mine.npz").read_bytes()
    (folder / "mine.npz").write_bytes(whole[: len(whole) // 2])
    assert "mine" in refused(capsys, written(changed(data={"name": "mine"})))


def test_a_file_with_pickles(folder, written, capsys):
    np.savez(folder / "mine.npz", **arrays(train_labels=np.asarray([{"a": 1}] * 20, dtype=object)))
    assert "mine" in refused(capsys, written(changed(data={"name": "mine"})))


def test_labels_that_do_not_match_the_images(folder, written, capsys):
    np.savez(folder / "mine.npz", **arrays(val_labels=np.zeros((7, 1), np.uint8)))
    assert "mine" in refused(capsys, written(changed(data={"name": "mine"})))


def test_unknown_command_and_missing_file_are_one_sentence(capsys):
    for arguments in (["trian"], ["train"], []):
        assert main(arguments) == 2
        out, err = capsys.readouterr()
        assert (out, err.count("\n")) == ("", 1)


def test_help_is_help(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    assert "datasets" in capsys.readouterr().out


def test_one_run_needs_neither_list_nor_label(written):
    (job,) = train.read(written(changed(optimizer={"name": "lion"})))
    assert job.label == "Lion"
    assert job.spec.optimizer.name == "lion"


def test_trains_what_spec_prints_and_prints_a_line_a_run(home):
    listed = medcore("spec", "optimizers", "--set", "dataset=digits", "--set", "model=mlp", "--set", "epochs=2")
    done = medcore("train", "-", "--json", text=listed.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert [result["label"] for result in results] == ["Mini-batch SGD", "Momentum", "Adam"]
    for result, run in zip(results, json.loads(listed.stdout), strict=True):
        assert list(result)[:2] == ["label", "spec"]
        assert {"label": result["label"], **result["spec"]} == run
        assert result["test"].keys() >= {"accuracy", "balanced_accuracy", "auc", "f1_macro"}
        saved = home / "runs" / RunSpec.from_dict(result["spec"]).hash
        assert result["folder"] == str(saved)
        assert sorted(path.name for path in saved.iterdir()) == ["model.keras", "predictions.npz"]
    assert results[2]["test"]["accuracy"] > 0.7


def test_people_see_progress_on_stderr_and_results_on_stdout(home, written):
    done = medcore("train", written(digits("adam")))
    assert done.returncode == 0
    (line,) = done.stdout.splitlines()
    assert line.startswith("Adam: accuracy 0.")
    assert "step 40 of 80: epoch train loss" in done.stderr
    assert "gradient norm" not in done.stderr  # of every layer
    assert all(sentence.startswith("Adam: ") for sentence in done.stderr.splitlines())


def test_a_fold_is_told_strength_by_strength_and_json_has_no_number_that_is_none(capsys):
    job = train.Job("Fold 1", RunSpec())
    points = [
        {"strength": 0.0, "train_loss": 0.5, "val": {"loss": 0.25}, "diverged_at": None},
        {"strength": 0.1, "train_loss": 0.75, "val": None, "diverged_at": None},
        {"strength": 9.0, "train_loss": float("nan"), "val": None, "diverged_at": 3},
    ]
    line = train._line(job, {"points": points, "seconds": 1.26})
    assert line == "Fold 1: lambda 0: loss 0.250, lambda 0.1: training loss 0.750, lambda 9 diverged, 1.3 s"
    assert train._line(job, {"test": [{}], "seconds": 1.0}) == "Fold 1: done, 1.0 s"
    train._print_json(job, {"points": points})
    assert json.loads(capsys.readouterr().out)["points"][2]["train_loss"] is None


def test_a_run_on_masks_is_told_by_its_overlap():
    test = {"dice": 0.8125, "iou": 0.75, "hd95": 3.0, "intervals": {"dice": [0.7, 0.9]}}
    line = train._line(train.Job("U-Net", RunSpec()), {"test": test, "seconds": 1.26})
    assert line == "U-Net: dice 0.812 (0.700-0.900), iou 0.750, 1.3 s"


def test_a_failed_run_lets_the_others_train(home, written):
    """The first run's folder cannot be made: a file has its name."""
    runs = digits("adam", "momentum")
    spec = RunSpec.from_dict({key: value for key, value in runs[0].items() if key != "label"})
    (home / "runs").mkdir(parents=True)
    (home / "runs" / spec.hash).write_text("in the way")
    done = medcore("train", written(runs), "--json")
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert done.returncode == 1
    assert (first["label"], second["label"]) == ("Adam", "Momentum")
    assert "error" in first
    assert second["test"]["accuracy"] > 0.1
    assert done.stderr == f"Adam failed: {first['error']}\n"


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is sent as a POSIX signal")
def test_ctrl_c_stops_without_a_traceback(home, written):
    runs = optimizers.runs("digits", "mlp", ["adam"], epochs=10_000)["Adam"].to_dict()
    line, environment = command("train", written(runs))
    process = subprocess.Popen(
        line, env=environment, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    for said in process.stderr:
        if "step" in said:
            break
    process.send_signal(signal.SIGINT)
    rest = process.stderr.read()
    assert process.wait() == 130
    assert rest.splitlines()[-1] == "Stopped."
    assert "Traceback" not in rest


@pytest.mark.parametrize("arguments", [["datasets"], ["spec", "optimizers"], ["train", "nowhere.json"]])
def test_light_commands_import_nothing_heavy(arguments, home):
    code = f"""
import sys
from medcore.__main__ import main
main({arguments!r})
assert not {{"keras", "tensorflow", "streamlit", "distributed"}} & set(sys.modules), "heavy"
"""
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, capture_output=True)
