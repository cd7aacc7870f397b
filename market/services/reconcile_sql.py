# ruff: noqa: S608 - statements are put together from the constants of this file, never from a value
"""The statements of a day's comparison. Each is one set operation over the whole bill, whatever its length.

`line`, made for the comparison, is the bill with what we know of each row: our payment, our refund. A row whose twin
stands earlier in the same or a former bill is a duplicate; everything else is asked of first rows only.
"""

SHEET = (
    "SET LOCAL enable_nestloop = off",  # a bill is big and new: its statistics are not known yet
    "DROP TABLE IF EXISTS pg_temp.line",
    """
CREATE TEMP TABLE line ON COMMIT DROP AS
WITH mine AS MATERIALIZED (
  SELECT id, out_trade_no, amount_fen, paid_fen, state FROM payment_intent
  WHERE merchant_account_id = :account AND provider = :provider
), former AS MATERIALIZED (
  SELECT DISTINCT e.kind, e.payment_no, e.refund_no FROM provider_bill_line e
  JOIN provider_bill b ON b.id = e.bill_id
  WHERE b.merchant_account_id = :account AND b.day_on < :day
    AND e.payment_no IN (SELECT payment_no FROM provider_bill_line WHERE bill_id = :bill)
)
SELECT l.id, l.kind, l.payment_no, l.refund_no, l.amount_fen, l.fee_fen,
       i.id AS intent_id, i.amount_fen AS intent_fen, i.paid_fen, i.state,
       r.id AS refund_id, r.state AS refund_state, r.amount_fen AS refund_fen,
       row_number() OVER (PARTITION BY l.kind, l.payment_no, l.refund_no ORDER BY l.id) > 1
       OR f.kind IS NOT NULL AS is_twin
FROM provider_bill_line l
LEFT JOIN mine i ON i.out_trade_no = l.payment_no
LEFT JOIN former f ON f.kind = l.kind AND f.payment_no = l.payment_no AND f.refund_no = l.refund_no
LEFT JOIN (
  SELECT r.id, r.state, r.amount_fen, r.intent_id,
         CASE WHEN r.reason = 'outside' THEN substr(r.out_request_no, length('OUT' || r.intent_id || '-') + 1)
              ELSE r.out_request_no END AS number
  FROM refund r JOIN mine ON mine.id = r.intent_id
) r ON r.intent_id = i.id AND l.kind = 'refund' AND r.number = l.refund_no
WHERE l.bill_id = :bill
""",
    "ANALYZE line",
)
"""A bill's sheet, made at the start and made again when something healed."""

_LEDGER = """
WITH booked AS MATERIALIZED (
  SELECT t.kind, t.ref_id, sum(p.amount_fen) AS fen
  FROM book_tx t JOIN book_posting p ON p.tx_id = t.id AND p.account = 'clearing'
  WHERE (t.kind = 'payment' AND t.ref_id IN (SELECT intent_id FROM line))
     OR (t.kind = 'refund' AND t.ref_id IN (SELECT refund_id FROM line))
  GROUP BY t.kind, t.ref_id
)
"""
_FOUND = """
INSERT INTO payment_exception
  (key, kind, state, bill_id, line_id, intent_id, refund_id, ours_fen, theirs_fen, found_at, note)
"""
_ONCE = " ON CONFLICT (key) DO NOTHING RETURNING kind"

HEALABLE = """
SELECT id, intent_fen FROM line
WHERE NOT is_twin AND intent_id IS NOT NULL AND state <> 'review'
  AND ((kind = 'payment' AND paid_fen = 0 AND amount_fen = intent_fen)
    OR (kind = 'refund' AND (refund_id IS NULL OR (refund_state <> 'done' AND refund_fen = -amount_fen))))
ORDER BY kind, id
"""
"""What the bill knows and we do not: lines, with the payment's amount."""

REMOTE_HEALED = (
    _FOUND
    + """
SELECT 'line:' || l.id, 'remote_only', 'healed', :bill, l.id, i.id, NULL, 0, l.amount_fen, :now, ''
FROM provider_bill_line l JOIN payment_intent i ON i.out_trade_no = l.payment_no AND i.provider = :provider
WHERE l.id = ANY(:lines)
"""
    + _ONCE
)

_TWINS = (
    _FOUND
    + """
SELECT 'line:' || id, 'duplicate', 'open', :bill, id, intent_id, refund_id, 0, amount_fen, :now, ''
FROM line WHERE is_twin
"""
    + _ONCE
)
_STRANGERS = (
    _FOUND
    + """
SELECT 'line:' || id, 'unknown', 'open', :bill, id, NULL, NULL, 0, amount_fen, :now, ''
FROM line WHERE NOT is_twin AND intent_id IS NULL
"""
    + _ONCE
)
_DIFFERENCES = (
    _LEDGER
    + _FOUND
    + """
SELECT 'line:' || l.id,
       CASE WHEN b.fen IS NULL AND abs(l.amount_fen) = coalesce(l.refund_fen, l.intent_fen) THEN 'status'
            ELSE 'amount' END,
       'open', :bill, l.id, l.intent_id, l.refund_id,
       coalesce(b.fen, CASE l.kind WHEN 'payment' THEN l.intent_fen ELSE -l.refund_fen END, 0), l.amount_fen, :now, ''
FROM line l
LEFT JOIN booked b ON b.kind = l.kind AND b.ref_id = CASE l.kind WHEN 'payment' THEN l.intent_id ELSE l.refund_id END
WHERE NOT l.is_twin AND l.intent_id IS NOT NULL AND b.fen IS DISTINCT FROM l.amount_fen
"""
    + _ONCE
)
_FEES = (
    _FOUND
    + """
SELECT 'fee:' || id, 'fee', 'open', :bill, id, intent_id, refund_id,
       CASE kind WHEN 'payment' THEN -((2 * amount_fen * :fee_bp + 10000) / 20000) ELSE 0 END, fee_fen, :now, ''
FROM line
WHERE NOT is_twin AND intent_id IS NOT NULL
  AND CASE kind WHEN 'payment' THEN abs(fee_fen + (2 * amount_fen * :fee_bp + 10000) / 20000) > 1
                ELSE fee_fen < 0 OR fee_fen > (2 * -amount_fen * :fee_bp + 10000) / 20000 + 1 END
"""
    + _ONCE
)
_OURS = """
WITH ours AS MATERIALIZED (
  SELECT 'payment:' || i.id AS key, i.id AS intent_id, NULL::bigint AS refund_id, i.amount_fen AS fen, i.paid_at AS at,
         i.out_trade_no AS number, 'payment' AS kind, '' AS refund_no
  FROM payment_intent i
  WHERE i.merchant_account_id = :account AND i.paid_at >= :lo AND i.paid_at < :hi AND i.paid_fen > 0
  UNION ALL
  SELECT 'refund:' || r.id, i.id, r.id, -r.amount_fen, r.done_at, i.out_trade_no, 'refund',
         CASE WHEN r.reason = 'outside' THEN substr(r.out_request_no, length('OUT' || i.id || '-') + 1)
              ELSE r.out_request_no END
  FROM refund r JOIN payment_intent i ON i.id = r.intent_id
  WHERE i.merchant_account_id = :account AND r.done_at >= :lo AND r.done_at < :hi
)
"""
_MISSING = (
    _OURS
    + _FOUND
    + """
SELECT o.key, CASE WHEN o.at >= :cut THEN 'day_cut' ELSE 'local_only' END,
       CASE WHEN o.at >= :cut THEN 'carried' ELSE 'open' END, :bill, NULL, o.intent_id, o.refund_id, o.fen, 0, :now, ''
FROM ours o
WHERE NOT EXISTS (
  SELECT 1 FROM provider_bill_line l JOIN provider_bill b ON b.id = l.bill_id
  WHERE l.payment_no = o.number AND l.kind = o.kind AND l.refund_no = o.refund_no
    AND b.merchant_account_id = :account)
"""
    + _ONCE
)
FINDINGS = (_TWINS, _STRANGERS, _DIFFERENCES, _FEES, _MISSING)

_IN_BILL = """
EXISTS (
  SELECT 1 FROM provider_bill_line l JOIN payment_intent i ON i.out_trade_no = l.payment_no
  LEFT JOIN refund r ON r.id = x.refund_id
  WHERE l.bill_id = :bill AND i.id = x.intent_id
    AND CASE WHEN x.refund_id IS NULL THEN l.kind = 'payment'
             ELSE l.kind = 'refund' AND l.refund_no = r.out_request_no END)
"""
_CARRIED = """
  AND x.bill_id IN (SELECT id FROM provider_bill WHERE merchant_account_id = :account AND day_on = :day - 1)
"""
CARRIED_ARRIVED = (
    "UPDATE payment_exception x SET state = 'closed', closed_at = :now WHERE x.state = 'carried' AND "
    + _IN_BILL
    + _CARRIED
)
CARRIED_MISSED = (
    "UPDATE payment_exception x SET state = 'open', kind = 'local_only' WHERE x.state = 'carried' AND NOT "
    + _IN_BILL
    + _CARRIED
    + " RETURNING x.id"
)
