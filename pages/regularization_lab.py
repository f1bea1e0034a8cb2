"""How do I keep a network from learning by heart?"""

from medcore.ui import knob_panel, parts

parts.show(
    "How do I keep a network from learning by heart?",
    {
        "One knob": knob_panel.show,
    },
    "Each way to hold a network back; how strong it should be; and what few or wrong labels do.",
)
