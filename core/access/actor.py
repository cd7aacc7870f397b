"""The person who acts, in the organisation they act for."""

from dataclasses import dataclass, field

from core.access.rights import ACCESS, Right
from core.access.roles import OrganisationKind, Role
from core.errors import Forbidden
from core.text import label


@dataclass(frozen=True)
class Actor:
    """A logged-in person with the roles held today in one chosen organisation.

    `organisation_id` is None for a resident; `scope_ids` are the organisation and what stands under
    it (a unit's canteens), the only ones whose objects a query for this actor may show.
    """

    person_id: int
    name: str
    organisation_id: int | None = None
    organisation_name: str = ""
    organisation_kind: OrganisationKind | None = None
    place_code: str | None = None
    roles: frozenset[Role] = frozenset({Role.RESIDENT})
    scope_ids: frozenset[int] = field(default_factory=frozenset)
    ip: str = ""
    request_id: str = ""

    def may(self, right: Right) -> bool:
        """Whether one of the roles held now has `right`."""
        return bool(self.roles & ACCESS[right])

    def role_for(self, right: Right) -> Role:
        """The role by which the actor may; for the audit trail."""
        held = self.roles & ACCESS[right]
        if not held:
            raise Forbidden("right-missing", right=right)
        return min(held)

    @property
    def role_labels(self) -> list[str]:
        """The roles in words, the resident's left out when there are others."""
        held = self.roles - {Role.RESIDENT} or self.roles
        return sorted(label(role) for role in held)

    @property
    def office_id(self) -> int:
        """The organisation acted for. Raises Forbidden for a mere resident."""
        if self.organisation_id is None:
            raise Forbidden("organisation-needed")
        return self.organisation_id
