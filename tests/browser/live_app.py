"""The live chart's page served as app.py serves the dashboard, without an engine."""

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from medcore import web
from medcore.ui import state

feed = web.Feed(state.store)
app = st.App(
    Path(__file__).with_name("live_page.py"),
    routes=web.routes(feed),
    middleware=[Middleware(web.SecurityHeaders)],
)
