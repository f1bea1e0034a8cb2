"""The jobs as a child does them, here without one."""

import io
import json

import numpy as np
import pytest

from medcore.imaging import answers, jobs
from medcore.imaging.dicom import describing
from medcore.imaging.files import Found
from medcore.imaging.loading import _wanted
from medcore.sandbox.sandbox import TEXT
from medcore.sandbox.wire import _fits
from tests.imaging.uploads import frames, png, series, volume, zipped


def described(data: bytes) -> list[Found]:
    return [Found.from_dict(one) for one in jobs.describe({"name": "file"}, [memoryview(data)]).values["found"]]


def npz() -> bytes:
    stream = io.BytesIO()
    np.savez(stream, images=np.zeros((5, 30, 40), np.uint8))
    return stream.getvalue()


@pytest.mark.parametrize(
    ("make", "kind", "shape"),
    [
        (lambda: series(volume(1))[0], "dicom", (1, 16, 12)),
        (lambda: frames(volume(5)), "dicom", (5, 16, 12)),
        (png, "picture", (1, 9, 9)),
        (npz, "arrays", (5, 30, 40)),
    ],
)
def test_every_kind_is_described_and_decoded_as_described(make, kind, shape):
    data = make()
    (found,) = described(data)
    assert found.kind == kind
    assert (len(found.frames), found.rows, found.columns) == shape
    wanted = list(range(shape[0]))[::-1]
    replies = list(jobs.decode({"found": _wanted(found), "frames": wanted}, [memoryview(data)]))
    assert [reply.values["frame"] for reply in replies] == wanted
    size = shape[1] * shape[2] * found.samples * np.dtype(found.dtype).itemsize
    assert all(memoryview(reply.data[0]).nbytes == size for reply in replies)


def test_frames_are_those_that_were_asked_for():
    expected = volume(6)
    data = frames(expected)
    (found,) = described(data)
    replies = list(jobs.decode({"found": _wanted(found), "frames": [4, 1]}, [memoryview(data)]))
    np.testing.assert_array_equal(np.stack([reply.data[0] for reply in replies]), expected[[4, 1]])


def test_a_description_arrives_as_the_reader_made_it():
    (found,) = describing.describe(data := memoryview(frames(volume(5))), "file")
    written = json.loads(json.dumps(jobs.describe({"name": "file"}, [data]).values))
    assert answers.described(written) == [found]


def test_as_many_images_as_the_largest_collections_hold_can_be_described_and_ordered():
    stream = io.BytesIO()
    np.savez_compressed(stream, images=np.zeros((100_000, 8, 8), np.uint8))
    reply = jobs.describe({"name": "many.npz"}, [memoryview(stream.getvalue())])
    assert _fits(json.dumps(reply.values).encode(), TEXT)
    (found,) = answers.described(reply.values)
    assert [frame.number for frame in found.frames] == list(range(1, 100_001))
    assert len(json.dumps(_wanted(found))) < 1000


def test_an_archive_is_told_apart_and_unpacked():
    members = {"a/one.png": png(1), "two.dcm": series(volume(1))[0]}
    data = [memoryview(zipped(members))]
    assert jobs.describe({"name": "x"}, data).values == {"zip": True}
    replies = list(jobs.unpack({"limit": 2**20}, data))
    assert {reply.values["name"]: bytes(reply.data[0]) for reply in replies} == members


def test_an_archive_that_would_be_too_large_is_refused_before_it_is_unpacked():
    data = [memoryview(zipped({"a": bytes(2**21)}))]
    with pytest.raises(ValueError, match="there is room for 1 MB"):
        next(jobs.unpack({"limit": 2**20}, data))


def test_what_is_no_image_is_a_sentence():
    with pytest.raises(ValueError, match="Received: a PDF document"):
        jobs.describe({"name": "x"}, [memoryview(b"%PDF-1.4")])


@pytest.mark.parametrize(
    ("name", "said"), [("scan.PNG", "no PNG picture"), ("a.tif", "no TIFF picture"), ("IM0001", "no DICOM file")]
)
def test_what_is_nothing_at_all_is_called_by_what_its_name_promised(name, said):
    with pytest.raises(ValueError, match=f"The file is {said}"):
        jobs.describe({"name": name}, [memoryview(b"no image at all " * 20)])
