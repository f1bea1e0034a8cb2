import io

import numpy as np
import pytest
from PIL import Image

from medcore.imaging.export import mask_png

COLOURS = ("#000000", "#EE6677", "#228833")


def test_pillow_reads_the_class_numbers_and_their_colours():
    mask = np.random.default_rng(0).integers(0, 3, (7, 11)).astype(np.uint8)
    with Image.open(io.BytesIO(mask_png.png(mask, COLOURS))) as image:
        assert (image.mode, image.size, image.info) == ("P", (11, 7), {})
        np.testing.assert_array_equal(np.asarray(image), mask)
        colours = np.array([[0, 0, 0], [0xEE, 0x66, 0x77], [0x22, 0x88, 0x33]])
        np.testing.assert_array_equal(np.asarray(image.convert("RGB")), colours[mask])


def test_every_class_has_a_colour():
    with pytest.raises(ValueError, match=r"A colour for each class number was expected. Received: 3 for 4"):
        mask_png.png(np.full((2, 2), 3, np.uint8), COLOURS)
