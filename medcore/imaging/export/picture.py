"""What is seen in the viewer, as a PNG. For the web process, which asks the sandbox to draw."""

import math

from medcore.imaging.view import Viewable
from medcore.sandbox import Sandbox

DRAW = "medcore.imaging.export.drawing:png"
CUT_SECONDS = 60.0
MEMORY = 2**30


def png(
    viewable: Viewable, plane: str, index: int, centre: float, width: float, inverted: bool, sandbox: Sandbox
) -> bytes:
    """One slice in its window, with square pixels, 8 bits a channel, nothing written into the file.

    Args:
        viewable: the stack.
        plane, index: which slice.
        centre, width: of the window, in the unit of the image.
        inverted: low values are white.
        sandbox: draws.

    Raises:
        ValueError: with one sentence, if the slice cannot be decoded, or the window is none.
        TimeoutError: if it is not there in time.
    """
    if not (math.isfinite(centre) and math.isfinite(width) and width > 0):
        raise ValueError(f"A window must have a width above 0. Received: centre {centre:g}, width {width:g}")
    cut = viewable.cut(plane, index, CUT_SECONDS)
    values = {
        "shape": list(cut.pixels.shape),
        "dtype": cut.pixels.dtype.str,
        "slope": cut.slope,
        "intercept": cut.intercept,
        "centre": centre,
        "width": width,
        "inverted": inverted,
        "spacing": viewable.planes[plane].spacing,
    }
    reply = sandbox.run(DRAW, values, [cut.pixels], seconds=10.0, memory=MEMORY + 32 * cut.pixels.nbytes)
    return bytes(reply.data[0])
