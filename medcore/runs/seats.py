"""What a machine can train at once: one run a GPU, or else small runs on a core each or a large one on all cores."""

import threading
from dataclasses import dataclass


@dataclass(frozen=True)
class Seat:
    """What one run trains on.

    Args:
        threads: processor cores it may keep busy.
        gpu: number of its GPU among those visible, None for a run on the processor.
    """

    threads: int
    gpu: int | None = None

    def gpu_among(self, visible: str) -> str:
        """Its GPU as CUDA calls it, "-1" for none.

        Args:
            visible: the machine's CUDA_VISIBLE_DEVICES, like "0, 1" or "GPU-…,GPU-…"; "" if not set.
        """
        if self.gpu is None:
            return "-1"
        names = [name.strip() for name in visible.split(",") if name.strip()]
        return names[self.gpu] if self.gpu < len(names) else str(self.gpu)


class Seats:
    """The free and taken seats of this machine. Thread-safe.

    Args:
        cores: processor cores, at least 1.
        gpus: GPUs; with any, a run of either size takes one of them.
    """

    def __init__(self, cores: int, gpus: int) -> None:
        self.cores = cores
        self.gpus = gpus
        self._free = list(range(gpus or cores))
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return self.gpus or self.cores

    def needs(self, size: str) -> int:
        """Seats that a run of this size fills."""
        return self.cores if size == "large" and not self.gpus else 1

    def small(self) -> list[Seat]:
        """All seats of small runs."""
        if self.gpus:
            return [self._on_gpu(number) for number in range(self.gpus)]
        return [Seat(threads=1)] * self.cores

    def take(self, size: str) -> Seat | None:
        """A free seat for a run of this size, None if there is none."""
        with self._lock:
            if len(self._free) < self.needs(size):
                return None
            if self.gpus:
                return self._on_gpu(self._free.pop(0))
            del self._free[: self.needs(size)]
            return Seat(threads=self.needs(size))

    def give(self, seat: Seat) -> None:
        """Frees a seat."""
        with self._lock:
            self._free += [seat.gpu] if seat.gpu is not None else [0] * seat.threads

    def _on_gpu(self, number: int) -> Seat:
        return Seat(threads=max(1, self.cores // self.gpus), gpu=number)
