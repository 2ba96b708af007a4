"""The report file: whole or not there."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from fakes import busy_snapshot, snapshot

from goose import _report
from goose._metrics import Metrics


def test_writes_all_and_leaves_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    _report.check_writable(path)
    assert list(tmp_path.iterdir()) == []
    _report.write(path, Metrics(busy_snapshot()), hatching=Metrics(snapshot()))
    body = json.loads(path.read_text())
    assert body["total"]["count"] == 2008
    assert body["hatching"]["total"]["count"] == 0
    assert [one.name for one in tmp_path.iterdir()] == ["r.json"]


def test_keeps_the_permissions_of_the_old_file_and_follows_links(tmp_path: Path) -> None:
    (tmp_path / "real.json").write_text("old")
    (tmp_path / "real.json").chmod(0o640)
    (tmp_path / "link.json").symlink_to("real.json")
    _report.write(tmp_path / "link.json", Metrics(snapshot()))
    assert (tmp_path / "link.json").is_symlink()
    assert stat.S_IMODE((tmp_path / "real.json").stat().st_mode) == 0o640
    assert json.loads((tmp_path / "real.json").read_text())["version"] == 1


def test_a_new_file_has_the_permissions_of_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        _report.write(tmp_path / "r.json", Metrics(snapshot()))
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "r.json").stat().st_mode) == 0o640


def test_a_full_disk_is_said_and_the_old_file_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "r.json"
    path.write_text("old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(_report.ReportError, match="was not written: No space left on device"):
        _report.write(path, Metrics(snapshot()))
    assert path.read_text() == "old"
    assert [one.name for one in tmp_path.iterdir()] == ["r.json"]


def test_odd_names_survive(tmp_path: Path) -> None:
    made = busy_snapshot()
    made["requests"][0]["name"] = "/\ud800\u4e2d\x00"
    _report.write(tmp_path / "r.json", Metrics(made))
    names = [row["name"] for row in json.loads((tmp_path / "r.json").read_text())["requests"]]
    assert "/\ud800\u4e2d\x00" in names


@pytest.mark.parametrize("name", ["missing/r.json", "folder"])
def test_what_cannot_be_written_is_said_before(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(_report.ReportError):
        _report.check_writable(tmp_path / name)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_read_only_places_are_said_before(tmp_path: Path) -> None:
    (tmp_path / "r.json").write_text("")
    (tmp_path / "r.json").chmod(0o444)
    with pytest.raises(_report.ReportError, match="read-only"):
        _report.check_writable(tmp_path / "r.json")
    tmp_path.chmod(0o555)
    with pytest.raises(_report.ReportError, match="cannot write in"):
        _report.check_writable(tmp_path / "other.json")
    tmp_path.chmod(0o755)
