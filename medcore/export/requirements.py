"""The packages that an exported script imports, in the versions that Medcore ran with."""

from importlib.metadata import version

FILE = "requirements.txt"
PACKAGES = ("tensorflow", "keras", "numpy")


def text() -> str:
    """For `pip install -r`."""
    return "".join(f"{name}=={version(name)}\n" for name in PACKAGES)
