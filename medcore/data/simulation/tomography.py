"""Parallel-beam CT of ellipses: exact line integrals, photon noise, filtered back projection.

Attenuation is relative to water: 1 is water, 0 is air, and HU = 1000 (attenuation - 1). Lengths are in mm,
x to the right and y down the image, the origin in its centre.

Reference:
    Kak & Slaney 1988, Principles of Computerized Tomographic Imaging, chapter 3, doi:10.1137/1.9780898719277
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np

WATER = 0.0193
"""Attenuation of water in 1/mm at 70 keV, about the mean energy of a 120 kV beam."""

Kernel = Literal["sharp", "soft"]


@dataclass(frozen=True)
class Geometry:
    """How the scanner looks at the body.

    Args:
        views: directions, evenly over 180 degrees.
        bins: detector cells.
        bin_mm: width of a cell.
        pixels: rows and columns of the image.
        pixel_mm: width of a pixel.
    """

    views: int = 96
    bins: int = 96
    bin_mm: float = 4.0
    pixels: int = 64
    pixel_mm: float = 6.0

    @property
    def angles(self) -> np.ndarray:
        """(views,) in radians."""
        return np.arange(self.views) * (np.pi / self.views)

    @property
    def offsets(self) -> np.ndarray:
        """(bins,) signed distances of the rays from the origin, in mm."""
        return _centred(self.bins, self.bin_mm)

    @property
    def axis(self) -> np.ndarray:
        """(pixels,) coordinates of the pixel centres, in mm; the same for x and y."""
        return _centred(self.pixels, self.pixel_mm)


def project(ellipses: np.ndarray, geometry: Geometry) -> np.ndarray:
    """Exact line integrals through ellipses, whose attenuations add up where they overlap.

    Args:
        ellipses: (k, 6): centre x and y, semi-axes a and b in mm, angle of a in radians, attenuation.

    Returns:
        (views, bins) float32, in mm of water.
    """
    x, y, a, b, turn, attenuation = (column[:, None] for column in ellipses.T)
    cos, sin = np.cos(geometry.angles), np.sin(geometry.angles)
    half_width_2 = (a * np.cos(geometry.angles - turn)) ** 2 + (b * np.sin(geometry.angles - turn)) ** 2
    scale = (2 * attenuation * a * b / half_width_2).astype(np.float32)
    centre = (x * cos + y * sin).astype(np.float32)
    distance = geometry.offsets.astype(np.float32) - centre[..., None]
    np.multiply(distance, distance, out=distance)
    np.subtract(half_width_2.astype(np.float32)[..., None], distance, out=distance)
    np.maximum(distance, 0, out=distance)
    np.sqrt(distance, out=distance)
    return np.einsum("kvb,kv->vb", distance, scale)


def expose(sinogram: np.ndarray, photons: float, rng: np.random.Generator) -> np.ndarray:
    """The sinogram as measured with `photons` a ray: Poisson counts, brought back to mm of water.

    A ray that no photon comes through is counted as one photon, as scanners do.
    """
    counts = rng.poisson(photons * np.exp(-WATER * sinogram))
    return (np.log(photons / np.maximum(counts, 1)) / WATER).astype(np.float32)


def reconstruct(sinograms: np.ndarray, geometry: Geometry, kernel: Kernel) -> np.ndarray:
    """Filtered back projection of a batch.

    Args:
        sinograms: (n, views, bins) in mm of water.
        kernel: "sharp" is the plain ramp (Ram-Lak), "soft" the ramp under a Hann window.

    Returns:
        (n, pixels, pixels) float32 in HU.
    """
    filtered = sinograms @ _filter(geometry.bins, geometry.bin_mm, kernel)
    attenuation = _back_projection(geometry) @ filtered.reshape(len(sinograms), -1).T
    return (1000 * (attenuation.T - 1)).reshape(-1, geometry.pixels, geometry.pixels)


def _centred(count: int, step: float) -> np.ndarray:
    return (np.arange(count) - (count - 1) / 2) * step


@lru_cache(maxsize=8)
def _filter(bins: int, bin_mm: float, kernel: Kernel) -> np.ndarray:
    """(bins, bins) matrix that convolves the rows of a sinogram with the ramp (Kak & Slaney, equation 61)."""
    from scipy.linalg import toeplitz  # the web process lists sets without SciPy

    lag = np.arange(bins + 1)
    ramp = np.zeros(bins + 1)
    ramp[0] = 1 / 4
    ramp[1::2] = -1 / (np.pi * lag[1::2]) ** 2
    if kernel == "soft":  # Hann in frequency is (1/4, 1/2, 1/4) over the lags, and the ramp is even
        ramp[:-1] = ramp[:-1] / 2 + (ramp[np.abs(lag[:-1] - 1)] + ramp[1:]) / 4
    return toeplitz(ramp[:-1] / bin_mm).astype(np.float32)


@lru_cache(maxsize=4)
def _back_projection(geometry: Geometry) -> Any:
    """(pixels², views·bins) sparse matrix: what each ray gives each pixel, linear between two cells."""
    from scipy.sparse import csr_array

    x, y = np.meshgrid(geometry.axis, geometry.axis)
    rows, columns, weights = [], [], []
    for view, angle in enumerate(geometry.angles):
        position = (x * np.cos(angle) + y * np.sin(angle)).ravel() / geometry.bin_mm + (geometry.bins - 1) / 2
        left = np.floor(position).astype(int)
        for cell, weight in ((left, left + 1 - position), (left + 1, position - left)):
            inside = np.flatnonzero((cell >= 0) & (cell < geometry.bins))
            rows.append(inside)
            columns.append(view * geometry.bins + cell[inside])
            weights.append(weight[inside] * np.pi / geometry.views)
    entries = (np.concatenate(weights).astype(np.float32), (np.concatenate(rows), np.concatenate(columns)))
    return csr_array(entries, shape=(geometry.pixels**2, geometry.views * geometry.bins))
