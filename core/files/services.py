"""Taking a file in: size, type by content, our own name, pictures decoded and written anew."""

import hashlib
import io
import os
import secrets
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import sqlalchemy as sa
from flask import current_app
from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy.dialects.postgresql import insert

from core import clock
from core.access.actor import Actor
from core.db import after_commit, db
from core.errors import Refused
from core.files.models import Audience, FileReader, StoredFile

MAX_PICTURE, MAX_PAPER = 10 * 1024 * 1024, 16 * 1024 * 1024
MAX_XML, MAX_UNPACKED = 1024 * 1024, 64 * 1024 * 1024
MAX_PIXELS, LONG_SIDE = 25_000_000, 1600
PICTURES = {"JPEG", "PNG", "WEBP"}


@dataclass(frozen=True)
class Upload:
    """A file as it comes in."""

    stream: IO[bytes]
    name: str


def take_picture(
    stream: IO[bytes], *, name: str, purpose: str, by: Actor | None, audience: Audience, owner_id: int | None
) -> StoredFile:
    """A photo, turned upright, at most 1600 px, as WebP without metadata.

    Raises: Refused "file-too-large", "picture-unreadable", "picture-too-many-pixels".
    """
    data = _read(stream, MAX_PICTURE)
    return _keep(_as_webp(data), "image/webp", name, purpose, by, audience, owner_id)


def take_paper(
    stream: IO[bytes], *, name: str, purpose: str, by: Actor | None, audience: Audience, owner_id: int | None
) -> StoredFile:
    """A document: PDF as it is, or a picture of it. Raises as `take_picture` does, and "file-kind"."""
    data = _read(stream, MAX_PAPER)
    if data.startswith(b"%PDF-"):
        return _keep(data, "application/pdf", name, purpose, by, audience, owner_id)
    return _keep(_as_webp(data), "image/webp", name, purpose, by, audience, owner_id)


def take_invoice(
    stream: IO[bytes], *, name: str, purpose: str, by: Actor, audience: Audience, owner_id: int | None
) -> StoredFile:
    """An e-invoice as it came: PDF, OFD or XML, or a picture of a paper one. Nothing of it is unpacked or parsed.

    XML with a DTD or entities is refused. Raises as `take_picture` does, and "file-kind".
    """
    data = _read(stream, MAX_PAPER)
    rest = (name, purpose, by, audience, owner_id)
    if data.startswith(b"%PDF-"):
        return _keep(data, "application/pdf", *rest)
    if data.startswith(b"PK\x03\x04"):
        _check_ofd(data)
        return _keep(data, "application/ofd", *rest)
    if data.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<?xml"):
        head = data.upper()
        if len(data) > MAX_XML or b"<!DOCTYPE" in head or b"<!ENTITY" in head or b"\0" in data:
            raise Refused("file-kind")
        return _keep(data, "application/xml", *rest)
    return _keep(_as_webp(data), "image/webp", *rest)


def _check_ofd(data: bytes) -> None:
    """A zip whose directory has an OFD's root and nothing that leaves it or unpacks to mountains."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise Refused("file-kind") from error
    names = [part.filename for part in parts]
    outside = any(one.startswith("/") or ".." in one.split("/") or "\\" in one for one in names)
    if "OFD.xml" not in names or outside or len(parts) > 500 or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise Refused("file-kind")


def take_raw(data: bytes, *, content_type: str, name: str, purpose: str, by: Actor, owner_id: int | None) -> StoredFile:
    """A data file for its owner only (imports keep what they read)."""
    return _keep(data, content_type, name, purpose, by, Audience.OWNER, owner_id)


def _read(stream: IO[bytes], limit: int) -> bytes:
    data = stream.read(limit + 1)
    if not data:
        raise Refused("file-empty")
    if len(data) > limit:
        raise Refused("file-too-large", megabytes=limit // 1024 // 1024)
    return data


def _as_webp(data: bytes) -> bytes:
    try:
        with Image.open(io.BytesIO(data), formats=tuple(PICTURES)) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise Refused("picture-too-many-pixels")
            picture.draft("RGB", (LONG_SIDE, LONG_SIDE))
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except Refused:
        raise
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Refused("picture-unreadable") from error
    upright.thumbnail((LONG_SIDE, LONG_SIDE))
    out = io.BytesIO()
    upright.save(out, "WEBP", quality=82, method=4)
    return out.getvalue()


def _keep(
    data: bytes, content_type: str, name: str, purpose: str, by: Actor | None, audience: Audience, owner_id: int | None
) -> StoredFile:
    digest = hashlib.sha256(data).hexdigest()
    path = path_of(digest)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        with part.open("wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
    file = StoredFile(
        token=secrets.token_urlsafe(16),
        audience=audience,
        owner_id=owner_id,
        uploaded_by_id=by.person_id if by else None,
        purpose=purpose,
        name="".join(c for c in name if c.isprintable() and c not in '/\\"')[-100:] or "file",
        content_type=content_type,
        size=len(data),
        sha256=digest,
        created_at=clock.now(),
    )
    db.session.add(file)
    db.session.flush()
    return file


def path_of(digest: str) -> Path:
    """Where the bytes with this SHA-256 lie."""
    return Path(str(current_app.config["VAR_DIR"])) / "files" / digest[:2] / digest


def erase(*where: sa.ColumnElement[bool]) -> int:
    """Forget files' contents and names for good; their records keep the SHA-256. The number of files.

    The bytes go after the commit, unless a file that is not erased has the same.
    """
    change = sa.update(StoredFile).where(StoredFile.erased_at.is_(None), *where)
    digests = set(db.session.scalars(change.values(erased_at=clock.now(), name="").returning(StoredFile.sha256)))
    kept = sa.select(StoredFile.sha256).where(StoredFile.sha256.in_(digests), StoredFile.erased_at.is_(None))
    gone = digests - set(db.session.scalars(kept))

    def unlink() -> None:
        for digest in gone:
            path_of(digest).unlink(missing_ok=True)

    after_commit(unlink)
    return len(digests)


def let_read(file_id: int, *organisation_ids: int) -> None:
    """Let organisations read a `PARTIES` file."""
    for organisation_id in organisation_ids:
        db.session.execute(
            insert(FileReader).values(file_id=file_id, organisation_id=organisation_id).on_conflict_do_nothing()
        )


def open_to_all(file_id: int) -> None:
    """From now on everybody may see the file: somebody has looked that it shows nothing private."""
    db.session.execute(sa.update(StoredFile).where(StoredFile.id == file_id).values(audience=Audience.PUBLIC))


def readable(token: str, actor: Actor | None, *, finance: bool) -> StoredFile | None:
    """The file, if this actor may read it. `finance`: the actor may audit, which opens `PARTIES` files."""
    file = db.session.execute(sa.select(StoredFile).where(StoredFile.token == token)).scalar_one_or_none()
    if file is None or file.audience is Audience.PUBLIC:
        return file
    if actor is None:
        return None
    is_own = file.owner_id is None and file.uploaded_by_id == actor.person_id  # an office's papers stay with the office
    if is_own or file.owner_id in actor.scope_ids:
        return file
    if file.audience is Audience.OWNER:
        return None
    granted = sa.exists().where(FileReader.file_id == file.id, FileReader.organisation_id.in_(actor.scope_ids))
    return file if finance or db.session.scalar(sa.select(granted)) else None
