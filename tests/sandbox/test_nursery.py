import importlib.util

from medcore.sandbox.nursery import PRELOADED


def test_what_is_loaded_ahead_is_there():
    assert [name for name in PRELOADED if importlib.util.find_spec(name) is None] == []
