"""What tests can choose besides the catalog: tasks that do what training only does by accident, and a large model."""

from medcore.catalog import ModelChoice, TaskChoice

NAMES = ("stream", "chatter", "quick", "hang", "crash", "refuse", "stumble", "full_disk")

TASKS = {name: TaskChoice(name, f"behaviour:{name}", "") for name in NAMES}
MODELS = {"vast": ModelChoice("Vast", "behaviour:none", "", size="large")}
