"""Who a person can be. One role is held in one organisation; `RESIDENT` is everybody's."""

from enum import StrEnum


class Role(StrEnum):
    """Every role of the county, also those that get pages later."""

    RESIDENT = "resident"
    ORGANISATION_ADMIN = "organisation_admin"
    SUPPLIER_CLERK = "supplier_clerk"
    CANTEEN_ORDERER = "canteen_orderer"
    RECEIVER = "receiver"
    UNIT_APPROVER = "unit_approver"
    UNIT_PAYER = "unit_payer"
    UNIT_HEAD = "unit_head"
    SUPERIOR_REVIEWER = "superior_reviewer"
    CONTRACTOR_BUYER = "contractor_buyer"
    UNION_CLERK = "union_clerk"
    FEDERATION_OFFICER = "federation_officer"
    TOWNSHIP_CLERK = "township_clerk"
    VILLAGE_WORKER = "village_worker"
    LINKAGE_OFFICER = "linkage_officer"
    AGRICULTURE_OFFICER = "agriculture_officer"
    CERTIFICATION_INSPECTOR = "certification_inspector"
    ENTERPRISE_BUYER = "enterprise_buyer"
    FINANCE_OFFICER = "finance_officer"
    FINANCE_AUDITOR = "finance_auditor"
    FINANCE_ADMIN = "finance_admin"
    LEAD_READER = "lead_reader"
    GUEST_AUDITOR = "guest_auditor"
    PLATFORM_OPERATOR = "platform_operator"


class OrganisationKind(StrEnum):
    """What an organisation is. A canteen stands under its unit."""

    UNIT = "unit"
    CANTEEN = "canteen"
    SUPPLIER = "supplier"
    UNION = "union"
    CONTRACTOR = "contractor"
    ENTERPRISE = "enterprise"
    TOWNSHIP = "township"
    VILLAGE = "village"
    FINANCE = "finance"
    AGRICULTURE = "agriculture"
    REVITALISATION = "revitalisation"
    LEAD_BUREAU = "lead_bureau"
    FEDERATION = "federation"
    PLATFORM = "platform"


_UNIT_ROLES = frozenset(
    {
        Role.ORGANISATION_ADMIN,
        Role.CANTEEN_ORDERER,
        Role.RECEIVER,
        Role.UNIT_APPROVER,
        Role.UNIT_PAYER,
        Role.UNIT_HEAD,
        Role.SUPERIOR_REVIEWER,
    }
)
_ADMIN = frozenset({Role.ORGANISATION_ADMIN})

ROLES_OF_KIND: dict[OrganisationKind, frozenset[Role]] = {
    OrganisationKind.UNIT: _UNIT_ROLES | {Role.GUEST_AUDITOR},
    OrganisationKind.CANTEEN: frozenset({Role.CANTEEN_ORDERER, Role.RECEIVER}),
    OrganisationKind.SUPPLIER: _ADMIN | {Role.SUPPLIER_CLERK},
    OrganisationKind.UNION: _ADMIN | {Role.UNION_CLERK},
    OrganisationKind.CONTRACTOR: _ADMIN | {Role.CONTRACTOR_BUYER},
    OrganisationKind.ENTERPRISE: _ADMIN | {Role.ENTERPRISE_BUYER},
    OrganisationKind.TOWNSHIP: _ADMIN | {Role.TOWNSHIP_CLERK},
    OrganisationKind.VILLAGE: frozenset({Role.VILLAGE_WORKER}),
    OrganisationKind.FINANCE: frozenset({Role.FINANCE_OFFICER, Role.FINANCE_AUDITOR, Role.FINANCE_ADMIN}),
    OrganisationKind.AGRICULTURE: _ADMIN | {Role.AGRICULTURE_OFFICER, Role.CERTIFICATION_INSPECTOR},
    OrganisationKind.REVITALISATION: _ADMIN | {Role.LINKAGE_OFFICER},
    OrganisationKind.LEAD_BUREAU: frozenset({Role.LEAD_READER}),
    OrganisationKind.FEDERATION: _ADMIN | {Role.FEDERATION_OFFICER},
    OrganisationKind.PLATFORM: frozenset({Role.PLATFORM_OPERATOR}),
}
"""Which roles are held where. Finance's own admin is `FINANCE_ADMIN` (rule 88). A guest auditor sits in each unit that
they look into, for a time: the seat is the scope. Who sets up the county's register gives and ends it, not the unit."""

_BUYING = _UNIT_ROLES - {Role.SUPERIOR_REVIEWER} | {Role.UNION_CLERK, Role.CONTRACTOR_BUYER}
_CLASHES: tuple[tuple[frozenset[Role], frozenset[Role]], ...] = (
    # A supplier's people hold no role in a unit or union (rule 88).
    (frozenset({Role.SUPPLIER_CLERK}), _BUYING - _ADMIN),
    # Finance is three: who decides, who audits, who sets up.
    (frozenset({Role.FINANCE_OFFICER}), frozenset({Role.FINANCE_AUDITOR, Role.FINANCE_ADMIN})),
    (frozenset({Role.FINANCE_AUDITOR}), frozenset({Role.FINANCE_ADMIN})),
    # Who buys is not who supervises, nor who runs the platform.
    (
        _BUYING - _ADMIN | {Role.SUPPLIER_CLERK},
        frozenset({Role.FINANCE_OFFICER, Role.FINANCE_AUDITOR, Role.FINANCE_ADMIN, Role.PLATFORM_OPERATOR}),
    ),
    # Within one unit: orderer ≠ payer, approver ≠ orderer, payer ≠ receiver (rule 53).
    (frozenset({Role.CANTEEN_ORDERER}), frozenset({Role.UNIT_PAYER, Role.UNIT_APPROVER})),
    (frozenset({Role.UNIT_PAYER}), frozenset({Role.RECEIVER, Role.UNIT_APPROVER})),
)


def clash(held: frozenset[Role], wanted: Role) -> Role | None:
    """The held role that forbids `wanted`, or None (rules 53, 88)."""
    for left, right in _CLASHES:
        for mine, other in ((left, right), (right, left)):
            if wanted in mine and (both := held & other):
                return min(both)
    return None
