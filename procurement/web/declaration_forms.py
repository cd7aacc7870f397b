"""What the filing page sends: the canteen's kind, the parts with their papers, a reserve for each scheme."""

from collections.abc import Iterable
from typing import Any

from flask import request
from wtforms import BooleanField, TextAreaField

from core.access.actor import Actor
from core.errors import Refused
from core.files import services as files
from core.files.models import Audience
from core.text import label
from core.web.forms import CountField, Form, ShortText, YuanField
from procurement.models.declaration import Declaration
from procurement.queries import declarations
from procurement.rules.declaration import CanteenStatus, PartKind
from procurement.services.declaration import Sheet

STATUSES = [(status.value, label(status)) for status in CanteenStatus]


class SheetForm(Form):
    """The fixed fields; `form_for` adds a reserve for each scheme."""

    canteen = ShortText(most=20)
    lead = CountField(most=2**62, required=False)
    contractor_name = ShortText(most=60, required=False)
    contractor_uscc = ShortText(most=18, required=False)
    contract_clause = BooleanField()
    union_expected = YuanField(required=False)
    explanation = TextAreaField()

    def sheet(self, codes: Iterable[str], by: Actor, owner_id: int) -> Sheet:
        """The form as the service takes it; keeps an uploaded contract."""
        if self.canteen.data not in set(CanteenStatus):
            raise Refused("form-invalid", count=1)
        return Sheet(
            canteen=CanteenStatus(self.canteen.data),
            parts={kind: (self[f"part_{kind}"].data or 0, self[f"paper_{kind}"].data or "") for kind in PartKind},
            reserves={code: self[f"reserve_{code}"].data or 0 for code in codes},
            lead_unit_id=self.lead.data,
            contractor_name=self.contractor_name.data or "",
            contractor_uscc=(self.contractor_uscc.data or "").upper(),
            contract_file_id=_contract(by, owner_id),
            contract_clause=self.contract_clause.data,
            union_expected_fen=self.union_expected.data or 0,
            explanation=(self.explanation.data or "")[:500],
        )


def form_for(made: Declaration, codes: Iterable[str]) -> Any:
    """The form of a version, filled with what it says; what was just typed wins."""
    parts = declarations.parts_of(made.id)
    reserves = declarations.reserves_of([made.id]).get(made.id, {})
    fields: dict[str, Any] = {f"reserve_{code}": YuanField(required=False) for code in codes}
    given: dict[str, Any] = {f"reserve_{code}": reserves.get(code) for code in codes}
    for kind in PartKind:
        fields |= {f"part_{kind}": YuanField(required=False), f"paper_{kind}": ShortText(required=False)}
        held = parts.get(kind)
        given |= {f"part_{kind}": held.amount_fen if held else None, f"paper_{kind}": held.paper if held else ""}
    given |= {
        "canteen": made.canteen_status.value,
        "lead": made.lead_unit_id,
        "contractor_name": made.contractor_name,
        "contractor_uscc": made.contractor_uscc,
        "contract_clause": made.contract_clause,
        "union_expected": made.union_expected_fen or None,
        "explanation": made.explanation,
    }
    return type("FilledForm", (SheetForm,), fields)(data=given)


def _contract(by: Actor, owner_id: int) -> int | None:
    upload = request.files.get("contract")
    if upload is None or not upload.filename:
        return None
    kept = files.take_paper(
        upload.stream, name=upload.filename, purpose="contract", by=by, audience=Audience.PARTIES, owner_id=owner_id
    )
    return kept.id
