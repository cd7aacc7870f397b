"""What must hold for money and stock at any moment: each statement finds no row."""

import sqlalchemy as sa

from core.db import db

INVARIANTS = {
    "every entry balances": "SELECT tx_id FROM book_posting GROUP BY tx_id HAVING sum(amount_fen) <> 0",
    "a payment is booked once, and only when paid": """
        SELECT i.id FROM payment_intent i LEFT JOIN book_tx t ON t.kind = 'payment' AND t.ref_id = i.id
        WHERE (i.paid_fen > 0) <> (t.id IS NOT NULL)""",
    "a refund is booked once, and only when done": """
        SELECT r.id FROM refund r LEFT JOIN book_tx t ON t.kind = 'refund' AND t.ref_id = r.id
        WHERE (r.state = 'done') <> (t.id IS NOT NULL)""",
    "what went back is the sum of the refunds that are done": """
        SELECT i.id FROM payment_intent i LEFT JOIN refund r ON r.intent_id = i.id AND r.state = 'done'
        GROUP BY i.id HAVING i.refunded_fen <> coalesce(sum(r.amount_fen), 0)""",
    "no refund above what was paid": "SELECT id FROM payment_intent WHERE refunded_fen > paid_fen",
    "money is either delivered or goes back": """
        SELECT o.id FROM purchase_order o JOIN payment_intent i ON i.order_id = o.id
        WHERE i.state IN ('paid', 'part_refunded') AND o.state IN ('pending_pay', 'cancelled')
           OR i.state IN ('paid_late', 'refunding') AND o.state IN ('paid', 'shipped', 'received')""",
    "late money has one refund": """
        SELECT i.id FROM payment_intent i LEFT JOIN refund r ON r.ref = 'late:' || i.id
        WHERE i.state IN ('paid_late', 'refunding') AND r.id IS NULL""",
    "a paid order has its payment": """
        SELECT o.id FROM purchase_order o WHERE o.kind = 'resident' AND o.state IN ('paid', 'shipped')
        AND NOT EXISTS (SELECT 1 FROM payment_intent i WHERE i.order_id = o.id AND i.paid_fen > 0)""",
    "an order has its lines and their sum": """
        SELECT o.id FROM purchase_order o LEFT JOIN order_line l ON l.order_id = o.id
        WHERE o.kind = 'resident' GROUP BY o.id HAVING coalesce(sum(l.amount_fen), 0) <> o.goods_fen""",
    "the ledger of a payment is what was paid less what went back": """
        SELECT i.id FROM payment_intent i WHERE i.paid_fen - i.refunded_fen <> coalesce((
          SELECT sum(p.amount_fen) FROM book_tx t JOIN book_posting p ON p.tx_id = t.id AND p.account = 'clearing'
          WHERE t.kind = 'payment' AND t.ref_id = i.id
             OR t.kind = 'refund' AND t.ref_id IN (SELECT id FROM refund WHERE intent_id = i.id)), 0)""",
}


def broken() -> list[str]:
    """The invariants that do not hold."""
    db.session.rollback()
    found = [name for name, query in INVARIANTS.items() if db.session.execute(sa.text(query)).first()]
    db.session.rollback()
    return found
