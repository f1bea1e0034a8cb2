"""How do I learn from few images, with what was learned elsewhere?"""

from functools import partial

from medcore.ui import mistakes_panel, parts
from medcore.ui.inside import inside_panel
from medcore.ui.predict import predict_panel
from medcore.ui.transfer import hospital_panel, transfer_panel

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
