"""Coming in: who the person is, and the trail of it."""

from core import trail
from core.access.actor import Actor
from core.errors import Refused
from core.people import queries, services
from core.people.models import Person
from core.text import sentence
from core.trail.models import Stream


def by_password(login: str, password: str) -> Person:
    """The person with this login and password. Raises: Refused "log-in-wrong", alike for unknown people."""
    person = services.verify(login, password)
    trail.record(Stream.ADMINISTRATION, "logged-in", "person", person.id, by=None, person_id=person.id)
    return person


def prove(password: str, *, by: Actor) -> None:
    """The person of this session types the password once more. Raises: Refused "log-in-wrong"."""
    person = services.verify(queries.login_of(by.person_id), password)
    if person.id != by.person_id:
        raise Refused("log-in-wrong")
    trail.record(Stream.ADMINISTRATION, "log-in-proved", "person", person.id, by=by)


def by_phone(phone: str) -> Person:
    """The person with this phone number, whose code was right; a new resident if nobody has it yet."""
    person = queries.find_by_login(phone)
    if person is None:
        person = services.create(sentence("word", "new-resident", tail=phone[-4:]), phone=phone)
        trail.record(Stream.ADMINISTRATION, "resident-joined", "person", person.id, by=None)
    trail.record(Stream.ADMINISTRATION, "logged-in", "person", person.id, by=None, person_id=person.id)
    return person
