"""Bills: what was paid and refunded in a day or a month, as the zip of two GBK tables that Alipay hands out."""

import csv
import io
import sqlite3
import zipfile
from dataclasses import dataclass
from typing import Any

from market.gateways.emulator.bench import Bench
from market.gateways.emulator.clock import day_bounds, local, month_bounds, stamp
from market.gateways.emulator.errors import texts
from market.gateways.emulator.money import yuan_of

HOUR_MS = 3_600_000
READY_HOUR = 9
READY_DAY = 3
ACCOUNT_TAIL = "0156"
_DATE = {"year": "%Y", "month": "%m", "day": "%d", "time": "%H:%M:%S"}


@dataclass(frozen=True)
class Span:
    """A day or a month in China: from its first millisecond up to, not including, `end_ms`."""

    name: str
    start_ms: int
    end_ms: int
    ready_ms: int


@dataclass(frozen=True)
class Row:
    """One movement. Refunds and fees are negative."""

    trade: sqlite3.Row
    is_refund: bool
    amount_fen: int
    fee_fen: int
    at_ms: int
    request_no: str = ""


def span(period: str) -> Span | None:
    """Of `2026-11-22` or `2026-11`; None if there is no such day or month."""
    if len(period) == len("2026-11"):
        bounds = month_bounds(period)
        ready_ms = bounds[1] + (READY_DAY - 1) * 24 * HOUR_MS if bounds else 0
    else:
        bounds = day_bounds(period)
        ready_ms = bounds[1] if bounds else 0
    if bounds is None:
        return None
    return Span(period.replace("-", ""), *bounds, ready_ms + READY_HOUR * HOUR_MS)


def rows(bench: Bench, owner_id: str, smid: str | None, when: Span) -> list[Row]:
    """Movements of a merchant's own trades, or of one of its secondary merchants, oldest first."""
    bounds = (owner_id, smid, when.start_ms, when.end_ms)
    paid = bench.db.execute(
        "SELECT t.*, m.fee_bp FROM trade t JOIN merchant m ON m.seller_id = t.seller_id"
        " WHERE t.owner_id = ? AND t.smid IS ? AND t.paid_ms >= ? AND t.paid_ms < ?",
        bounds,
    ).fetchall()
    given_back = bench.db.execute(
        "SELECT t.*, r.amount_fen, r.out_request_no, r.at_ms FROM refund r JOIN trade t ON t.trade_no = r.trade_no"
        " WHERE t.owner_id = ? AND t.smid IS ? AND r.at_ms >= ? AND r.at_ms < ?",
        bounds,
    ).fetchall()
    found = [Row(t, False, t["paid_fen"], -fee_fen(t["paid_fen"], t["fee_bp"]), t["paid_ms"]) for t in paid]
    found += [Row(t, True, -t["amount_fen"], 0, t["at_ms"], t["out_request_no"]) for t in given_back]
    return sorted(found, key=lambda row: (row.at_ms, row.trade["trade_no"], row.request_no))


def fee_fen(amount_fen: int, fee_bp: int) -> int:
    """The service fee, rounded half up to the fen."""
    return (2 * amount_fen * fee_bp + 10_000) // 20_000


def archive(bench: Bench, owner_id: str, smid: str | None, when: Span) -> bytes:
    """The zip: names and tables in GBK, the same bytes for the same movements."""
    found = rows(bench, owner_id, smid, when)
    account = owner_id + ACCOUNT_TAIL
    words = texts("bill.toml")["words"]
    stem = f"{account}_{when.name}_"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, table in (
            (f"{stem}{words['details']}.csv", _details(found, account, when)),
            (f"{stem}{words['details']}({words['summary']}).csv", _summary(found, account, when)),
        ):
            moment = local(when.end_ms).timetuple()[:6]
            bundle.writestr(_Named(name, moment), table.encode("gbk", "replace"))
    return packed.getvalue()


class _Named(zipfile.ZipInfo):
    """A member whose name is GBK without the UTF-8 flag, as in Alipay's own archives."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802 (zipfile's name)
        return self.filename.encode("gbk"), self.flag_bits


def _details(found: list[Row], account: str, when: Span) -> str:
    words = texts("bill.toml")["words"]
    lines = _head(words["details_title"], words["details_begin"], account, when)
    lines.append(",".join(texts("bill.toml")["columns"]["details"]))
    lines += [_line(_cells(row)) for row in found]
    paid, back = [r for r in found if not r.is_refund], [r for r in found if r.is_refund]
    lines += [
        words["details_end"],
        words["paid_total"].format(count=len(paid), amount=yuan_of(sum(r.amount_fen for r in paid))),
        words["refund_total"].format(count=len(back), amount=yuan_of(sum(r.amount_fen for r in back))),
        words["made"].format(at=_chinese(when.ready_ms)),
    ]
    return "\r\n".join(lines) + "\r\n"


def _summary(found: list[Row], account: str, when: Span) -> str:
    words = texts("bill.toml")["words"]
    lines = _head(words["summary_title"], words["summary_begin"], account, when)
    lines.append(",".join(texts("bill.toml")["columns"]["summary"]))
    refunds = sum(row.is_refund for row in found)
    amount, fee = (yuan_of(fen) for fen in (sum(r.amount_fen for r in found), sum(r.fee_fen for r in found)))
    net = yuan_of(sum(r.amount_fen + r.fee_fen for r in found))
    counts = [str(len(found) - refunds), str(refunds)]
    lines.append(_line([words["sum"], "", *counts, amount, amount, "0.00", "0.00", "0.00", fee, "0.00", net]))
    lines += [words["summary_end"], words["made"].format(at=_chinese(when.ready_ms))]
    return "\r\n".join(lines) + "\r\n"


def _cells(row: Row) -> list[str]:
    words, trade = texts("bill.toml")["words"], row.trade
    amount, nothing = yuan_of(row.amount_fen), "0.00"
    return [
        trade["trade_no"] + "\t",
        trade["out_trade_no"] + "\t",
        words["refund"] if row.is_refund else words["payment"],
        trade["subject"],
        stamp(trade["created_ms"]),
        stamp(row.at_ms),
        *[""] * 4,
        trade["buyer_logon_id"] + "\t",
        amount,
        amount,
        *[nothing] * 5,
        "",
        nothing,
        nothing,
        row.request_no + "\t",
        yuan_of(row.fee_fen),
        nothing,
        "",
    ]


def _head(title: str, begin: str, account: str, when: Span) -> list[str]:
    words = texts("bill.toml")["words"]
    between = words["between"].format(start=_chinese(when.start_ms), end=_chinese(when.end_ms))
    return [title, words["account"].format(account=account), between, begin]


def _chinese(at_ms: int) -> str:
    at = local(at_ms)
    parts: dict[str, Any] = {name: at.strftime(code) for name, code in _DATE.items()}
    return texts("bill.toml")["words"]["moment"].format(**parts)


def _line(cells: list[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(cells)
    return line.getvalue()
