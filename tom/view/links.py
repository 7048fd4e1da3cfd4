"""Deep links: where on the page somebody is asked something, "e=55&a=Ada&t=47&q=behave+as+Bo"."""

from urllib.parse import urlencode

from worlds.harmless import quoted


def moment(episode: int, agent: str, step: int, prompt: str) -> str:
    """The place of a question, as it stands after the # of the page's address."""
    return urlencode({"e": episode, "a": agent, "t": step, "q": prompt})


def command(log: str, place: str, mind: str | None = None) -> str:
    """The command that opens the page there, as it can be pasted into a shell."""
    run = f" --mind {quoted(mind)}" if mind else ""
    return f"tom view {quoted(log)}{run} --at {quoted(place)}"
