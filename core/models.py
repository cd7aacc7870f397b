"""Every table of the ground floor, imported in one place for the mapper and the migrations."""

from core.files.models import FileReader, StoredFile
from core.jobs.models import Job, Outbox, RequestKey
from core.notices import tidying as notice_tidying
from core.notices.models import Notice, NoticeChoice, NoticeRoute, OutgoingText
from core.organisations.models import Membership, Organisation, OrganisationName
from core.people import tidying
from core.people.models import OneTimeCode, Person, RevokedSession, SentMessage
from core.places.models import Place
from core.settings.models import Setting
from core.terms.models import Consent, TermsVersion
from core.trail.models import AuditEvent, AuditHead

__all__ = [
    "AuditEvent",
    "AuditHead",
    "Consent",
    "FileReader",
    "Job",
    "Membership",
    "Notice",
    "NoticeChoice",
    "NoticeRoute",
    "OneTimeCode",
    "Organisation",
    "OrganisationName",
    "Outbox",
    "OutgoingText",
    "Person",
    "Place",
    "RequestKey",
    "RevokedSession",
    "SentMessage",
    "Setting",
    "StoredFile",
    "TermsVersion",
    "notice_tidying",
    "tidying",
]
