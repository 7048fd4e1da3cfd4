"""Are the packages that `tom` stands on ours? `agents` above all is a name that others use too."""

from importlib.util import find_spec
from pathlib import Path

# A public name that the front page of each package of ours holds; a stranger's does not.
LANDMARKS = {"worlds": "open_log", "agents": "type_space", "analysis": "fidelity_table"}


def stranger() -> str | None:
    """What is wrong with the first package below tom that is absent or not ours; None where all is well."""
    for name, landmark in LANDMARKS.items():
        spec = find_spec(name)
        if spec is None:
            return f"the package '{name}' of funhouse is missing; install funhouse again"
        page = Path(spec.origin) if spec.origin else None
        if page is None or not beside_tom(page) or landmark not in page.read_text(encoding="utf-8"):
            return (
                f"the package '{name}' found at {str(page or list(spec.submodule_search_locations or []))!a} is not "
                "funhouse's; start from another directory, or install funhouse in an environment of its own"
            )
    return None


def beside_tom(page: Path) -> bool:
    """Whether a package's __init__.py lies in a directory next to tom's own."""
    return page.resolve().parents[1] == Path(__file__).resolve().parents[1]
