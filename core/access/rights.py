"""The law of the house: each right and the roles that have it. One page, nothing hidden elsewhere."""

from enum import StrEnum

from core.access.roles import Role as R


class Right(StrEnum):
    """What a door may ask for."""

    # everybody's own things
    SHOP = "shop"  # cart, addresses, own orders
    INBOX = "inbox"
    # organisations and people
    PEOPLE_MANAGE = "people_manage"  # invite, deputise, end access in one's own organisation
    API_MANAGE = "api_manage"  # tokens and web hooks of one's own organisation
    REGISTER_MANAGE = "register_manage"  # load units, canteens, accounts, opening figures
    SETTINGS_MANAGE = "settings_manage"
    # suppliers
    RECALL = "recall"  # call a lot back: a supplier its own, the agriculture office any
    PAGES_WRITE = "pages_write"  # villages, stories, shelves; the operator publishes
    RECALL_ANY = "recall_any"
    PROMOTE = "promote"  # promotions out of the platform's budgets
    PROMOTION_APPROVE = "promotion_approve"  # the second person's word on prices below 70 %, of who bears them
    SELL = "sell"  # products, orders, deliveries, statements of one's own shop
    RECONCILE = "reconcile"  # settle what the provider's bill and our books do not say alike
    RECONCILE_VIEW = "reconcile_view"
    REFUND_SECOND = "refund_second"  # the second person of a large refund: of one's own shop, or the operator
    PURCHASE = "purchase"  # write purchase notes at the field's edge
    PAY_FILE = "pay_file"  # households' accounts in the file for the bank: those that one's own shop is to pay
    HOUSEHOLD_CARDS = "household_cards"  # print the cards of one's village
    CROP_PLAN = "crop_plan"
    ORIGIN_CONFIRM = "origin_confirm"
    CONTENT_APPROVE = "content_approve"
    RESTRICT_GOODS = "restrict_goods"  # what canteens may not buy (rule 70)
    REFERENCE_PRICES = "reference_prices"
    CERTIFICATE_KEEP = "certificate_keep"  # the register: compare with the issuer, suspend, revoke, approved output
    # households: who sees which of them is asked by the scope (own village, own town, the county)
    HOUSEHOLD_VIEW = "household_view"
    HOUSEHOLD_EDIT = "household_edit"  # take in, contact, category, consent
    HOUSEHOLD_REVEAL = "household_reveal"  # a number in the open: with a purpose, once, on record
    HOUSEHOLD_LOOKS = "household_looks"  # that somebody looked, never at what
    HOUSEHOLD_SUMS = "household_sums"  # counts and sums of five households or more
    HOUSEHOLD_EXPORT = "household_export"
    HOUSEHOLD_EXPORT_DECIDE = "household_export_decide"
    INCOME_ENTER = "income_enter"
    INCOME_CORRECT = "income_correct"  # after a quarter is locked
    INCOME_ANALYSE = "income_analyse"
    TARGET_SET = "target_set"
    # who may sell
    ADMIT = "admit"  # publication, objections, suspension, blacklist
    APPLY = "apply"  # ask to become a supplier, object to somebody who asks
    ADMISSION_REVIEW = "admission_review"  # the queue of one's own desk
    ADMISSION_TOWNSHIP = "admission_township"
    ADMISSION_AGRICULTURE = "admission_agriculture"
    ADMISSION_LINKAGE = "admission_linkage"
    SUPPLIER_CHECK = "supplier_check"  # the look every six months
    LEAD_RECOGNISE = "lead_recognise"
    CALENDAR_MANAGE = "calendar_manage"
    # households' benefits
    BENEFIT_ATTEST = "benefit_attest"  # a village's word on what its households were paid
    LINKAGE_MANAGE = "linkage_manage"  # objections, reviews, re-checks, false claims
    LINKAGE_VIEW = "linkage_view"  # agreements, claims and scores of all suppliers
    MARGIN_SET = "margin_set"
    CERTIFICATION_HANDLE = "certification_handle"  # the board of 绿色有机申报: papers, steps, fees, sending
    INSPECT = "inspect"  # the site inspections one was chosen for
    # companies and villages
    PAIRING_PROPOSE = "pairing_propose"  # ask for a village, pledge to buy, order for one's company
    PAIRING_AGREE = "pairing_agree"  # the village's word on a pledge
    PAIRING_REVIEW = "pairing_review"  # the office's word on pairings and on sales outside the platform
    PAIRING_VIEW = "pairing_view"
    OUTSIDE_ENTER = "outside_enter"  # sales offline and on other platforms, with evidence
    OUTSIDE_VIEW = "outside_view"
    # the canteen
    PLAN = "plan"  # write plans, place orders
    PLAN_APPROVE = "plan_approve"
    ORDER_ANSWER = "order_answer"  # say yes or no to what a supplier asks about an order
    EMERGENCY_RELEASE = "emergency_release"
    RECEIVE = "receive"
    RECEIPT_OVERRIDE = "receipt_override"  # take an excess, or goods without their 合格证 (rules 54, 55)
    STOCK = "stock"  # the canteen's shelf, issue slips, counts, food samples, temperatures
    RECALL_WATCH = "recall_watch"  # which canteens hold goods of a lot that was called back
    PAY = "pay"  # invoices, declare transfers
    UNIT_VIEW = "unit_view"  # one's own unit's figures
    DECLARE = "declare"
    DECLARATION_REVIEW = "declaration_review"
    SPENDING_STATE = "spending_state"
    SPENDING_CONFIRM = "spending_confirm"
    IMPORT_832 = "import_832"
    P832_VIEW = (
        "p832_view"  # files and orders of the 832 platform: finance all, a unit its own, the federation unions' money
    )
    P832_ASSIGN = "p832_assign"  # say whose order an unknown name's is
    # finance
    FINANCE_VIEW = "finance_view"
    DECLARATION_DECIDE = "declaration_decide"
    TRANSFER_CONFIRM = "transfer_confirm"
    INVOICE_VIEW = "invoice_view"
    INVOICE_RED = "invoice_red"  # take an invoice back by a red one
    INVOICE_DECIDE = "invoice_decide"  # what to do with an invoice that does not agree
    BILL_VIEW = "bill_view"  # one's own shop's statements; finance all
    BILL_CLOSE = "bill_close"  # close suppliers' monthly statements
    BANK_FILE = "bank_file"  # bring a bank's file, say what a line is
    BANK_CHECK = "bank_check"  # agree with what another said a line is
    BANK_VIEW = "bank_view"  # one's own office's files and lines; finance all
    PAYER_ALIAS = "payer_alias"  # who pays in a unit's place: said by one, checked by another
    PAYER_ALIAS_CHECK = "payer_alias_check"
    AUDIT = "audit"  # trail, evidence of every unit
    # platform
    OPERATE = "operate"  # jobs, messages, health
    ARBITRATE = "arbitrate"  # decide between residents, units and shops; the platform holds no money
    SEARCH_MANAGE = "search_manage"  # other names, hot words, weights, the index
    DEMO_OUTBOX = "demo_outbox"


_UNIT = frozenset({R.CANTEEN_ORDERER, R.RECEIVER, R.UNIT_APPROVER, R.UNIT_PAYER, R.UNIT_HEAD, R.CONTRACTOR_BUYER})
_FINANCE = frozenset({R.FINANCE_OFFICER, R.FINANCE_AUDITOR})
_HOUSEHOLDS = frozenset({R.VILLAGE_WORKER, R.TOWNSHIP_CLERK, R.LINKAGE_OFFICER})

ACCESS: dict[Right, frozenset[R]] = {
    Right.SHOP: frozenset({R.RESIDENT}),
    Right.INBOX: frozenset(R),
    Right.PEOPLE_MANAGE: frozenset({R.ORGANISATION_ADMIN, R.UNIT_HEAD, R.FINANCE_ADMIN, R.PLATFORM_OPERATOR}),
    Right.API_MANAGE: frozenset({R.ORGANISATION_ADMIN, R.UNIT_HEAD}),
    Right.REGISTER_MANAGE: frozenset({R.PLATFORM_OPERATOR, R.FINANCE_ADMIN}),
    Right.SETTINGS_MANAGE: frozenset({R.FINANCE_ADMIN}),
    Right.RECALL: frozenset({R.SUPPLIER_CLERK, R.AGRICULTURE_OFFICER}),
    Right.PAGES_WRITE: frozenset({R.SUPPLIER_CLERK, R.TOWNSHIP_CLERK, R.PLATFORM_OPERATOR}),
    Right.RECALL_ANY: frozenset({R.AGRICULTURE_OFFICER}),
    Right.PROMOTE: frozenset({R.PLATFORM_OPERATOR}),
    Right.PROMOTION_APPROVE: frozenset({R.SUPPLIER_CLERK, R.ORGANISATION_ADMIN, R.PLATFORM_OPERATOR}),
    Right.SELL: frozenset({R.SUPPLIER_CLERK}),
    Right.RECONCILE: frozenset({R.FINANCE_OFFICER, R.PLATFORM_OPERATOR}),
    Right.RECONCILE_VIEW: frozenset({R.FINANCE_OFFICER, R.FINANCE_AUDITOR, R.PLATFORM_OPERATOR}),
    Right.REFUND_SECOND: frozenset({R.SUPPLIER_CLERK, R.ORGANISATION_ADMIN, R.PLATFORM_OPERATOR}),
    Right.PURCHASE: frozenset({R.SUPPLIER_CLERK, R.VILLAGE_WORKER}),
    Right.PAY_FILE: frozenset({R.SUPPLIER_CLERK}),
    Right.HOUSEHOLD_CARDS: frozenset({R.VILLAGE_WORKER}),
    Right.CROP_PLAN: frozenset({R.VILLAGE_WORKER, R.AGRICULTURE_OFFICER}),
    Right.ORIGIN_CONFIRM: frozenset({R.TOWNSHIP_CLERK}),
    Right.CONTENT_APPROVE: frozenset({R.PLATFORM_OPERATOR}),
    Right.RESTRICT_GOODS: frozenset({R.FINANCE_OFFICER, R.AGRICULTURE_OFFICER}),
    Right.REFERENCE_PRICES: frozenset({R.FINANCE_OFFICER, R.AGRICULTURE_OFFICER}),
    Right.ADMIT: frozenset({R.PLATFORM_OPERATOR}),
    Right.CERTIFICATE_KEEP: frozenset({R.AGRICULTURE_OFFICER, R.PLATFORM_OPERATOR}),
    Right.HOUSEHOLD_VIEW: _HOUSEHOLDS,
    Right.HOUSEHOLD_EDIT: _HOUSEHOLDS,
    Right.HOUSEHOLD_REVEAL: _HOUSEHOLDS,
    Right.HOUSEHOLD_LOOKS: frozenset({R.LINKAGE_OFFICER, R.FINANCE_AUDITOR}),
    Right.HOUSEHOLD_SUMS: _FINANCE,
    Right.HOUSEHOLD_EXPORT: frozenset({R.TOWNSHIP_CLERK, R.LINKAGE_OFFICER}),
    Right.HOUSEHOLD_EXPORT_DECIDE: frozenset({R.LINKAGE_OFFICER, R.FINANCE_AUDITOR}),
    Right.INCOME_ENTER: _HOUSEHOLDS,
    Right.INCOME_CORRECT: frozenset({R.TOWNSHIP_CLERK, R.LINKAGE_OFFICER}),
    Right.INCOME_ANALYSE: frozenset({R.TOWNSHIP_CLERK, R.LINKAGE_OFFICER}),
    Right.TARGET_SET: frozenset({R.LINKAGE_OFFICER}),
    Right.APPLY: frozenset({R.RESIDENT}),
    Right.ADMISSION_REVIEW: frozenset(
        {R.TOWNSHIP_CLERK, R.AGRICULTURE_OFFICER, R.LINKAGE_OFFICER, R.PLATFORM_OPERATOR}
    ),
    Right.ADMISSION_TOWNSHIP: frozenset({R.TOWNSHIP_CLERK}),
    Right.ADMISSION_AGRICULTURE: frozenset({R.AGRICULTURE_OFFICER}),
    Right.ADMISSION_LINKAGE: frozenset({R.LINKAGE_OFFICER}),
    Right.SUPPLIER_CHECK: frozenset({R.TOWNSHIP_CLERK}),
    Right.LEAD_RECOGNISE: frozenset({R.AGRICULTURE_OFFICER, R.LINKAGE_OFFICER}),
    Right.CALENDAR_MANAGE: frozenset({R.PLATFORM_OPERATOR, R.FINANCE_ADMIN}),
    Right.BENEFIT_ATTEST: frozenset({R.VILLAGE_WORKER}),
    Right.LINKAGE_MANAGE: frozenset({R.LINKAGE_OFFICER}),
    Right.LINKAGE_VIEW: frozenset({R.LINKAGE_OFFICER, R.AGRICULTURE_OFFICER}),
    Right.MARGIN_SET: frozenset({R.AGRICULTURE_OFFICER}),
    Right.CERTIFICATION_HANDLE: frozenset({R.AGRICULTURE_OFFICER}),
    Right.INSPECT: frozenset({R.CERTIFICATION_INSPECTOR}),
    Right.PAIRING_PROPOSE: frozenset({R.ENTERPRISE_BUYER}),
    Right.PAIRING_AGREE: frozenset({R.VILLAGE_WORKER}),
    Right.PAIRING_REVIEW: frozenset({R.LINKAGE_OFFICER}),
    Right.PAIRING_VIEW: _HOUSEHOLDS | {R.ENTERPRISE_BUYER},
    Right.OUTSIDE_ENTER: frozenset({R.ENTERPRISE_BUYER, R.SUPPLIER_CLERK, R.VILLAGE_WORKER}),
    Right.OUTSIDE_VIEW: _HOUSEHOLDS | {R.ENTERPRISE_BUYER, R.SUPPLIER_CLERK},
    Right.PLAN: frozenset({R.CANTEEN_ORDERER, R.CONTRACTOR_BUYER}),
    Right.PLAN_APPROVE: frozenset({R.UNIT_APPROVER, R.UNIT_HEAD}),
    Right.ORDER_ANSWER: frozenset({R.CANTEEN_ORDERER, R.CONTRACTOR_BUYER, R.UNIT_APPROVER, R.UNIT_HEAD}),
    Right.EMERGENCY_RELEASE: frozenset({R.UNIT_HEAD}),
    Right.RECEIVE: frozenset({R.RECEIVER, R.UNIT_APPROVER}),
    Right.RECEIPT_OVERRIDE: frozenset({R.UNIT_APPROVER, R.UNIT_HEAD}),
    Right.STOCK: frozenset({R.RECEIVER, R.CANTEEN_ORDERER, R.CONTRACTOR_BUYER, R.UNIT_APPROVER}),
    Right.RECALL_WATCH: _FINANCE | {R.AGRICULTURE_OFFICER, R.PLATFORM_OPERATOR},
    Right.PAY: frozenset({R.UNIT_PAYER}),
    Right.UNIT_VIEW: _UNIT | {R.SUPERIOR_REVIEWER, R.ORGANISATION_ADMIN, R.GUEST_AUDITOR},
    Right.DECLARE: frozenset({R.UNIT_PAYER, R.UNIT_APPROVER, R.UNIT_HEAD}),
    Right.DECLARATION_REVIEW: frozenset({R.SUPERIOR_REVIEWER}),
    Right.SPENDING_STATE: frozenset({R.CANTEEN_ORDERER, R.UNIT_PAYER, R.CONTRACTOR_BUYER}),
    Right.SPENDING_CONFIRM: frozenset({R.UNIT_APPROVER, R.UNIT_HEAD}),
    Right.IMPORT_832: frozenset({R.FINANCE_OFFICER, R.UNIT_PAYER, R.CANTEEN_ORDERER, R.UNION_CLERK}),
    Right.P832_VIEW: _FINANCE | _UNIT | {R.GUEST_AUDITOR, R.UNION_CLERK, R.FEDERATION_OFFICER},
    Right.P832_ASSIGN: frozenset({R.FINANCE_OFFICER}),
    Right.FINANCE_VIEW: _FINANCE | {R.LEAD_READER},
    Right.DECLARATION_DECIDE: frozenset({R.FINANCE_OFFICER}),
    Right.TRANSFER_CONFIRM: frozenset({R.FINANCE_OFFICER}),
    Right.INVOICE_VIEW: _FINANCE | {R.SUPPLIER_CLERK, R.UNIT_PAYER, R.UNIT_APPROVER, R.UNIT_HEAD},
    Right.INVOICE_RED: frozenset({R.SUPPLIER_CLERK, R.UNIT_PAYER}),
    Right.INVOICE_DECIDE: frozenset({R.UNIT_APPROVER, R.UNIT_HEAD}),
    Right.BILL_VIEW: _FINANCE | {R.SUPPLIER_CLERK},
    Right.BILL_CLOSE: frozenset({R.FINANCE_OFFICER}),
    Right.BANK_FILE: frozenset({R.SUPPLIER_CLERK, R.UNIT_PAYER, R.FINANCE_OFFICER}),
    Right.BANK_CHECK: frozenset({R.SUPPLIER_CLERK, R.UNIT_PAYER, R.UNIT_APPROVER, R.UNIT_HEAD, R.FINANCE_OFFICER}),
    Right.BANK_VIEW: _FINANCE | {R.SUPPLIER_CLERK, R.UNIT_PAYER, R.UNIT_APPROVER, R.UNIT_HEAD},
    Right.PAYER_ALIAS: frozenset({R.UNIT_PAYER, R.FINANCE_OFFICER}),
    Right.PAYER_ALIAS_CHECK: frozenset({R.UNIT_APPROVER, R.UNIT_HEAD, R.FINANCE_OFFICER}),
    Right.AUDIT: _FINANCE,
    Right.OPERATE: frozenset({R.PLATFORM_OPERATOR}),
    Right.ARBITRATE: frozenset({R.PLATFORM_OPERATOR}),
    Right.SEARCH_MANAGE: frozenset({R.PLATFORM_OPERATOR}),
    Right.DEMO_OUTBOX: frozenset(R),
}
