"""A county's shelf for the judged set: 450 and more products of 24 suppliers, with hard neighbours of the same words.

Written before the ranking was. What a product *is* (`kind`), what it is only made of or named after (`about`) and what
it carries (place, certificate, pack, size, price) are facts of this file; `judged.py` grades by them alone.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

import sqlalchemy as sa

from catalog.models.offer import Offer, OfferStock, OfferVersion
from catalog.models.product import Category, Product
from catalog.rules.certificates import CertificateKind
from catalog.rules.listing import ProductState
from catalog.rules.offer import OfferAudience, SaleMode
from core import clock, settings
from core.db import db, transaction
from core.quantity import BaseUnit
from tests import make

# kind | category | price of a pack in yuan | names it is sold by
KINDS = """
木耳|fungi-muer|32|黑木耳 秋木耳 椴木黑木耳 小碗耳 春木耳 云耳 无根黑木耳 单片黑木耳
榛蘑|fungi-zhenmo|45|榛蘑 野生榛蘑 小榛蘑 榛菇 蜜环菌
元蘑|fungi-yuanmo|38|元蘑 冻蘑 黄蘑 野生元蘑 小元蘑
猴头菇|fungi-houtou|40|猴头菇 猴头蘑 猴头 鲜猴头菇
香菇|fungi-xianggu|30|香菇 花菇 冬菇 椴木香菇 剪脚香菇
银耳|fungi-yiner|28|银耳 雪耳 白木耳
大米|grain-rice|42|大米 稻花香大米 长粒香米 珍珠米 粳米 长白山大米
小米|grain-xiaomi|24|小米 黄小米 谷子小米
黏玉米|grain-corn|26|黏玉米 鲜食玉米 糯玉米 甜玉米 苞米 黏苞米
大豆|grain-soy|18|大豆 黄豆 笨黄豆 非转基因大豆
红豆|grain-zaliang|22|红小豆 红豆 赤豆
豆油|grain-oil|68|大豆油 笨榨豆油 豆油
面粉|grain-flour|20|面粉 小麦粉 石磨面粉 雪花粉
土豆|veg-potato|15|土豆 马铃薯 黄心土豆 洋芋 冬储土豆 红皮土豆
白菜|veg-cabbage|12|大白菜 白菜 冬储白菜 秋白菜 黄心白菜
萝卜|veg-radish|11|青萝卜 白萝卜 胡萝卜 红萝卜
大葱|veg-scallion|13|大葱 冬储大葱 鸡腿葱 葱
南瓜|veg-pumpkin|16|南瓜 贝贝南瓜 倭瓜 板栗南瓜
辣椒|veg-pepper|17|尖椒 青椒 干辣椒 红辣椒
四季豆|veg-bean|14|四季豆 油豆角 芸豆角 豆角
西红柿|veg-tomato|16|西红柿 番茄 洋柿子 小番茄
黄瓜|veg-cucumber|12|旱黄瓜 黄瓜 水果黄瓜
红薯|veg-yam|19|红薯 地瓜 蜜薯 烤地瓜
蕨菜|wild-jue|30|蕨菜 蕨菜干 野生蕨菜 鲜蕨菜
刺嫩芽|wild-cinenya|48|刺嫩芽 刺老芽 龙牙楤木 野生刺嫩芽
大叶芹|wild-daye|26|大叶芹 山芹菜 野山芹
蒲公英|wild-pugong|22|蒲公英 婆婆丁 蒲公英茶
桔梗|wild-jiegeng|25|桔梗 狗宝 鲜桔梗
蓝莓|fruit-blueberry|39|蓝莓 蓝莓鲜果 高山蓝莓 冷冻蓝莓 蓝莓冻果
草莓|fruit-strawberry|36|草莓 奶油草莓 红颜草莓
苹果|fruit-apple|29|苹果 龙丰果 小苹果 寒富苹果
软枣猕猴桃|fruit-ruanzao|45|软枣猕猴桃 软枣子 圆枣子 奇异莓
山葡萄|fruit-grape|24|山葡萄 鲜葡萄 北冰红葡萄
鸡蛋|meat-egg|35|笨鸡蛋 土鸡蛋 散养鸡蛋 鸡蛋 柴鸡蛋
鹅蛋|meat-goose|48|大鹅蛋 鹅蛋 散养鹅蛋
猪肉|meat-pork|68|黑猪肉 笨猪肉 猪五花肉 土猪肉
牛肉|meat-beef|120|黄牛肉 牛腱子肉 延边黄牛肉 鲜牛肉
冷水鱼|meat-fish|46|冷水鱼 虹鳟鱼 鲤鱼 细鳞鱼
松子|dry-pine|58|松子 开口松子 红松子 红松籽
核桃|dry-walnut|38|山核桃 核桃 纸皮核桃 核桃仁
榛子|dry-hazel|55|榛子 野生榛子 大果榛子 开口榛子
蜂蜜|bee-linden|48|椴树蜜 椴树蜂蜜 雪蜜 百花蜜 野生蜂蜜
林蛙油|dry-frog|168|林蛙油 雪蛤 哈什蚂油 蛤蟆油
人参|herb-ginseng|98|鲜人参 林下参 园参 水参 长白山人参
五味子|herb-wuweizi|42|五味子 北五味子 五味子干果
蓝莓原浆|juice-blueberry|49|蓝莓原浆 蓝莓汁 蓝莓果汁 NFC蓝莓原浆
葡萄酒|wine-grape|88|山葡萄酒 北冰红冰酒 冰葡萄酒
山珍礼盒|gift-box|128|山珍礼盒 长白山特产礼盒 菌菇大礼包 年货礼盒
辣白菜|pickle|18|辣白菜 朝鲜族泡菜 韩式泡菜 延边辣白菜
粉条|veg-starch|16|土豆粉条 红薯粉条 手工粉条
"""
# name | category | price | what it is made of or named after: hard neighbours
NEIGHBOURS = """
木耳菜|veg-other|8|木耳
木耳香辣酱|pickle|16|木耳
香菇牛肉酱|pickle|18|香菇 牛肉
榛蘑炖鸡料包|pickle|22|榛蘑
猴头菇饼干|snack|19|猴头菇
人参蜜片|snack|66|人参
人参糖|snack|25|人参
参鸡汤料包|pickle|35|人参
蓝莓果干|snack|28|蓝莓
蓝莓果酱|pickle|26|蓝莓
蓝莓酒|wine-grape|78|蓝莓
草莓冻干脆|snack|24|草莓
苹果醋|pickle|18|苹果
苹果脆片|snack|15|苹果
松子油|grain-oil|98|松子
松仁糖|snack|30|松子
核桃油|grain-oil|88|核桃
核桃露|juice-other|45|核桃
榛子巧克力|snack|38|榛子
蜂蜜柚子茶|juice-other|29|蜂蜜
蜂蜜小麻花|snack|16|蜂蜜
蜂王浆|bee-other|120|蜂蜜
牛肉干|snack|58|牛肉
牛肉丸|snack|39|牛肉
猪肉大葱水饺|snack|26|猪肉 大葱
猪油渣|snack|22|猪肉
白菜猪肉包子|snack|24|白菜 猪肉
酸菜|pickle|10|白菜
鸡蛋挂面|grain-noodle|12|鸡蛋
鸡蛋干|snack|15|鸡蛋
玉米面|grain-meal|9|黏玉米
玉米油|grain-oil|62|黏玉米
玉米碴子|grain-meal|10|黏玉米
米醋|pickle|9|大米
米酒|wine-grape|25|大米
大米锅巴|snack|11|大米
黄豆酱|pickle|14|大豆
大豆腐|veg-other|6|大豆
豆浆粉|snack|18|大豆
土豆脆片|snack|12|土豆
萝卜干咸菜|pickle|9|萝卜
辣椒酱|pickle|13|辣椒
南瓜籽|snack|20|南瓜
番茄酱|pickle|12|西红柿
红薯干|snack|16|红薯
山葡萄籽油|grain-oil|110|山葡萄
五味子酒|wine-grape|68|五味子
五味子茶|juice-other|32|五味子
刺嫩芽咸菜|pickle|15|刺嫩芽
蕨菜咸菜|pickle|14|蕨菜
鱼丸|snack|26|冷水鱼
"""
NEW_LEAVES = {
    "fungi-yiner": ("银耳", "fungi"), "grain-xiaomi": ("小米", "grain"), "grain-zaliang": ("杂粮", "grain"),
    "veg-tomato": ("西红柿", "veg"), "veg-cucumber": ("黄瓜", "veg"), "veg-yam": ("红薯", "veg"),
    "veg-starch": ("粉条粉丝", "veg"), "veg-other": ("其他蔬菜", "veg"), "wild-pugong": ("蒲公英", "wild"),
    "wild-jiegeng": ("桔梗", "wild"), "fruit-grape": ("葡萄", "fruit"), "meat-goose": ("鹅蛋", "meat"),
    "dry-hazel": ("榛子", "dry"), "dry-frog": ("林蛙油", "dry"), "pickle": ("酱菜调料", "dry"),
    "snack": ("休闲食品", "dry"), "juice-other": ("茶饮", "juice"), "bee-other": ("其他蜂产品", "bee"),
    "grain-noodle": ("面条", "grain"), "grain-meal": ("玉米制品", "grain"),
}  # fmt: skip
"""Leaves that an operator added without any alias: code → (name, branch)."""
SUPPLIERS = (
    "示例林海山珍种植专业合作社", "示例鸭绿江农业有限公司", "示例老岭山货合作社", "示例金秋粮油有限公司",
    "示例北坡蓝莓种植专业合作社", "示例雪原蜂业合作社", "示例云峰家庭农场", "示例红石砬子村集体经济合作社",
    "示例长兴食品有限公司", "示例大顶子果业合作社", "示例参乡药材有限公司", "示例清泉养殖专业合作社",
    "示例青松坚果有限公司", "示例满山红家庭农场", "示例柳毛河菜园合作社", "示例高丽沟泡菜坊",
    "示例白桦食用菌合作社", "示例三合牧业有限公司", "示例东坡葡萄酒庄", "示例稻田人家合作社",
    "示例黄家窝棚家庭农场", "示例春晓山野菜合作社", "示例江畔渔业合作社", "示例九月农产品商贸有限公司",
)  # fmt: skip
VILLAGES = (
    "220681103200", "220681103201", "220681101200", "220681101201", "220681100200", "220681102200",
    "220681104200", "220681105200", "220681200200", "220681006200",
)  # fmt: skip
BRANDS = ("", "", "", "林海雪原 ", "老岭牌", "【产地直发】", "东北", "长白山", "临江")
TAILS = ("", "", " 500g", " 5斤", "（袋装）", " 250g/袋", "干品", " 10斤装", "", " 真空包装", " 特级")
SIZES_G = (250, 500, 1_000, 2_500, 5_000)


@dataclass(frozen=True)
class Good:
    """What one product is, for the judge."""

    name: str
    kind: str
    category: str
    about: frozenset[str]
    supplier: str
    village: str
    price_fen: int
    qty_g: int
    certificates: frozenset[CertificateKind] = field(default_factory=frozenset)
    gift: bool = False
    units: bool = False


def _rows(text: str) -> list[list[str]]:
    return [line.split("|") for line in text.strip().splitlines()]


def goods() -> list[Good]:
    """The whole shelf, the same every time."""
    chance, out = Random(20261123), []
    for kind, category, price, names in _rows(KINDS):
        variants = names.split()
        for number in range(8):
            core, gift = variants[number % len(variants)], number == 6 and "礼" not in kind
            brand = BRANDS[chance.randrange(len(BRANDS))]
            tail = "礼盒" if gift else TAILS[chance.randrange(len(TAILS))]
            out.append(_good(chance, f"{brand}{core}{tail}", kind, category, int(price), frozenset(), gift=gift))
    for name, category, price, about in _rows(NEIGHBOURS):
        out.append(_good(chance, name, name, category, int(price), frozenset(about.split())))
        out.append(_good(chance, f"示例{name} 500g", name, category, int(price), frozenset(about.split())))
    return out


def _good(
    chance: Random, name: str, kind: str, category: str, price: int, about: frozenset[str], *, gift: bool = False
) -> Good:
    certificates = frozenset(k for k, bar in _SHARES if chance.random() < bar)
    # The size that the name says is the size that is sold.
    said = next((g for word, g in _SAID if word in name), None)
    size = said or SIZES_G[chance.randrange(len(SIZES_G))]
    return Good(
        name=name, kind=kind, category=category, about=about, supplier=SUPPLIERS[chance.randrange(len(SUPPLIERS))],
        village=VILLAGES[chance.randrange(len(VILLAGES))], price_fen=price * chance.randint(60, 160), qty_g=size,
        certificates=certificates, gift=gift or "礼" in name, units=chance.random() < 0.2,
    )  # fmt: skip


_SHARES = ((CertificateKind.GREEN, 0.15), (CertificateKind.ORGANIC, 0.12), (CertificateKind.GI, 0.08))
_SAID = ((" 500g", 500), (" 10斤装", 5_000), (" 5斤", 2_500), (" 250g", 250))


def stock(shelf: list[Good]) -> dict[str, int]:
    """Put the shelf into the database, listed two months ago; SKU → place in `shelf`."""
    for village in VILLAGES:
        make.village_is_exited(village)
    checkers = (make.person("镇"), make.person("平台"))
    sellers = {name: make.supplier(name).id for name in SUPPLIERS}
    with transaction():
        # What is neither an ingredient nor certified is shown too: who may be seen is another matter than finding.
        settings.put("listing.local", True, valid_from=date(2020, 1, 1), reason="示例", author_id=None)
        _leaves()
        codes = dict(db.session.execute(sa.select(Category.code, Category.id)).all())
        now = clock.now()
        listed = now - timedelta(days=60)
        shared = {
            "state": ProductState.LISTED, "origin_confirmed_by_id": checkers[0].id, "approved_by_id": checkers[1].id,
            "origin_confirmed_at": listed, "listed_at": listed, "created_at": listed, "updated_at": listed,
            "description": "临江本地农产品，产地直供食堂和家庭，可与木耳、蓝莓、大米等同单配送。", "version": 1,
        }  # fmt: skip
        rows = [
            {**shared, "sku": f"J{n:05d}", "supplier_id": sellers[g.supplier], "category_id": codes[g.category],
             "name": g.name[:40], "origin_code": g.village}
            for n, g in enumerate(shelf)
        ]  # fmt: skip
        db.session.execute(sa.insert(Product), rows)
        ids = dict(db.session.execute(sa.select(Product.sku, Product.id).where(Product.sku.like("J%"))).all())
        _packs(shelf, [ids[f"J{n:05d}"] for n in range(len(shelf))])
    _papers(shelf, sellers, ids)
    return {f"J{n:05d}": n for n in range(len(shelf))}


def _leaves() -> None:
    branches = dict(db.session.execute(sa.select(Category.code, Category.id)).all())
    db.session.add_all(
        Category(code=code, name=name, parent_id=branches[branch], position=90, is_leaf=True)
        for code, (name, branch) in NEW_LEAVES.items()
        if code not in branches
    )
    # Licences are another matter than finding.
    db.session.execute(sa.update(Category).values(licence="", needs_quarantine=False))
    db.session.flush()


def _packs(shelf: list[Good], product_ids: list[int]) -> None:
    now = clock.now()
    for good, product_id in zip(shelf, product_ids, strict=True):
        packs = [("礼盒" if good.gift else "袋", OfferAudience.EVERYBODY, good.qty_g, good.price_fen)]
        if good.units:
            packs.append(("食堂装", OfferAudience.UNITS, 20_000, good.price_fen * 30))
        for name, audience, qty, fen in packs:
            offer = Offer(product_id=product_id, pack_name=name, sale_mode=SaleMode.BY_PACK, base_unit=BaseUnit.G,
                          pack_qty=qty, audience=audience, created_at=now)  # fmt: skip
            db.session.add(offer)
            offer_version = OfferVersion(version_no=1, price_fen_x100=fen * 100, basis_qty=qty, pack_price_fen=fen,
                                         tol_bp=0, tax_mode="exempt", created_at=now)  # fmt: skip
            offer.__dict__["made"] = offer_version
    offers = [row for row in db.session.new if isinstance(row, Offer)]
    db.session.flush()
    for offer in offers:
        offer.__dict__["made"].offer_id = offer.id
        db.session.add_all([offer.__dict__["made"], OfferStock(offer_id=offer.id, on_hand=10_000_000)])
    db.session.flush()
    for offer in offers:
        offer.current_version_id = offer.__dict__["made"].id


def _papers(shelf: list[Good], sellers: dict[str, int], ids: dict[str, int]) -> None:
    from catalog.models.supplier import Supplier

    for name, seller in sellers.items():
        for kind, _ in _SHARES:
            own = [ids[f"J{n:05d}"] for n, g in enumerate(shelf) if g.supplier == name and kind in g.certificates]
            if own:
                make.certificate(db.session.get_one(Supplier, seller), kind, *own)
