"""Downloads made on the click: what goes wrong is said."""

import threading

import pytest
from streamlit.testing.v1 import AppTest

from medcore.ui import made_download
from medcore.ui.made_download import Outcomes


def fail() -> bytes:
    raise ValueError("The slice is damaged.")


def test_a_file_that_is_made_says_nothing():
    outcomes = Outcomes()
    assert outcomes.made(lambda: b"file") == b"file"
    assert outcomes.why() == ""


@pytest.mark.parametrize("error", [ValueError("The slice is damaged."), OSError("The slice is damaged.")])
def test_one_that_is_not_says_why(error):
    def broken() -> bytes:
        raise error

    outcomes = Outcomes()
    with pytest.raises(type(error)):
        outcomes.made(broken)
    assert outcomes.why() == "The slice is damaged."


def test_what_nobody_expected_is_said_as_well():
    outcomes = Outcomes()
    with pytest.raises(ZeroDivisionError):
        outcomes.made(lambda: bytes(1 // 0))
    assert outcomes.why() == made_download.FAILED


def test_it_waits_for_a_file_that_is_being_made():
    outcomes, go = Outcomes(), threading.Event()
    maker = threading.Thread(target=outcomes.made, args=(lambda: bytes(go.wait(30)),))
    maker.start()
    threading.Timer(0.1, go.set).start()
    assert outcomes.why() == ""
    maker.join()


def test_a_file_that_nobody_came_for_is_not_waited_for_long(monkeypatch):
    monkeypatch.setattr(made_download, "BEGIN_SECONDS", 0.01)
    assert Outcomes().why() == made_download.FAILED


def app():
    import streamlit as st

    from medcore.ui import made_download

    made_download.button("Take", bytes, "a.bin", "application/octet-stream", key="take")
    made_download.tell(st.session_state.get("clicked"))


def test_the_page_says_why():
    outcomes = Outcomes()
    with pytest.raises(ValueError, match="damaged"):
        outcomes.made(fail)
    page = AppTest.from_function(app, default_timeout=60)
    page.session_state["clicked"] = outcomes
    page.run()
    assert not page.exception
    assert page.error[0].value == "The slice is damaged."
