"""Python imports this at the start of every process with this folder on PYTHONPATH: it adds the tests' choices."""

import choices

from medcore import catalog

catalog.TASKS.update(choices.TASKS)
catalog.MODELS.update(choices.MODELS)
