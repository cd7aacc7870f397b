"""Papers of the certification help as the printing room takes them: plain texts."""

from typing import Any

from catalog.models.certification import FeeLetter
from catalog.queries.certification_case import Case
from core import money
from core.access.actor import Actor
from core.text import label, weight


def fee_letter(letter: FeeLetter, case: Case, by: Actor) -> dict[str, Any]:
    """减免认证费用协调函: to the issuer, by the agriculture office, as it was written on its day."""
    return {
        "number": letter.letter_no,
        "addressee": letter.addressee,
        "office": by.organisation_name,
        "applicant": case.supplier_name,
        "application_no": case.row.application_no,
        "kind": label(case.row.kind),
        "goods": case.row.goods,
        "output": weight(case.row.expected_output_g),
        "villages": [
            {"name": ground.full, "exited": ground.is_exited, "scale": scale_text(ground.scale_x100), "unit": unit}
            for unit in [label(case.row.scale_unit)]
            for ground in case.grounds
        ],
        "is_exited": case.row.is_exited,
        "standard": money.yuan(letter.standard_fen),
        "asked": money.yuan(letter.asked_fen),
        "asked_capital": money.capital(letter.asked_fen),
        "rest": money.yuan(letter.standard_fen - letter.asked_fen),
        "reason": letter.reason,
        "written_on": letter.written_on,
    }


def scale_text(scale_x100: int) -> str:
    """1250 → 12.5."""
    return money.plain_yuan(scale_x100).removesuffix(".00")
