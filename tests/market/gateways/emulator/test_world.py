"""The world as a whole: equal runs are equal to the byte, sixteen callers leave sound books, nothing is lost."""

import json
import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from core import clock as core_clock
from market.gateways.emulator.clock import Clock
from market.gateways.emulator.emulator import Emulator
from market.gateways.emulator.keys import Keys
from market.gateways.emulator.options import Options
from market.gateways.emulator.store import Store
from market.gateways.ports import Declined
from tests.support.alipay import Alipay


def story(seed: int) -> tuple[str, str, bytes]:
    """A day of everything: (log, notifies, bill)."""
    alipay = Alipay(seed=seed)
    with core_clock.frozen(alipay.now):
        supplier = alipay.merchant()
        for number in range(6):
            alipay.create(f"T{number}", 1000 + number, supplier if number % 2 else None)
            alipay.fault(("notify_lost", "notify_dup", "notify_reorder")[number % 3])
            alipay.scan(f"T{number}") if number == 5 else alipay.pay(f"T{number}")
            alipay.advance(minutes=7)
        alipay.refund("T0", "R0", 300)
        alipay.advance(days=1)
        biz = {"bill_type": "trade", "bill_date": "2026-11-23"}
        url = alipay.ask("alipay.data.dataservice.bill.downloadurl.query", biz)["bill_download_url"]
        bill = alipay.browser.get(url.removeprefix("http://alipay.test")).get_data()
    unsigned = [{name: value for name, value in fields.items() if name != "sign"} for fields in alipay.heard]
    result = json.dumps(alipay.log()), json.dumps(unsigned), bill
    alipay.close()
    return result


def test_the_same_seed_and_calls_give_the_same_bytes():
    assert story(7) == story(7)


def test_equal_runs_on_two_ports_leave_equal_logs():
    logs = []
    for port in (8101, 8102):
        alipay = Alipay(options=Options(seed=3, base_url=f"http://127.0.0.1:{port}"))
        with core_clock.frozen(alipay.now):
            alipay.create("T1")
        logs.append(alipay.log())
        alipay.close()

    assert logs[0] == logs[1]
    assert logs[0][0]["answer"]["qr_code"].startswith("/cashier/bax")


def test_another_seed_gives_other_numbers():
    assert story(7)[0] != story(8)[0]


def act(alipay: Alipay, dice: random.Random, refund_no: str) -> bool:
    """One act of a caller or a buyer; False if it was refused. Anything but an answer or a refusal fails the test."""
    number = f"T{dice.randrange(40)}"
    try:
        match dice.randrange(5):
            case 0:
                alipay.create(number, 100 + int(number[1:]))
            case 1:
                assert alipay.browser.post(f"/_emulator/trades/{number}/pay").status_code < 500
            case 2:
                alipay.refund(number, refund_no, dice.randrange(1, 60))
            case 3:
                alipay.refund(number, "R", 30)
            case _:
                alipay.query(number)
    except Declined:
        return False
    return True


def caller(alipay: Alipay, name: int) -> int:
    """Two hundred acts; how many were refused."""
    dice = random.Random(name)
    with core_clock.frozen(alipay.now):
        return sum(not act(alipay, dice, f"R{name}x{step}") for step in range(200))


def test_sixteen_callers_leave_the_books_sound(alipay: Alipay):
    with ThreadPoolExecutor(16) as pool:
        refused = sum(pool.map(lambda name: caller(alipay, name), range(16)))

    assert 0 < refused < 16 * 200
    with alipay.emulator.bench() as bench:
        kept = bench.the("SELECT sum(paid_fen - refunded_fen) FROM trade")[0]
        balances = bench.the("SELECT sum(balance_fen) FROM merchant")[0]
        refunds = bench.the("SELECT sum(amount_fen) FROM refund")[0]
        given_back = bench.the("SELECT sum(refunded_fen) FROM trade")[0]
    assert kept == balances > 0
    assert refunds == given_back > 0


def test_a_file_keeps_trades_time_and_numbers(tmp_path: Path):
    path = str(tmp_path / "store.sqlite")
    keys = Keys.in_memory()
    first = Emulator(keys, Store(path), Clock.of("2026-11-23T09:00:00"))
    first.advance(3600)
    with first.bench() as bench:
        number = bench.ids.code(bench.db)
    first.store.close()

    second = Emulator(keys, Store(path), Clock.of("2026-11-23T09:00:00"))
    with second.bench() as bench:
        assert bench.ids.code(bench.db) != number
    assert second.clock.now_ms() == first.clock.now_ms()
    second.store.close()


def test_reset_forgets_and_a_snapshot_remembers(alipay: Alipay):
    alipay.create("T1")
    alipay.pay("T1")
    post = alipay.browser.post
    alipay.advance(hours=1)
    then = alipay.now
    assert post("/_emulator/snapshots/paid").status_code == 200
    assert post("/_emulator/reset").status_code == 200
    assert alipay.browser.get("/_emulator/trades/T1").get_json() == {"trades": []}
    assert (alipay.balance_fen(), alipay.now) == (0, then - timedelta(hours=1))

    assert post("/_emulator/snapshots/paid/restore").status_code == 200
    assert (alipay.balance_fen(), alipay.now) == (100, then)
    assert post("/_emulator/snapshots/never/restore").status_code == 404


def test_a_refused_call_leaves_nothing_behind(alipay: Alipay):
    alipay.create("T1")
    alipay.pay("T1")
    with alipay.emulator.bench() as bench:
        before = bench.db.execute("SELECT name, n FROM counter WHERE name <> 'log'").fetchall()
    alipay.ask("alipay.trade.refund", {"out_trade_no": "T1", "refund_amount": "2.00", "out_request_no": "R1"})

    with alipay.emulator.bench() as bench:
        after = bench.db.execute("SELECT name, n FROM counter WHERE name <> 'log'").fetchall()
    assert [tuple(row) for row in before] == [tuple(row) for row in after]


def test_a_control_call_takes_its_arguments_from_the_address_a_form_or_json(alipay: Alipay):
    post = alipay.browser.post
    assert post("/_emulator/clock/advance?seconds=1").status_code == 200
    assert post("/_emulator/clock/advance", data={"seconds": "1"}).status_code == 200
    assert post("/_emulator/clock/advance", json={"seconds": 1}).get_json()["clock"].endswith("09:00:03.000+08:00")
    armed = post("/_emulator/faults", json={"kind": "http_500", "method": "alipay.trade.query", "count": 2})
    assert armed.get_json()["faults"][0]["remaining"] == 2
    assert post("/_emulator/merchants", data={"name": "示例", "public_pem": "no key"}).status_code == 400
    assert len(alipay.browser.get("/_emulator/merchants").get_json()["merchants"]) == 2


@pytest.mark.parametrize("seconds", ["-1", "x", "", "99999999999", "1e3"])
def test_the_clock_moves_forward_by_whole_seconds_only(alipay: Alipay, seconds: str):
    assert alipay.browser.post(f"/_emulator/clock/advance?seconds={seconds}").status_code == 400


def test_the_clock_is_read_and_moved_over_http(alipay: Alipay):
    assert alipay.browser.get("/_emulator/clock").get_json()["clock"] == "2026-11-23T09:00:00.000+08:00"
    moved = alipay.browser.post("/_emulator/clock/advance?seconds=86400").get_json()["clock"]
    assert moved == "2026-11-24T09:00:00.000+08:00"


def test_a_real_clock_can_be_advanced_too():
    clock = Clock.of("real")
    before = clock.now_ms()
    clock.move_to(before + 3_600_000)

    assert 3_600_000 <= clock.now_ms() - before < 3_700_000


def test_acts_from_outside_stand_in_the_log_without_their_secrets(alipay: Alipay):
    alipay.create("T1")
    alipay.browser.post("/_emulator/trades/T1/pay")
    alipay.browser.post("/_emulator/merchants/2088000000000002/tokens?token=202611BBsecret")

    acts = alipay.log(kind="control")
    assert [(entry["path"], entry["status"]) for entry in acts] == [
        ("/_emulator/trades/T1/pay", 200),
        ("/_emulator/merchants/2088000000000002/tokens", 200),
    ]
    assert "202611BBsecret" not in str(acts)
    assert len(alipay.log(out_trade_no="T1")) == 2


def test_a_strangers_page_cannot_press_our_buttons(alipay: Alipay):
    alipay.create("T1")
    headers = {"Sec-Fetch-Site": "cross-site"}
    with alipay.emulator.bench() as bench:
        code = bench.the("SELECT code FROM offer")[0]

    for path in (f"/cashier/{code}/pay", "/_emulator/trades/T1/pay", "/_emulator/reset"):
        assert alipay.browser.post(path, headers=headers).status_code == 403
    assert alipay.ask("alipay.trade.query", {"out_trade_no": "T1"})["sub_code"] == "ACQ.TRADE_NOT_EXIST"
