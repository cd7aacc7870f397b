"""Lists of deliveries say what is on each note, not on all."""

from flask import Flask

from market.queries import deliveries
from tests import make


def test_a_delivery_names_its_own_goods_only(app: Flask) -> None:
    line = make.line()
    for name in ("示例白菜", "示例萝卜"):
        make.delivery(line, make.order(line, (make.product(line.supplier, name=name), 2)))

    assert sorted(row.goods for row in deliveries.listed()) == ["示例白菜", "示例萝卜"]
