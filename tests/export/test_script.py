"""The text of scripts and notebooks."""

import ast
import json

import pytest

from medcore.export import notebook, results, script, specs
from medcore.labs import optimizers
from medcore.spec import DataSpec, RunSpec

RUNS = optimizers.runs(dataset="digits", model="mlp", optimizers=["momentum", "adam"])


def values(text: str, name: str) -> dict:
    """The literal assigned to a name."""
    return next(
        ast.literal_eval(node.value)
        for node in ast.parse(text).body
        if isinstance(node, ast.Assign) and node.targets[0].id == name
    )


def test_only_what_the_runs_use_is_in_it():
    text = script.text(RUNS)
    assert "def mlp(" in text
    assert "def cnn(" not in text
    assert "class CrossEntropy" in text
    assert "class Huber" not in text
    assert "def cosine(" not in text
    assert "augmented_images" not in text
    assert not [line for line in text.splitlines() if len(line) > 120]


@pytest.mark.parametrize(
    "label", ['"', "'''", '"""', "\\", "\n#", "a\nimport os", "}", "{0}", "µ · 0.01", "🚀", "\u2028", "\u202e", "\x7f"]
)
def test_no_label_breaks_out_of_its_text(label):
    runs = {f"{label}{name}": spec for name, spec in RUNS.items()}
    text = script.text(runs)
    assert list(values(text, "RUNS")) == list(runs)
    assert len(ast.parse(text).body) == len(ast.parse(script.text(RUNS)).body)


def test_labels_stand_as_people_write_them():
    runs = {"Adam · 0.01 🚀": RUNS["Adam"]}
    for text in (script.text(runs), notebook.text(runs), specs.text(runs)):
        assert "Adam · 0.01 🚀" in text
    assert values(script.text(runs), "RUNS") == {"Adam · 0.01 🚀": {}}


def test_no_name_of_a_data_set_is_in_it():
    """A session's is secret, a folder's may be anything."""
    runs = {"a": RunSpec(data=DataSpec("session-" + "0" * 32))}
    assert "session-" not in script.text(runs)
    assert "session-" not in notebook.text(runs)
    assert json.loads(specs.text(runs))[0]["data"]["name"] == specs.OWN


def test_the_notebook_has_the_scripts_code():
    cells = json.loads(notebook.text(RUNS))["cells"]
    text = script.text(RUNS)
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    places = [text.index(part) for part in code]
    assert places == sorted(places)
    rest = "".join(line for line in text.splitlines() if not line.startswith("#"))
    for part in code:
        rest = rest.replace("".join(line for line in part.splitlines() if not line.startswith("#")), "", 1)
    assert list(map(type, ast.parse(rest).body)) == [ast.Expr]  # the docstring alone


def test_specs_are_taken_back():
    found = json.loads(specs.text(RUNS))
    labels = [spec.pop("label") for spec in found]
    assert dict(zip(labels, map(RunSpec.from_dict, found), strict=True)) == RUNS


def test_results_have_a_row_for_each_run_and_split():
    metrics = {"n": 4, "accuracy": 0.75, "auc": None, "recall": {"a": 1.0, "b": None}}
    metrics["intervals"] = {"accuracy": [0.3, 0.95], "recall a": [0.5, 1.0]}
    course = {"evaluated": "last", "best_epoch": 1, "epochs": 2, "steps": 8, "diverged_at": None, "seconds": 1.5}
    lines = results.text({"A, B": {"val": metrics, "test": metrics} | course}).split("\r\n")
    assert lines[0] == (
        "run,split,n,accuracy,accuracy low,accuracy high,auc,recall a,recall a low,recall a high,recall b,"
        "evaluated,best_epoch,epochs,steps,diverged_at,seconds"
    )
    assert lines[1:] == [
        f'"A, B",{split},4,0.75,0.3,0.95,,1.0,0.5,1.0,,last,1,2,8,,1.5' for split in ("val", "test")
    ] + [""]
