import threading

import numpy as np
import pytest

from medcore.imaging.pixels import Pixels
from tests.imaging.uploads import PATIENCE


@pytest.mark.parametrize(("samples", "dtype"), [(1, "uint8"), (1, "int16"), (1, "float32"), (3, "uint8")])
def test_slices_are_put_in_their_places(samples, dtype):
    pixels = Pixels((3, 2, 4), samples, dtype)
    shape = (2, 4) if samples == 1 else (2, 4, 3)
    image = np.arange(np.prod(shape)).reshape(shape).astype(dtype)
    pixels.put(1, bytearray(image.astype(image.dtype.newbyteorder("<")).tobytes()))
    np.testing.assert_array_equal(pixels.array[1], image)
    assert pixels.ready.tolist() == [False, True, False]
    assert pixels.progress() == (1, 3)


def test_a_slice_of_another_size_is_refused():
    pixels = Pixels((2, 2, 2), 1, "int16")
    with pytest.raises(ValueError, match=r"A slice has 8 bytes\. Received: 7 bytes"):
        pixels.put(0, bytes(7))
    assert not pixels.ready.any()


def test_failed_slices_are_settled_and_black_and_those_that_came_stay():
    pixels = Pixels((3, 1, 1), 1, "uint8")
    pixels.array[:] = 7
    pixels.put(0, b"\x05")
    pixels.fail([0, 1], "It is damaged.")
    assert pixels.failed == {1: "It is damaged."}
    assert pixels.array[:2].ravel().tolist() == [5, 0]
    assert pixels.settled([0, 1])
    assert not pixels.settled([0, 1, 2])
    assert pixels.progress() == (2, 3)


def test_who_waits_is_woken_by_the_last_slice_and_not_before():
    pixels = Pixels((2, 1, 1), 1, "uint8")
    assert not pixels.wait([0, 1], 0)
    woken = []
    thread = threading.Thread(target=lambda: woken.append(pixels.wait([0, 1], PATIENCE)))
    thread.start()
    pixels.put(0, b"\x01")
    assert not woken
    pixels.fail([1], "It is damaged.")
    thread.join(PATIENCE)
    assert woken == [True]


def test_closed_pixels_take_no_memory_and_keep_nobody_waiting():
    pixels = Pixels((2, 512, 512), 3, "uint8")
    thread = threading.Thread(target=pixels.wait, args=([1], PATIENCE))
    thread.start()
    pixels.close("It was closed.")
    thread.join(PATIENCE)
    assert not thread.is_alive()
    assert pixels.array.nbytes == 0
    with pytest.raises(ValueError, match="It was closed"):
        pixels.put(0, bytes(512 * 512 * 3))
    pixels.fail([0], "late")
