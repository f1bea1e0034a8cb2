"""Lesson cards: Markdown files beside the labs, with the same stem as the page."""

from collections.abc import Callable, Mapping
from pathlib import Path

import streamlit as st

from medcore import labs

LESSONS = Path(labs.__file__).parent / "lessons"


def show(stem: str, tries: Mapping[str, tuple[str, Callable[[], None]]] | None = None, opened: str = "") -> None:
    """Writes a lesson: each `## ` section becomes a card, the first one open.

    Args:
        stem: of the lesson's file.
        tries: by title of a section, the label of a button under it and what it does.
        opened: title of the section that stands first; "" for that of the file.
    """
    text = (LESSONS / f"{stem}.md").read_text(encoding="utf-8")
    sections = [section.partition("\n") for section in text.split("\n## ")[1:]]
    cards = {title.strip(): body for title, _, body in sections}
    for i, title in enumerate(sorted(cards, key=lambda title: title != opened)):
        with st.expander(title, expanded=i == 0):
            st.markdown(cards[title])
            if title in (tries or {}):
                label, act = tries[title]
                st.button(label, key=f"try_{stem}_{i}", icon=":material/arrow_forward:", on_click=act)
