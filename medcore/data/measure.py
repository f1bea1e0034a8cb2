"""`python -m medcore.data.measure NAME OPTIONS`: reads a set once, so that its facts are kept; for `sources.facts`."""

import json
import sys

from medcore.data import sources
from medcore.spec import DataSpec

if __name__ == "__main__":
    try:
        sources.load(DataSpec(sys.argv[1], json.loads(sys.argv[2])))
    except (ValueError, OSError) as error:
        sys.exit(str(error))
