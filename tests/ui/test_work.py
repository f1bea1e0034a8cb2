import threading
import time

import streamlit as st
from streamlit.testing.v1 import AppTest

from medcore.ui import session
from medcore.ui.work import FAILED, Work, kept


def ended(work: Work) -> Work:
    assert work.wait(10)
    return work


def test_the_result_is_kept_with_what_it_was_made_of():
    work = ended(Work("a", lambda progress: progress(0.5) or 42))
    assert (work.of, work.result, work.problem, work.share) == ("a", 42, "", 0.5)


def test_a_problem_is_a_sentence():
    def refuse(_):
        raise ValueError("Two labels were expected. Received: 1")

    assert ended(Work("a", refuse)).problem == "Two labels were expected. Received: 1"


def test_what_nobody_expected_is_said_without_its_words(monkeypatch):
    monkeypatch.setattr(threading, "excepthook", lambda _: None)

    def stumble(_):
        raise KeyError("Doe^Jane")

    assert ended(Work("a", stumble)).problem == FAILED


def endless(progress):
    while True:
        progress(0.5)
        time.sleep(0.001)


def test_it_can_be_stopped_where_it_tells_how_far_it_is():
    work = Work("a", endless)
    assert work.running
    work.stop()
    assert (ended(work).result, work.problem) == (None, "")


def test_a_session_that_left_stops_its_work_and_lets_go_of_what_was_made(monkeypatch):
    present = session._Resources()
    monkeypatch.setattr(session, "_present", lambda owner: (owner, present))
    monkeypatch.setattr(st, "session_state", {})
    works = kept()
    works |= {"making": Work("a", endless), "made": ended(Work("b", lambda progress: b"much"))}
    making = works["making"]
    present.close()
    ended(making)
    assert works == {}
    assert kept() is works


def page():
    import threading

    import streamlit as st

    from medcore.ui import work

    def begin(works, gate):
        works["it"] = work.Work("this", lambda progress: progress(0.25) or (gate.wait(60) and "made"))

    gate = st.session_state.setdefault("gate", threading.Event())
    st.button("Begin", on_click=begin, args=(work.kept(), gate))
    st.button("Something else")
    result = work.show("it", "this", "Making it…")
    other = work.show("it", "that", "Making it…") if result else None
    st.write(f"{result} {other}")


def test_a_rerun_in_the_middle_neither_stops_nor_repeats_it():
    app = AppTest.from_function(page, default_timeout=30).run()
    assert app.markdown[0].value == "None None"
    app.button[0].click().run()
    work = app.session_state["work"]["it"]
    assert work.running
    app.button[1].click().run()
    assert app.session_state["work"]["it"] is work
    app.session_state["gate"].set()
    deadline = time.monotonic() + 10
    while work.running and time.monotonic() < deadline:
        time.sleep(0.01)
    assert app.run().markdown[-1].value == "made None"
