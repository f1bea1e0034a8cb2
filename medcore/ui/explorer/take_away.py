"""Take images away: de-identified DICOM with its report, the view as a picture, the volume as NIfTI.

What a download button has been given lies under an address of its own that nobody is asked a password for, as long as
the session lasts: so buttons get functions, called on the click, and no file name says more than a hash.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict

import pandas as pd
import streamlit as st

from medcore.imaging.export import archive, picture, volume
from medcore.imaging.export.archive import Archive
from medcore.imaging.shelf import Shelf
from medcore.imaging.stack import Stack
from medcore.imaging.stack_view import StackView
from medcore.ui import made_download, work
from medcore.ui.made_download import Outcomes
from medcore.ui.plain import plain
from medcore.ui.viewer import ViewState
from medcore.ui.work import Progress, Work

THIS, ALL = "This series", "All DICOM series"
REFUSED_SHOWN = 20
_MADE = "deidentified"


def show(shelf: Shelf, stack: Stack, shown: ViewState | None) -> None:
    """What can be taken away of what is open.

    Args:
        shelf: holds the images.
        stack: the one that is looked at.
        shown: what the viewer shows of it; None while that is not known.
    """
    if stack.kind == "dicom":
        _dicom(shelf, stack)
    st.subheader("This view and this volume", divider="gray")
    st.caption("Pixels and geometry only: neither file has room for a name, and none is written into it.")
    if not looked_at([stack], "image"):
        return
    view = shelf.view(stack.id)
    with st.container(horizontal=True):
        clicked = _png(shelf, view, shown), _nifti(shelf, view)
    made_download.tell(*clicked)


def _dicom(shelf: Shelf, stack: Stack) -> None:
    st.subheader("De-identified DICOM", divider="gray")
    st.caption(
        "A new file is made that holds only what shows and measures the image; names, ids, descriptions, private "
        "elements and all else are left out, dates are moved, UIDs replaced. Then the new file is searched for every "
        "value that was left out. Mind that a head can be drawn from its slices, and so a face."
    )
    series = [one for one in shelf.stacks() if one.kind == "dicom"]
    chosen = [stack]
    if len(series) > 1:
        which = st.segmented_control(
            "Which series",
            [THIS, ALL],
            default=THIS,
            required=True,
            key="away_which",
            help="Those of one session share their new names, so that they still belong together.",
        )
        chosen = series if which == ALL else chosen
    looked = looked_at(chosen, "dicom")
    st.button(
        "De-identify",
        type="primary",
        key="away_deidentify",
        icon=":material/shield:",
        disabled=not looked,
        on_click=_begin,
        args=(work.kept(), shelf, chosen),
    )
    made = work.show(_MADE, _identity(shelf, chosen), "De-identifying…")
    if made is not None:
        _offer(made)


def looked_at(stacks: Sequence[Stack], what: str) -> bool:
    """Whether nothing has to be looked for, or a person says that he has: of exactly these images."""
    risks = dict.fromkeys(stack.burned_in for stack in stacks if stack.burned_in)
    if not risks:
        return True
    for risk in risks:
        st.markdown(f":red-badge[Look] {plain(risk)}")
    of = hashlib.sha256(str([(stack.id, stack.places) for stack in stacks]).encode()).hexdigest()[:12]
    return st.checkbox(
        "I have looked at every image: no text in the pictures tells who the patient is",
        key=f"away_looked_{what}_{of}",
        help="No program finds every name that is part of the picture itself. Go through all slices first.",
    )


def _begin(works: dict[str, Work], shelf: Shelf, stacks: Sequence[Stack]) -> None:
    looked = any(stack.burned_in for stack in stacks)  # then the button waited for a person to say so
    ids = [stack.id for stack in stacks]

    def make(progress: Progress) -> Archive:
        return archive.deidentified(shelf, ids, looked=looked, progress=lambda done, total: progress(done / total))

    works[_MADE] = Work(_identity(shelf, stacks), make)


def _identity(shelf: Shelf, stacks: Sequence[Stack]) -> tuple[object, ...]:
    """Of what a result was made: it is offered for nothing else."""
    return (shelf.secret, *((stack.id, stack.places) for stack in stacks))


def _offer(made: Archive) -> None:
    counts: Counter[str] = Counter()
    for line in made.lines:
        counts[line.action] += line.elements
    st.success(
        f"{made.files:,} image{'' if made.files == 1 else 's'} de-identified and checked: {counts['removed']:,} "
        f"elements removed, {counts['replaced']:,} replaced, {counts['kept']:,} kept."
    )
    if made.refused:
        lines = [f"**{plain(label)}**: {plain(why)}" for label, why in made.refused[:REFUSED_SHOWN]]
        more = len(made.refused) - len(lines)
        rest = [f"And {more:,} more."] if more else []
        st.warning("Not given out:  \n" + "  \n".join([*lines, *rest]))
    name = made.name
    with st.container(horizontal=True):
        st.download_button(
            "De-identified DICOM (ZIP)",
            lambda: made.data,
            name,
            "application/zip",
            key="away_zip",
            on_click="ignore",
            icon=":material/download:",
        )
        st.download_button(
            "Report (CSV)",
            lambda: archive.table(made.lines).encode(),
            name.replace(".zip", "-report.csv"),
            "text/csv",
            key="away_report",
            on_click="ignore",
        )
    with st.expander("What was removed, replaced and kept"):
        frame = pd.DataFrame([asdict(line) for line in made.lines])
        frame.columns = ["Tag", "Name", "What became of it", "Elements", "Files"]
        st.dataframe(frame, hide_index=True, width="stretch", height=360)


def _png(shelf: Shelf, view: StackView, shown: ViewState | None) -> Outcomes | None:
    if shown is None:
        st.caption("The picture can be taken as soon as the viewer shows it.")
        return None

    def draw() -> bytes:
        return picture.png(view, shown.plane, shown.index, shown.centre, shown.width, shown.inverted, shelf.sandbox)

    return made_download.button(
        "This view (PNG)",
        draw,
        f"view-{_hash(shelf, view.stack, shown)}.png",
        "image/png",
        key="away_png",
        icon=":material/image:",
        help="The slice in its window, 8 bits, with square pixels; without overlay and measurements.",
    )


def _nifti(shelf: Shelf, view: StackView) -> Outcomes | None:
    if view.failed:
        st.caption("Slices are missing that could not be decoded, so there is no volume to take away.")
        return None
    uneven = "" if view.stack.regular else " Mind: the slices are not evenly spaced, which NIfTI cannot say."
    return made_download.button(
        "The volume (NIfTI)",
        lambda: volume.nifti(view, shelf.sandbox),
        f"volume-{_hash(shelf, view.stack)}.nii.gz",
        "application/gzip",
        key="away_nifti",
        icon=":material/view_in_ar:",
        help=f"All slices with their values and their place in the scanner.{uneven}",
    )


def _hash(shelf: Shelf, stack: Stack, shown: ViewState | None = None) -> str:
    """Names the content without telling of it."""
    whole = f"{shelf.secret.hex()} {stack.id} {stack.places} {shown}"
    return hashlib.sha256(whole.encode()).hexdigest()[:12]
