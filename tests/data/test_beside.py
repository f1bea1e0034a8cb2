"""What is computed of a session's images lies beside them, and goes with them."""

import io

import numpy as np
import pytest

from medcore.data import beside, session_sets


def test_of_a_set_in_the_run_s_folder_and_of_a_session_beside_its_images(home):
    run = home / "runs" / "0123456789abcdef"
    assert beside.folder("digits", run) == run
    content = io.BytesIO()
    np.savez(content, train_images=np.zeros((1, 2, 2), np.uint8))
    name = session_sets.put(content.getvalue(), {})
    place = beside.folder(name, run)
    assert place.is_dir()
    assert place.parent == session_sets.folder(name)
    assert not run.exists()
    session_sets.forget(name)
    assert not place.exists()
    with pytest.raises(FileNotFoundError, match="went when the session ended"):
        beside.folder(name, run)
