"""A company and two villages: a pledge on its way, one that the village has not read yet, sales elsewhere."""

from datetime import date, timedelta
from io import BytesIO

from core import clock
from core.access.actor import Actor
from core.access.roles import Role
from core.db import transaction
from core.files import services as files
from core.files.models import Audience
from core.printing import pdf
from demo.cast import words
from demo.world import World
from market.rules.pairing import OutsideChannel
from market.services import outside_sales, pairings, pledges
from market.services.outside_sales import Sale
from market.services.pairings import Proposal

FUNGI_VILLAGE = "220681100200"


def tell(world: World) -> None:
    """In the name of those who would do it."""
    said = words()["pairings"]
    company = world.actor("enterprise1", Role.ENTERPRISE_BUYER)
    office = world.actor("revival", Role.LINKAGE_OFFICER)
    own = world.actor("village_pk", Role.VILLAGE_WORKER)
    other = world.actors.get((f"village_{FUNGI_VILLAGE}", str(Role.VILLAGE_WORKER)))
    today = clock.today()
    since = max(world.days.first_on, today - timedelta(days=200))
    _pair(company, office, other, FUNGI_VILLAGE, since, 60_000, said)
    _pair(company, office, None, own.place_code or "", since, 2_000_000, said)
    with transaction():
        last = today + timedelta(days=365)
        pairings.propose(Proposal("220681100203", today, last, company.name, "", said["plan"]), by=company)
    for place, (name, fen, channel) in enumerate(
        [(said["fair"], 860_000, OutsideChannel.OFFLINE), (said["platform"], 325_000, OutsideChannel.OTHER_PLATFORM)]
    ):
        with transaction():
            sale = outside_sales.enter(
                Sale(
                    own.place_code or "", channel, name, said["goods"], fen, today - timedelta(days=12 + place),
                    _paper(company, name, said),
                ),
                by=company if place else own,
            )  # fmt: skip
            sale_id = sale.id
        if not place:
            with transaction():
                outside_sales.decide(sale_id, agreed=True, reason="", by=office)


def _pair(
    company: Actor, office: Actor, village: Actor | None, code: str, since: date, fen: int, said: dict[str, str]
) -> None:
    with clock.shifted(timedelta(days=(since - clock.today()).days)):
        with transaction():
            wanted = Proposal(code, since, None, company.name, "", said["plan"])
            pairing_id = pairings.propose(wanted, by=company).id
        with transaction():
            pairings.decide(pairing_id, agreed=True, reason="", by=office)
        with transaction():
            period = (since, since + timedelta(days=365))
            pledge_id = pledges.write(pairing_id, amount_fen=fen, goods=said["goods"], period=period, by=company).id
        if village is not None:
            with transaction():
                pledges.agree(pledge_id, by=village)


def _paper(by: Actor, name: str, said: dict[str, str]) -> int:
    heads = words()["scan"]
    rows = [[heads["issuer"], name], [heads["goods"], said["goods"]]]
    sheet = pdf("certificate_sample", {"kind": said["paper"], "note": heads["note"], "rows": rows})
    return files.take_paper(
        BytesIO(sheet), name="evidence.pdf", purpose="outside-sale", by=by, audience=Audience.PARTIES,
        owner_id=by.office_id,
    ).id  # fmt: skip
