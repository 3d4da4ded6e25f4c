"""Bar codes and QR codes in a photo, read on the server: an old phone's browser cannot."""

import io
from typing import IO

import zxingcpp
from PIL import Image

from opsdesk.photos import cleaned


def read(photo: IO[bytes]) -> list[tuple[str, str]]:
    """Return kind and text of each code in the picture; refuse what is no picture (`photos.NotAPhoto`)."""
    with Image.open(io.BytesIO(cleaned(photo).read())) as picture:
        found = zxingcpp.read_barcodes(picture.convert("L"))
    return [(str(code.format), code.text) for code in found if code.valid]
