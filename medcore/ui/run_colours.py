"""The colour of every run: runs of one group share it, in every chart."""

from collections.abc import Sequence

from medcore.charts import palette
from medcore.labs import optimizers as lab
from medcore.runs.store import Record


def of(records: Sequence[Record]) -> dict[str, str]:
    """Colours by run id, given out in the order of the runs' groups."""
    groups = dict.fromkeys(lab.group(record.label) for record in records)
    colours = palette.colours({group: lab.family(group) for group in groups})
    return {record.id: colours[lab.group(record.label)] for record in records}
