"""The colour of every run: runs of one group share it, in every chart."""

from collections.abc import Sequence

from medcore.charts import palette
from medcore.labs.labels import family, group
from medcore.runs.store import Record


def of(records: Sequence[Record]) -> dict[str, str]:
    """Colours by run id, given out in the order of the runs' groups."""
    groups = dict.fromkeys(group(record.label) for record in records)
    colours = palette.colours({name: family(name) for name in groups})
    return {record.id: colours[group(record.label)] for record in records}
