"""How soon is the app there, and how much memory does its web process take? Beside Streamlit's own hello app."""

import statistics
import time
from collections.abc import Mapping

import psutil
from playwright.sync_api import Browser

from benchmarks import report
from benchmarks.browser import chromium
from benchmarks.server import APP, serve

TARGETS = {"start_vs_hello": ("<=", 1.5), "web_rss_mb": ("<=", 250)}
HELLO = ("hello",)


def measure(quick: bool) -> Mapping[str, float]:
    """Starts the app and hello in turn; each time until the first page is painted."""
    rounds = 2 if quick else 5
    ours, hello, healthy, hello_healthy, memory = [], [], [], [], []
    with chromium() as browser:
        for _ in range(rounds):
            with serve(HELLO) as server:
                hello_healthy.append(server.healthy_after)
                _paint(browser, server.url)
                hello.append(time.perf_counter() - server.started)
            with serve(APP) as server:
                healthy.append(server.healthy_after)
                _paint(browser, server.url)
                ours.append(time.perf_counter() - server.started)
                _paint(browser, f"{server.url}/optimizer_comparison")
                memory.append(psutil.Process(server.pid).memory_info().rss / 2**20)
    ratios = [mine / theirs for mine, theirs in zip(ours, hello, strict=True)]
    return {
        "start_vs_hello": statistics.median(ratios),
        "start_s": statistics.median(ours),
        "hello_s": statistics.median(hello),
        "healthy_s": statistics.median(healthy),
        "hello_healthy_s": statistics.median(hello_healthy),
        "web_rss_mb": max(memory),
    }


def _paint(browser: Browser, url: str) -> None:
    """Opens the page and waits until its heading is painted and its script has run."""
    page = browser.new_page()
    page.goto(url)
    page.locator("h1").first.wait_for(timeout=60_000)
    page.locator("[data-testid=stStatusWidget]").wait_for(state="detached", timeout=60_000)
    page.close()


if __name__ == "__main__":
    report.run(measure, TARGETS, __doc__)
