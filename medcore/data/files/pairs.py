"""Files that come in pairs, an image and its mask."""

from collections.abc import Sequence
from pathlib import Path


def left_out(used: Sequence[Path], there: Sequence[Path]) -> tuple[str, ...]:
    """Says how many masks have no image, if any have none.

    Args:
        used: masks of an image.
        there: all masks.
    """
    alone = sorted({path.name for path in there} - {path.name for path in used})
    if not alone:
        return ()
    if len(alone) == 1:
        return (f"1 mask has no image of the same name and is left out: {alone[0]}.",)
    return (f"{len(alone):,} masks have no image of the same name and are left out, such as {alone[0]}.",)
