"""Lesson cards: Markdown files beside the labs, with the same stem as the page."""

from pathlib import Path

import streamlit as st

from medcore import labs

LESSONS = Path(labs.__file__).parent / "lessons"


def show(stem: str) -> None:
    """Writes a lesson: each `## ` section becomes a card, the first one open."""
    text = (LESSONS / f"{stem}.md").read_text(encoding="utf-8")
    for i, section in enumerate(text.split("\n## ")[1:]):
        title, _, body = section.partition("\n")
        with st.expander(title.strip(), expanded=i == 0):
            st.markdown(body)
