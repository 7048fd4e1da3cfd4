"""The one exception that a user is meant to read."""

from worlds.harmless import harmless


class FunhouseError(Exception):
    """Something the user can put right: what is wrong, where, and what to do about it."""

    def __init__(self, what: str, *, place: str | None = None, remedy: str | None = None):
        self.what, self.place, self.remedy = what, place, remedy
        super().__init__(what)

    def __str__(self) -> str:
        place = f"\n  where: {_shown(self.place)}" if self.place else ""
        remedy = f"\n  remedy: {_shown(self.remedy)}" if self.remedy else ""
        return f"{_shown(self.what)}{place}{remedy}"


def _shown(text: str) -> str:
    """Text of ours with names from data in it: further lines stand deeper than "where" and "remedy" do."""
    first, *more = harmless(text, lines=True).split("\n")
    return "\n".join([first, *(line if line.startswith("    ") else f"    {line}" for line in more)])
