"""What people type, what they want, and how good a product is for it: 3 wanted, 2 and 1 near, 0 not.

The rule was written before the ranking: a product of the wanted kind that fulfils every wish is 3; with one of several
wishes unfulfilled it is 1; a thing only made of or named after the kind is 1 where nothing else was wished.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from catalog.rules.certificates import CertificateKind
from tests.catalog.search.shelf import Good

GREEN, ORGANIC, GI = CertificateKind.GREEN, CertificateKind.ORGANIC, CertificateKind.GI
TOWNS = {"花山镇": "220681103", "六道沟镇": "220681101", "桦树镇": "220681100", "四道沟镇": "220681105",
         "闹枝镇": "220681104", "大栗子": "220681006", "蚂蚁河": "220681200", "苇沙河": "220681102"}  # fmt: skip


@dataclass(frozen=True)
class Want:
    """A query and its wishes. No kinds: any product that fulfils the wishes."""

    sort: str
    text: str
    kinds: frozenset[str] = field(default_factory=frozenset)
    place: str = ""
    certificate: CertificateKind | None = None
    gift: bool = False
    units: bool = False
    supplier: str = ""
    qty_g: int = 0
    least_fen: int = 0
    most_fen: int = 0

    def wishes(self, good: Good) -> list[bool]:
        """Each wish beside the kind, fulfilled or not."""
        out = []
        if self.place:
            out.append(good.village.startswith(self.place))
        if self.certificate:
            out.append(self.certificate in good.certificates)
        if self.gift:
            out.append(good.gift)
        if self.units:
            out.append(good.units)
        if self.supplier:
            out.append(self.supplier in good.supplier)
        if self.qty_g:
            out.append(good.qty_g == self.qty_g)
        if self.least_fen or self.most_fen:
            out.append(self.least_fen <= good.price_fen <= (self.most_fen or 10**9))
        return out


def grade(good: Good, want: Want) -> int:
    """0–3 by the rule above."""
    wishes = want.wishes(good)
    if not want.kinds:
        return 3 if all(wishes) else 0
    if good.kind not in want.kinds:
        return 1 if good.about & want.kinds and not wishes else 0
    missed = wishes.count(False)
    if not missed:
        return 3
    return 1 if missed == 1 else 0


def _w(sort: str, text: str, kinds: str = "", **wishes: object) -> Want:
    return Want(sort, text, frozenset(kinds.split()), **wishes)  # type: ignore[arg-type]


MUSHROOMS = "榛蘑 元蘑 猴头菇 香菇"
JUDGED: tuple[Want, ...] = (
    # words as they are written
    _w("zh", "木耳", "木耳"), _w("zh", "蓝莓", "蓝莓"), _w("zh", "大米", "大米"), _w("zh", "鸡蛋", "鸡蛋"),
    _w("zh", "人参", "人参"), _w("zh", "牛肉", "牛肉"), _w("zh", "白菜", "白菜"), _w("zh", "松子", "松子"),
    _w("zh", "林蛙油", "林蛙油"), _w("zh", "辣白菜", "辣白菜"), _w("zh", "核桃", "核桃"), _w("zh", "粉条", "粉条"),
    _w("zh", "香菇", "香菇"), _w("zh", "五味子", "五味子"), _w("zh", "葡萄酒", "葡萄酒"), _w("zh", "红豆", "红豆"),
    _w("zh", "榛子", "榛子"), _w("zh", "蘑菇", MUSHROOMS), _w("zh", "我要买新鲜的大白菜", "白菜"),
    # other names
    _w("synonym", "马铃薯", "土豆"), _w("synonym", "洋芋", "土豆"), _w("synonym", "苞米", "黏玉米"),
    _w("synonym", "番茄", "西红柿"), _w("synonym", "洋柿子", "西红柿"), _w("synonym", "地瓜", "红薯"),
    _w("synonym", "冻蘑", "元蘑"), _w("synonym", "刺老芽", "刺嫩芽"), _w("synonym", "雪蛤", "林蛙油"),
    _w("synonym", "婆婆丁", "蒲公英"), _w("synonym", "黄豆", "大豆"), _w("synonym", "蜂蜜", "蜂蜜"),
    _w("synonym", "山芹菜", "大叶芹"), _w("synonym", "软枣子", "软枣猕猴桃"), _w("synonym", "倭瓜", "南瓜"),
    _w("synonym", "土鸡蛋", "鸡蛋"), _w("synonym", "松籽", "松子"), _w("synonym", "blueberry", "蓝莓"),
    # pinyin and initials
    _w("pinyin", "muer", "木耳"), _w("pinyin", "lanmei", "蓝莓"), _w("pinyin", "hei mu er", "木耳"),
    _w("pinyin", "tudou", "土豆"), _w("pinyin", "linwayou", "林蛙油"), _w("pinyin", "DaMi", "大米"),
    _w("pinyin", "zhenmo", "榛蘑"), _w("pinyin", "labaicai", "辣白菜"),
    _w("initials", "hme", "木耳"), _w("initials", "cny", "刺嫩芽"), _w("initials", "dsm", "蜂蜜"),
    _w("initials", "htg", "猴头菇"), _w("initials", "rzmht", "软枣猕猴桃"), _w("initials", "wwz", "五味子"),
    # slips
    _w("typo", "兰莓", "蓝莓"), _w("typo", "木尔", "木耳"), _w("typo", "人生", "人参"), _w("typo", "刺嫰芽", "刺嫩芽"),
    _w("typo", "猴头菰", "猴头菇"), _w("typo", "榛磨", "榛蘑"), _w("typo", "椴数蜜", "蜂蜜"),
    _w("typo", "lanmie", "蓝莓"),
    _w("typo", "tuduo", "土豆"), _w("typo", "软早猕猴桃", "软枣猕猴桃"), _w("typo", "五位子", "五味子"),
    # traditional and full-width
    _w("traditional", "藍莓", "蓝莓"), _w("traditional", "豬肉", "猪肉"), _w("traditional", "雞蛋", "鸡蛋"),
    _w("traditional", "馬鈴薯", "土豆"), _w("traditional", "ｍｕｅｒ", "木耳"), _w("traditional", "人參", "人参"),
    # places
    _w("place", "花山镇木耳", "木耳", place=TOWNS["花山镇"]),
    _w("place", "六道沟 大米", "大米", place=TOWNS["六道沟镇"]),
    _w("place", "四道沟镇的土豆", "土豆", place=TOWNS["四道沟镇"]),
    _w("place", "桦树镇蓝莓", "蓝莓", place=TOWNS["桦树镇"]),
    _w("place", "大栗子 鸡蛋", "鸡蛋", place=TOWNS["大栗子"]), _w("place", "闹枝镇", place=TOWNS["闹枝镇"]),
    _w("place", "蚂蚁河乡蜂蜜", "蜂蜜", place=TOWNS["蚂蚁河"]),
    # certificates
    _w("certificate", "有机蓝莓", "蓝莓", certificate=ORGANIC),
    _w("certificate", "绿色食品大米", "大米", certificate=GREEN),
    _w("certificate", "地理标志 人参", "人参", certificate=GI),
    _w("certificate", "有机认证木耳", "木耳", certificate=ORGANIC),
    _w("certificate", "有机", certificate=ORGANIC),
    # packs, sizes, prices
    _w("pack", "木耳礼盒", "木耳", gift=True), _w("pack", "食堂装土豆", "土豆", units=True),
    _w("pack", "大米 5公斤装", "大米", qty_g=5_000), _w("pack", "10斤 大米", "大米", qty_g=5_000),
    _w("pack", "蜂蜜500克", "蜂蜜", qty_g=500), _w("pack", "松子礼盒", "松子", gift=True),
    _w("pack", "30元以下的木耳", "木耳", most_fen=3_000), _w("pack", "50元以内鸡蛋", "鸡蛋", most_fen=5_000),
    _w("pack", "一百元以上 人参", "人参", least_fen=10_000),
    # suppliers
    _w("supplier", "林海山珍", supplier="林海山珍"), _w("supplier", "雪原蜂业合作社", supplier="雪原蜂业"),
    _w("supplier", "北坡蓝莓种植合作社", supplier="北坡蓝莓"), _w("supplier", "老岭山货合作社", supplier="老岭山货"),
    # several at once
    _w("mixed", "花山镇 有机 木耳", "木耳", place=TOWNS["花山镇"], certificate=ORGANIC),
    _w("mixed", "有机大米 5公斤", "大米", certificate=ORGANIC, qty_g=5_000),
    _w("mixed", "六道沟苞米 20元以下", "黏玉米", place=TOWNS["六道沟镇"], most_fen=2_000),
    _w("mixed", "有机lanmei", "蓝莓", certificate=ORGANIC), _w("mixed", "muer lihe", "木耳", gift=True),
    _w("mixed", "绿色 马铃薯，食堂装！", "土豆", certificate=GREEN, units=True),
    _w("mixed", "野生榛蘑 250g", "榛蘑", qty_g=250), _w("mixed", "花山 兰莓", "蓝莓", place=TOWNS["花山镇"]),
)  # fmt: skip


def ndcg(grades: Sequence[int], all_grades: Sequence[int], at: int = 10) -> float:
    """Normalised discounted gain (2^grade − 1) of the first `at`."""
    best = _gain(sorted(all_grades, reverse=True)[:at])
    return _gain(grades[:at]) / best if best else 1.0


def _gain(grades: Sequence[int]) -> float:
    return sum((2**g - 1) / math.log2(place + 2) for place, g in enumerate(grades))


def recall(grades: Sequence[int], all_grades: Sequence[int], at: int = 20) -> float:
    """Of the best there are (as many as fit into `at`) the share that is shown."""
    top = max(all_grades, default=0)
    wanted = min(at, sum(g == top for g in all_grades)) if top else 0
    return sum(g == top for g in grades[:at]) / wanted if wanted else 1.0


FRESH: tuple[Want, ...] = (
    # Written at once and before anybody looked at what they find, to see whether the judged ones are typical.
    _w("zh", "元蘑", "元蘑"), _w("zh", "桔梗", "桔梗"), _w("zh", "想买点笨鸡蛋", "鸡蛋"), _w("zh", "山葡萄", "山葡萄"),
    _w("synonym", "赤豆", "红豆"), _w("synonym", "玉米", "黏玉米"), _w("synonym", "龙牙楤木", "刺嫩芽"),
    _w("synonym", "芸豆角", "四季豆"), _w("synonym", "哈什蚂油", "林蛙油"), _w("synonym", "红小豆", "红豆"),
    _w("pinyin", "houtougu", "猴头菇"), _w("pinyin", "song zi", "松子"), _w("pinyin", "ruanzaomihoutao", "软枣猕猴桃"),
    _w("initials", "hzr", "猪肉"), _w("initials", "dyq", "大叶芹"),
    _w("typo", "候头菇", "猴头菇"), _w("typo", "西红市", "西红柿"), _w("typo", "labaicia", "辣白菜"),
    _w("typo", "和桃", "核桃"), _w("traditional", "猴頭菇", "猴头菇"), _w("traditional", "紅薯", "红薯"),
    _w("place", "苇沙河的猪肉", "猪肉", place=TOWNS["苇沙河"]),
    _w("place", "闹枝镇人参", "人参", place=TOWNS["闹枝镇"]),
    _w("place", "青沟子村 蓝莓", "蓝莓", place="220681103200"),
    _w("place", "四道沟村土鸡蛋", "鸡蛋", place="220681105200"),
    _w("certificate", "绿色蔬菜白菜", "白菜", certificate=GREEN), _w("certificate", "gi 大米", "大米", certificate=GI),
    _w("pack", "不超过40元的蓝莓", "蓝莓", most_fen=4_000),
    _w("pack", "20到40元的木耳", "木耳", least_fen=2_000, most_fen=4_000),
    _w("pack", "5斤装小米", "小米", qty_g=2_500), _w("pack", "人参礼品盒", "人参", gift=True),
    _w("supplier", "清泉养殖", supplier="清泉养殖"), _w("supplier", "高丽沟泡菜", "辣白菜", supplier="高丽沟"),
    _w("mixed", "桦树 有机 黑木耳 礼盒", "木耳", place=TOWNS["桦树镇"], certificate=ORGANIC, gift=True),
    _w("mixed", "绿色 大米 10斤 100元以内", "大米", certificate=GREEN, qty_g=5_000, most_fen=10_000),
    _w("mixed", "食堂装 tudou 四道沟", "土豆", place=TOWNS["四道沟镇"], units=True),
    _w("mixed", "hme 250克", "木耳", qty_g=250),
)  # fmt: skip
