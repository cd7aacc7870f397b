"""What lifts a product beside the words that found it: little, known, and never what its seller wrote about itself.

The text score (0–1) is multiplied by 1 + Σ weights; all weights together stay below 0.4 (rule 69). Numbers of
households, words such as 助农 in a name, and raw sales weigh nothing: they are easily made up.
"""

from collections import deque
from collections.abc import Iterable

BADGE_WEIGHT = 0.10
"""A badge valid today; several do not add up."""
FRESH_WEIGHT = 0.05
"""A newcomer's first days, so that it gets seen; fades to nothing over `FRESH_DAYS`."""
FRESH_DAYS = 30
RUN = 3
"""The most neighbours of one supplier in a row."""


def spread(ranked: Iterable[tuple[int, int]]) -> list[int]:
    """(product, supplier) in order of rank to product ids with at most `RUN` of one supplier in a row.

    A product that would be the fourth waits for the next one of somebody else; when nobody else is left, order stays.
    """
    stream, held = iter(ranked), deque[tuple[int, int]]()
    out: list[int] = []
    last, run = -1, 0
    while True:
        # What is held back is all of one supplier: it goes on as soon as somebody else has stood between.
        if held and (run < RUN or held[0][1] != last):
            product, seller = held.popleft()
        elif (head := next(stream, None)) is None:
            return [*out, *(product for product, _ in held)]
        elif head[1] == last and run >= RUN:
            held.append(head)
            continue
        else:
            product, seller = head
        run = run + 1 if seller == last else 1
        last = seller
        out.append(product)
