"""Fixtures every test may use."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ON_CI = os.environ.get("CI") == "true"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Fast tests first, then slow ones, then those that need a browser."""
    items.sort(
        key=lambda item: (item.get_closest_marker("browser") is not None, item.get_closest_marker("slow") is not None)
    )


def missing(reason: str) -> None:
    """Skips on a user's machine; fails on CI, where everything has to be there."""
    if ON_CI:
        pytest.fail(f"{reason} (required on CI)")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real images for tests, beside the checkout."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        missing("the folder shared/data with real images is not beside the checkout")
    return folder


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    """A fresh MEDCORE_HOME, with no data folders and the default store."""
    folder = tmp_path / "home"
    monkeypatch.setenv("MEDCORE_HOME", str(folder))
    for name in ("MEDCORE_DATA", "MEDCORE_WEIGHTS", "MEDCORE_DATABASE", "MEDCORE_SCHEDULER"):
        monkeypatch.delenv(name, raising=False)
    return folder
