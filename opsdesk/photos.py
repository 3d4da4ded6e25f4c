"""Photos as evidence: checked to be pictures, re-encoded without metadata (place, device), bounded in size."""

import io
from typing import IO

from django.core.files.base import ContentFile
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

from opsdesk.errors import Invalid

LONGEST_SIDE = 2000
SMALL_SIDE = 200
MOST_BYTES = 20 * 2**20


class NotAPhoto(Invalid):
    code, sentence = "not_a_photo", _("This file is no photo (JPEG, PNG or WebP up to 20 MB): {name}")


def cleaned(photo: IO[bytes]) -> "ContentFile[bytes]":
    """Return the picture as JPEG, upright, at most 2,000 pixels wide or high, with nothing but the pixels."""
    name = getattr(photo, "name", "")
    data = photo.read(MOST_BYTES + 1)
    try:
        if len(data) > MOST_BYTES:
            raise NotAPhoto(name=name)
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as picture:
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as why:
        raise NotAPhoto(name=name) from why
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=85)
    return ContentFile(out.getvalue())


def small(photo: IO[bytes]) -> io.BytesIO:
    """Return a stored photo small enough for a list on a slow line."""
    out = io.BytesIO()
    with photo, Image.open(photo) as picture:
        picture.thumbnail((SMALL_SIDE, SMALL_SIDE))
        picture.convert("RGB").save(out, "JPEG", quality=60)
    out.seek(0)
    return out
