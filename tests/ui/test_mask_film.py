import json
import struct
import zlib

import numpy as np

from medcore.ui.components.mask_film import Film, Frame, packed, packed_frame


def opened(content: bytes) -> tuple[dict, dict[str, np.ndarray]]:
    """The header and the bytes of each part, as the browser reads them."""
    (length,) = struct.unpack("<I", content[:4])
    header, parts, start = json.loads(content[4 : 4 + length]), {}, 4 + length
    for name, size in header["parts"]:
        parts[name] = np.frombuffer(zlib.decompress(content[start : start + size]), np.uint8)
        start += size
    assert start == len(content)
    assert length % 4 == 0
    return header, parts


def test_everything_the_browser_draws_is_packed_and_found_again():
    rng = np.random.default_rng(0)
    images, truth = rng.integers(0, 256, (2, 5, 4, 3), np.uint8), rng.integers(0, 3, (2, 5, 4), np.uint8)
    said = [rng.integers(0, 256, (2, 2, 5, 4), np.uint8) for _ in range(3)]
    frames = [Frame(epoch, packed_frame(*one), (0.5, None), 0.5) for epoch, one in enumerate(said)]
    films = [Film("a", "U-Net", "#4477AA", frames), Film("b", "Dice", "#EE6677", frames[1:], growing=True, epochs=60)]
    header, parts = opened(packed(images, truth, ["Image 3", "Image 7"], films, ["nothing", "liver", "lesion"]))
    assert (header["height"], header["width"], header["samples"]) == (5, 4, 3)
    assert [len(header[name]) for name in ("notes", "classes", "colours")] == [2, 3, 3]
    assert [[frame["epoch"] for frame in film["frames"]] for film in header["films"]] == [[0, 1, 2], [1, 2]]
    assert header["films"][0]["frames"][0] == {"epoch": 0, "dice": [0.5, None], "mean": 0.5}
    assert header["epochs"] == 60
    assert [film["growing"] for film in header["films"]] == [False, True]
    assert list(parts) == ["base", "a 0", "a 1", "a 2", "b 1", "b 2"]
    np.testing.assert_array_equal(parts["base"], np.concatenate([images.ravel(), truth.ravel()]))
    np.testing.assert_array_equal(parts["b 2"], said[2].ravel())
