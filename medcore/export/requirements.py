"""The packages that an exported script imports, in the versions that Medcore ran with."""

from collections.abc import Mapping
from importlib.metadata import version

from medcore.export.settings import CLASSICS
from medcore.spec import RunSpec

FILE = "requirements.txt"
PACKAGES = ("tensorflow", "keras", "numpy")


def text(runs: Mapping[str, RunSpec]) -> str:
    """For `pip install -r`: what the script of these runs needs."""
    sklearn = any(spec.task == CLASSICS or spec.path.screen for spec in runs.values())
    packages = (*PACKAGES, "scikit-learn") if sklearn else PACKAGES
    return "".join(f"{name}=={version(name)}\n" for name in packages)
