"""Bills: when they are ready, what stands in them, how long their address lives; and what our side reads from them."""

import io
import zipfile
from datetime import date

import pytest

from market.gateways.alipay import statement
from market.gateways.ports import Decline, Declined, UnknownOutcome
from market.rules.reconciliation import RowKind
from tests.support.alipay import BASE, Alipay

URL = "alipay.data.dataservice.bill.downloadurl.query"
DAY = date(2026, 11, 23)


@pytest.fixture
def traded(alipay: Alipay) -> Alipay:
    """23 November: 36.80 paid in two trades, 1.00 given back."""
    for number, fen in (("T1", 30_00), ("T2", 6_80)):
        alipay.create(number, fen, subject="@土豆,5斤")
        alipay.pay(number)
        alipay.advance(minutes=5)
    alipay.refund("T1", "R1", 1_00)
    return alipay


def ask(alipay: Alipay, day: str = "2026-11-23", **more: str) -> dict[str, str]:
    return alipay.ask(URL, {"bill_type": "trade", "bill_date": day} | more)


def fetch(alipay: Alipay, url: str) -> bytes:
    answer = alipay.browser.get(url.removeprefix(BASE))
    assert answer.status_code == 200
    return answer.get_data()


def test_a_bill_is_ready_at_nine_the_next_morning(traded: Alipay):
    assert ask(traded)["sub_code"] == "isv.invalid-parameter"  # the same day
    traded.advance(hours=23, minutes=49)  # 08:59
    assert ask(traded)["sub_code"] == "BILL_NOT_EXIST"
    traded.advance(minutes=1)
    assert ask(traded)["code"] == "10000"


def test_a_month_is_ready_on_the_third(traded: Alipay):
    traded.advance(days=9)  # 2 December, 09:10
    assert ask(traded, "2026-11")["sub_code"] == "BILL_NOT_EXIST"
    traded.advance(days=1)
    assert ask(traded, "2026-11")["code"] == "10000"


@pytest.mark.parametrize("day", ["2026-11-22", "2026-10"])
def test_an_empty_bill_does_not_exist(traded: Alipay, day: str):
    traded.advance(days=20)

    assert ask(traded, day)["sub_code"] == "BILL_NOT_EXIST"


@pytest.mark.parametrize("day", ["2026-11-31", "2026-13", "yesterday", "2027-01-01", "20261123", ""])
def test_what_is_no_past_day_is_refused(traded: Alipay, day: str):
    traded.advance(days=3)

    assert ask(traded, day)["code"] in ("40002", "40004")


def test_the_address_dies_after_thirty_seconds(traded: Alipay):
    traded.advance(days=1)
    url = ask(traded)["bill_download_url"]
    traded.advance(seconds=29)
    fetch(traded, url)
    traded.advance(seconds=1)

    assert traded.browser.get(url.removeprefix(BASE)).status_code == 404


def test_the_files_are_as_alipay_writes_them(traded: Alipay):
    traded.advance(days=1)
    bundle = zipfile.ZipFile(io.BytesIO(fetch(traded, ask(traded)["bill_download_url"])))
    names = [info.filename.encode("cp437").decode("gbk") for info in bundle.infolist()]
    assert names == [
        "20880000000000010156_20261123_业务明细.csv",
        "20880000000000010156_20261123_业务明细(汇总).csv",
    ]
    raw = bundle.read(bundle.infolist()[0])
    lines = raw.decode("gbk").split("\r\n")
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert lines[:4] == [
        "#支付宝业务明细查询",
        "#账号：[20880000000000010156]",
        "#起始日期：[2026年11月23日 00:00:00]   终止日期：[2026年11月24日 00:00:00]",
        "#-----------------------------------------业务明细列表----------------------------------------",
    ]
    assert len(lines[4].split(",")) == 25
    paid, _, refund = lines[5:8]
    assert paid.startswith(f'{traded.row("T1")["trade_no"]}\t,T1\t,交易,"@土豆,5斤",2026-11-23 09:00:00,')
    assert paid.endswith(",30.00,30.00,0.00,0.00,0.00,0.00,0.00,,0.00,0.00,\t,-0.18,0.00,")
    assert refund.endswith(",-1.00,-1.00,0.00,0.00,0.00,0.00,0.00,,0.00,0.00,R1\t,0.00,0.00,")
    assert lines[9] == "#交易合计：2笔，商家实收共36.80元，商家优惠共0.00元"
    assert lines[10] == "#退款合计：1笔，商家实收退款共-1.00元，商家优惠退款共0.00元"
    summary = bundle.read(bundle.infolist()[1]).decode("gbk")
    assert "合计,,2,1,35.80,35.80,0.00,0.00,0.00,-0.22,0.00,35.58" in summary


def test_our_side_reads_every_row(traded: Alipay):
    traded.advance(days=1)
    rows = traded.provider.fetch_statement(DAY, traded.payee)

    assert [(row.kind, row.payment_no, row.refund_no, row.amount_fen, row.fee_fen) for row in rows] == [
        (RowKind.PAYMENT, "T1", "", 30_00, -18),
        (RowKind.PAYMENT, "T2", "", 6_80, -4),
        (RowKind.REFUND, "T1", "R1", -1_00, 0),
    ]
    assert rows[0].provider_no == traded.row("T1")["trade_no"]


def test_a_supplier_sees_its_own_rows_only(traded: Alipay):
    supplier = traded.merchant()
    traded.create("T9", 500, supplier)
    traded.pay("T9")
    traded.advance(days=1)

    assert [row.payment_no for row in traded.provider.fetch_statement(DAY, supplier)] == ["T9"]
    assert "T9" not in [row.payment_no for row in traded.provider.fetch_statement(DAY, traded.payee)]


def test_a_secondary_merchant_has_a_bill_of_its_own(alipay: Alipay):
    supplier = alipay.merchant()
    path = f"/_emulator/merchants/{supplier.account_no}/sub-merchants?owner_id={alipay.payee.account_no}&smid=2088S1"
    alipay.browser.post(path)
    order = {"out_trade_no": "T1", "total_amount": "5.00", "subject": "x", "sub_merchant": {"merchant_id": "2088S1"}}
    alipay.ask("alipay.trade.precreate", order)
    alipay.pay("T1")
    alipay.advance(days=1)

    assert alipay.balance_fen(supplier.account_no) == 500
    assert ask(alipay)["sub_code"] == "BILL_NOT_EXIST"
    answer = alipay.ask(URL, {"bill_type": "trade_zft_merchant", "smid": "2088S1", "bill_date": "2026-11-23"})
    assert [row.payment_no for row in statement.read(fetch(alipay, answer["bill_download_url"]))] == ["T1"]


def test_a_day_without_a_bill_is_final_for_the_caller(alipay: Alipay):
    with pytest.raises(Declined) as refused:
        alipay.provider.fetch_statement(date(2026, 11, 1), alipay.payee)

    assert refused.value.decline is Decline.NO_STATEMENT


def packed(table: str, name: str = "x.csv") -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as bundle:
        bundle.writestr(name, table.encode("gbk"))
    return archive.getvalue()


@pytest.mark.parametrize(
    "archive",
    [
        b"",
        b"PK nothing",
        packed("nothing", "x.txt"),
        packed("支付宝交易号,商户订单号\r\n1,2\r\n"),
        packed(",".join(statement.WORDS["columns"]) + "\r\n1,2,3\r\n"),
        packed(",".join(statement.WORDS["columns"]) + "\r\n" + ",".join(["1", "T", "赠送"] + [""] * 22) + "\r\n"),
        packed("ok", "a.csv")[:-30],
    ],
    ids=["empty", "no zip", "no table", "few columns", "short row", "unknown kind", "cut off"],
)
def test_what_is_no_bill_is_not_read(archive: bytes):
    with pytest.raises(UnknownOutcome):
        statement.read(archive)


def test_a_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(statement, "MAX_TABLE", 1000)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr("x.csv", b"0" * 1_000_000)

    with pytest.raises(UnknownOutcome, match="bill-malformed"):
        statement.read(archive.getvalue())


@pytest.mark.parametrize(
    "url",
    [
        "http://evil.example/bill",
        "http://dwbillcenter.alipay.com/x",
        "https://alipay.com.evil.example/x",
        "https://evilalipay.com/x",
        "https://dwbillcenter.alipay.com:8443/x",
        "file:///etc/passwd",
        "http://alipay.test:81/bill",
    ],
)
def test_a_bill_elsewhere_is_not_fetched(url: str):
    assert not statement._is_ours(url, f"{BASE}/gateway.do")


def test_alipays_own_download_hosts_are():
    gateway = "https://openapi.alipay.com/gateway.do"

    assert statement._is_ours("https://dwbillcenter.alipay.com/downloadBillFile.resource?x=1", gateway)
    assert statement._is_ours(f"{BASE}/bill/x.csv.zip", f"{BASE}/gateway.do")
