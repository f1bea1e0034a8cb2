"""Lesson cards: Markdown files beside the labs, with the same stem as the page."""

from collections.abc import Callable, Mapping
from pathlib import Path

import streamlit as st

from medcore import labs

LESSONS = Path(labs.__file__).parent / "lessons"


def show(stem: str, tries: Mapping[str, tuple[str, Callable[[], None]]] | None = None, opened: str = "") -> None:
    """Writes a lesson: each `## ` section becomes a card, one of them open.

    Args:
        stem: of the lesson's file.
        tries: by title of a section, the label of a button under it and what it does.
        opened: title of the section that is; "" for the first.
    """
    text = (LESSONS / f"{stem}.md").read_text(encoding="utf-8")
    for i, section in enumerate(text.split("\n## ")[1:]):
        title, _, body = section.partition("\n")
        with st.expander(title.strip(), expanded=title.strip() == opened if opened else i == 0):
            st.markdown(body)
            if title.strip() in (tries or {}):
                label, act = tries[title.strip()]
                st.button(label, key=f"try_{stem}_{i}", icon=":material/arrow_forward:", on_click=act)
