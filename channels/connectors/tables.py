"""A text table (CSV, TSV) as rows of raw cells, each with the line of the file where it begins.

A quotation mark that is never closed would swallow the rows after it: such a record is taken apart again, so
that only its first line is lost.
"""

import csv
import io
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager
from typing import BinaryIO, Protocol

Opener = Callable[[], AbstractContextManager[BinaryIO]]

Rows = Generator[tuple[int, list[str]], None, None]

DELIMITERS = (",", "\t", ";")
_HEAD_BYTES = 256 * 1024
_LONGEST_RECORD = 500  # lines; a remark may have many, a forgotten quotation mark has more


class Table(Protocol):
    """One way to read a source: a sheet of a workbook, or a text in one encoding with one delimiter."""

    encoding: str

    @property
    def raw(self) -> str:
        """The text of the row that `rows` gave last."""

    def head(self, count: int) -> Iterator[tuple[int, list[str]]]:
        """Give the first rows, to find the header in them."""

    def rows(self, header_line: int, width: int) -> Rows:
        """Give the rows below the header."""


class TextTable:
    def __init__(self, opener: Opener, encoding: str, delimiter: str) -> None:
        self.encoding, self._opener, self._delimiter = encoding, opener, delimiter
        with opener() as source:
            sample = source.read(_HEAD_BYTES).decode(encoding, "replace")
        self._sample = sample
        self._newline = "\r" if "\r" in sample and "\n" not in sample else "\n"
        self._lines = _Lines(iter(()))

    @property
    def raw(self) -> str:
        return "".join(self._lines.taken).rstrip("\r\n")

    def head(self, count: int) -> Iterator[tuple[int, list[str]]]:
        lines = self._sample.replace("\0", "").split(self._newline, count)[:count]
        for line, words in enumerate(lines, start=1):
            yield line, self._cells(words)

    def rows(self, header_line: int, width: int) -> Rows:
        with self._opener() as source:
            # A byte that is no letter in this encoding is kept as \x81: the row is read or refused with it.
            text = io.TextIOWrapper(source, encoding=self.encoding, errors="backslashreplace", newline=self._newline)
            try:
                yield from self._records(text, header_line, width)
            finally:
                text.detach()

    def _records(self, text: Iterator[str], header_line: int, width: int) -> Rows:
        lines = self._lines = _Lines(text)
        for _ in range(header_line):
            next(text, None)
        lines.passed = header_line
        reader = csv.reader(lines, delimiter=self._delimiter)
        taken = lines.taken
        while True:
            lines.passed += len(taken)
            taken.clear()
            try:
                row = next(reader)
            except StopIteration:
                return
            except (csv.Error, _TooLong):
                row = []
            if not row or len(row) != width:
                if len(taken) > 1 and not fits(row, width) and (not row or self._swallowed(taken, width)):
                    lines.give_back_all_but_first()
                    reader = csv.reader(lines, delimiter=self._delimiter)
                    row = []
                row = row or self._cells(taken[0])
            yield lines.passed + 1, row

    def _swallowed(self, taken: list[str], width: int) -> bool:
        """Say whether a record has eaten a row after its own: a line of it is a whole row by itself."""
        return any(fits(self._cells(line), width) for line in taken[1:])

    def _cells(self, words: str) -> list[str]:
        """Read one line on its own, whatever its quotation marks."""
        try:
            return next(csv.reader([words.rstrip("\r\n").replace("\r", " ")], delimiter=self._delimiter), [])
        except csv.Error:
            return words.split(self._delimiter)


def fits(row: list[str], width: int) -> bool:
    """Say whether a row has a cell for each column, and nothing beyond but blanks (a comma at the end)."""
    return len(row) == width or (len(row) > width and not any(cell.strip() for cell in row[width:]))


class _TooLong(Exception):
    """Raised inside a record of more lines than any real one has."""


class _Lines:
    """The lines of a text, with those of the present record kept, and a way to give some of them back."""

    def __init__(self, text: Iterator[str]) -> None:
        self.taken: list[str] = []  # the lines of the present record
        self.passed = 0  # lines before it
        self._text = text
        self._back: deque[str] = deque()

    def give_back_all_but_first(self) -> None:
        self._back.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]

    def __iter__(self) -> Iterator[str]:
        taken = self.taken
        while self._back:
            taken.append(self._back.popleft())
            yield taken[-1]
        for line in self._text:
            if "\0" in line:
                line = line.replace("\0", "")
            if line.find("\r", 0, -2) >= 0:  # a carriage return inside a cell is a blank
                line = line[:-2].replace("\r", " ") + line[-2:]
            taken.append(line)
            if len(taken) > _LONGEST_RECORD:
                raise _TooLong
            yield line
