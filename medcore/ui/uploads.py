"""A person's own images: taken in, listed with what could not be opened and why, and picked."""

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from medcore.imaging.shelf import Shelf, Upload
from medcore.imaging.stack import Stack
from medcore.ui import session
from medcore.ui.plain import plain

EXAMPLES = {
    "A CT slice": "CT_small.dcm",
    "An MR slice": "MR_small.dcm",
    "An ultrasound, in colour": "examples_rgb_color.dcm",
}
"""Files that pydicom brings along."""
MADE_OF_IMAGES = ("headers", "work", "own_dicom")
"""What other panels keep in the session's state."""
MEGABYTE = 2**20
MOST_NAMED = 8
DONE = ("ready", "refused")
WAYS = {"Files or ZIP": True, "A folder": "directory"}


def shelf() -> Shelf:
    """The uploads of this session: in memory, gone a minute after the page was closed."""
    return session.kept("shelf", Shelf, Shelf.close)


def take() -> None:
    """The field to drop files into, examples for who has none, and how far the reading is."""
    where = shelf()
    with st.expander("Open more images") if where.stacks() else st.container():
        _fields(where)
    busy = where.busy()
    st.fragment(_progress, run_every=0.5 if busy else None)(busy)


def _fields(where: Shelf) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        way = st.segmented_control(
            "What to open",
            list(WAYS),
            default="Files or ZIP",
            required=True,
            key="upload_way",
            help="DICOM, NIfTI, PNG, JPEG, TIFF, NumPy arrays, or a ZIP of these; told by content, not by name.",
        )
        st.space("stretch")
        with st.popover("Examples", help="Files that come with pydicom, to try the viewer without any of your own."):
            for label, file in EXAMPLES.items():
                st.button(label, key=f"example_{file}", on_click=_add, args=(where, label), width="stretch")
    # A fresh key empties the field: the shelf holds the files from here on.
    turn = st.session_state.setdefault("upload_turn", 0)
    files = st.file_uploader(
        "Drop your images here",
        accept_multiple_files=WAYS[way],
        key=f"upload_{turn}",
        help="They stay in this computer's memory and go when you close or reload the page.",
    )
    if files:
        for file in files:
            where.add(file.name, file.getvalue())
        _let_go(files)
        st.session_state["upload_turn"] = turn + 1
        st.rerun()


def _let_go(files: Sequence[Any]) -> None:
    """Streamlit would keep its copy of every file until the session ends, beside ours and beyond its limit."""
    context = get_script_run_ctx()
    if context is not None:
        for file in files:
            context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)


def add_example(label: str) -> None:
    """Puts one of the examples on the shelf."""
    _add(shelf(), label)


def _add(where: Shelf, label: str) -> None:
    file = EXAMPLES[label]
    spec = importlib.util.find_spec("pydicom")
    path = Path(spec.origin).parent / "data" / "test_files" / file
    where.add(path.name, path.read_bytes())


def _progress(was_busy: bool) -> None:
    """How many of the files are read; looks again until all are."""
    uploads = shelf().uploads()
    if not shelf().busy():
        if was_busy:
            st.rerun()
        return
    done = sum(upload.state in DONE for upload in uploads)
    st.progress(done / max(len(uploads), 1), f"Reading the files: {done:,} of {len(uploads):,}")
    unread = [upload for upload in uploads if upload.state not in DONE and not upload.member]
    st.caption("  \n".join(_state(upload) for upload in unread[:MOST_NAMED]))


def _state(upload: Upload) -> str:
    """How far one file is."""
    parts = f", {upload.parts:,} files so far" if upload.parts else ""
    return f"{plain(upload.name)}: {upload.state}{parts}"


def refused() -> None:
    """Which files could not be opened, and why."""
    bad = [upload for upload in shelf().uploads() if upload.state == "refused"]
    if not bad:
        return
    what = "1 file was not opened" if len(bad) == 1 else f"{len(bad):,} files were not opened"
    rest = "; the others are here" if shelf().stacks() else ": there is no image yet"
    with st.expander(f":orange-badge[Mind] {what}{rest}", expanded=len(bad) <= 3):
        st.markdown("  \n".join(_line(upload) for upload in bad[:100]))
        if len(bad) > 100:
            st.caption(f"And {len(bad) - 100:,} more.")


def _line(upload: Upload) -> str:
    return f"**{plain(upload.name)}**: {plain(upload.why)}"


def pick(stacks: Sequence[Stack]) -> Stack:
    """The stack to look at: the newest of an upload until another is chosen.

    Its name stays out of the URL, because it may tell who the patient is.
    """
    by_id = {stack.id: stack for stack in stacks}
    seen = st.session_state.get("stacks_seen", {})
    new = [stack.id for stack in stacks if seen.get(stack.id) != stack.places]
    if new and not shelf().busy():
        st.session_state["stack"] = new[-1]
        st.session_state["stacks_seen"] = {stack.id: stack.places for stack in stacks}
    elif st.session_state.get("stack") not in by_id:
        st.session_state["stack"] = stacks[-1].id
    chosen = st.selectbox(
        f"Series and images ({len(stacks):,})",
        list(by_id),
        format_func=lambda i: named(by_id[i]),
        key="stack",
        help="What belongs together was put together: by series, size and kind. Sizes are width x height in pixels.",
    )
    return by_id[chosen]


def named(stack: Stack) -> str:
    """What a person knows the stack by."""
    return f"{stack.title} · {size(stack)}"


def size(stack: Stack) -> str:
    """The size in words, width x height."""
    slices, rows, columns = stack.shape
    return f"{columns} x {rows}" if slices == 1 else f"{slices:,} slices of {columns} x {rows}"


def memory() -> None:
    """How much of the session's memory is used, and a way to let go of it."""
    where = shelf()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            f"In memory, for this session only: {where.used / MEGABYTE:,.0f} of {where.limit / MEGABYTE:,.0f} MB. "
            "Nothing is written to disk; closing or reloading the page lets go of it."
        )
        st.button(
            "Close all", key="close_all", icon=":material/close:", on_click=_close_all, args=(where,), type="tertiary"
        )


def _close_all(where: Shelf) -> None:
    """Lets go of the images and of what was made of them."""
    where.clear()
    for name in MADE_OF_IMAGES:
        st.session_state.pop(name, None)
