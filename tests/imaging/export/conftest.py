"""A shelf of uploads."""

import pytest

from medcore.imaging.shelf import Shelf

WAIT_SECONDS = 60


@pytest.fixture
def shelf():
    made = Shelf(2**29)
    yield made
    made.close()


@pytest.fixture
def put(shelf):
    """Puts files on the shelf and gives the stacks."""

    def put_(*files: bytes):
        for number, data in enumerate(files):
            shelf.add(f"file {number}", bytes(data))
        assert shelf.wait(WAIT_SECONDS)
        assert [upload.why for upload in shelf.uploads() if upload.state == "refused"] == []
        return shelf.stacks()

    return put_
