"""The windows that a file brings for its brightness (PS3.3 C.11.2)."""

from collections.abc import Sequence

import numpy as np
from pydicom.dataset import Dataset

from medcore.imaging.dicom import elements, notes, tables
from medcore.imaging.dicom.reading import RefusedError
from medcore.imaging.view import Window

MAX_WINDOWS = 12


def windows(dataset: Dataset) -> tuple[tuple[Window, ...], tuple[str, ...]]:
    """Windows of the header, or of the item of a Frame VOI LUT Sequence, and what is odd about them.

    A width below 1 is kept although the standard forbids it for the LINEAR function: files whose values have
    fractions need such widths. One that is not above zero is left out.
    """
    centres = elements.numbers(dataset, "WindowCenter") or ()
    widths = elements.numbers(dataset, "WindowWidth") or ()
    names = _names(elements.value(dataset, "WindowCenterWidthExplanation"))
    odd: list[str] = []
    found: list[Window] = []
    for index, (centre, width) in enumerate(zip(centres[:MAX_WINDOWS], widths[:MAX_WINDOWS], strict=False)):
        if width <= 0:
            odd = [notes.window_ignored()]
            continue
        name = names[index] if index < len(names) and names[index] else "From the file"
        found.append(Window(_distinct(name, found), centre, width))
    if found and elements.text(dataset, "VOILUTFunction").upper() == "SIGMOID":
        odd.append(notes.window_curve())
    if not found and (window := _of_table(dataset)):
        return (window,), (*odd, notes.window_table())
    return tuple(found), tuple(odd)


def _names(value: object) -> list[str]:
    parts = [value] if isinstance(value, str) else value if isinstance(value, Sequence) else []
    return [elements.plain(str(part), 40) for part in parts[:MAX_WINDOWS]]


def _distinct(name: str, before: Sequence[Window]) -> str:
    """Two windows of the same name are told apart by a number."""
    same = sum(window.name == name or window.name.startswith(f"{name} (") for window in before)
    return f"{name} ({same + 1})" if same else name


def _of_table(dataset: Dataset) -> Window | None:
    """From where the table leaves its lowest value to where it reaches its highest."""
    try:
        table = tables.lookup(elements.item(dataset, "VOILUTSequence"), signed=False)
    except RefusedError:
        return None
    if table is None or table.entries.min() == table.entries.max():
        return None
    entries = table.entries.astype(np.int64)
    changing = np.flatnonzero((entries != entries[0]) & (entries != entries[-1]))
    low, high = (changing[0] - 1, changing[-1] + 1) if len(changing) else (0, len(entries) - 1)
    item = elements.item(dataset, "VOILUTSequence")
    name = elements.text(item, "LUTExplanation") if item is not None else ""
    return Window(name or "From the file", table.first + (low + high) / 2, float(high - low))
