"""A page of its own that asks for a guess and tells what became of it."""

from collections.abc import Mapping, Sequence

from streamlit.testing.v1 import AppTest

from medcore.spec import RunSpec


def opened(script: str, specs: Mapping[str, RunSpec], ids: Sequence[str] = (), **query: str) -> AppTest:
    """Runs a script that reads "specs" and "ids" from its session, with query parameters."""
    page = AppTest.from_string(script, default_timeout=60)
    page.session_state["specs"], page.session_state["ids"] = specs, list(ids)
    for name, value in query.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page
