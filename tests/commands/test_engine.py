import subprocess
import sys

from tests.conftest import ROOT


def test_a_store_that_is_no_database_is_said_in_one_sentence_and_left_alone(home, tmp_path, monkeypatch):
    file = tmp_path / "notes.txt"
    file.write_text("These are my notes, and no database at all. " * 20)
    before = file.read_bytes()
    monkeypatch.setenv("MEDCORE_DATABASE", f"sqlite:///{file}")
    found = subprocess.run(
        [sys.executable, "-m", "medcore", "engine"], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert found.returncode == 2
    assert found.stderr.count("\n") == 1
    assert "must be an SQLite database" in found.stderr
    assert file.read_bytes() == before
