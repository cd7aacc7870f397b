"""Delivery notes, acceptance papers and payment slips as the printing room takes them: plain texts."""

from typing import Any

from core import money
from core.text import label, sentence, show
from market.models.delivery import Delivery
from market.queries import goods_text
from market.queries.deliveries import Sheet, SheetLine
from market.queries.transfers import Slip


def delivery_note(sheet: Sheet) -> dict[str, Any]:
    """送货单."""
    delivery = sheet.delivery
    return {
        **_parties(sheet),
        "number": delivery.delivery_no,
        "delivered_on": delivery.delivered_on,
        "address": sheet.order.address,
        "driver": " ".join(filter(None, (delivery.driver, delivery.driver_phone, delivery.vehicle_no))),
        "window": window(delivery),
        "phone": sheet.order.phone,
        "sender": sheet.names.get(delivery.created_by_id, ""),
        "lines": [
            {
                **_goods(line),
                "pack": goods_text.pack(line.agreed),
                "delivered": goods_text.qty(line.agreed, line.delivered.qty),
                "papers": "\n".join(filter(None, _papers(line.delivered))),
            }
            for line in sheet.lines
        ],
    }


def acceptance(sheet: Sheet) -> dict[str, Any]:
    """验收单 and 入库单: both say what two people signed. The sheet has its acceptance."""
    signed = sheet.acceptance
    if signed is None:
        raise LookupError(sheet.delivery.id)
    name = sheet.names.get
    return {
        **_parties(sheet),
        "number": signed.acceptance_no,
        "delivery_no": sheet.delivery.delivery_no,
        "accepted_at": signed.accepted_at,
        "accepted_on": signed.accepted_on,
        "first_signer": name(signed.first_signer_id, ""),
        "second_signer": name(signed.second_signer_id, ""),
        "orderer": name(signed.orderer_id, ""),
        "approver": name(signed.approver_id or 0, ""),
        "driver": sheet.delivery.driver,
        "amount": money.yuan(signed.amount_fen),
        "capital": money.capital(signed.amount_fen),
        "photos": len(sheet.photos),
        "notes": _notes(sheet),
        "lines": [_accepted(line) for line in sheet.lines if line.signed is not None],
    }


def transfer(slip: Slip) -> dict[str, Any]:
    """付款单."""
    sent = slip.transfer
    return {
        "number": sent.transfer_no,
        "buyer": slip.buyer_name,
        "prepared_on": show("", sent.prepared_at),
        "payee_name": sent.payee_account_name,
        "payee_no": sent.payee_account_no,
        "payee_bank": sent.payee_bank,
        "state": label(sent.state),
        "amount": money.yuan(sent.amount_fen),
        "capital": money.capital(sent.amount_fen),
        "remittance_code": sent.remittance_code,
        "bank_day": sent.bank_day_on.isoformat() if sent.bank_day_on else "",
        "bank_serial": sent.bank_serial or "",
        "payer_name": sent.payer_name,
        "prepared_by": slip.names.get(sent.prepared_by_id, ""),
        "declared_by": slip.names.get(sent.declared_by_id or 0, ""),
        "decided_by": slip.names.get(sent.decided_by_id or 0, ""),
        "lines": [
            {
                "acceptance_no": item.acceptance_no,
                "order_no": item.order_no,
                "accepted_on": item.accepted_on,
                "amount": money.yuan(item.amount_fen),
            }
            for item in slip.items
        ],
    }


def window(delivery: Delivery) -> str:
    """When the van comes: 08:00–10:00; empty when nothing was said."""
    if delivery.window_from is None or delivery.window_to is None:
        return ""
    return f"{delivery.window_from:%H:%M}–{delivery.window_to:%H:%M}"


def _parties(sheet: Sheet) -> dict[str, Any]:
    return {
        "buyer": sheet.buyer_name,
        "canteen": sheet.canteen_name,
        "supplier": sheet.supplier_name,
        "order_no": sheet.order.order_no,
    }


def _goods(line: SheetLine) -> dict[str, Any]:
    return {
        "name": line.agreed.product_name,
        "lot_no": line.lot.lot_no,
        "harvested_on": line.lot.harvested_on,
        "origin": line.origin,
        "price": goods_text.price(line.agreed),
    }


def _accepted(line: SheetLine) -> dict[str, Any]:
    signed = line.signed
    if signed is None:
        return {}
    back = goods_text.qty(line.agreed, signed.rejected_qty) if signed.rejected_qty else ""
    return {
        **_goods(line),
        "lot": f"{line.lot.lot_no}\n{line.origin}",
        "delivered": goods_text.qty(line.agreed, signed.delivered_qty),
        "accepted": goods_text.qty(line.agreed, signed.accepted_qty),
        "rejected": f"{back} {signed.reason}".strip(),
        "amount": money.yuan(signed.amount_fen),
    }


def _papers(row: Any) -> tuple[str, ...]:
    return (row.commitment_no, row.quarantine_no, row.inspection_no)


def _notes(sheet: Sheet) -> list[str]:
    signed = sheet.acceptance
    if signed is None:
        return []
    name = sheet.names.get
    notes = []
    if signed.correction_reason:
        notes.append(sentence("word", "acceptance-corrected", round=signed.round, reason=signed.correction_reason))
    if signed.orderer_took_part:
        notes.append(sentence("word", "orderer-took-part"))
    if signed.excess_agreed_by_id:
        notes.append(sentence("word", "excess-agreed", name=name(signed.excess_agreed_by_id, "")))
    if signed.waived_by_id:
        notes.append(sentence("word", "papers-waived", name=name(signed.waived_by_id, ""), reason=signed.waiver_reason))
    return [*notes, signed.note] if signed.note else notes
