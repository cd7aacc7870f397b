"""Who may sign next for a counted delivery, and what still stands in the way; a signer known by their password."""

from dataclasses import dataclass

from core.access.actor import Actor
from core.access.rights import Right
from core.access.roles import Role
from core.errors import Refused
from core.organisations import queries as organisations
from core.people.models import Person
from market.queries.deliveries import Sheet
from market.rules.counting import Counts
from market.rules.payable import accepted_amount


@dataclass(frozen=True)
class SignCheck:
    """A counted delivery before the second signature, as the page shows it. Base units, fen."""

    amount_fen: int
    excess: dict[int, int]
    commitment_missing: tuple[str, ...]
    quarantine_missing: tuple[str, ...]
    inspection_missing: tuple[str, ...]
    is_first_signer: bool
    is_orderer: bool


def check(sheet: Sheet, by: Actor) -> SignCheck:
    """What the second signer and the manager should see. The services decide; this only shows."""
    draft = sheet.draft
    counted = {one.delivery_line_id: one for one in Counts.from_json(draft.counts).lines} if draft is not None else {}
    excess: dict[int, int] = {}
    before = {line.agreed.id: line.accepted_before for line in sheet.lines}
    commitment: list[str] = []
    quarantine: list[str] = []
    inspection: list[str] = []
    amount = 0
    for line in sheet.lines:
        one, agreed = counted[line.delivered.id], line.agreed
        amount += accepted_amount(
            one.accepted_qty,
            sale_mode=agreed.sale_mode,
            price_fen_x100=agreed.price_fen_x100,
            basis_qty=agreed.basis_qty,
            pack_qty=agreed.pack_qty,
            pack_price_fen=agreed.pack_price_fen,
        )
        before[agreed.id] += one.accepted_qty
        if before[agreed.id] > line.upper_qty:
            excess[agreed.id] = before[agreed.id] - line.upper_qty
        if not one.accepted_qty:
            continue
        sent = line.delivered
        if line.category.needs_commitment and not (one.commitment_no or sent.commitment_no):
            commitment.append(agreed.product_name)
        if line.category.needs_quarantine and not (one.quarantine_no or sent.quarantine_no):
            quarantine.append(agreed.product_name)
        if line.category.needs_quarantine and not (one.inspection_no or sent.inspection_no):
            inspection.append(agreed.product_name)
    return SignCheck(
        amount_fen=amount,
        excess=excess,
        commitment_missing=tuple(commitment),
        quarantine_missing=tuple(quarantine),
        inspection_missing=tuple(inspection),
        is_first_signer=draft is not None and draft.first_signer_id == by.person_id,
        is_orderer=sheet.order.person_id == by.person_id,
    )


def as_signer(person: Person, beside: Actor, organisation_ids: frozenset[int]) -> Actor:
    """The person as an actor of the delivery's unit or canteen, in the request of `beside`.

    Raises: Refused "signer-not-here" when they hold no such seat, or not as receiver or approver.
    """
    for seat in organisations.seats_of(person.id):
        if not seat.scope_ids & organisation_ids:
            continue
        found = Actor(
            person_id=person.id,
            name=person.name,
            organisation_id=seat.organisation_id,
            organisation_name=seat.organisation_name,
            organisation_kind=seat.kind,
            place_code=seat.place_code,
            roles=seat.roles | {Role.RESIDENT},
            scope_ids=seat.scope_ids,
            ip=beside.ip,
            request_id=beside.request_id,
        )
        if found.may(Right.RECEIVE):
            return found
    raise Refused("signer-not-here")
