"""A real server and a real browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request

from benchmarks.browser import chromium
from benchmarks.server import Server, serve
from tests.conftest import missing


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def server(tmp_path_factory) -> Iterator[Server]:
    """The dashboard, as `streamlit run app.py` starts it, with a home of its own."""
    home = tmp_path_factory.mktemp("home")
    with serve(environment={"MEDCORE_HOME": str(home)}) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One chromium for all tests."""
    try:
        with chromium() as running:
            yield running
    except FileNotFoundError as error:
        missing(str(error))


@pytest.fixture
def problems() -> list[str]:
    """What went wrong in the page: errors on its console, requests that left this machine. Empty in the end."""
    return []


@pytest.fixture
def page(browser, problems) -> Iterator[Page]:
    """A page of 1280 x 900 whose test fails if `problems` were found and not taken off the list."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    _watch(page, problems)
    yield page
    context.close()
    assert problems == []


def _watch(page: Page, problems: list[str]) -> None:
    def console(message: ConsoleMessage) -> None:
        if message.type == "error":
            problems.append(f"console: {message.text} {message.location.get('url', '')}")

    def request(request: Request) -> None:
        if not request.url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")):
            problems.append(f"left this machine: {request.url}")

    page.on("console", console)
    page.on("pageerror", lambda error: problems.append(f"exception: {error}"))
    page.on("request", request)
