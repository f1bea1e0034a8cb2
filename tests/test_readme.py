"""The README is a promise: what it names is there."""

import re

from medcore import catalog, settings
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_tree_names_every_module():
    tree = README.split("## Where things are")[1]
    modules = [*ROOT.glob("medcore/**/*.py"), *ROOT.glob("pages/*.py"), *ROOT.glob("benchmarks/*.py")]
    missing = {path.name for path in modules if path.name != "__init__.py" and f" {path.name} " not in tree}
    assert not missing


def test_the_tree_names_nothing_else():
    tree = README.split("## Where things are")[1].split("```")[1]
    named = set(re.findall(r"(\w+\.py)\b", "\n".join(line[:34] for line in tree.splitlines())))
    assert named <= {path.name for path in ROOT.glob("**/*.py") if ".venv" not in path.parts}


def test_every_environment_variable_is_listed():
    known = set(re.findall(r"MEDCORE_[A-Z_]+", settings.__doc__))
    assert {name for name in known if f"`{name}`" in README} == known


def test_every_optimizer_is_named():
    text = README.lower()
    names = [choice.label.split(" (")[0].lower() for choice in catalog.OPTIMIZERS.values()]
    assert [name for name in names if name not in text] == []


def test_every_dependency_is_explained():
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    names = [re.split(r"[=\[]", line)[0] for line in lines if line and not line.startswith("#")]
    explained = README.split("## What it stands on")[1] + README.split("## Start")[1].split("##")[0]
    assert [name for name in names if name not in explained] == []


def test_nothing_is_left_to_fill_in():
    assert "@@" not in README
    assert "TODO" not in README
