"""The exported notebook, run where only the packages that it names can be imported, and scripts, whose code it has.

The losses of every epoch agree to 1e-4 of themselves: the same arithmetic in float32, compiled in another way, which
adds up in another order. Measured on one machine they differ by 1e-6 at most. bfloat16 has 8 bits, and 2%.
"""

import ast
import importlib.metadata
import sys

import nbformat
import numpy as np
import pytest

from medcore.evaluation import selection
from tests.export.conftest import Exported

TOLERANCE = 1e-4
TOLERANCE_BFLOAT16 = 0.02
METRICS = {
    "loss": "epoch_train_loss",
    "accuracy": "train_accuracy",
    "val_loss": "val_loss",
    "val_accuracy": "val_accuracy",
    "penalty": "penalty",
    "zeros": "zero_share",
}
WHERE_ASKED_FOR = ("penalty", "zeros")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def notebook(trained) -> str:
    """What the notebook of all cases printed."""
    done = trained.run("notebook.ipynb")
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def script(plain) -> None:
    """The script of the plain runs has been run."""
    plain.run_here("script.py")


@pytest.fixture(params=["notebook", "script"])
def ran(request) -> Exported:
    request.getfixturevalue(request.param)
    return request.getfixturevalue({"notebook": "trained", "script": "plain"}[request.param])


def test_losses_and_accuracies_of_every_epoch_are_medcores(ran):
    for label in networks(ran):
        rows = [row for row in ran.table("history.csv") if row["run"] == label]
        for column, metric in METRICS.items():
            wanted = ran.records[label].values(metric)
            if column in WHERE_ASKED_FOR and not len(wanted):
                continue
            found = [float(row[column]) for row in rows]
            np.testing.assert_allclose(found, wanted, tolerance(label), err_msg=f"{label}: {column}")


def test_the_test_set_says_the_same(ran):
    rows = {row["run"]: row for row in ran.table("results.csv")}
    assert list(rows) == list(ran.runs)
    for label, row in rows.items():
        val, test = (ran.results[label][split] for split in ("val", "test"))
        wanted = [val["accuracy"], test["accuracy"], *test["intervals"]["accuracy"]]
        wanted += [test["balanced_accuracy"], test["auc"]]
        columns = ("val_accuracy", "accuracy", "low", "high", "balanced_accuracy", "auc")
        found = [float(row[column]) for column in columns]
        np.testing.assert_allclose(found, wanted, tolerance(label), err_msg=label)


def test_a_cross_validation_says_the_same_at_every_strength_and_chooses_the_same(study):
    study.run_here("script.py")
    rows = study.table("folds.csv")
    folds = {"Fold 1": "1", "Fold 2": "2", "Whole set": "all"}
    for label, fold in folds.items():
        own = [row for row in rows if row["fold"] == fold]
        for row, point in zip(own, study.results[label]["points"], strict=True):
            wanted = {"train_loss": point["train_loss"], "penalty": point["penalty"], "zeros": point["zero_share"]}
            wanted |= {name: point["val"][name] for name in ("loss", "accuracy", "auc")} if point["val"] else {}
            found = [float(row[name]) for name in wanted]
            np.testing.assert_allclose(found, list(wanted.values()), TOLERANCE, err_msg=f"{label}: {list(wanted)}")
            assert bool(row["loss"]) == (fold != "all")
    losses = [[point["val"]["loss"] for point in study.results[label]["points"]] for label in ("Fold 1", "Fold 2")]
    chosen = selection.one_standard_error(*selection.curve(losses))
    assert [row["chosen"] for row in study.table("curve.csv")] == [str(int(i == chosen)) for i in range(2)]
    assert float(study.table("test.csv")[0]["strength"]) == study.results["Whole set"]["strengths"][chosen]


def networks(exported: Exported) -> list[str]:
    """Those that have epochs."""
    return [label for label, spec in exported.runs.items() if spec.task == "classification"]


def tolerance(label: str) -> float:
    return TOLERANCE_BFLOAT16 if "bfloat16" in label else TOLERANCE


def test_it_prints_a_line_an_epoch_and_a_table(trained, notebook):
    exported, lines = trained, notebook.splitlines()
    assert sum(line.startswith("epoch ") for line in lines) == len(exported.table("history.csv"))
    head, *table = lines[-len(exported.runs) - 1 :]
    assert head.split()[:3] == ["run", "validation", "test"]
    assert [line for line, label in zip(table, exported.runs, strict=True) if not line.startswith(label)] == []


def test_early_stopping_stopped_early(trained):
    """The case would show nothing otherwise."""
    result = trained.results["All that holds back"]
    assert result["evaluated"] == "best"
    assert result["best_epoch"] < result["epochs"] < 8


def test_runs_that_see_other_images_read_other_files(trained):
    files = sorted(path.name for path in trained.folder.glob("*.npz"))
    assert files == [f"data-{n}.npz" for n in (1, 2, 3)]  # sampled, augmented, as they are
    with np.load(trained.folder / "data-3.npz") as untouched, np.load(trained.folder / "data-2.npz") as augmented:
        assert untouched["train_images"].dtype == np.uint8
        assert augmented["augmented_images"].shape == (2, *augmented["train_images"].shape)
    with np.load(trained.folder / "data-1.npz") as sampled:
        wanted = trained.results["All that holds back"]["sample"]["after"]["train"]
        assert np.bincount(sampled["train_labels"]).tolist() == wanted


def test_proximal_steps_make_zeros(trained):
    """The cases would show nothing otherwise."""
    for label in ("All that holds back", "Adam, augmented"):
        assert 0.02 < trained.results[label]["zeros"]["share"] < 1


@pytest.mark.parametrize("module", ["medcore", "sklearn", "streamlit"])
def test_what_is_not_named_cannot_be_imported(plain, module):
    script = plain.folder / "imports.py"
    script.write_text(f"import numpy\nimport {module}\n")
    done = plain.run("imports.py")
    assert done.returncode == 1
    assert f"No module named '{module}' in requirements.txt" in done.stderr


@pytest.mark.parametrize("name", ["plain", "study"])
def test_scripts_import_no_more_than_they_name(request, name):
    folder = request.getfixturevalue(name).folder
    asked = {line.partition("==")[0] for line in (folder / "requirements.txt").read_text().split()}
    packages = importlib.metadata.packages_distributions()
    named = {module for module, by in packages.items() if asked & set(by)} | sys.stdlib_module_names
    tree = ast.parse((folder / "script.py").read_text(encoding="utf-8"))
    modules = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    modules |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {module.partition(".")[0] for module in modules} <= named


def test_notebooks_are_valid_and_say_what_their_scripts_say(trained, plain, study):
    for exported in (trained, plain, study):
        book = nbformat.read(exported.folder / "notebook.ipynb", as_version=4)
        nbformat.validate(book)
        assert [cell.cell_type for cell in book.cells][:3] == ["markdown", "markdown", "code"]
        said = (exported.folder / "script.py").read_text(encoding="utf-8")
        code = "\n".join(cell.source for cell in book.cells if cell.cell_type == "code")
        assert ast.dump(ast.parse(code)) == ast.dump(ast.Module(ast.parse(said).body[1:], []))  # but its docstring
