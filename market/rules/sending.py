"""What may stand on a delivery note before anybody has weighed it."""

from datetime import time

from core.errors import Refused

_PLAUSIBLE = 2  # times the upper tolerance: more on one note is a slipped decimal point


def check_meat(name: str, *, quarantine_no: str, inspection_no: str) -> None:
    """Meat leaves with both numbers (rule 56). Raises: Refused "ship-quarantine-missing",
    "ship-inspection-missing", "ship-meat-papers-missing" (both), each with name.
    """
    has_quarantine, has_inspection = bool(quarantine_no.strip()), bool(inspection_no.strip())
    if not has_quarantine and not has_inspection:
        raise Refused("ship-meat-papers-missing", name=name)
    if not has_quarantine:
        raise Refused("ship-quarantine-missing", name=name)
    if not has_inspection:
        raise Refused("ship-inspection-missing", name=name)


def check_plausible(name: str, *, gone_qty: int, going_qty: int, upper_qty: int) -> None:
    """A note may weigh more than the tolerance, for the approver to take or send back; never twice as much.

    Base units: accepted or under way before, on this note, the line's upper bound. Raises: Refused "ship-far-above".
    """
    if gone_qty + going_qty > _PLAUSIBLE * upper_qty:
        raise Refused("ship-far-above", name=name)


def check_window(first: time | None, last: time | None) -> None:
    """A window of arrival has both ends in order, or none. Raises: Refused "ship-window"."""
    if (first is None) != (last is None) or (first is not None and last is not None and first >= last):
        raise Refused("ship-window")
