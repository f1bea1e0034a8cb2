"""`python -m medcore.data.inspection.measure WHAT NAME OPTIONS`: looks at a set in a process of its own, for `sources`.

WHAT is "read" (its facts and its snapshot are kept) or "overview" (of a set with a snapshot).
"""

import json
import sys

from medcore.data import sources
from medcore.parent import end_with_parent

WORK = {"read": sources.keep_snapshot, "overview": sources.keep_overview}


if __name__ == "__main__":
    end_with_parent()
    what, name, options = sys.argv[1:]
    try:
        WORK[what](name, json.loads(options))
    except (ValueError, OSError) as error:
        sys.exit(str(error))
