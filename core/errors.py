"""How an inner room says no: a code and its facts. The sentence for people lives on the surface."""


class Refused(Exception):
    """A rule forbids the act. `code` is kebab-case, `facts` are the values its sentence may print.

    Nothing was written: the caller's transaction rolls back. Doors answer 409 (or the form with the sentence).
    """

    def __init__(self, code: str, /, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts: dict[str, object] = facts


class Missing(Refused):
    """No such thing, or none that this actor may know of: doors answer 404 for both alike."""


class Forbidden(Refused):
    """The thing is known to the actor, the act is not theirs: doors answer 403."""
