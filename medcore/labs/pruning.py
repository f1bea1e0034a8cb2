"""Which weights does a network need? The smallest are set to zero, more and more of them, and it is tested again."""

from dataclasses import replace

from medcore.spec import RunSpec


def runs(base: str, spec: RunSpec, label: str = "Pruned") -> dict[str, RunSpec]:
    """The pruning of one finished run, on the images that it was trained and tested with.

    Args:
        base: id of the finished run.
        spec: of that run.
        label: what the pruning is called.

    Raises:
        ValueError: if the run is none that can be pruned.
    """
    if spec.task != "classification":
        raise ValueError(f"Only a network that tells classes apart can be pruned. Received: a run of {spec.task}")
    return {label: replace(spec, task="prune", base=base)}
