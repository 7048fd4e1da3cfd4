"""What a document may say: the types, ranges and sizes of its values, checked once where it is read.

Checksums prove that a file is as its author wrote it, and nothing of the author. So each dataclass that is read from
a file declares its values beside its fields (`Annotated[int, Interval(ge=1, le=64)]`), and `read` holds a document to
them; `check` holds a caller's values to the same declarations. pydantic is imported when it is first needed.
"""

import dataclasses
import json
import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NotRequired, Required, TypeVar, get_type_hints

from typing_extensions import TypedDict, is_typeddict

from worlds.errors import FunhouseError

if TYPE_CHECKING:
    from pydantic import TypeAdapter, ValidationError

__all__ = [
    "STRICT",
    "Document",
    "Needs",
    "NotRequired",
    "Required",
    "Sha256",
    "TypedDict",
    "check",
    "parsed",
    "read",
    "shown",
]

Kind = TypeVar("Kind")
STRICT: Any = {"strict": True, "extra": "forbid", "allow_inf_nan": False}
DEEPEST = 32  # brackets within brackets
_TOO_DEEP = f"it nests more than {DEEPEST} deep"
_LONGEST = 60  # characters of a value that a message shows
_NEEDS = {  # by pydantic's names for what is wrong
    "greater_than_equal": "at least {ge}",
    "greater_than": "above {gt}",
    "less_than_equal": "at most {le}",
    "less_than": "below {lt}",
    "literal_error": "one of {expected}",
    "too_short": "{min_length} entries or more",
    "too_long": "{max_length} entries or fewer",
    "string_too_short": "{min_length} characters or more",
    "string_too_long": "{max_length} characters or fewer",
    "finite_number": "a finite number",
}


class Needs:
    """A declaration in words: `Annotated[str, Needs(str.isupper, "capital letters")]`."""

    def __init__(self, good: Callable[[Any], bool], need: str):
        self.good, self.need = good, need

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        from pydantic_core.core_schema import no_info_after_validator_function

        return no_info_after_validator_function(self._held, handler(source))

    def _held(self, value: Any) -> Any:
        from pydantic_core import PydanticCustomError

        if not self.good(value):
            raise PydanticCustomError("needs", self.need)
        return value


def one_of(*words: str) -> Needs:
    """One of some words."""
    return Needs(words.__contains__, f"{', '.join(words[:-1])} or {words[-1]}")


Sha256 = Annotated[str, Needs(re.compile("[0-9a-f]{64}").fullmatch, "64 hexadecimal digits")]


class Document(dict):
    """JSON values that know their file and their place in it, so that whoever refuses one can name both."""

    def __init__(self, values: dict, file: Path | str, path: str = ""):
        super().__init__({name: self._inner(name, value, file, path) for name, value in values.items()})
        self.file, self.path = str(file), path

    def __missing__(self, name: str) -> Any:
        raise FunhouseError(f"{self.path}{name} is missing", place=self.file, remedy="restore a copy of the file")

    @classmethod
    def _inner(cls, name: Any, value: Any, file: Path | str, path: str) -> Any:
        if isinstance(value, list):
            return [cls._inner(place, one, file, f"{path}{name}.") for place, one in enumerate(value)]
        return Document(value, file, f"{path}{name}.") if isinstance(value, dict) else value


def parsed(data: bytes) -> Any:
    """The values of JSON text. Raises ValueError where it is none, or says anything that has no one meaning: NaN,
    a number beyond every float, a key twice, brackets without end."""
    try:
        values = json.loads(data, object_pairs_hook=_once)
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    _check_depth(values, DEEPEST)
    json.dumps(values, allow_nan=False)
    return values


def _check_depth(values: Any, left: int) -> None:
    if left < 0:
        raise ValueError(_TOO_DEEP)
    if isinstance(values, (dict, list)):
        for value in values.values() if isinstance(values, dict) else values:
            _check_depth(value, left - 1)


def _once(pairs: list[tuple[str, Any]]) -> dict:
    values = dict(pairs)
    if len(values) < len(pairs):
        raise ValueError("it has a key twice")
    return values


def read(kind: Callable[..., Kind], values: Any) -> Kind:
    """The settings of a `kind` (a dataclass, or a TypedDict) from JSON values. Raises FunhouseError naming the file
    where values are a Document, the field, its value, and what would be right."""
    file, path = (values.file, values.path) if isinstance(values, Document) else (None, "")
    try:
        made = (_kept if dataclasses.is_dataclass(kind) else _made)(kind, json.dumps(values))
    except (TypeError, ValueError, RecursionError) as error:
        raise _refusal(error, file, path) from None
    except FunhouseError as error:  # of several fields that do not fit together
        place = f"{file} ({error.place})" if file and error.place else file or error.place
        raise FunhouseError(error.what, place=place, remedy=error.remedy) from error
    if file and (field := _absent(made, values, path)):
        raise FunhouseError(f"{field} is missing", place=file, remedy="restore a copy of the file")
    return made


def _made(kind: Callable[..., Kind], text: str) -> Kind:
    return _adapter(kind).validate_json(text, strict=True)


_kept = lru_cache(maxsize=256)(_made)  # of what cannot change: every episode of a log asks for the same settings


@lru_cache(maxsize=64)
def _adapter(kind: Any) -> "TypeAdapter":
    from pydantic import TypeAdapter

    if not is_typeddict(kind) and not dataclasses.is_dataclass(kind):
        return TypeAdapter(kind, config=STRICT)
    if not hasattr(kind, "__pydantic_config__"):
        kind.__pydantic_config__ = STRICT  # which holds for what is nested in it too
    return TypeAdapter(kind)


def _absent(made: Any, values: dict, path: str) -> str | None:
    """The first field that a document does not tell, other than a class's OPTIONAL ones."""
    for name, value in _items(made):
        if name not in values and name not in getattr(made, "OPTIONAL", ()):
            return f"{path}{name}"
        if isinstance(values.get(name), dict) and (found := _absent(value, values[name], f"{path}{name}.")):
            return found
    return None


def _items(made: Any) -> list[tuple[str, Any]]:
    if dataclasses.is_dataclass(made):
        return [(field.name, getattr(made, field.name)) for field in dataclasses.fields(made)]
    return list(made.items()) if isinstance(made, dict) else []


def check(settings: Any, noun: str) -> None:
    """Raises FunhouseError naming the first field of a dataclass that its declaration does not allow."""
    from pydantic import ValidationError

    kind: Any = type(settings)
    try:
        _fields(kind).validate_python({name: _plain(value) for name, value in _items(settings)})
    except ValidationError as error:
        field, value, need = _first(error)
        raise FunhouseError(f"{field} = {value} makes no {noun}", remedy=f"choose {need}") from None


@lru_cache(maxsize=64)
def _fields(kind: Any) -> "TypeAdapter":
    """A dataclass's declarations, without its __post_init__."""
    names = {field.name for field in dataclasses.fields(kind)}
    hints = {name: hint for name, hint in get_type_hints(kind, include_extras=True).items() if name in names}
    return _adapter(TypedDict("Fields", hints))  # type: ignore[operator]


def _plain(value: Any) -> Any:
    """A number of numpy's as Python's own."""
    return value.item() if hasattr(value, "dtype") and not getattr(value, "ndim", 1) else value


def _refusal(error: Exception, file: str | None, path: str) -> FunhouseError:
    from pydantic import ValidationError

    if not isinstance(error, ValidationError):
        return FunhouseError(f"{path.rstrip('.') or 'this'} holds what is no JSON: {error}", place=file)
    field, value, need = _first(error)
    where = f"{path}{field}".rstrip(".") or "this"
    if error.errors()[0]["type"] == "missing":
        return FunhouseError(f"{where} is missing", place=file, remedy="restore a copy of the file")
    if error.errors()[0]["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
        return FunhouseError(f"there is no setting '{where}'", place=file, remedy="leave it out")
    return FunhouseError(
        f"{where} = {value} is not what it can be", place=file, remedy=f"it must be {need}; restore a copy of the file"
    )


def _first(error: "ValidationError") -> tuple[str, str, str]:
    """The path of the first field that is wrong, its value, and what it should be."""
    first = error.errors(include_url=False)[0]
    need = _NEEDS.get(first["type"])
    told = need.format(**first.get("ctx", {})) if need else _told(first["msg"])
    return _short(".".join(map(str, first["loc"]))), shown(first["input"]), told


def _told(message: str) -> str:
    return message.removeprefix("Input should be ").removeprefix("Value error, ")


def shown(value: Any) -> str:
    """A value as a message may show it: short, and without characters that a terminal would obey."""
    try:
        text = ascii(value)
    except (RecursionError, ValueError):  # of integers with thousands of digits
        text = f"some {type(value).__name__}"
    return _short(text)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
