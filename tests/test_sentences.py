import errno

import pytest

from medcore.sentences import sentence


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ValueError("epochs must be\na number."), "epochs must be a number."),
        (OSError(errno.ENOSPC, "No space left on device", "x.npz"), "The disk is full: .* Received: x.npz"),
        (OSError(errno.ENOSPC, "No space left on device"), "The disk is full: .* Received: no space left"),
        (PermissionError(errno.EACCES, "Permission denied", "x.npz"), "Permission denied. Received: x.npz"),
        (FileNotFoundError('There is no data set named "x".'), 'There is no data set named "x".'),
    ],
)
def test_one_line_that_says_what_came(error, text):
    import re

    assert re.fullmatch(text, sentence(error))
