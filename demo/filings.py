"""Two years of reserve filings 预留份额填报, each by its unit, its superior and finance."""

from datetime import date, timedelta
from io import BytesIO

from core import clock
from core.access.actor import Actor
from core.access.roles import Role
from core.db import db, transaction
from core.files import services as files
from core.files.models import Audience
from core.money import ceil_share
from core.organisations.models import Organisation
from demo.cast import UnitSpec, word
from demo.world import World
from procurement.models.declaration import Declaration
from procurement.queries import terms
from procurement.rules.declaration import CanteenStatus, PartKind
from procurement.services import declaration
from procurement.services.declaration import Sheet

_PAPER = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 420 200]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj
4 0 obj<</Length 52>>stream
BT /F 18 Tf 40 100 Td (DEMO - no real contract) Tj ET
endstream endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
trailer<</Root 1 0 R>>
%%EOF
"""


def total_fen(unit: UnitSpec, world: World, year: int) -> int:
    """What a unit files for a year: last year a little less."""
    return unit.total_fen if year == world.days.year else unit.total_fen // 5_000_00 * 4_900_00


def file_year(world: World, year: int) -> None:
    """Everybody's filing of a year, confirmed; leads before those who eat with them."""
    units = sorted(world.units.values(), key=lambda unit: unit.canteen == CanteenStatus.SHARED_MEMBER.value)
    for place, unit in enumerate(units):
        on = date(year, 1, 5) + timedelta(days=place % 15)
        with clock.frozen(world.days.at(on, 9, place)), transaction():
            made = _submitted(world, unit, year)
        with clock.frozen(world.days.at(on + timedelta(days=2), 10, place)), transaction():
            pass_on(world, unit, made.id)


def pass_on(world: World, unit: UnitSpec, declaration_id: int) -> None:
    """What was submitted is reviewed by the superior, if there is one, and confirmed by finance."""
    if unit.superior:
        declaration.review(declaration_id, by=world.actor(unit.superior, Role.SUPERIOR_REVIEWER))
    declaration.confirm(declaration_id, by=world.actor("finance", Role.FINANCE_OFFICER))


def _submitted(world: World, unit: UnitSpec, year: int) -> Declaration:
    head = world.actor(unit.key, Role.UNIT_HEAD)
    made = declaration.open_draft(world.bodies[unit.key], year, by=head)
    declaration.save(made.id, sheet(world, unit, year, head), by=head)
    return declaration.submit(made.id, by=head)


def sheet(world: World, unit: UnitSpec, year: int, head: Actor) -> Sheet:
    """What stands on a unit's filing."""
    status, total = CanteenStatus(unit.canteen), total_fen(unit, world, year)
    partner = world.bodies.get(unit.partner)
    contractor = db.session.get_one(Organisation, partner) if status is CanteenStatus.OUTSOURCED and partner else None
    return Sheet(
        canteen=status,
        parts=_parts(unit, total, year),
        reserves={code: ceil_share(total, own.min_bp) for code, own in terms.in_force(year).items()},
        lead_unit_id=partner if status is CanteenStatus.SHARED_MEMBER else None,
        contractor_name=contractor.name if contractor else "",
        contractor_uscc=(contractor.uscc or "") if contractor else "",
        contract_file_id=_contract(head) if contractor else None,
        contract_clause=contractor is not None,
        explanation=word("paper", "low") if unit.shape == "low" else "",
    )


def _parts(unit: UnitSpec, total: int, year: int) -> dict[PartKind, tuple[int, str]]:
    if not total:
        return {}
    paper = word("paper", "part", year=year)
    if unit.canteen == CanteenStatus.OUTSOURCED.value:
        return {PartKind.CONTRACTOR: (total, paper)}
    if unit.kind in {"school", "kindergarten"}:
        staff = total // 4
        return {PartKind.PUPIL_MEALS: (total - staff, paper), PartKind.STAFF_MEALS: (staff, paper)}
    reception = total // 20
    return {PartKind.STAFF_MEALS: (total - reception, paper), PartKind.RECEPTION: (reception, paper)}


def _contract(head: Actor) -> int:
    name = word("paper", "contract") + ".pdf"
    kept = files.take_paper(
        BytesIO(_PAPER), name=name, purpose="contract", by=head, audience=Audience.PARTIES, owner_id=head.office_id
    )
    return kept.id
