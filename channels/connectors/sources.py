"""From whatever was uploaded to the tables it may hold; what can hold none is refused with what it is."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import BinaryIO

from python_calamine import CalamineError, PasswordError

from channels.connectors import tables, workbooks
from opsdesk.errors import Invalid

Source = bytes | Path | BinaryIO

_UNMARKED = (
    "utf-8",
    "gb18030",
    "utf-16-le",
    "utf-16-be",
)  # the header shows which; the last two only with NULs
_MARKS = (  # byte order marks
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_LARGEST_UNPACKED = 1 << 30
_EXPORT_ENDINGS = (".csv", ".txt", ".tsv", ".xlsx", ".xls", ".xlsm")
_WORKBOOK_PARTS = ("xl/workbook.xml", "xl/workbook.bin", "content.xml")
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OTHER_KINDS = (
    (b"%PDF", "是 PDF 文件"),
    (b"\x89PNG", "是图片"),
    (b"\xff\xd8\xff", "是图片"),
    (b"Rar!", "是 RAR 压缩包；请解压后再上传里面的表格"),
    (b"7z\xbc\xaf", "是 7z 压缩包；请解压后再上传里面的表格"),
    (b"<", "是网页（HTML/XML），不是表格；请用 Excel 打开后另存为 .xlsx 再上传"),
)
_PASSWORD = "有密码，打不开；请去掉密码后再上传"


class NotAnExport(Invalid):
    """The file is none of the exports that can be read: `reason` says what was seen, and what is expected."""

    code = "not_an_export"

    def __init__(self, reason: str, headers_seen: tuple[str, ...] = ()) -> None:
        super().__init__(why=reason, headers_seen=headers_seen)
        self.reason, self.headers_seen = reason, headers_seen


def found_in(source: Source, name: str = "") -> Iterator[tuple[tables.Table, str]]:
    """Give the tables a source may hold, likeliest first, each with the file name its time stamp stands in.

    A stream must be able to seek: it is read from its beginning, more than once, and left open.
    """
    with opened(source) as stream:
        if _is_archive(stream):
            source, name = _unpacked(stream)
    for table in _tables(source):
        yield table, name


def _tables(source: Source) -> Iterator[tables.Table]:
    with opened(source) as stream:
        head = stream.read(4096)
    if not head.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        raise NotAnExport("文件是空的；请从平台后台重新导出")
    if head.startswith((_ZIP, _OLE)):
        return _sheets(source)
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    for mark, what in _OTHER_KINDS:
        if start.startswith(mark):
            raise NotAnExport(f"文件{what}")
    return _texts(source, head)


def opened(source: Source) -> AbstractContextManager[BinaryIO]:
    """Open a source at its beginning."""
    if isinstance(source, bytes):
        return io.BytesIO(source)
    if isinstance(source, Path):
        return source.open("rb")
    source.seek(0)
    return nullcontext(source)  # the caller's stream: his to close


def _texts(source: Source, head: bytes) -> Iterator[tables.Table]:
    marked = [encoding for mark, encoding in _MARKS if head.startswith(mark)]
    for encoding in marked or (_UNMARKED if b"\0" in head else _UNMARKED[:2]):
        for delimiter in tables.DELIMITERS:
            yield tables.TextTable(lambda: opened(source), encoding, delimiter)


def _sheets(source: Source) -> Iterator[tables.Table]:
    with opened(source) as stream:
        try:
            yield from workbooks.sheets(stream)
        except PasswordError as error:
            raise NotAnExport(f"工作簿{_PASSWORD}") from error
        except CalamineError as error:
            stream.seek(0)
            why = _PASSWORD if _ENCRYPTED in stream.read(1 << 20) else "打不开（可能已损坏）；请重新导出"
            raise NotAnExport(f"工作簿{why}") from error


def _is_archive(stream: BinaryIO) -> bool:
    """Tell an archive from a workbook, which is a zip too."""
    if stream.read(4) != _ZIP:
        return False
    try:
        with zipfile.ZipFile(stream) as archive:
            if sum(member.file_size for member in archive.infolist()) > _LARGEST_UNPACKED:
                raise NotAnExport("解压后超过 1 GB；请按时间分几次导出")
            return not set(_WORKBOOK_PARTS) & set(archive.namelist())
    except (zipfile.BadZipFile, OSError) as error:
        raise NotAnExport("压缩包打不开（可能已损坏或没有下载完）；请重新下载") from error


def _unpacked(stream: BinaryIO) -> tuple[bytes, str]:
    with zipfile.ZipFile(stream) as archive:
        members = [member for member in archive.infolist() if _may_be_export(member.filename)]
        if len(members) != 1:
            names = "、".join(member.filename for member in members[:5]) or "没有表格"
            raise NotAnExport(f"压缩包里应当正好有一个导出文件，看到的是：{names}；请解压后逐个上传")
        if members[0].flag_bits & 0x1:
            raise NotAnExport(f"压缩包{_PASSWORD}")
        try:
            return archive.read(members[0]), members[0].filename
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, EOFError) as error:
            raise NotAnExport("压缩包里的文件解不开；请解压后再上传") from error


def _may_be_export(name: str) -> bool:
    return name.lower().endswith(_EXPORT_ENDINGS) and "__MACOSX" not in name
