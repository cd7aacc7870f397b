-- One Alipay gateway. Amounts in fen, times in milliseconds since the epoch.
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS merchant (
    seller_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    balance_fen INTEGER NOT NULL DEFAULT 0 CHECK (balance_fen >= 0),
    withdrawn_fen INTEGER NOT NULL DEFAULT 0,
    fee_bp INTEGER NOT NULL DEFAULT 60,
    refund_days INTEGER NOT NULL DEFAULT 90,
    royalty_bp INTEGER NOT NULL DEFAULT 3000
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS app (
    app_id TEXT PRIMARY KEY,
    seller_id TEXT NOT NULL REFERENCES merchant,
    public_pem TEXT NOT NULL
) WITHOUT ROWID;

-- A secondary merchant of 直付通: takes money under the platform that entered it.
CREATE TABLE IF NOT EXISTS sub_merchant (
    smid TEXT PRIMARY KEY,
    owner_id TEXT NOT NULL REFERENCES merchant,
    seller_id TEXT NOT NULL REFERENCES merchant
) WITHOUT ROWID;

-- 应用授权: `seller_id` lets the app `app_id` act for it.
CREATE TABLE IF NOT EXISTS token (
    app_auth_token TEXT PRIMARY KEY,
    refresh_token TEXT NOT NULL UNIQUE,
    app_id TEXT NOT NULL REFERENCES app,
    auth_app_id TEXT NOT NULL,
    seller_id TEXT NOT NULL REFERENCES merchant,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    revoked INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS auth_code (
    code TEXT PRIMARY KEY,
    app_id TEXT NOT NULL REFERENCES app,
    auth_app_id TEXT NOT NULL,
    seller_id TEXT NOT NULL REFERENCES merchant,
    expires_ms INTEGER NOT NULL,
    used INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

-- What a code or a pay page offers. It becomes a trade when a buyer opens it.
CREATE TABLE IF NOT EXISTS offer (
    code TEXT PRIMARY KEY,
    app_id TEXT NOT NULL REFERENCES app,
    auth_app_id TEXT NOT NULL,
    owner_id TEXT NOT NULL REFERENCES merchant,
    seller_id TEXT NOT NULL REFERENCES merchant,
    smid TEXT,
    method TEXT NOT NULL,
    out_trade_no TEXT NOT NULL,
    total_fen INTEGER NOT NULL CHECK (total_fen > 0),
    subject TEXT NOT NULL,
    body TEXT NOT NULL DEFAULT '',
    passback TEXT NOT NULL DEFAULT '',
    notify_url TEXT NOT NULL DEFAULT '',
    return_url TEXT NOT NULL DEFAULT '',
    charset TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    code_expires_ms INTEGER NOT NULL,
    trade_expires_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS ix_offer_out_trade_no ON offer (owner_id, out_trade_no);

CREATE TABLE IF NOT EXISTS trade (
    trade_no TEXT PRIMARY KEY,
    offer_code TEXT NOT NULL REFERENCES offer,
    app_id TEXT NOT NULL,
    auth_app_id TEXT NOT NULL,
    owner_id TEXT NOT NULL REFERENCES merchant,
    seller_id TEXT NOT NULL REFERENCES merchant,
    smid TEXT,
    out_trade_no TEXT NOT NULL,
    subject TEXT NOT NULL,
    total_fen INTEGER NOT NULL CHECK (total_fen > 0),
    paid_fen INTEGER NOT NULL DEFAULT 0,
    refunded_fen INTEGER NOT NULL DEFAULT 0 CHECK (refunded_fen <= paid_fen),
    shared_fen INTEGER NOT NULL DEFAULT 0,  -- given on by order.settle
    confirmed_fen INTEGER NOT NULL DEFAULT 0,  -- released by settle.confirm (secondary merchants)
    status TEXT NOT NULL,
    buyer_id TEXT NOT NULL DEFAULT '',
    buyer_logon_id TEXT NOT NULL DEFAULT '',
    created_ms INTEGER NOT NULL,
    due_ms INTEGER,  -- when it next changes by itself: unpaid to closed, paid to finished
    paid_ms INTEGER,
    refunded_ms INTEGER,
    closed_ms INTEGER,
    UNIQUE (owner_id, out_trade_no)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS ix_trade_due ON trade (due_ms) WHERE due_ms IS NOT NULL;

CREATE TABLE IF NOT EXISTS refund (
    trade_no TEXT NOT NULL REFERENCES trade,
    out_request_no TEXT NOT NULL,
    amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
    reason TEXT NOT NULL DEFAULT '',
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (trade_no, out_request_no)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS relation (
    owner_id TEXT NOT NULL REFERENCES merchant,
    kind TEXT NOT NULL,
    account TEXT NOT NULL,
    name TEXT NOT NULL DEFAULT '',
    memo TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (owner_id, kind, account)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS settle (
    settle_no TEXT PRIMARY KEY,
    trade_no TEXT NOT NULL REFERENCES trade,
    out_request_no TEXT NOT NULL,
    digest TEXT NOT NULL,
    details TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    UNIQUE (trade_no, out_request_no)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS transfer (
    order_id TEXT PRIMARY KEY,
    owner_id TEXT NOT NULL REFERENCES merchant,
    out_biz_no TEXT NOT NULL,
    payee TEXT NOT NULL,
    amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
    title TEXT NOT NULL DEFAULT '',
    at_ms INTEGER NOT NULL,
    UNIQUE (owner_id, out_biz_no)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS bill_link (
    key TEXT PRIMARY KEY,
    owner_id TEXT NOT NULL REFERENCES merchant,
    period TEXT NOT NULL,
    smid TEXT,
    expires_ms INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS notify (
    n INTEGER PRIMARY KEY,
    notify_id TEXT NOT NULL UNIQUE,
    trade_no TEXT NOT NULL REFERENCES trade,
    out_trade_no TEXT NOT NULL,
    url TEXT NOT NULL,
    charset TEXT NOT NULL,
    fields TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT 'waiting',  -- waiting, delivered, given-up, held
    first_ms INTEGER NOT NULL,
    due_ms INTEGER
);
CREATE INDEX IF NOT EXISTS ix_notify_due ON notify (due_ms, n) WHERE state = 'waiting';

CREATE TABLE IF NOT EXISTS fault (
    n INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    method TEXT,
    out_trade_no TEXT,
    remaining INTEGER NOT NULL,
    options TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS log (
    n INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    rank INTEGER NOT NULL,  -- requests before the notifies they caused
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    out_trade_no TEXT,
    entry TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS ix_log_order ON log (at_ms, rank, seq);
