"""Files of UTF-8 text: read with clear errors, written whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from errno import EISDIR
from pathlib import Path

from ember_mlir.errors import InputError, SourceLocation
from ember_mlir.limits import Limits


def read_text(path: str, limits: Limits | None = None) -> str:
    """The text of a UTF-8 file, without a byte order mark; line ends stay as they are.

    Raises `InputError` if there is no such file, if it is larger than `limits` allow, or
    if it is not UTF-8, then with the line.
    """
    try:
        with Path(path).open("rb") as file:
            octets = file.read(-1 if limits is None else limits.size + 1)
    except FileNotFoundError as error:
        raise InputError(f"there is no file '{path}'; check the path") from error
    except IsADirectoryError as error:
        raise InputError(f"'{path}' must be a file, but is a directory") from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise InputError(f"'{path}' must be readable, but: {reason}") from error
    if limits is not None and len(octets) > limits.size:
        message = limits.problem("size", "a text must have at most {} bytes")
        raise InputError(message, location=SourceLocation(path, 1, 1))
    return decode_text(octets, path)


def decode_text(octets: bytes, name: str) -> str:
    """The UTF-8 text that `octets` hold, read from what is called `name`.

    >>> decode_text(b"caf\\xe9", "menu.txt")
    Traceback (most recent call last):
    ember_mlir.errors.InputError: menu.txt:1:4: a text must be UTF-8, but has the byte 0xe9 \
here; save it as UTF-8
    """
    try:
        return octets.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # The codec counts from after the byte order mark, which is part of no line.
        body = error.object
        lines = body[: error.start].split(b"\n")
        column = len(lines[-1].decode("utf-8", "replace")) + 1
        message = f"a text must be UTF-8, but has the byte 0x{body[error.start]:02x} here"
        place = SourceLocation(name, len(lines), column)
        raise InputError(f"{message}; save it as UTF-8", location=place) from error


def write_text(path: str, text: str | Iterable[str]) -> None:
    """Write a text, or its pieces, to a file in UTF-8.

    What was there stays until all of it is written. Raises `InputError` if the file
    cannot be written.
    """
    pieces = (text,) if isinstance(text, str) else text
    with _named(path):
        target = _target(path)
        if target.exists() and not target.is_file():
            # A device or a pipe is written to, never replaced.
            _write(target, pieces)
        else:
            _replace(target, pieces)


def check_writable(path: str) -> None:
    """Raise now the `InputError` that `write_text` would raise for `path`.

    So nothing is paid for a result that then cannot be kept.
    """
    with _named(path):
        target = _target(path)
        if target.is_dir():
            raise IsADirectoryError(EISDIR, os.strerror(EISDIR))
        if not target.exists() or target.is_file():
            partial = _partial(target)
            partial.touch()
            partial.unlink()


@contextmanager
def _named(path: str) -> Generator[None, None, None]:
    """Turn what the system says about `path` into an `InputError`."""
    try:
        yield
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise InputError(f"'{path}' must be writable, but: {reason}") from error


def _target(path: str) -> Path:
    # A link stays a link: what it leads to is replaced.
    return Path(os.path.realpath(path))


def _partial(target: Path) -> Path:
    return target.with_name(f".{target.name}.{os.getpid()}.partial")


def _replace(target: Path, pieces: Iterable[str]) -> None:
    partial = _partial(target)
    try:
        _write(partial, pieces)
        if target.exists():
            shutil.copymode(target, partial)
        partial.replace(target)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def _write(target: Path, pieces: Iterable[str]) -> None:
    with target.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(pieces)
