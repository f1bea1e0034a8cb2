"""Archives: what is refused before anything is unpacked, and what single members cost."""

import pytest

from medcore.imaging.formats import zips
from tests.imaging import bad_input, good_input


def unpacked(data, limit=zips.MAX_BYTES):
    return {member.name: member.content for member in zips.unpack(memoryview(data), limit)}


def test_members_without_folders_and_what_systems_add():
    files = {"a/1": b"one", "a/": b"", "__MACOSX/a/._1": b"x", "a/.DS_Store": b"x", "DICOMDIR": b"x", "b/2": b"two"}
    assert unpacked(good_input.zipped(files)) == {"a/1": b"one", "b/2": b"two"}


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "etc/passwd"),
        ("/absolute/IM1", "absolute/IM1"),
        ("C:\\folder\\IM1", "C:/folder/IM1"),
        ("bell\x07\x1b[2J\u202egnp", "bell[2Jgnp"),
        ("x" * 500, "…" + "x" * zips.MAX_NAME),
    ],
)
def test_names_are_only_shown(name, shown):
    assert zips.shown(name) == shown


def test_limit_of_the_session():
    data = good_input.zipped({"a": bytes(2**20), "b": bytes(2**20)})
    with pytest.raises(ValueError, match="would unpack to 2 MB, but there is room for 1 MB"):
        unpacked(data, 2**20)


def test_ratio_counts_only_for_what_is_large():
    small = bad_input.zip_of_zeros(100)
    assert len(unpacked(small)["0.dcm"]) == 100 * 2**20
    with pytest.raises(ValueError, match="times its size"):
        unpacked(bad_input.zip_of_zeros(200))


def test_count():
    data = bad_input.zipped(*((str(number), b"") for number in range(zips.MAX_MEMBERS + 1)))
    with pytest.raises(ValueError, match=r"20,000 files at most. Received: 20,001"):
        unpacked(data)


@pytest.mark.parametrize("copies", [2, 40])
def test_members_that_share_their_bytes(copies):
    with pytest.raises(ValueError, match="overlap"):
        unpacked(bad_input.overlapping(copies))


def test_one_damaged_member_costs_no_other():
    data = bytearray(good_input.zipped({"a": b"first" * 100, "b": b"second" * 100}, method=0))
    data[data.index(b"first")] ^= 1
    found = unpacked(bytes(data))
    assert found == {"a": "It is damaged: it cannot be unpacked.", "b": b"second" * 100}


@pytest.mark.parametrize("method", [0, 8, 12, 14])
def test_ways_of_packing(method):
    assert unpacked(good_input.zipped({"a": b"text" * 99}, method, zip64=True)) == {"a": b"text" * 99}
