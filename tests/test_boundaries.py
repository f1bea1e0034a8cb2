"""Who may import whom, read from the code and from running processes."""

import subprocess
import sys

import pytest

from tests.conftest import ROOT

HEAVY = {"keras", "tensorflow", "torch", "jax"}


def run(*command: str) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True, timeout=120)


def test_import_contracts():
    found = run("-c", "from importlinter.cli import lint_imports; raise SystemExit(lint_imports())")
    assert found.returncode == 0, found.stdout + found.stderr


def test_style():
    found = run("-m", "ruff", "check", ".")
    assert found.returncode == 0, found.stdout + found.stderr


def test_format():
    found = run("-m", "ruff", "format", "--check", ".")
    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.parametrize(
    ("process", "code", "also"),
    [
        ("web", "import app", {"distributed", "dask"}),
        ("page", "import medcore.ui.live_panel, medcore.ui.controls, medcore.ui.results", {"distributed", "sklearn"}),
        ("panel", "import medcore.ui.explorer.preparation_panel", {"skimage", "scipy", "sklearn"}),
        ("evaluation", "import medcore.ui.evaluation.evaluation_panel", {"skimage", "scipy", "sklearn"}),
        (
            "transfer",
            "import medcore.ui.transfer.transfer_panel, medcore.ui.transfer.hospital_panel\n"
            "import medcore.ui.inside.inside_panel, medcore.ui.predict.predict_panel",
            {"distributed", "skimage", "scipy", "sklearn"},
        ),
        (
            "segmentation",
            "import medcore.ui.segmentation.train_panel, medcore.ui.segmentation.own_panel\n"
            "import medcore.ui.segmentation.draw_panel",
            {"distributed", "skimage", "scipy", "sklearn"},
        ),
        ("engine", "import medcore.runs.engine", set()),
        ("datasets", "import medcore.data.sources", {"sklearn", "skimage", "nibabel"}),
    ],
)
def test_light_processes_stay_light(process, code, also):
    found = run("-c", f"{code}\nimport sys; print(*sorted({{m.split('.')[0] for m in sys.modules}}))")
    assert found.returncode == 0, found.stderr
    assert not (HEAVY | also) & set(found.stdout.split())
