"""What is in the images?"""

import streamlit as st

from medcore.ui import controls, data_card, lesson, uploads
from medcore.ui.explorer import browse_panel, own_images, preparation_panel

TABS = ("A data set", "Preparation", "Your own images", "Lesson")
_SET, _PREPARATION, _OWN, _LESSON = TABS


def _open_ct() -> None:
    uploads.add_example("A CT slice")
    st.session_state["tab"] = _OWN


def _go(tab: str) -> None:
    st.session_state["tab"] = tab


if "tab" not in st.session_state and "tab" not in st.query_params and "explored" in st.session_state:
    st.session_state["tab"] = st.session_state["explored"]  # back from another page: where one was
current = st.session_state.get("tab") or st.query_params.get("tab", _SET)

with st.sidebar:
    entry = controls.dataset(disabled=current in (_OWN, _LESSON))
    options = {}
    if entry.options:
        with st.expander(entry.card.title):
            options = controls.source_options(entry.all_options)

st.title("What is in the images?")
st.caption("Look before you train: at a data set, at what a preparation does to it, or at images of your own.")
tabs = dict(zip(TABS, st.tabs(TABS, on_change="rerun", key="tab", bind="query-params"), strict=True))
st.session_state["explored"] = next((name for name, tab in tabs.items() if tab.open), _SET)
if tabs[_SET].open:
    with tabs[_SET]:
        if entry.available:
            browse_panel.show(entry, options)
        else:
            data_card.offer_download(entry)
            data_card.show(entry)
        data_card.unreadable()
if tabs[_PREPARATION].open:
    with tabs[_PREPARATION]:
        if entry.available:
            preparation_panel.show(entry, options)
        else:
            data_card.offer_download(entry)
if tabs[_OWN].open:
    with tabs[_OWN]:
        own_images.show()
if tabs[_LESSON].open:
    with tabs[_LESSON]:
        lesson.show(
            "images",
            {
                "What a pixel in CT means": ("Open a CT slice", _open_ct),
                "What a window does": ("Open a CT slice", _open_ct),
                "Why splits must be by patient": ("Look at the data set", lambda: _go(_SET)),
                "Who is in the header": ("Open your own images", lambda: _go(_OWN)),
            },
        )
