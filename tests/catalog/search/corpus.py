"""A small county market to search in, and what people type when they want something of it."""

from datetime import date

from catalog.models.supplier import Supplier
from catalog.rules.certificates import CertificateKind
from core.db import transaction
from tests import make

GOODS: tuple[tuple[str, str, str], ...] = (
    # name, category, village
    ("示例秋木耳干品", "fungi-muer", "220681103200"),
    ("示例椴木黑木耳礼盒", "fungi-muer", "220681101200"),
    ("示例野生榛蘑", "fungi-zhenmo", "220681103200"),
    ("示例元蘑干货", "fungi-yuanmo", "220681103201"),
    ("示例猴头菇", "fungi-houtou", "220681101200"),
    ("示例稻花香大米", "grain-rice", "220681101200"),
    ("示例黏玉米真空装", "grain-corn", "220681103200"),
    ("示例笨黄豆", "grain-soy", "220681103200"),
    ("示例冬储土豆", "veg-potato", "220681103200"),
    ("示例大白菜", "veg-cabbage", "220681103201"),
    ("示例青萝卜", "veg-radish", "220681103201"),
    ("示例贝贝南瓜", "veg-pumpkin", "220681101200"),
    ("示例刺嫩芽鲜品", "wild-cinenya", "220681103200"),
    ("示例大叶芹", "wild-daye", "220681103200"),
    ("示例蓝莓鲜果", "fruit-blueberry", "220681101200"),
    ("示例软枣猕猴桃", "fruit-ruanzao", "220681103200"),
    ("示例笨鸡蛋", "meat-egg", "220681103200"),
    ("示例黑猪肉", "meat-pork", "220681103201"),
    ("示例开口红松子", "dry-pine", "220681101200"),
    ("示例椴树蜜", "bee-linden", "220681103200"),
    ("示例蓝莓原浆", "juice-blueberry", "220681101200"),
    ("示例鲜人参", "herb-ginseng", "220681103200"),
)

JUDGED: tuple[tuple[str, str], ...] = (
    # words as they are sold
    ("木耳", "示例秋木耳干品"),
    ("黑木耳", "示例椴木黑木耳礼盒"),
    ("蓝莓", "示例蓝莓鲜果"),
    ("笨鸡蛋", "示例笨鸡蛋"),
    ("刺嫩芽", "示例刺嫩芽鲜品"),
    ("椴树蜜", "示例椴树蜜"),
    ("南瓜", "示例贝贝南瓜"),
    ("蜜", "示例椴树蜜"),
    # other names
    ("马铃薯", "示例冬储土豆"),
    ("洋芋", "示例冬储土豆"),
    ("软枣子", "示例软枣猕猴桃"),
    ("苞米", "示例黏玉米真空装"),
    ("土鸡蛋", "示例笨鸡蛋"),
    ("冻蘑", "示例元蘑干货"),
    ("刺老芽", "示例刺嫩芽鲜品"),
    ("蓝莓汁", "示例蓝莓原浆"),
    ("猕猴桃", "示例软枣猕猴桃"),
    # pinyin and initials
    ("muer", "示例秋木耳干品"),
    ("hei mu er", "示例椴木黑木耳礼盒"),
    ("lanmei", "示例蓝莓鲜果"),
    ("tudou", "示例冬储土豆"),
    ("cny", "示例刺嫩芽鲜品"),
    ("dsm", "示例椴树蜜"),
    ("DaMi", "示例稻花香大米"),
    # slips
    ("兰莓", "示例蓝莓鲜果"),
    ("人生", "示例鲜人参"),
    ("刺嫰芽", "示例刺嫩芽鲜品"),
    ("lanmie", "示例蓝莓鲜果"),
    ("猴头菰", "示例猴头菇"),
    ("榛磨", "示例野生榛蘑"),
    # traditional and full-width
    ("藍莓", "示例蓝莓鲜果"),
    ("椴樹蜜", "示例椴树蜜"),
    ("豬肉", "示例黑猪肉"),
    ("ｍｕｅｒ", "示例秋木耳干品"),
    # places, several wishes, talk
    ("花山木耳", "示例秋木耳干品"),
    ("花山镇土豆", "示例冬储土豆"),
    ("木耳 礼盒", "示例椴木黑木耳礼盒"),
    ("有机蓝莓", "示例蓝莓鲜果"),
    ("我要买新鲜的大白菜", "示例大白菜"),
    ("黑猪肉多少钱", "示例黑猪肉"),
)


def stock() -> Supplier:
    """The whole market of one licensed supplier; blueberries are organic."""
    of = make.supplier("示例山货合作社")
    with transaction():
        make.certificate(of, CertificateKind.SC)
        make.certificate(of, CertificateKind.QUARANTINE)
        checkers = (make.person("镇"), make.person("平台"))
        ids = {
            name: make.product(of, name=name, category=code, origin=village, checkers=checkers).product_id
            for name, code, village in GOODS
        }
        make.certificate(of, CertificateKind.ORGANIC, ids["示例蓝莓鲜果"])
        make.certificate(of, CertificateKind.GI, ids["示例鲜人参"], ids["示例蓝莓原浆"], valid_to=date(2099, 1, 1))
    return of
