"""What would raise a supplier's score: what is not proved yet, what is nearly there, what waits for somebody."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from catalog.rules.benefit import BenefitKind, BenefitState, PayMethod, Proof, factor_bp, net_fen
from catalog.rules.claim_checks import Barred
from catalog.rules.linkage_score import CAP_FEN, HELPED_FEN


class Weighed(Protocol):
    """A claim with what it weighs."""

    @property
    def household_id(self) -> int: ...
    @property
    def kind(self) -> BenefitKind: ...
    @property
    def amount_fen(self) -> int: ...
    @property
    def state(self) -> BenefitState: ...
    @property
    def method(self) -> PayMethod | None: ...
    @property
    def voucher(self) -> bool: ...
    @property
    def confirm_by(self) -> date | None: ...
    @property
    def margin_bp(self) -> int: ...
    @property
    def net_fen(self) -> int: ...
    @property
    def barred(self) -> Barred | None: ...


@dataclass(frozen=True)
class Advice:
    """One thing to do: how many it concerns, how many fen of `D` it may bring (0: not by this sum)."""

    code: str
    count: int
    gain_fen: int = 0


def advice(claims: Iterable[Weighed], *, on: date) -> list[Advice]:
    """The most fruitful first; what only waits for others last."""
    found: dict[str, tuple[int, int]] = {}
    net: dict[int, int] = {}
    for claim in claims:
        net[claim.household_id] = net.get(claim.household_id, 0) + claim.net_fen
        for code, gain in _of(claim, on):
            count, fen = found.get(code, (0, 0))
            found[code] = (count + 1, fen + gain)
    short = [HELPED_FEN - fen for fen in net.values() if 0 < fen < HELPED_FEN]
    over = [fen for fen in net.values() if fen > CAP_FEN]
    out = [Advice(code, count, fen) for code, (count, fen) in found.items()]
    out += [Advice("households-short", len(short), sum(short))] if short else []
    out += [Advice("households-capped", len(over))] if over else []
    return sorted(out, key=lambda one: (-one.gain_fen, one.code))


def _of(claim: Weighed, on: date) -> list[tuple[str, int]]:
    if claim.barred is not None:
        return [(f"barred-{claim.barred.value}", 0)]
    if claim.state is BenefitState.DISPUTED:
        return [("settle-dispute", _with(claim, BenefitState.ATTESTED, claim.voucher))]
    if claim.state is BenefitState.DRAFT:
        return [("ask-village", _with(claim, BenefitState.ATTESTED, claim.voucher))]
    if not claim.voucher:
        return [("bring-voucher", _with(claim, claim.state, True))]
    is_open = claim.confirm_by is not None and on <= claim.confirm_by
    if claim.state is BenefitState.ATTESTED and is_open and claim.method is PayMethod.BANK:
        return [("ask-household", _with(claim, BenefitState.CONFIRMED, True))]
    return []


def _with(claim: Weighed, state: BenefitState, voucher: bool) -> int:
    """What more would count if the claim were so proved; money still to be paid is taken as paid by bank."""
    factor = factor_bp(Proof(state, claim.method or PayMethod.BANK, voucher))
    return net_fen(claim.amount_fen, kind=claim.kind, margin_bp=claim.margin_bp, factor=factor) - claim.net_fen
