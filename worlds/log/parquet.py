"""Reading Parquet that nobody vouches for: its columns, its rows and what its pages expand to are bounded first.

The footer of a file says how large everything is, and so does the header of each page; a decoder believes the
headers. A file of some kilobytes can make it fill gigabytes: by a page that is compressed a million times, by one long
text that a million rows repeat, by runs of list elements, by encodings in which texts share their beginnings. So the
headers are walked before anything is decoded, and text comes as codes of distinct values, which are measured.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from worlds.errors import FunhouseError

MOST_BYTES = 1 << 31  # of a file's pages, uncompressed
MOST_ROWS = 1 << 25  # of a table: those of the largest orchards are half as many
TEXT = 1024  # bytes of a text, at most
_BYTES_A_ROW, _ROOM = 1024, 1 << 22  # of a file's pages: so many for each row, and some for every file
_LIST = 32  # elements of a list, at most, on average
_DATA, _DICTIONARY, _DATA_V2 = 0, 2, 3  # kinds of pages, as the format numbers them
_ENCODINGS = (0, 2, 3, 8)  # plain, by dictionary (old and new), runs: a value takes what it says, or a code


def read_table(
    data: bytes, schema: pa.Schema, rows: int, coded: Sequence[str] = (), longest: int = TEXT, exact: bool = True
) -> pa.Table:
    """A file's table, page checksums verified, of that very schema and number of rows (at most that many, unless
    `exact`); no text or bytes in it longer than `longest`. `coded` columns of text come as dictionary codes.

    Raises FunhouseError, pyarrow.ArrowException, ValueError or OSError where the bytes are no such file.
    """
    check_pages(data, pq.ParquetFile(pa.BufferReader(data)), schema, min(rows, MOST_ROWS), longest, exact)
    texts = [path for field in schema if (path := _text_of(field))]
    file = pq.ParquetFile(pa.BufferReader(data), page_checksum_verification=True, read_dictionary=texts)
    table = file.read(use_threads=False).unify_dictionaries().combine_chunks()
    for field in schema:
        _check_lengths(table[field.name], longest, field.name)
    kept = [table.schema.field(f.name).type if _text_of(f) in coded else f.type for f in schema]
    return table.cast(pa.schema([field.with_type(kind) for field, kind in zip(schema, kept, strict=True)]))


def check_pages(data: bytes, file: pq.ParquetFile, schema: pa.Schema, rows: int, longest: int, exact: bool) -> None:
    """Raises FunhouseError or ValueError where a file has other columns, another number of rows, or too large pages."""
    if not file.schema_arrow.equals(schema):
        raise FunhouseError(f"its columns are {_told(file.schema_arrow)} and not {_told(schema)}")
    told = file.metadata
    if told.num_rows > rows or (exact and told.num_rows != rows):
        raise FunhouseError(
            f"it has {told.num_rows} rows where the manifest leads to {'' if exact else 'at most '}{rows}"
        )
    left = min(MOST_BYTES, _ROOM + told.num_rows * (_BYTES_A_ROW + longest))
    for group in range(told.num_row_groups):
        for column in range(told.num_columns):
            left -= _expanded(data, told.row_group(group).column(column), told.num_rows)
            if left < 0:
                raise FunhouseError(f"its {len(data)} bytes expand to more than {told.num_rows} rows of it can take")


def _told(schema: pa.Schema) -> str:
    return ", ".join(f"{field.name} {field.type}" for field in schema)[:1000]


def _text_of(field: pa.Field) -> str | None:
    """The path of a column of text or bytes, as the reader wants it; None for any other."""
    if pa.types.is_list(field.type):
        return f"{field.name}.list.element" if pa.types.is_string(field.type.value_type) else None
    return field.name if pa.types.is_string(field.type) or pa.types.is_binary(field.type) else None


def _check_lengths(column: pa.ChunkedArray, longest: int, name: str) -> None:
    for chunk in column.chunks:
        values = chunk.flatten() if pa.types.is_list(chunk.type) else chunk
        if pa.types.is_dictionary(values.type) and len(values.dictionary):
            held = values.dictionary
            offsets = np.frombuffer(held.buffers()[1], np.int32)[held.offset : held.offset + len(held) + 1]
            if (most := int(np.diff(offsets).max())) > longest:
                raise FunhouseError(f"its column {name} holds {most} bytes in one place, where {longest} is the most")


def _expanded(data: bytes, column: pq.ColumnChunkMetaData, rows: int) -> int:
    """What the pages of a column take uncompressed, in bytes, by their own headers."""
    start = column.data_page_offset
    if column.has_dictionary_page and column.dictionary_page_offset is not None:
        start = min(start, column.dictionary_page_offset)
    stop, taken, values = start + column.total_compressed_size, 0, 0
    if not 0 <= start <= stop <= len(data):
        raise ValueError("a column lies outside of the file")
    while start < stop and values < column.num_values:
        header, start = _struct(data, start)
        kind, size, packed = (header.get(field, -1) for field in (1, 2, 3))
        if kind not in (_DATA, _DICTIONARY, _DATA_V2) or min(size, packed) < 0:
            raise ValueError("a page has no size, or is none")
        said = header.get({_DATA: 5, _DICTIONARY: 7, _DATA_V2: 8}[kind])
        if not isinstance(said, dict):
            raise ValueError("a page does not say what is in it")
        encoding = said.get(4 if kind == _DATA_V2 else 2)
        if encoding not in _ENCODINGS:
            raise ValueError(f"a page has the encoding {encoding}")
        values += said.get(1, 0) if kind != _DICTIONARY else 0
        taken, start = taken + size, start + packed
    if values > _LIST * rows + 1:
        raise ValueError(f"a column has {values} values in {rows} rows")
    return taken


def _struct(data: bytes, at: int, depth: int = 0) -> tuple[dict, int]:
    """A struct of Thrift's compact protocol, {field: integer or struct}, and where it ends; other values are passed
    over. Raises ValueError where it is none."""
    fields: dict = {}
    number = 0
    while (head := _byte(data, at)) != 0:
        kind, at = head & 15, at + 1
        if head >> 4:
            number += head >> 4
        else:
            number, at = _integer(data, at)
        fields[number], at = _value(data, at, kind, depth + 1)
    return fields, at + 1


def _value(data: bytes, at: int, kind: int, depth: int) -> tuple[object, int]:
    if depth > 8:
        raise ValueError("a header nests too deeply")
    if kind in (1, 2):
        return kind == 1, at
    if kind == 3:
        return _byte(data, at), at + 1
    if kind in (4, 5, 6):
        return _integer(data, at)
    if kind == 7:
        return None, at + 8
    if kind == 8:
        length, at = _varint(data, at)
        return None, at + length
    if kind == 12:
        return _struct(data, at, depth)
    raise ValueError(f"a header has a value of kind {kind}")


def _byte(data: bytes, at: int) -> int:
    if not 0 <= at < len(data):
        raise ValueError("a header has no end")
    return data[at]


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = _byte(data, at)
        value, at = value | (byte & 127) << shift, at + 1
        if byte < 128:
            return value, at
        if (shift := shift + 7) > 63:
            raise ValueError("a header has an endless number")


def _integer(data: bytes, at: int) -> tuple[int, int]:
    value, at = _varint(data, at)
    return (value >> 1) ^ -(value & 1), at
