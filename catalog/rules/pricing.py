"""What a pack costs out of its price per basis, by tiers, and when a price jumps or is dear (rule 68)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from catalog.rules.offer import InvoiceKind, SaleMode
from core.errors import Refused
from core.quantity import line_amount

JUMP_BP = 2_000
"""More than this against any on-shelf price of the last `JUMP_DAYS` needs a reason and another look."""
JUMP_DAYS = timedelta(days=7)
DEFAULT_TOL_BP, MOST_TOL_BP = 200, 1_000
TAX_MODES = ("exempt", "vat9", "vat13", "vat1", "vat3")
DEAR_BP = 12_000
"""Above this share of the reference price buyers are told."""
MOST_TIERS = 4


@dataclass(frozen=True)
class Price:
    """1/100 fen per `basis_qty` base units: 2.60 yuan per 斤 is 26000 per 500."""

    fen_x100: int
    basis_qty: int

    def of_pack(self, pack_qty: int) -> int:
        """Fen of one pack, half up. Raises: Refused "price-too-small" when that is nothing."""
        fen = line_amount(pack_qty, self.fen_x100, self.basis_qty)
        if fen <= 0:
            raise Refused("price-too-small")
        return fen

    def is_above(self, other: "Price") -> bool:
        """Dearer per base unit; integers only."""
        return self.fen_x100 * other.basis_qty > other.fen_x100 * self.basis_qty


def price_text(fen_x100: int) -> str:
    """Yuan of a price in 1/100 fen, two to four decimals: 26050 is 2.605."""
    whole, rest = divmod(fen_x100, 10_000)
    return f"{whole}.{f'{rest:04d}'.rstrip('0').ljust(2, '0')}"


@dataclass(frozen=True)
class Tier:
    """From so many packs on, this price (阶梯价)."""

    from_packs: int
    price_fen_x100: int
    pack_price_fen: int


def tier_for(tiers: Sequence[Tier], packs: int, plain: Tier) -> Tier:
    """The tier that so many packs reach; `plain` is the price of few."""
    return max((one for one in tiers if one.from_packs <= packs), key=lambda one: one.from_packs, default=plain)


def check_tiers(tiers: Sequence[Tier], plain: Tier, min_packs: int) -> None:
    """More packs, lower price: both strictly, and from more than the minimum on.

    Raises: Refused "tiers-too-many", "tier-not-more", "tier-not-cheaper".
    """
    if len(tiers) > MOST_TIERS:
        raise Refused("tiers-too-many", most=MOST_TIERS)
    last = Tier(min_packs, plain.price_fen_x100, plain.pack_price_fen)
    for one in tiers:
        if one.from_packs <= last.from_packs:
            raise Refused("tier-not-more", packs=one.from_packs)
        if one.pack_price_fen >= last.pack_price_fen:
            raise Refused("tier-not-cheaper", packs=one.from_packs)
        last = one


def moves_more(old: Price, new: Price, bp: int) -> bool:
    """Whether the price differs by more than `bp` of the old one, up or down; integers only."""
    was, will = old.fen_x100 * new.basis_qty, new.fen_x100 * old.basis_qty
    return abs(will - was) * 10_000 > was * bp


@dataclass(frozen=True)
class Window:
    """The lowest and the highest on-shelf price of the last seven days."""

    low: Price
    high: Price

    def is_left_by(self, new: Price) -> bool:
        """Whether the new price is more than a fifth above the lowest or below the highest (rule 68)."""
        return moves_more(self.low, new, JUMP_BP) or moves_more(self.high, new, JUMP_BP)


def window_of(recent: Iterable[Price]) -> Window | None:
    """The window of these prices; None: nothing was on the shelf."""
    low: Price | None = None
    high: Price | None = None
    for one in recent:
        low = one if low is None or low.is_above(one) else low
        high = one if high is None or one.is_above(high) else high
    return None if low is None or high is None else Window(low, high)


def jumps(recent: Iterable[Price], new: Price) -> bool:
    """Whether the new price jumps against the prices of the last seven days."""
    window = window_of(recent)
    return window is not None and window.is_left_by(new)


@dataclass(frozen=True)
class Reference:
    """What goods of a kind cost in an area, who says so, and since when."""

    price: Price
    area: str
    priced_on: date
    source: str

    def is_below(self, asked: Price) -> bool:
        """Whether the asked price is more than 1.2 × this one, exactly."""
        return asked.fen_x100 * self.price.basis_qty * 10_000 > self.price.fen_x100 * asked.basis_qty * DEAR_BP


def check_terms(
    sale_mode: SaleMode,
    tol_bp: int,
    min_packs: int,
    tax_mode: str,
    invoice_kind: InvoiceKind = InvoiceKind.ORDINARY,
) -> None:
    """Only weighed goods have a tolerance; who is free of tax has no special invoice to give.

    Raises: Refused "tolerance-too-wide", "tolerance-of-pack", "tax-mode-unknown", "minimum-too-small",
    "special-needs-rate".
    """
    if not 0 <= tol_bp <= MOST_TOL_BP:
        raise Refused("tolerance-too-wide", most_bp=MOST_TOL_BP)
    if sale_mode is SaleMode.BY_PACK and tol_bp:
        raise Refused("tolerance-of-pack")
    if tax_mode not in TAX_MODES:
        raise Refused("tax-mode-unknown", mode=tax_mode[:12])
    if tax_mode == "exempt" and invoice_kind is InvoiceKind.SPECIAL:
        raise Refused("special-needs-rate")
    if min_packs < 1:
        raise Refused("minimum-too-small")


def check_presale(ships_from: date | None, presale_until: date | None, on: date) -> None:
    """A pre-sale is sent from a day ahead, within a year, and its orders end before.

    Raises: Refused "presale-too-far", "presale-day-missing", "presale-ends-late".
    """
    if ships_from is None:
        if presale_until is not None:
            raise Refused("presale-day-missing")
        return
    if (ships_from - on).days > 366:
        raise Refused("presale-too-far")
    if presale_until is not None and presale_until >= ships_from:
        raise Refused("presale-ends-late")
