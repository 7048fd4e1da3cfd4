"""The one exception that a user is meant to read."""


class FunhouseError(Exception):
    """Something the user can put right: what is wrong, where, and what to do about it."""

    def __init__(self, what: str, *, place: str | None = None, remedy: str | None = None):
        self.what, self.place, self.remedy = what, place, remedy
        super().__init__(what)

    def __str__(self) -> str:
        place = f"\n  where: {self.place}" if self.place else ""
        remedy = f"\n  remedy: {self.remedy}" if self.remedy else ""
        return f"{self.what}{place}{remedy}"
