"""What a signer found on the scales, as it is kept until the second signature."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from catalog.rules.offer import SaleMode


@dataclass(frozen=True)
class LineCount:
    """One delivery line as counted, base units. Papers: the numbers seen; empty takes the delivery note's.

    `is_held`: left aside until its papers are in order, neither accepted nor rejected.
    """

    delivery_line_id: int
    accepted_qty: int
    rejected_qty: int = 0
    reason: str = ""
    commitment_no: str = ""
    quarantine_no: str = ""
    inspection_no: str = ""
    photo_id: int | None = None
    is_held: bool = False


@dataclass(frozen=True)
class Counts:
    """A whole delivery as counted. `close_rest`: what is missing of the order is not to be sent any more."""

    lines: tuple[LineCount, ...]
    photo_ids: tuple[int, ...] = ()
    note: str = ""
    close_rest: bool = False

    def to_json(self) -> dict[str, Any]:
        """For the draft's column."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Counts":
        """Out of the draft's column."""
        return cls(
            lines=tuple(LineCount(**line) for line in kept["lines"]),
            photo_ids=tuple(kept["photo_ids"]),
            note=kept["note"],
            close_rest=kept["close_rest"],
        )

    @property
    def all_photo_ids(self) -> list[int]:
        """Every picture, those of single lines too, each once."""
        own = [line.photo_id for line in self.lines if line.photo_id is not None]
        return list(dict.fromkeys((*self.photo_ids, *own)))


@dataclass(frozen=True)
class Progress:
    """An order line on its way, base units: agreed (less what was cut by consent), accepted so far, still with a
    carrier or held at the door, closed short. What a resident received counts as accepted.
    """

    qty: int
    upper_qty: int
    accepted_qty: int = 0
    under_way_qty: int = 0
    closed_qty: int = 0

    @property
    def least_qty(self) -> int:
        """The lower bound of the tolerance: from here on the line is complete."""
        return self.qty - (self.upper_qty - self.qty)

    @property
    def is_closed(self) -> bool:
        """Whether nothing more is expected."""
        return not self.under_way_qty and (self.closed_qty > 0 or self.accepted_qty >= self.least_qty)

    @property
    def rest_qty(self) -> int:
        """What may still be sent to reach the agreed quantity."""
        return 0 if self.closed_qty else max(0, self.qty - self.accepted_qty - self.under_way_qty)


def check_whole_packs(sale_mode: SaleMode, qty: int, pack_qty: int) -> bool:
    """Whether a quantity fits how the goods are sold: anything by weight, whole packs by pack."""
    return sale_mode is SaleMode.BY_WEIGHT or qty % pack_qty == 0


def missing_lines(asked: Sequence[int], counted: Sequence[int]) -> bool:
    """Whether the counted lines are not exactly those of the delivery note, each once."""
    return sorted(asked) != sorted(counted)
