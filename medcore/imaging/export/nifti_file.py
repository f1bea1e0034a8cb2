"""The sandbox's job that writes a volume as NIfTI-1."""

import gzip
from collections.abc import Mapping, Sequence
from typing import Any

import nibabel
import numpy as np

from medcore.sandbox import Reply

LEVEL = 3
"""Of gzip: of noisy images, higher levels save a few per cent and take times as long."""

TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])
"""From patient coordinates of DICOM (to the Left, Posterior, Head) to those of NIfTI (Right, Anterior, Superior)."""

_SCANNER = 1
_RGB = np.dtype([("R", "u1"), ("G", "u1"), ("B", "u1")])


def nifti(values: Mapping[str, Any], data: Sequence[memoryview]) -> Reply:
    """The .nii.gz of a volume.

    Args:
        values: {"shape": (slices, rows, columns) or with 3 behind, "dtype", "affine": of the stack or None,
            "spacing": (slices, rows, columns) in mm where there is no affine, "rescale": (slope, intercept)}.
        data: [stored values in C order].
    """
    stored = np.frombuffer(data[0], values["dtype"]).reshape(values["shape"])
    if stored.ndim == 4:
        stored = stored.view(_RGB)[..., 0]
    affine = None if values["affine"] is None else TO_RAS @ np.array(values["affine"])
    image = nibabel.Nifti1Image(stored.transpose(2, 1, 0), affine)
    header = image.header
    header.set_xyzt_units("mm")
    if affine is None:
        header.set_zooms([step or 1.0 for step in reversed(values["spacing"])])
    else:
        image.set_sform(affine, _SCANNER)
        image.set_qform(affine, _SCANNER)
    if stored.dtype != _RGB:
        header.set_slope_inter(*values["rescale"])
    return Reply({}, [gzip.compress(image.to_bytes(), LEVEL, mtime=0)])
