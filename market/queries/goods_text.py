"""Quantities and prices of goods in words: 20箱, 101.75kg, 2.60元/斤."""

from catalog.rules.offer import SaleMode
from core.money import plain_yuan
from core.quantity import JIN, KG, LITRE, BaseUnit, Unit, quantity_text
from core.text import label, sentence, weight
from market.models.order import OrderLine

_BASIS = {(BaseUnit.G, JIN.ratio): JIN, (BaseUnit.G, KG.ratio): KG, (BaseUnit.ML, LITRE.ratio): LITRE}


def unit_word(unit: Unit, pack_name: str = "") -> str:
    """斤, kg, 升, 箱."""
    return pack_name if unit.code.startswith("pack-") else label(unit.code, "Unit")


def qty(line: OrderLine, base_qty: int) -> str:
    """A quantity of an agreed line: packs where it is sold by pack, else its weight, volume or number."""
    if line.sale_mode is SaleMode.BY_PACK and base_qty % line.pack_qty == 0:
        return f"{base_qty // line.pack_qty}{line.pack_name}"
    if line.base_unit is BaseUnit.G:
        return weight(base_qty)
    if line.base_unit is BaseUnit.ML:
        return f"{quantity_text(base_qty, LITRE)}{label('l', 'Unit')}"
    return f"{base_qty}{label('piece', 'Unit')}"


def price(line: OrderLine) -> str:
    """What one basis costs, with as many decimals as it has (two at least)."""
    if line.sale_mode is SaleMode.BY_PACK:
        return sentence("word", "price-per", yuan=plain_yuan(line.pack_price_fen), unit=line.pack_name)
    whole, rest = divmod(line.price_fen_x100, 10_000)
    decimals = f"{rest:04d}".rstrip("0").ljust(2, "0")
    basis = _BASIS.get((line.base_unit, line.basis_qty))
    unit = label(basis.code, "Unit") if basis else f"{line.basis_qty}{label(line.base_unit.value, 'Unit')}"
    return sentence("word", "price-per", yuan=f"{whole}.{decimals}", unit=unit)


def pack(line: OrderLine) -> str:
    """5kg/箱: what one pack holds."""
    held = weight(line.pack_qty) if line.base_unit is BaseUnit.G else f"{line.pack_qty}{label(line.base_unit)}"
    return f"{held}/{line.pack_name}"
