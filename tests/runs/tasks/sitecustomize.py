"""Python imports this at the start of every process with this folder on PYTHONPATH: it adds the tests' tasks."""

import registered  # noqa: F401
