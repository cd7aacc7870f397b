"""A lot is called back: whoever had goods of it is told at once, and nothing of it leaves any more (rule 75's twin)."""

from catalog.models.lots import LotRecall
from catalog.models.product import Lot
from catalog.services import recalls
from core import clock, telling
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.notices.rules import NoticeKind
from core.people import sms
from market.queries import batches


def recall(lot_id: int, *, reason: str, advice: str, by: Actor) -> tuple[LotRecall, int]:
    """The call, and how many phones were told: one message each, however many parcels. Raises: as the catalogue's."""
    made = recalls.recall(lot_id, reason=reason, advice=advice, by=by)
    return made, _tell(lot_id, "lot-recalled", reason=reason.strip(), advice=advice.strip())


def lift(lot_id: int, *, reason: str, by: Actor) -> tuple[LotRecall, int]:
    """Those who were told are told again. Raises: as the catalogue's."""
    made = recalls.lift(lot_id, reason=reason, by=by)
    return made, _tell(lot_id, "lot-cleared", reason=reason.strip())


def _tell(lot_id: int, message: str, **facts: str) -> int:
    lot_no = db.session.get_one(Lot, lot_id).lot_no
    phones = {holder.phone for holder in batches.holders(lot_id) if holder.phone}
    _tell_inboxes(lot_id, f"notice-{message}", lot_no)
    for phone in sorted(phones):
        sms.send(phone, message, lot_no=lot_no, **facts)
    return len(phones)


def _tell_inboxes(lot_id: int, message: str, lot_no: str) -> None:
    """Buyers in their inbox, units in their groups and mailboxes too; each call and each lifting is news."""
    holders = batches.holders(lot_id)
    ref = f"{message}-{lot_id}-{int(clock.now().timestamp())}"
    for person_id in sorted({holder.person_id for holder in holders if not holder.is_unit}):
        telling.tell(person_id, NoticeKind.RECALL, message, ref=ref, href="/orders", lot_no=lot_no)
    for unit_id in sorted({holder.buyer_id for holder in holders if holder.is_unit and holder.buyer_id}):
        telling.tell_office(unit_id, Right.UNIT_VIEW, NoticeKind.RECALL, message, ref=ref, href="/desk", lot_no=lot_no)
