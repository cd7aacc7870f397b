"""Beside the search box: offers, reasons, the operator's page. Nothing of what people type is kept or shown raw."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
import redis
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from catalog.gateways.search.whoosh import WhooshBackend
from catalog.models.product import Certificate
from catalog.models.search import SearchBlock, SearchDemand, SearchSynonym
from catalog.queries.explain import explained
from catalog.queries.search import backend
from catalog.queries.search.find import find
from catalog.queries.search.highlight import found_words, pieces
from catalog.queries.search.hot import demanded, hot_words
from catalog.queries.search.suggest import suggestions
from catalog.queries.shop import browse
from catalog.services import demand, search_index, search_weights, synonyms
from core import clock, settings
from core.access.actor import Actor
from core.access.roles import OrganisationKind, Role
from core.db import db, transaction
from core.errors import Refused
from core.jobs.models import Outbox
from core.people.models import Person
from tests import make
from tests.catalog.search.corpus import stock

TODAY = clock.today()


@pytest.fixture
def market(app: Flask, tmp_path: Path) -> Iterator[None]:
    before = backend.current()
    backend.use(WhooshBackend(lambda: tmp_path / "search"))
    stock()
    with transaction():
        search_index.rebuild()
    yield
    backend.use(before)


@pytest.fixture
def operator(app: Flask) -> Actor:
    body = make.organisation(OrganisationKind.PLATFORM)
    return make.actor(make.seat(body, Role.PLATFORM_OPERATOR), body, Role.PLATFORM_OPERATOR)


def log_in(client: FlaskClient, operator: Actor) -> None:
    make.log_in(client, db.session.get_one(Person, operator.person_id))


def texts(typed: str) -> list[str]:
    return [s.text for s in suggestions(typed)]


def test_offers_by_beginning_pinyin_and_initials(market: None) -> None:
    assert texts("土")[0] == "土豆"
    assert "蓝莓" in texts("lanm")
    assert "椴树蜜" in texts("dsm")
    assert texts("花山土")[0] == "花山土豆"
    assert "花山镇" in texts("hua shan")
    assert texts("") == texts("%") == texts("'; --") == []
    assert len(texts("a")) <= 8


def test_offers_are_json_for_everybody(client: FlaskClient, market: None) -> None:
    answer = client.get("/search/suggestions?q=lanm")
    assert answer.status_code == 200
    assert {"text": "蓝莓", "kind": "商品"} in answer.get_json()["suggestions"]
    assert client.get("/search/suggestions?q=" + "%E2%80%AE%00" * 99).get_json() == {"suggestions": []}


def test_found_words_stand_out_and_nothing_becomes_markup(client: FlaskClient, market: None) -> None:
    asked = find("椴樹蜜").plan
    assert pieces("示例椴树蜜", found_words(asked)) == [("示例", False), ("椴树蜜", True)]
    assert pieces("示例椴樹蜜", found_words(asked)) == [("示例", False), ("椴樹蜜", True)]
    assert "".join(text for text, _ in pieces("<b>椴树蜜</b>ﬁ½", found_words(asked))) == "<b>椴树蜜</b>ﬁ½"
    of = make.supplier("示例引号社")
    make.product(of, name="<b>五香</b>&\"木耳'", category="fungi-muer")
    with transaction():
        search_index.rebuild()
    page = client.get("/products?q=木耳<script>alert(1)</script>").text
    assert "<script>alert" not in page
    assert "&lt;b&gt;五香&lt;/b&gt;&amp;&#34;<mark>木耳</mark>&#39;" in client.get("/products?q=木耳").text


def test_the_page_says_what_was_replaced_and_offers_what_was_typed(client: FlaskClient, market: None) -> None:
    page = client.get("/products?q=刺嫰芽").text
    assert "没有找到“刺嫰芽”" in page
    assert "仍搜“刺嫰芽”" in page
    assert "exact=1" in page
    assert "没有找到“刺嫰芽”" not in client.get("/products?q=刺嫰芽&exact=1").text
    assert "以下商品只符合一部分条件" in client.get("/products?q=有机蓝莓").text


def test_beside_hits_of_the_words_as_typed_another_word_is_only_offered(client: FlaskClient, market: None) -> None:
    page = client.get("/products?q=兰莓 土豆").text
    assert "您要找的是不是" in page
    assert "蓝莓 土豆</strong></a>" in page
    assert "没有找到" not in page
    assert "冬储<mark>土豆</mark>" in page
    assert "您要找的是不是" not in client.get("/products?q=蓝莓 土豆").text
    assert "您要找的是不是" in client.get("/products?q=刺嫰芽&exact=1").text


def test_a_wish_that_nothing_fulfils_finds_nothing(client: FlaskClient, market: None) -> None:
    assert browse("有机").page.total > 0
    with transaction():
        db.session.execute(update(Certificate).values(valid_to=TODAY - timedelta(days=1), valid_from=date(2020, 1, 1)))
    page = browse("有机").page
    assert (page.total, page.fitting) == (0, 0)
    assert "以下只符合一部分条件" not in client.get("/products?q=有机").text


def test_the_filters_are_trees(client: FlaskClient, market: None) -> None:
    page = client.get("/products").text
    assert "facet--below" not in page
    branch = next(c for c in browse().page.facets.categories if len(c.children) > 1)
    leaf = branch.children[0]
    for chosen in (branch.value, leaf.value):
        page = client.get(f"/products?category={chosen}").text
        assert "facet--below" in page
        assert all(f"{c.label} {c.count}</a>" in page for c in (branch, *branch.children))


def test_the_reasons_add_up_to_the_order(client: FlaskClient, market: None) -> None:
    e = explained("木耳")
    assert [row.name for row in e.rows] == [card.name for card in browse("木耳", size=20).page.cards]
    assert [row.total for row in e.rows] == sorted((row.total for row in e.rows), reverse=True)
    for row in e.rows:
        assert sum(c.adds_bp for c in row.components) == pytest.approx(row.bonus_bp, abs=4)
        assert row.bonus_bp <= 4_000
        assert any("h" in r.fields for r in row.reasons)
    page = client.get("/search/why?q=木耳").text
    assert "为什么排在这里" in page
    assert e.rows[0].name in page
    assert client.get("/search/why?q=没有的东西xyz").status_code == 200


def test_the_income_effect_lifts_only_when_money_was_verified(market: None) -> None:
    plain, other = make.supplier("示例甲社"), make.supplier("示例乙社")
    first = make.product(plain, name="示例紫苏", category="wild-daye").product_id
    second = make.product(other, name="示例紫苏", category="wild-daye").product_id
    with transaction():
        search_index.rebuild()
    before = browse("紫苏").page.product_ids
    assert sorted(before) == [first, second]
    loser = {first: plain, second: other}[before[1]]
    make.linkage_score(loser, score=10_000, verified_fen=0)
    assert browse("紫苏").page.product_ids == before
    make.linkage_score(loser, score=10_000, verified_fen=5_000_000, version_no=2)
    assert browse("紫苏").page.product_ids == before[::-1]
    row = explained("紫苏").rows[0]
    assert {c.name: c.adds_bp for c in row.components}["income"] == 1_500


def test_helping_words_and_repetition_in_a_name_win_nothing(market: None) -> None:
    of = make.supplier("示例丙社")
    honest = make.product(of, name="示例紫苏", category="wild-daye").product_id
    loud = make.product(of, name="助农扶贫爱心紫苏紫苏紫苏紫苏", category="wild-daye").product_id
    with transaction():
        search_index.rebuild()
    hits = find("助农 扶贫 紫苏").hits
    assert hits is not None
    assert hits[loud].score <= hits[honest].score


def test_visitors_are_counted_for_goods_only_and_few_are_no_word(
    client: FlaskClient, market: None, queue: redis.Redis
) -> None:
    typed = ("木耳", "木耳", "张三 13800138000", "蓝莓", "220681199001011234", "没有的东西")
    for words in typed:
        demand.note(find(words), "visitor-0")
    for n in range(1, 5):
        demand.note(find("木耳"), f"visitor-{n}")
    kept = b" ".join(queue.keys("*")) + b" ".join(queue.smembers(f"search:{TODAY}"))
    for secret in ("张三", "13800138000", "220681199001011234", "visitor"):
        assert secret.encode() not in kept
    with transaction():
        demand.collect()
    rows = {row.word: row.visitors for row in db.session.scalars(select(SearchDemand))}
    assert rows == {"木耳": 5, "蓝莓": 1}
    assert hot_words() == ["木耳"]
    assert "大家在搜" in client.get("/").text
    assert client.get("/search/suggestions?q=").get_json() == {"suggestions": [{"text": "木耳", "kind": "热搜"}]}


def test_the_operator_blocks_a_hot_word(client: FlaskClient, market: None, operator: Actor) -> None:
    with transaction():
        db.session.add(SearchDemand(on=TODAY, word="木耳", visitors=9))
        db.session.add(SearchDemand(on=TODAY - timedelta(days=8), word="土豆", visitors=99))
    assert hot_words() == ["木耳"]
    log_in(client, operator)
    assert client.post("/operator/search/hot/block", data={"word": "木耳"}).status_code == 303
    assert hot_words() == []
    assert [h.is_blocked for h in demanded()] == [True]
    assert client.post("/operator/search/hot/allow", data={"word": "木耳"}).status_code == 303
    assert hot_words() == ["木耳"]
    assert db.session.scalar(select(func.count()).select_from(SearchBlock)) == 0


def test_another_name_holds_at_once_and_every_version_stays(client: FlaskClient, market: None, operator: Actor) -> None:
    assert "示例冬储土豆" not in [c.name for c in browse("金疙瘩蛋").page.cards]
    log_in(client, operator)
    answer = client.post(
        "/operator/search/synonyms/new", data={"kind": "same", "words": "土豆 金疙瘩蛋", "reason": "俗名"}
    )
    assert answer.status_code == 303
    assert "示例冬储土豆" in [c.name for c in browse("金疙瘩蛋").page.cards]
    made = db.session.scalars(select(SearchSynonym).order_by(SearchSynonym.id.desc())).first()
    assert made is not None
    number = made.group_no
    path = f"/operator/search/synonyms/{number}"
    assert client.post(path, data={"kind": "same", "words": "马铃薯 金疙瘩蛋 金蛋蛋"}).status_code == 303
    assert client.post(f"{path}/end", data={"reason": "不用了"}).status_code == 303
    versions = db.session.scalars(
        select(SearchSynonym.version_no).where(SearchSynonym.group_no == number).order_by(SearchSynonym.id)
    ).all()
    assert versions == [1, 2, 3]
    assert "示例冬储土豆" not in [c.name for c in browse("金蛋蛋").page.cards]
    asked = select(func.count()).select_from(Outbox).where(Outbox.task == search_index.REBUILD)
    assert db.session.scalar(asked) == 1


@pytest.mark.parametrize(
    ("kind", "head", "words", "code"),
    [
        ("same", "", "土豆", "synonym-too-few"),
        ("broad", "", "土豆 白菜", "synonym-head-needed"),
        ("same", "", "土豆 <b>", "synonym-malformed"),
        ("same", "", " ".join(chr(0x4E00 + n) * 2 for n in range(31)), "synonym-too-many"),
    ],
)
def test_a_malformed_group_is_refused(app: Flask, operator: Actor, kind: str, head: str, words: str, code: str) -> None:
    count = select(func.count()).select_from(SearchSynonym)
    before, by = db.session.scalar(count), operator
    with pytest.raises(Refused, match=code), transaction():
        synonyms.save(None, synonyms.SynonymKind(kind), words, head=head, by=by)
    assert db.session.scalar(count) == before


def test_weights_are_dated_and_never_more_than_forty_percent(client: FlaskClient, app: Flask, operator: Actor) -> None:
    log_in(client, operator)
    whole = {"income": "20", "certificate": "10", "service": "5", "fresh": "5", "reason": "县里会议纪要"}
    assert client.post("/operator/search/weights", data={**whole, "valid_from": f"{TODAY}"}).status_code == 303
    assert settings.value("search.weights") == {"income": 2_000, "certificate": 1_000, "service": 500, "fresh": 500}
    more = client.post("/operator/search/weights", data={**whole, "income": "21", "valid_from": f"{TODAY}"})
    assert more.status_code == 409
    assert "40%" in more.text
    with pytest.raises(Refused, match="setting-past"), transaction():
        search_weights.change(
            {"income": 0, "certificate": 0, "service": 0, "fresh": 0},
            valid_from=date(2020, 1, 1), reason="试", by=operator,
        )  # fmt: skip
    assert settings.value("search.weights")["income"] == 2_000


def test_the_operators_pages(client: FlaskClient, market: None, operator: Actor) -> None:
    log_in(client, operator)
    for path in ("/operator/search", "/operator/search/synonyms", "/operator/search/synonyms?q=土豆",
                 "/operator/search/synonyms/1", "/operator/search/synonyms/new"):  # fmt: skip
        assert client.get(path).status_code == 200, path
    assert client.get("/operator/search/synonyms/999999").status_code == 404
    assert client.post("/operator/search/rebuild").status_code == 303
    assert client.post("/operator/search/reconcile").status_code == 303


def test_two_comparisons_with_differences_ring(client: FlaskClient, market: None, operator: Actor) -> None:
    assert not search_index.health().is_alarming
    for n in range(2):
        make.product(make.supplier(f"示例丁{'一二'[n]}社"), name="示例新到")
        with transaction():
            assert search_index.reconcile().total
    assert search_index.health().drifts
    log_in(client, operator)
    assert "搜索索引需要处理" in client.get("/desk").text
