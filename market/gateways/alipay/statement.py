"""The daily bill: its address asked for, fetched within 30 seconds, unpacked with bounds, read row by row.

A zip with two GBK tables: `…_业务明细.csv` holds the rows, 25 columns, each number closed by a tab; the other sums up.
"""

import csv
import io
import tomllib
import zipfile
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from alipay.aop.api.domain.AlipayDataDataserviceBillDownloadurlQueryModel import (
    AlipayDataDataserviceBillDownloadurlQueryModel,
)
from alipay.aop.api.request.AlipayDataDataserviceBillDownloadurlQueryRequest import (
    AlipayDataDataserviceBillDownloadurlQueryRequest,
)

from market.gateways.alipay.client import AlipayClient
from market.gateways.alipay.words import fen, instant
from market.gateways.ports import StatementRow, UnknownOutcome
from market.rules.reconciliation import RowKind

MAX_ZIP = 64 * 1024 * 1024
MAX_TABLE = 512 * 1024 * 1024
BILL_HOSTS = (".alipay.com", ".alipayobjects.com")
WORDS = tomllib.loads((Path(__file__).parent / "bill.toml").read_text(encoding="utf-8"))


def fetch(client: AlipayClient, day: date, app_auth_token: str) -> list[StatementRow]:
    """Rows of one day. Raises: Declined "no-statement", NotSent, UnknownOutcome."""
    model = AlipayDataDataserviceBillDownloadurlQueryModel()
    model.bill_type = "trade"
    model.bill_date = day.isoformat()
    request = AlipayDataDataserviceBillDownloadurlQueryRequest(model)
    answer = client.execute(request, app_auth_token=app_auth_token)
    url = answer.get("bill_download_url")
    if not isinstance(url, str) or not _is_ours(url, client.gateway_url):
        raise UnknownOutcome("bill-elsewhere")
    return read(client.transport.get(url, MAX_ZIP))


def read(archive: bytes) -> list[StatementRow]:
    """The rows of a bill's zip. Raises: UnknownOutcome for anything that is not exactly such a bill."""
    try:
        lines = csv.reader(io.StringIO(_table(archive).decode("gb18030"), newline=""))
        rows = [[cell.strip() for cell in line] for line in lines if line and not line[0].startswith(WORDS["comment"])]
        if rows[:1] != [WORDS["columns"]]:
            raise ValueError("header")
        return [_row(dict(zip(WORDS["columns"], row, strict=True))) for row in rows[1:]]
    except (zipfile.BadZipFile, UnicodeDecodeError, csv.Error, ValueError, KeyError, RuntimeError) as error:
        raise UnknownOutcome("bill-malformed", type(error).__name__) from error


def _is_ours(url: str, gateway_url: str) -> bool:
    """Alipay's download hosts over https, or the very host the gateway is on: never an address of a stranger."""
    parts, gateway = urlsplit(url), urlsplit(gateway_url)
    if (parts.scheme, parts.netloc) == (gateway.scheme, gateway.netloc):
        return True
    return parts.scheme == "https" and parts.port in (None, 443) and (parts.hostname or "").endswith(BILL_HOSTS)


def _table(archive: bytes) -> bytes:
    """The table of single rows: the file without a bracket in its name. Read with a bound, never unpacked to disk."""
    with zipfile.ZipFile(io.BytesIO(archive)) as bundle:
        names = [info for info in bundle.infolist() if info.filename.endswith(".csv") and not _sums_up(info)]
        if len(names) != 1 or names[0].file_size > MAX_TABLE:
            raise ValueError("files")
        with bundle.open(names[0]) as file:
            table = file.read(MAX_TABLE + 1)
    if len(table) > MAX_TABLE:
        raise ValueError("size")
    return table


def _sums_up(info: zipfile.ZipInfo) -> bool:
    """Names are GBK without the flag that says so; the bracket is the same byte in every charset."""
    return "(" in info.filename or "\uff08" in info.filename


def _row(cells: dict[str, str]) -> StatementRow:
    value = {name: cells[column] for name, column in WORDS["read"].items()}
    amount_fen, fee_fen, happened_at = fen(value["amount"]), fen(value["fee"]), instant(value["happened_at"])
    if amount_fen is None or fee_fen is None or happened_at is None:
        raise ValueError("row")
    return StatementRow(
        kind={WORDS["payment"]: RowKind.PAYMENT, WORDS["refund"]: RowKind.REFUND}[value["kind"]],
        payment_no=value["payment_no"],
        provider_no=value["provider_no"],
        refund_no=value["refund_no"],
        amount_fen=amount_fen,
        fee_fen=fee_fen,
        happened_at=happened_at,
    )
