"""How do I keep a network from learning by heart?"""

from functools import partial

from medcore.ui import mistakes_panel, parts
from medcore.ui.regularization import few_labels_panel, knob_panel, path_panel

parts.show(
    "How do I keep a network from learning by heart?",
    {
        "One knob": knob_panel.show,
        "Choosing lambda": path_panel.show,
        "Few and bad labels": few_labels_panel.show,
        "Common mistakes": partial(mistakes_panel.show, mistakes_panel.REGULARIZATION),
    },
    "Each way to hold a network back; how strong it should be; and what few or wrong labels do.",
)
