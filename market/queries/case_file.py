"""The file of a case for the authorities: facts, steps, conversation, decision, tries, and the pictures beside it."""

import hashlib
import io
import zipfile
from typing import Any

from core import money, printing
from core.files import services as files
from core.text import label, sentence, show
from market.queries import dialogue
from market.queries.after_sales import CaseView


def facts(view: CaseView) -> dict[str, Any]:
    """What the paper says: plain texts."""
    case, row = view.case, view.row
    return {
        "number": case.case_no,
        "order_no": row.order_no,
        "goods": f"{row.product_name} {row.pack_name} × {case.packs}",
        "shop": f"{row.supplier_name} {row.supplier_phone}",
        "kind": label(case.kind),
        "state": label(case.state),
        "asked": money.yuan(case.asked_fen),
        "agreed": money.yuan((case.agreed_fen or 0) + case.freight_fen),
        "created_at": case.created_at,
        "decided_at": show("", case.decided_at) if case.decided_at else "",
        "decision": case.decision,
        "steps": [{"at": one.at, "text": step_text(one.act, one.party), "note": one.note} for one in view.events],
        "said": [
            {"at": one.at, "party": label(one.party), "text": one.text, "photos": len(one.photos)} for one in view.said
        ],
        "tries": [{"at": one.at, "text": try_text(one.outcome)} for one in view.tries],
    }


def step_text(act: str, party: str) -> str:
    """A step in words; by the clock it says so."""
    words = label(act, "AfterSaleAct")
    return sentence("word", "by-itself", text=words) if party == "clock" else words


def try_text(outcome: str) -> str:
    """What came of a try, for people."""
    known = label(outcome, "RefundOutcome")
    return known if known != outcome else sentence("word", "refund-outcome", code=outcome)


def bundle(view: CaseView, *, demo: bool, printed_by: str) -> bytes:
    """A ZIP: the paper as PDF, every picture, and a list with their SHA-256."""
    paper = printing.pdf("case_file", {"demo": demo, "printed_by": printed_by, **facts(view)})
    parts: list[tuple[str, bytes]] = [(f"{view.case.case_no}.pdf", paper)]
    for number, file in enumerate(dialogue.files(view.case.thread_id), start=1):
        if file.erased_at is None:
            parts.append((f"{number:02d}.webp", files.path_of(file.sha256).read_bytes()))
    listed = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in parts)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in [*parts, ("SHA256SUMS", listed.encode())]:
            archive.writestr(name, data)
    return out.getvalue()
