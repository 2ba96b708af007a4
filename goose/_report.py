"""The JSON report: a file that is either whole or not there."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from goose._metrics import Metrics


class ReportError(OSError):
    """The report could not be written; the text names the file and the reason."""


def check_writable(path: Path) -> None:
    """Raises ``ReportError`` if a report could not be written to ``path`` now. Leaves no trace."""
    target = _resolved(path)
    if target.is_dir():
        raise ReportError(f"{path} is a folder")
    if not target.parent.is_dir():
        raise ReportError(f"there is no folder {target.parent}")
    if target.exists() and not os.access(target, os.W_OK):
        raise ReportError(f"{path} is read-only")
    try:
        descriptor, name = _temporary(target)
        os.close(descriptor)
        os.unlink(name)
    except OSError as error:
        raise ReportError(f"cannot write in {target.parent}: {error.strerror}") from error


def render(metrics: Metrics, hatching: Metrics | None = None) -> str:
    """The text of the report, ASCII."""
    import json

    body = metrics.to_dict()
    if hatching is not None:
        body["hatching"] = hatching.to_dict()
    return json.dumps(body, indent=2, allow_nan=False) + "\n"


def write(path: Path, metrics: Metrics, hatching: Metrics | None = None) -> None:
    """Writes ``metrics.to_dict()`` to ``path``, through a temporary file in the same folder.

    ``hatching`` are the metrics from before the reset; they come under the key ``hatching``.
    Raises ``ReportError``; then a file of this name from before is untouched.
    """
    text = render(metrics, hatching)
    target = _resolved(path)
    name = ""
    try:
        descriptor, name = _temporary(target)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, _mode(target))
        os.replace(name, target)
    except OSError as error:
        if name:
            with contextlib.suppress(OSError):
                os.unlink(name)
        raise ReportError(f"the report {path} was not written: {error.strerror}") from error


def _resolved(path: Path) -> Path:
    """``path`` with its links followed: the rename must not replace a link."""
    return type(path)(os.path.realpath(path))


def _temporary(target: Path) -> tuple[int, str]:
    import tempfile  # costs memory that importing goose must not

    return tempfile.mkstemp(prefix=f".{target.name[:100]}.", suffix=".tmp", dir=target.parent)


def _mode(target: Path) -> int:
    """The permissions for the new file: those of the old one, else what the umask leaves."""
    try:
        return target.stat().st_mode & 0o777
    except OSError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask
