"""Papers: Chinese embedded, data stays data, every template compiles."""

import io

import pytest
from PIL import Image

from core import printing

LINE = {
    "name": "示例白菜",
    "lot": "PC-1\n花山镇",
    "lot_no": "PC-1",
    "harvested_on": "2026-11-22",
    "origin": "花山镇",
    "price": "2.60元/斤",
    "delivered": "103.25kg",
    "accepted": "101.75kg",
    "rejected": "1.5kg 腐烂",
    "amount": "529.10",
    "pack": "5kg/箱",
    "papers": "HGZ-1",
    "acceptance_no": "YS-1",
    "order_no": "XC-1",
    "accepted_on": "2026-11-23",
}
TEXTS = (
    *("number", "buyer", "canteen", "supplier", "order_no", "delivery_no", "accepted_at", "accepted_on", "amount"),
    *("capital", "first_signer", "second_signer", "orderer", "approver", "driver", "delivered_on", "address"),
    *("phone", "sender", "prepared_on", "payee_name", "payee_no", "payee_bank", "state", "remittance_code"),
    *("bank_day", "bank_serial", "window", "payer_name", "prepared_by", "declared_by", "decided_by", "printed_by"),
)
DATA = {**dict.fromkeys(TEXTS, "示例"), "lines": [LINE], "photos": 2, "notes": ["采购人参与验收"], "demo": True}


@pytest.mark.parametrize("template", ["acceptance", "stock_in", "delivery", "transfer"])
def test_every_paper_is_a_pdf_with_its_chinese_inside(template: str) -> None:
    made = printing.pdf(template, DATA)

    assert made.startswith(b"%PDF-")
    assert b"NotoSansCJK" in made or b"SourceHanSans" in made


def test_what_people_typed_is_never_a_command() -> None:
    typed = '#panic("x") $x$ *b* \\ [ ] "quoted" </script>'

    made = printing.png("acceptance", DATA | {"buyer": typed, "notes": [typed]})

    assert Image.open(io.BytesIO(made)).width > 500


def test_only_known_papers_are_printed() -> None:
    for name in ("unknown", "../text/core", "sheet/../acceptance/x"):
        with pytest.raises(LookupError):
            printing.pdf(name, DATA)
