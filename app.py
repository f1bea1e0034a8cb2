"""The dashboard: `streamlit run app.py`.

Beside the pages it answers the metric stream and plotly.js, and for as long as it runs it keeps
the engine that trains.
"""

import asyncio
import gc
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.formparsers import MultiPartParser
from starlette.middleware import Middleware

from medcore import web
from medcore.ui import errors

# Uploads live in memory: by itself the server writes those above a megabyte to the temporary folder.
MultiPartParser.spool_max_size = sys.maxsize

COLLECT_SECONDS = 60
RETRY_SECONDS = 2


def _store():
    from medcore.ui import state  # imported late: the server answers before the database library is loaded

    return state.store()


def _keep():
    from medcore.runs import keeper

    return keeper.keep(_store())


async def _engine() -> None:
    """Keeps the engine running. Without a usable store the pages say so, and this waits for one."""
    keeper = None
    while keeper is None:
        try:
            keeper = await asyncio.to_thread(_keep)
        except OSError:
            await asyncio.sleep(RETRY_SECONDS)
    try:
        await asyncio.Event().wait()
    finally:
        keeper.close()


async def _collect_garbage() -> None:
    """Instead of Streamlit's collection after every rerun, which takes most of the time under load."""
    while True:
        await asyncio.sleep(COLLECT_SECONDS)
        gc.collect()


@asynccontextmanager
async def _lifespan(_: st.App) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(_engine()), asyncio.create_task(_collect_garbage())]
    try:
        with web.closed_on_exit(feed):
            yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


feed = web.Feed(_store)
app = st.App(
    Path(__file__).parent / "medcore" / "ui" / "shell.py",
    routes=web.routes(feed),
    middleware=[Middleware(web.SecurityHeaders), Middleware(web.QuietProbes)],
    lifespan=_lifespan,
    on_script_error=errors.show,
)
