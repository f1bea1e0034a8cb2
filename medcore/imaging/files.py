"""What is known of an uploaded file before its pixels are decoded: plain values that a sandbox sends back."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from medcore.imaging.view import Window

KINDS = ("dicom", "nifti", "picture", "arrays")


@dataclass(frozen=True)
class Frame:
    """One frame of a file.

    Args:
        position: of the centre of the first pixel, (x, y, z) in mm, patient coordinates of DICOM:
            to the Left, Posterior and Head (PS3.3 C.7.6.2); None where unknown.
        orientation: direction cosines of a row (towards larger columns), then of a column; None where unknown.
        spacing: (between rows, between columns) in mm; None where unknown.
        slope, intercept: value = stored * slope + intercept.
        number: what the file counts it by (Instance Number, In-Stack Position); None where it does not.
        moment: which of several images of the same place, as far as the file tells: "time=2, echo time=20 ms";
            "" where there is one.
    """

    position: tuple[float, float, float] | None = None
    orientation: tuple[float, float, float, float, float, float] | None = None
    spacing: tuple[float, float] | None = None
    slope: float = 1.0
    intercept: float = 0.0
    number: int | None = None
    moment: str = ""


@dataclass(frozen=True)
class Found:
    """One file as described, without its pixels.

    Args:
        kind: one of `KINDS`.
        group: files of the same group belong to one stack (for DICOM the Series Instance UID and what
            else must agree: size, samples, type); "" stands alone.
        title: what the file calls itself (series description), without anything that identifies a person; "" if it
            does not.
        modality: "CT", "MR", …; "" where unknown.
        rows, columns: pixels of a frame.
        samples: 1, or 3 for colour.
        dtype: of the decoded stored values: "uint8", "int16", "uint16" or "float32".
        unit: of the values after slope and intercept: "HU", "Bq/ml", "g/ml", "Gy"; "" where it is not known.
        frames: one a frame, in the order stored.
        windows: presets of the file.
        inverted: MONOCHROME1.
        burned_in: why the image may carry text about the patient in its pixels, one sentence; "" where
            that need not be feared.
        notes: what is odd, one sentence each.
        gap: (0018,0088) Spacing Between Slices or thickness in mm, where positions tell nothing; None if unknown.
        details: what else the format needs to decode (plain values).
    """

    kind: str
    group: str
    title: str
    modality: str
    rows: int
    columns: int
    samples: int
    dtype: str
    unit: str
    frames: tuple[Frame, ...]
    windows: tuple[Window, ...] = ()
    inverted: bool = False
    burned_in: str = ""
    notes: tuple[str, ...] = ()
    gap: float | None = None
    details: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON; `from_dict` takes them back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Found":
        """The description back from plain values."""
        frames = tuple(Frame(**{key: _frozen(value) for key, value in frame.items()}) for frame in values["frames"])
        windows = tuple(Window(**window) for window in values["windows"])
        return cls(**{**values, "frames": frames, "windows": windows, "notes": tuple(values["notes"])})


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
