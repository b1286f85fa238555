"""Files sent to the public site as the front of a real process passes them on: block by block, before Django."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from io import BytesIO
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.test import Client

from heedline.api.incoming import ReportAddress
from heedline.config.specialist_desks import DeskRoutes
from heedline.desk_hooks import register
from heedline.gateway.uploads import AllAddresses
from heedline.web.office.calls.call_uploads import CallDrafts
from heedline.web.public.shell.upload_addresses import PublicDrafts
from heedline.web.uploads.incoming_files import UPLOADED, FileAddresses
from heedline.web.uploads.incoming_parts import MEDIA, PART, PartAddresses

DESKS = [import_module(hook.uploads).FILE_DRAFTS for hook in register.hooks(DeskRoutes) if hook.uploads]
DRAFTS = (PublicDrafts(), CallDrafts(), *DESKS)  # no path is in two
ADDRESSES = AllAddresses((*map(FileAddresses, DRAFTS), *map(PartAddresses, DRAFTS), ReportAddress()))
BOUNDARY = "----heedline-test"
KIND = f"multipart/form-data; boundary={BOUNDARY}"
#: A photo as a telephone makes it begins like this; the rest does not matter to whoever only keeps it.
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0" + b"placeholder " * 400 + b"\xff\xd9"


def body_of(fields: dict[str, str], name: str | None, data: bytes = b"") -> bytes:
    """Return the body of the form with these fields and a file, or without a file if `name` is None."""
    parts = [
        f'Content-Disposition: form-data; name="{field}"\r\n\r\n{value}' for field, value in fields.items()
    ]
    sent = [part.encode() for part in parts]
    if name is not None:
        quoted = name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
        head = f'Content-Disposition: form-data; name="file"; filename="{quoted}"\r\n'
        sent.append(f"{head}Content-Type: image/jpeg\r\n\r\n".encode("utf-8", "surrogatepass") + data)
    lines = b"".join(b"--" + BOUNDARY.encode() + b"\r\n" + part + b"\r\n" for part in sent)
    return lines + b"--" + BOUNDARY.encode() + b"--\r\n"


def passed_on(environ: WSGIEnvironment, body: Iterable[bytes], *, whole: bool = True) -> Callable[[], None]:
    """Apply `gateway.uploads` to this environment, and return what ends the request."""
    receiver = ADDRESSES.begin(environ)
    for block in body:
        receiver.write(block)
    form = receiver.finish(whole=whole)
    environ["wsgi.input"] = BytesIO(form)
    environ["CONTENT_LENGTH"] = str(len(form))
    environ["CONTENT_TYPE"] = receiver.media
    return receiver.close


def send_file(
    client: Client,
    path: str,
    body: bytes,
    *,
    block: int = 1000,
    whole: bool = True,
    announced: int | None = None,
) -> Any:
    """Post this body to the address, and return the response."""
    environ = client._base_environ(
        PATH_INFO=path,
        REQUEST_METHOD="POST",
        CONTENT_TYPE=KIND,
        CONTENT_LENGTH=str(len(body) if announced is None else announced),
    )
    end = passed_on(environ, (body[at : at + block] for at in range(0, len(body), block)), whole=whole)
    try:
        form = environ["wsgi.input"].read()
        kind = environ["CONTENT_TYPE"]
        return client.post(path, data=form, content_type=kind, **{UPLOADED: environ[UPLOADED]})
    finally:
        end()


def send_part(
    client: Client,
    path: str,
    data: bytes,
    offset: int,
    *,
    headers: dict[str, str],
    sent: int | None = None,
    media: str = MEDIA,
) -> Any:
    """Send a part of a resumable upload, of which only `sent` bytes arrive, and return the response."""
    arrived = data if sent is None else data[:sent]
    asked = {**headers, "HTTP_UPLOAD_OFFSET": str(offset)}
    environ = client._base_environ(
        PATH_INFO=path, REQUEST_METHOD="PATCH", CONTENT_TYPE=media, CONTENT_LENGTH=str(len(data)), **asked
    )
    if not ADDRESSES.expects("PATCH", media, path):
        return client.patch(path, data=b"", content_type=media, **asked)
    blocks = (arrived[at : at + 70_000] for at in range(0, len(arrived), 70_000))
    end = passed_on(environ, blocks, whole=len(arrived) == len(data))
    try:
        return client.patch(path, data=b"", content_type=media, **asked, **{PART: environ[PART]})
    finally:
        end()


def with_files(app: WSGIApplication) -> WSGIApplication:
    """An application that takes files, for the servers of tests, which have no front."""

    def front(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        media = str(environ.get("CONTENT_TYPE", ""))
        if not ADDRESSES.expects(environ["REQUEST_METHOD"], media, environ["PATH_INFO"]):
            return app(environ, start_response)
        left = int(environ["CONTENT_LENGTH"])
        blocks = []
        while left and (block := environ["wsgi.input"].read(min(left, 65536))):
            left -= len(block)
            blocks.append(block)
        end = passed_on(environ, blocks, whole=not left)
        try:
            return app(environ, start_response)
        finally:
            end()

    return front
