"""What the address may ask of a control."""

import pytest
import streamlit as st

from medcore.ui import controls


@pytest.mark.parametrize("asked", ["1", "10", "07"])
def test_a_whole_number_within_the_ends_is_taken(monkeypatch, asked):
    monkeypatch.setattr(st, "query_params", {"seeds": asked})
    assert controls.beyond("Seeds", "seeds", 1, 10) == ""
    assert controls.beyond("Folds", "folds", 2, 20) == "", "not in the address"


@pytest.mark.parametrize("asked", ["0", "11", "-1", "1.5", "", "x", "²", "9" * 5000, "0" * 5000 + "1"])
def test_what_lies_beyond_is_said_in_a_sentence(monkeypatch, asked):
    monkeypatch.setattr(st, "query_params", {"seeds": asked})
    said = controls.beyond("Seeds", "seeds", 1, 10)
    assert said == f"Seeds must be a whole number from 1 to 10. Received: {asked[:20]}"
