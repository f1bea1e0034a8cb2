"""The editor's page served as app.py serves the dashboard, without an engine."""

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from medcore import web
from medcore.ui import state

app = st.App(
    Path(__file__).with_name("mask_editor_page.py"),
    routes=web.routes(web.Feed(state.store)),
    middleware=[Middleware(web.SecurityHeaders)],
)
