"""Which values of an upload become black and white: as in the images learned from where that is known, else as seen."""

from typing import Any, NamedTuple

from medcore.imaging.stack import Stack
from medcore.ui.segmentation.own_network import Network
from medcore.ui.viewer import ViewState


class Gray(NamedTuple):
    """Where gray values come from.

    Args:
        values: "range" or "percentiles", and "inverted", as `own_volume.Seen` takes them.
        said: one sentence; "" where the answer says it with its numbers.
    """

    values: dict[str, Any]
    said: str


def of(stack: Stack, network: Network, seen: ViewState, hounsfield: bool) -> Gray:
    """For a stack as a person sees it; `hounsfield` where he says that its values are HU."""
    if stack.samples == 3:
        return Gray({"range": (0.0, 255.0)}, "")
    learned = network.card.gray if network.card else {}
    if "percentiles" in learned:
        low, high = learned["percentiles"]
        return Gray({"percentiles": (float(low), float(high)), "inverted": stack.inverted}, "")
    unit = stack.unit or ("HU" if hounsfield else "")
    if learned.get("unit") and learned["unit"] == unit:
        low, high = float(learned["low"]), float(learned["high"])
        said = f"Gray values as in the images learned from: {low:g} to {high:g} {unit} are black to white."
        return Gray({"range": (low, high)}, said)
    low, high = seen.centre - seen.width / 2, seen.centre + seen.width / 2
    return Gray({"range": (low, high), "inverted": seen.inverted}, _as_seen(low, high, stack, learned))


def _as_seen(low: float, high: float, stack: Stack, learned: Any) -> str:
    unit = f" {stack.unit}" if stack.unit else ""
    why = "nothing is known of those of the images learned from"
    if learned.get("unit"):
        range_ = f"{learned['low']:g} to {learned['high']:g} {learned['unit']}"
        why = f"the images learned from had {range_} black to white, and this file does not say that it is in these"
    return f"Gray values as you see them, {low:,.4g} to {high:,.4g}{unit} black to white: {why}."
