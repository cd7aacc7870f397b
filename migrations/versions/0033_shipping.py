"""Asks and cuts before an order is confirmed, delivery rounds, ticks, parcels, receipts of residents."""

import sqlalchemy as sa
from alembic import op

import core.db
from migrations.protect import protect

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

ASKS = ("confirm", "close_rest", "extra", "substitute")
ASK_STATES = ("asked", "agreed", "declined", "withdrawn", "lapsed")
COURIERS = ("sf", "ems", "yto", "zto", "sto", "yunda", "jt", "jd", "deppon", "other")
DELIVERY_STATES = ("on_the_way", "counted", "accepted", "part_accepted", "rejected", "received")


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def key(name: str) -> sa.Column:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def maybe(name: str) -> sa.Column:
    return sa.Column(name, sa.BigInteger(), nullable=True)


def instant(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, core.db.Instant(timezone=True), nullable=nullable)


def to(table: str, column: str, target: str, **how: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"), **how)


def upgrade() -> None:
    _asks()
    _rounds()
    _parcels()
    _deliveries()
    protect("order_ask_line", "order_line_cut", "round_stop", "receipt_extension")


def _asks() -> None:
    op.create_table(
        "order_ask",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        key("order_id"),
        sa.Column("kind", one_of("askkind", *ASKS), nullable=False),
        sa.Column("state", one_of("askstate", *ASK_STATES), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        key("freight_fen"),
        maybe("offer_id"),
        maybe("offer_version_id"),
        sa.Column("packs", sa.Integer(), nullable=True),
        maybe("replaces_line_id"),
        maybe("made_line_id"),
        key("asked_by_id"),
        instant("asked_at"),
        instant("answer_until"),
        maybe("answered_by_id"),
        instant("answered_at", nullable=True),
        sa.Column("answer_reason", sa.String(200), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_order_ask_has_reason")),
        sa.CheckConstraint(
            "freight_fen >= 0 AND (kind = 'confirm' OR freight_fen = 0)", name=op.f("ck_order_ask_freight")
        ),
        sa.CheckConstraint(
            "(kind IN ('extra', 'substitute')) = (offer_version_id IS NOT NULL)"
            " AND (offer_version_id IS NULL) = (packs IS NULL) AND (offer_version_id IS NULL) = (offer_id IS NULL)",
            name=op.f("ck_order_ask_goods_have_price"),
        ),
        sa.CheckConstraint(
            "(kind = 'substitute') = (replaces_line_id IS NOT NULL)", name=op.f("ck_order_ask_substitute_for")
        ),
        sa.CheckConstraint("packs > 0", name=op.f("ck_order_ask_packs")),
        to("order_ask", "order_id", "purchase_order.id"),
        to("order_ask", "offer_id", "offer.id"),
        to("order_ask", "offer_version_id", "offer_version.id"),
        to("order_ask", "replaces_line_id", "order_line.id"),
        to("order_ask", "made_line_id", "order_line.id"),
        to("order_ask", "asked_by_id", "person.id"),
        to("order_ask", "answered_by_id", "person.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_ask")),
        sa.UniqueConstraint("made_line_id", name=op.f("uq_order_ask_made_line_id")),
    )
    op.create_index(op.f("ix_order_ask_order_id"), "order_ask", ["order_id"])
    op.create_index(
        "uq_order_ask_confirm", "order_ask", ["order_id"], unique=True,
        postgresql_where=sa.text("state = 'asked' AND kind IN ('confirm', 'close_rest')"),
    )  # fmt: skip
    op.create_index(
        "ix_order_ask_open", "order_ask", ["answer_until"], postgresql_where=sa.text("state = 'asked'")
    )
    op.create_table(
        "order_ask_line",
        key("ask_id"),
        key("order_line_id"),
        key("qty"),
        sa.CheckConstraint("qty >= 0", name=op.f("ck_order_ask_line_qty")),
        to("order_ask_line", "ask_id", "order_ask.id"),
        to("order_ask_line", "order_line_id", "order_line.id"),
        sa.PrimaryKeyConstraint("ask_id", "order_line_id", name=op.f("pk_order_ask_line")),
    )
    op.create_table(
        "order_line_cut",
        key("order_line_id"),
        key("ask_id"),
        key("qty"),
        key("upper_qty"),
        key("amount_fen"),
        key("upper_fen"),
        instant("at"),
        sa.CheckConstraint("qty > 0 AND upper_qty >= qty", name=op.f("ck_order_line_cut_qty")),
        sa.CheckConstraint("amount_fen >= 0 AND upper_fen >= 0", name=op.f("ck_order_line_cut_amounts")),
        to("order_line_cut", "order_line_id", "order_line.id"),
        to("order_line_cut", "ask_id", "order_ask.id"),
        sa.PrimaryKeyConstraint("order_line_id", name=op.f("pk_order_line_cut")),
    )
    op.create_index(op.f("ix_order_line_cut_ask_id"), "order_line_cut", ["ask_id"])


def _rounds() -> None:
    op.create_table(
        "delivery_round",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        key("supplier_id"),
        sa.Column("name", sa.String(30), nullable=False),
        sa.Column("weekdays", sa.Integer(), nullable=False),
        sa.Column("cutoff_days", sa.Integer(), nullable=False),
        sa.Column("cutoff_minute", sa.Integer(), nullable=False),
        key("min_stop_fen"),
        sa.Column("rests_on_holidays", sa.Boolean(), nullable=False),
        sa.Column("window_from", sa.Time(), nullable=True),
        sa.Column("window_to", sa.Time(), nullable=True),
        sa.Column("driver", sa.String(30), nullable=False),
        sa.Column("driver_phone", sa.String(20), nullable=False),
        sa.Column("vehicle_no", sa.String(12), nullable=False),
        instant("closed_at", nullable=True),
        sa.CheckConstraint("weekdays BETWEEN 1 AND 127", name=op.f("ck_delivery_round_weekdays")),
        sa.CheckConstraint(
            "cutoff_days BETWEEN 0 AND 7 AND cutoff_minute BETWEEN 0 AND 1439", name=op.f("ck_delivery_round_cutoff")
        ),
        sa.CheckConstraint("min_stop_fen >= 0", name=op.f("ck_delivery_round_min_stop")),
        sa.CheckConstraint(
            "window_from IS NULL OR window_to IS NULL OR window_from < window_to", name=op.f("ck_delivery_round_window")
        ),
        to("delivery_round", "supplier_id", "supplier.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_round")),
    )
    op.create_index(op.f("ix_delivery_round_supplier_id"), "delivery_round", ["supplier_id"])
    op.create_table(
        "delivery_round_town",
        key("round_id"),
        sa.Column("place_code", sa.String(12), nullable=False),
        to("delivery_round_town", "round_id", "delivery_round.id", ondelete="CASCADE"),
        to("delivery_round_town", "place_code", "place.code"),
        sa.PrimaryKeyConstraint("round_id", "place_code", name=op.f("pk_delivery_round_town")),
    )
    op.create_table(
        "round_stop",
        key("order_id"),
        key("round_id"),
        sa.Column("run_on", sa.Date(), nullable=False),
        sa.Column("wanted_on", sa.Date(), nullable=False),
        to("round_stop", "order_id", "purchase_order.id"),
        to("round_stop", "round_id", "delivery_round.id"),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_round_stop")),
    )
    op.create_index("ix_round_stop_run", "round_stop", ["round_id", "run_on"])
    op.create_table(
        "pick_mark",
        key("order_line_id"),
        key("person_id"),
        instant("at"),
        to("pick_mark", "order_line_id", "order_line.id"),
        to("pick_mark", "person_id", "person.id"),
        sa.PrimaryKeyConstraint("order_line_id", name=op.f("pk_pick_mark")),
    )


def _parcels() -> None:
    op.create_table(
        "parcel",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        key("delivery_id"),
        sa.Column("courier", one_of("courier", *COURIERS), nullable=False),
        sa.Column("carrier", sa.String(30), nullable=False),
        sa.Column("tracking_no", sa.String(40), nullable=False),
        key("added_by_id"),
        instant("added_at"),
        sa.CheckConstraint("courier <> 'other' OR carrier <> ''", name=op.f("ck_parcel_carrier_named")),
        sa.CheckConstraint("tracking_no <> ''", name=op.f("ck_parcel_numbered")),
        to("parcel", "delivery_id", "delivery.id"),
        to("parcel", "added_by_id", "person.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parcel")),
        sa.UniqueConstraint(
            "delivery_id", "courier", "tracking_no", name=op.f("uq_parcel_delivery_id_courier_tracking_no")
        ),
    )
    op.create_index(op.f("ix_parcel_delivery_id"), "parcel", ["delivery_id"])
    op.execute(
        "INSERT INTO parcel (delivery_id, courier, carrier, tracking_no, added_by_id, added_at)"
        " SELECT id, 'other', coalesce(nullif(carrier, ''), '—'), tracking_no, created_by_id, shipped_at"
        " FROM delivery WHERE tracking_no <> ''"
    )
    op.create_table(
        "receipt_extension",
        key("order_id"),
        key("person_id"),
        instant("at"),
        to("receipt_extension", "order_id", "purchase_order.id"),
        to("receipt_extension", "person_id", "person.id"),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_receipt_extension")),
    )


def _deliveries() -> None:
    op.drop_column("delivery", "carrier")
    op.drop_column("delivery", "tracking_no")
    op.add_column("delivery", sa.Column("vehicle_no", sa.String(12), server_default="", nullable=False))
    op.add_column("delivery", sa.Column("window_from", sa.Time(), nullable=True))
    op.add_column("delivery", sa.Column("window_to", sa.Time(), nullable=True))
    op.add_column("delivery", instant("received_at", nullable=True))
    op.drop_constraint(op.f("ck_delivery_deliverystate"), "delivery")
    among = ", ".join(f"'{state}'" for state in DELIVERY_STATES)
    op.create_check_constraint(op.f("ck_delivery_deliverystate"), "delivery", f"state IN ({among})")
    op.create_check_constraint(
        op.f("ck_delivery_window"), "delivery", "window_from IS NULL OR window_to IS NULL OR window_from < window_to"
    )
    op.execute(
        "UPDATE delivery SET state = 'received', received_at = event.at FROM order_event event, purchase_order owner"
        " WHERE owner.id = delivery.order_id AND owner.kind = 'resident' AND owner.state IN ('received', 'closed')"
        " AND event.order_id = owner.id AND event.act = 'receive' AND delivery.state = 'on_the_way'"
    )
    op.create_check_constraint(
        op.f("ck_delivery_received"), "delivery", "(state = 'received') = (received_at IS NOT NULL)"
    )
    op.create_index(
        "ix_delivery_unreceived", "delivery", ["shipped_at"],
        postgresql_where=sa.text("state = 'on_the_way' AND buyer_id IS NULL"),
    )  # fmt: skip


def downgrade() -> None:
    raise NotImplementedError("facts are not unmade: restore a backup")
