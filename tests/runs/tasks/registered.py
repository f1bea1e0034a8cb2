"""Tasks that do what real training only does by accident. The run's seed says how much of it."""

from medcore import catalog

NAMES = ("stream", "quick", "hang", "hog", "crash", "refuse", "stumble", "full_disk", "chatter")


def register() -> None:
    for name in NAMES:
        catalog.TASKS[name] = catalog.Choice(name, f"behaviour:{name}", "")


register()
