"""Reading and writing UTF-8 files: clear errors, and never half a file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ember_mlir import text_files
from ember_mlir.errors import InputError, SourceLocation
from ember_mlir.text_files import check_writable, read_text, write_text


def test_reads_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "日本.txt"
    path.write_bytes("\ufeffhéllo\r\n🙂".encode())
    assert read_text(str(path)) == "héllo\r\n🙂"


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"there is no file '.*nowhere'; check the path"):
        read_text(str(tmp_path / "nowhere"))


def test_a_directory(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="must be a file, but is a directory"):
        read_text(str(tmp_path))


def test_a_path_that_cannot_be() -> None:
    with pytest.raises(InputError, match="must be readable, but: embedded null byte"):
        read_text("a\0b")


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_bytes_that_are_not_utf8_are_located(tmp_path: Path, mark: bytes) -> None:
    path = tmp_path / "latin.txt"
    path.write_bytes(mark + "日本\naé".encode() + b"\xe9")
    with pytest.raises(InputError, match="has the byte 0xe9 here; save it as UTF-8") as caught:
        read_text(str(path))
    assert caught.value.location == SourceLocation(str(path), 2, 3)


def test_writes_through_links_and_keeps_the_mode(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("old", encoding="utf-8")
    target.chmod(0o640)
    link.symlink_to(target)
    write_text(str(link), "é\n")
    assert link.is_symlink()
    assert target.read_bytes() == "é\n".encode()
    assert target.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "target"]


def test_a_device_is_not_replaced() -> None:
    write_text(os.devnull, "text")
    assert not Path(os.devnull).is_file()


def test_a_failure_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "target"
    target.write_text("old", encoding="utf-8")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(text_files.shutil, "copymode", full)
    with pytest.raises(InputError, match="must be writable, but: No space left on device"):
        write_text(str(target), "new")
    assert target.read_text(encoding="utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["target"]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="must be writable, but: No such file or directory"):
        write_text(str(tmp_path / "none" / "file"), "text")


def test_writes_pieces(tmp_path: Path) -> None:
    path = tmp_path / "pieces"
    write_text(str(path), (piece for piece in ("é", "", "\n", "b")))
    assert path.read_bytes() == "é\nb".encode()


def test_pieces_that_fail_leave_what_was_there(tmp_path: Path) -> None:
    def pieces() -> Iterator[str]:
        yield "new"
        raise KeyboardInterrupt

    path = tmp_path / "target"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(KeyboardInterrupt):
        write_text(str(path), pieces())
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_can_be_written_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "target"
    check_writable(str(path))
    assert list(tmp_path.iterdir()) == []
    path.write_text("old", encoding="utf-8")
    check_writable(str(path))
    check_writable(os.devnull)
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("none/file", "No such file or directory"),
        (".", "Is a directory"),
        ("a\0b", "embedded null byte"),
    ],
)
def test_what_cannot_be_written_is_known_before(tmp_path: Path, name: str, reason: str) -> None:
    path = f"{tmp_path}/{name}"
    with pytest.raises(InputError, match=f"must be writable, but: {reason}"):
        check_writable(path)
    with pytest.raises(InputError, match=f"must be writable, but: {reason}"):
        write_text(path, "text")
