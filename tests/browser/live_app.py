"""The live chart's page served as app.py serves the dashboard, without an engine."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from medcore import web
from medcore.ui import state


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    with web.closed_on_exit(feed):
        yield


feed = web.Feed(state.store)
app = st.App(
    Path(__file__).with_name("live_page.py"),
    routes=web.routes(feed),
    middleware=[Middleware(web.SecurityHeaders)],
    lifespan=lifespan,
)
