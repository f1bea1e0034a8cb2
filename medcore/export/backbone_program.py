"""The code of an exported script that a deep network of Keras Applications needs, beside Medcore's own."""

from collections.abc import Iterable

from medcore import catalog
from medcore.export import writing
from medcore.spec import RunSpec

OWN = ("kind_of", "check_alpha")
"""What the script says itself: in Medcore the catalog does."""

KIND = '''
def kind_of(name: str) -> str:
    """How ImageNet's images were brought to numbers for this network."""
    return PREPROCESSING[name]
'''

ALPHA = '''
def check_alpha(alpha: float) -> None:
    """Raises ValueError for a width of MobileNetV2 that was never trained on ImageNet."""
    if alpha not in ALPHAS:
        raise ValueError(f"Alpha must be one of {ALPHAS}. Received: {alpha:g}")
'''


def used(specs: Iterable[RunSpec]) -> list[str]:
    """Names of the backbones among the networks."""
    return [name for name in dict.fromkeys(spec.model.name for spec in specs) if name in catalog.BACKBONES]


def text(names: Iterable[str]) -> str:
    """What the catalog knows of these backbones, and asks of them; "" for none."""
    kinds = {name: catalog.BACKBONES[name].preprocessing for name in names}
    if not kinds:
        return ""
    alphas = f"ALPHAS = {tuple(catalog.BACKBONES['mobilenetv2'].sizes)}"
    known = [alphas, ALPHA] if "mobilenetv2" in kinds else []
    return writing.code(writing.constants("PREPROCESSING", kinds), KIND, *known)
