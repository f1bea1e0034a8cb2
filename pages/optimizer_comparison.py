"""Which optimizer learns fastest?"""

from medcore.ui import mistakes_panel, parts
from medcore.ui.optimizers import comparison_panel, surface_panel

parts.show(
    "Which optimizer learns fastest?",
    {
        "On a real network": comparison_panel.show,
        "On a surface": surface_panel.show,
        "Common mistakes": mistakes_panel.show,
    },
    "Real images and a real network, a landscape of two weights that one can see, or what often goes wrong.",
)
