"""How do I learn from few images, with what was learned elsewhere?"""

from functools import partial

from medcore.ui import hospital_panel, inside_panel, mistakes_panel, parts, predict_panel, transfer_panel

parts.show(
    "How do I learn from few images, with what was learned elsewhere?",
    {
        "What to train": transfer_panel.show,
        "Two hospitals": hospital_panel.show,
        "Look inside": inside_panel.show,
        "Predict": predict_panel.show,
        "Common mistakes": partial(mistakes_panel.show, mistakes_panel.TRANSFER),
    },
    "What a network takes along, what shifts between two hospitals, what it looks at, and what it says of your image.",
)
