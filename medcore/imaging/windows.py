"""Windows by tissue, for values in Hounsfield units."""

from medcore.imaging.view import Window

TISSUES = (
    Window("Soft tissue", 40, 400),
    Window("Lung", -600, 1500),
    Window("Bone", 400, 1800),
    Window("Brain", 40, 80),
)
"""Common in teaching and in workstations, not in any standard.

Reference: https://radiopaedia.org/articles/windowing-ct (brain W:80 L:40, abdomen soft tissues W:400 L:50, lungs
W:1500 L:-600, bone W:1800 L:400).
"""


def presets(modality: str, unit: str) -> tuple[Window, ...]:
    """The tissues' windows where they make sense: CT in Hounsfield units."""
    return TISSUES if modality == "CT" and unit == "HU" else ()
