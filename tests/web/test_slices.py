import asyncio
import json
import struct
import threading
import time

import numpy as np
import pytest
from starlette.applications import Starlette

from medcore import web
from medcore.imaging.shelf import Shelf
from medcore.imaging.view import Cut, Plane
from medcore.web import slices
from tests.imaging.uploads import PATIENCE, series, volume
from tests.web.conftest import get

APP = Starlette(routes=web.routes(web.Feed(lambda: None)))
PIXELS = {
    "uint8": np.arange(6, dtype=np.uint8).reshape(2, 3),
    "int16": np.array([[-1, 2, 300]], np.int16),
    "uint16": np.array([[65535, 1]], np.uint16),
    "float32": np.array([[0.5], [-1e-3]], np.float32),
    "colour": np.arange(24, dtype=np.uint8).reshape(2, 4, 3),
}


class View:
    """A viewable of one slice, or of an error."""

    title, unit, colour, inverted, windows = "t", "HU", False, False, ()

    def __init__(self, made):
        self.planes = {"acquired": Plane("acquired", 1, 2, 3, None, None)}
        self.made = made

    def cut(self, plane, index, seconds):
        if isinstance(self.made, Exception):
            raise self.made
        return self.made


@pytest.fixture
def opened():
    tokens = []

    def opened(view):
        tokens.append(slices.VIEWS.open(view))
        return tokens[-1]

    yield opened
    for token in tokens:
        slices.VIEWS.close(token)


def ask(token, query="plane=acquired&index=0", method="GET", scheme="Bearer"):
    return get(APP, f"{slices.PATH}?{query}", {"Authorization": f"{scheme} {token}"}, method)


def unpacked(answer):
    body = b"".join(answer.parts)
    length = struct.unpack("<I", body[:4])[0]
    assert length % 4 == 0
    header = json.loads(body[4 : 4 + length])
    shape = (header["rows"], header["columns"]) if header["samples"] == 1 else (header["rows"], header["columns"], 3)
    dtype = np.dtype(header["dtype"]).newbyteorder("<")
    count = int(np.prod(shape))
    pixels = np.frombuffer(body, dtype, count, 4 + length).reshape(shape)
    return header, pixels, body[4 + length + pixels.nbytes :]


@pytest.mark.parametrize("kind", PIXELS)
def test_pixels_arrive_as_they_are(opened, kind):
    answer = ask(opened(View(Cut(PIXELS[kind], 2.5, -1024.0))))
    header, pixels, rest = unpacked(answer)
    assert (header["slope"], header["intercept"], header["mask"], rest) == (2.5, -1024.0, False, b"")
    assert pixels.dtype == PIXELS[kind].dtype
    np.testing.assert_array_equal(pixels, PIXELS[kind])
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == slices.MEDIA_TYPE


def test_other_byte_orders_and_strides_arrive_right(opened):
    turned = PIXELS["uint8"].T
    np.testing.assert_array_equal(unpacked(ask(opened(View(Cut(turned)))))[1], turned)
    big = PIXELS["int16"].astype(">i2")
    np.testing.assert_array_equal(unpacked(ask(opened(View(Cut(big)))))[1], big)


def test_a_mask_follows(opened):
    mask = np.array([[0, 1, 2], [3, 0, 255]])
    header, _, rest = unpacked(ask(opened(View(Cut(PIXELS["uint8"], mask=mask)))))
    assert header["mask"]
    np.testing.assert_array_equal(np.frombuffer(rest, np.uint8).reshape(2, 3), mask)


def test_who_has_no_token_or_a_closed_one_sees_nothing(opened):
    token = opened(View(Cut(PIXELS["uint8"])))
    assert len(token) >= 43
    assert ask(token).status == 200
    for other in ("", "x", token[:-1], token + "x", token.swapcase(), "gültig".encode().decode("latin-1")):
        assert ask(other).status == 401
    assert ask(token, scheme="Basic").status == 401
    assert get(APP, f"{slices.PATH}?plane=acquired&index=0&token={token}").status == 401
    slices.VIEWS.close(token)
    slices.VIEWS.close(token)
    answer = ask(token)
    assert (answer.status, json.loads(answer.text)) == (401, {"error": "This image was closed; open it again."})
    assert answer.headers["cache-control"] == "no-store"


def test_two_tokens_of_one_view_are_apart(opened):
    view = View(Cut(PIXELS["uint8"]))
    first, second = opened(view), opened(view)
    slices.VIEWS.close(first)
    assert (ask(first).status, ask(second).status) == (401, 200)


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "DELETE", "OPTIONS"])
def test_other_methods_are_refused(opened, method):
    token = opened(View(Cut(PIXELS["uint8"])))
    assert ask(token, method=method).status == 405


@pytest.mark.parametrize("query", ["", "plane=acquired", "index=1", "plane=acquired&index=one", "plane=a&index="])
def test_half_a_question_is_a_400(opened, query):
    assert ask(opened(View(Cut(PIXELS["uint8"]))), query).status == 400


def test_what_cannot_be_decoded_is_a_sentence_and_what_is_late_may_be_asked_again(opened):
    broken = ask(opened(View(ValueError("The slice is damaged."))))
    assert (broken.status, json.loads(broken.text)) == (422, {"error": "The slice is damaged."})
    late = ask(opened(View(TimeoutError())))
    assert (late.status, late.headers["retry-after"]) == (503, "1")


def test_pixels_of_no_type_of_ours_are_a_sentence(opened):
    answer = ask(opened(View(Cut(np.zeros((2, 2), np.complex64)))))
    assert answer.status == 422
    assert "complex64" in json.loads(answer.text)["error"]


class Slow(View):
    """Its slices come when it is set free; who does not wait is told so at once."""

    def __init__(self):
        self.waiting, self.free = threading.Semaphore(0), threading.Event()

    def cut(self, plane, index, seconds):
        if not seconds and not self.free.is_set():
            raise TimeoutError
        self.waiting.release()
        assert self.free.wait(PATIENCE)
        return Cut(PIXELS["uint8"])

    async def waited_for(self, times):
        for _ in range(times):
            while not self.waiting.acquire(blocking=False):
                await asyncio.sleep(0.001)


async def request(token):
    """The status of the answer, and what it says of coming back."""
    answers = []

    async def send(message):
        if message["type"] == "http.response.start":
            answers.append((message["status"], dict(message["headers"]).get(b"retry-after")))

    async def receive():
        await asyncio.Event().wait()

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "path": slices.PATH,
        "query_string": b"plane=acquired&index=0",
        "headers": [(b"authorization", f"Bearer {token}".encode())],
    }
    await APP(scope, receive, send)
    return answers[0]


def run(work):
    return asyncio.run(asyncio.wait_for(work, PATIENCE))


def test_slices_that_take_their_time_hold_up_nobody_else(opened):
    slow = Slow()
    slow_token, quick_token = opened(slow), opened(View(Cut(PIXELS["uint8"])))

    async def together():
        waiting = [asyncio.create_task(request(slow_token)) for _ in range(slices.MOST_OF_ONE)]
        await slow.waited_for(len(waiting))
        assert await request(quick_token) == (200, None)
        assert not any(task.done() for task in waiting)
        slow.free.set()
        return await asyncio.gather(*waiting)

    assert run(together()) == [(200, None)] * slices.MOST_OF_ONE


def test_one_that_asks_for_hundreds_of_slices_waits_for_few_of_them(opened):
    slow = Slow()
    slow_token, other = opened(slow), Slow()
    other_token = opened(other)

    async def together():
        waiting = [asyncio.create_task(request(slow_token)) for _ in range(slices.MOST_OF_ONE)]
        await slow.waited_for(len(waiting))
        more = await asyncio.gather(*(request(slow_token) for _ in range(200)))
        assert set(more) == {(503, b"1")}
        others = asyncio.create_task(request(other_token))
        await other.waited_for(1)  # another token still has its own
        slow.free.set()
        other.free.set()
        return [*await asyncio.gather(*waiting), await others]

    assert run(together()) == [(200, None)] * (slices.MOST_OF_ONE + 1)
    assert ask(slow_token).status == 200


def test_what_is_there_comes_however_many_slices_are_waited_for(opened):
    class Half(Slow):
        """The slice is there, but other requests still wait."""

        def cut(self, plane, index, seconds):
            return super().cut(plane, index, seconds) if seconds else Cut(PIXELS["uint8"])

    half = Half()
    token = opened(half)

    async def together():
        waiting = [asyncio.create_task(request(token)) for _ in range(slices.MOST_OF_ONE)]
        await half.waited_for(len(waiting))
        assert await request(token) == (200, None)
        half.free.set()
        return await asyncio.gather(*waiting)

    assert run(together()) == [(200, None)] * slices.MOST_OF_ONE
    assert not slices.VIEWS._waiting


def test_a_real_series_through_shelf_and_route(opened):
    shelf = Shelf(2**27)
    try:
        expected = volume()
        for data in series(expected):
            shelf.add("slice", data)
        assert shelf.wait(PATIENCE)
        (stack,) = shelf.stacks()
        token = opened(shelf.view(stack.id))
        deadline = time.monotonic() + PATIENCE
        while (answer := ask(token, "plane=coronal&index=5")).status == 503:
            assert time.monotonic() < deadline
        header, pixels, _ = unpacked(answer)
        np.testing.assert_array_equal(pixels, expected[::-1, 5])
        assert (header["slope"], header["intercept"]) == (1.0, -1024.0)
        np.testing.assert_array_equal(unpacked(ask(token, "plane=acquired&index=7"))[1], expected[7])
        for wrong in ("plane=acquired&index=8", "plane=acquired&index=-1", "plane=oblique&index=0"):
            assert ask(token, wrong).status == 422
    finally:
        shelf.close()
    answer = ask(token, "plane=acquired&index=7")
    assert answer.status == 422
