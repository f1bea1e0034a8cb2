"""Which pixels are it, and how much of it is there?"""

from functools import partial

from medcore.ui import mistakes_panel, parts
from medcore.ui.segmentation import draw_panel, own_panel, train_panel

parts.show(
    "Which pixels are it, and how much of it is there?",
    {
        "Train and watch": train_panel.show,
        "Your own images": own_panel.show,
        "Draw your own": draw_panel.show,
        "Common mistakes": partial(mistakes_panel.show, mistakes_panel.SEGMENTATION),
    },
    "Train a network to draw masks, use it on your own images, and draw against it.",
)
