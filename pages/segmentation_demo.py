"""Which pixels are it, and how much of it is there?"""

from medcore.ui import parts
from medcore.ui.segmentation import train_panel

parts.show(
    "Which pixels are it, and how much of it is there?",
    {
        "Train and watch": train_panel.show,
    },
    "Train a network to draw masks, use it on your own images, and draw against it.",
)
