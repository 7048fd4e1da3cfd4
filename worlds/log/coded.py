"""Columns of a decoded shard, as small as they are read: text by codes of its distinct values, bytes end to end."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa


@dataclass(frozen=True)
class Coded:
    """A column with few distinct values: row r holds value[code[r]]."""

    value: np.ndarray  # (values,) object
    code: np.ndarray  # (rows,) the smallest unsigned integers that suffice

    def rows(self, rows: slice, shape: tuple[int, int]) -> list[list]:
        """Some rows as nested lists of that shape."""
        return self.value[self.code[rows].reshape(shape)].tolist()


@dataclass(frozen=True)
class Bytes:
    """A column of bytes: row r is data[offset[r] : offset[r + 1]]."""

    data: np.ndarray  # uint8
    offset: np.ndarray  # (rows + 1,) int32

    @classmethod
    def of(cls, column: pa.BinaryArray) -> "Bytes":
        """A decoded column."""
        _, offset, data = column.buffers()
        whole = np.frombuffer(offset, np.int32)[column.offset : column.offset + len(column) + 1]
        return cls(np.frombuffer(data, np.uint8) if data else np.zeros(0, np.uint8), whole)

    def rows(self, rows: np.ndarray, length: int) -> np.ndarray:
        """(rows, length) uint8: some rows, all of them that long."""
        spans = np.stack([self.data[self.offset[row] : self.offset[row + 1]] for row in rows.tolist()])
        return spans.reshape(len(rows), length)

    def lengths(self) -> np.ndarray:
        """(rows,) int32."""
        return np.diff(self.offset)


def array_of(column: pa.ChunkedArray) -> pa.Array:
    """A decoded column in one piece."""
    return column.chunk(0)


def coded_text(texts: pa.DictionaryArray) -> Coded:
    """Dictionary-encoded text: a code for each distinct one."""
    return Coded(np.array(texts.dictionary.to_pylist(), object), _smallest(texts.indices.to_numpy()))


def coded_lists(lists: pa.ListArray) -> Coded:
    """Lists of dictionary-encoded text: a code for each distinct list, without a loop over the rows."""
    words, offset = lists.flatten(), lists.offsets.to_numpy()
    word, length = words.indices.to_numpy(), np.diff(offset)
    code = np.zeros(len(lists), np.int64)
    for place in range(length.max(initial=0)):
        here = np.zeros(len(lists), np.int64)
        longer = length > place
        here[longer] = word[offset[:-1][longer] + place] + 1
        code = np.unique(code * (len(words.dictionary) + 1) + here, return_inverse=True)[1]
    _, example, code = np.unique(code, return_index=True, return_inverse=True)
    value = np.empty(len(example), object)
    value[:] = [tuple(role) for role in lists.take(pa.array(example)).to_pylist()]
    return Coded(value, _smallest(code))


def _smallest(code: np.ndarray) -> np.ndarray:
    return code.astype(np.min_scalar_type(int(code.max(initial=0))))
