"""What the catalogue says when somebody deletes their account."""

import sqlalchemy as sa

from catalog.models.admission import AdmissionApplication
from catalog.rules.admission import DESKS, AdmissionState
from core.db import db
from core.errors import Refused


def open_application(person_id: int) -> Refused | None:
    """An application to sell that lies at a desk or waits for its applicant."""
    found = db.session.scalar(
        sa.select(AdmissionApplication.application_no)
        .where(
            AdmissionApplication.applicant_id == person_id,
            AdmissionApplication.state.in_([*DESKS, AdmissionState.RETURNED]),
        )
        .limit(1)
    )
    return Refused("leave-application", application_no=found) if found else None
