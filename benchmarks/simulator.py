"""How long do 2,000 images of the CT simulator take, the default of the page, on one core?"""

import statistics
import time
from collections.abc import Mapping

from benchmarks import report
from medcore.data.simulation import simulator

TARGETS = {"simulator_2000_images_s": ("<=", 20)}
IMAGES = 2000


def measure(quick: bool) -> Mapping[str, float]:
    """Simulates from another seed each time; the first pays for the matrices of the geometry, as a new process does.

    The time is the processor's, all cores added up, so that what else runs on the machine does not count.
    """
    rounds = [_seconds(seed) for seed in range(1 if quick else 3)]
    return {"simulator_2000_images_s": statistics.median(rounds)}


def _seconds(seed: int) -> float:
    values = simulator.complete({"images": IMAGES, "seed": seed})
    start = time.process_time()
    simulator.simulate(values)
    return time.process_time() - start


if __name__ == "__main__":
    report.run(measure, TARGETS, __doc__)
