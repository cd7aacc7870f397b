"""The arrival page says which line's 合格证 was made void on the way; the line is held, the others are signed."""

from flask.testing import FlaskClient

from market.queries import commitments
from tests import make
from tests.market.services.test_held import made_void, sent
from tests.support import hygiene


def test_the_page_says_so_and_the_line_waits(client: FlaskClient) -> None:
    line = make.line()
    _, delivery, paper = sent(line)
    newer = made_void(line, paper)
    token, number = newer.token, newer.commitment_no
    assert commitments.scanned(f"https://localhost/commitments/{token}") == number
    assert commitments.scanned("HGZ-7") == "HGZ-7"
    at = f"/canteen/deliveries/{delivery.id}"
    first, second = make.counts(delivery).lines
    make.log_in(client, line.receiver.person)
    page = client.get(at)
    assert f"{paper.commitment_no} 发货后已作废" in page.text
    assert hygiene.faults(page.text) == []
    given = {f"accepted-{second.delivery_line_id}": "10", f"verdict-{second.delivery_line_id}": "passed", "unit": "kg"}
    wrong = client.post(f"{at}/count", data=given | {f"accepted-{first.delivery_line_id}": "100"})
    assert wrong.status_code == 409
    assert "已作废，这一行不能照原证收下" in wrong.text

    assert client.post(f"{at}/count", data=given | {f"held-{first.delivery_line_id}": "y"}).status_code == 303
    make.log_in(client, line.second.person)
    assert "暂存，等换证" in client.get(at).text
    assert client.post(f"{at}/acceptance", data={"version": "1"}).status_code == 303
    signed = client.get(at)
    assert "暂存 100kg" in signed.text
    assert hygiene.faults(signed.text) == []
