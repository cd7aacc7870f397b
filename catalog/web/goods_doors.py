"""Doors of goods in full, listed in one place for the floor."""

from catalog.web import goods_import, goods_tree, proofs, quick, restricted

DOORS = (quick, goods_import, goods_tree, restricted, proofs)
