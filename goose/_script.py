"""Loading a script: the file that the command line was given."""

from __future__ import annotations

import importlib.util
import sys
import traceback
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from goose._patches import Patches
from goose.exception import ScriptError
from goose.user import User

_HERE = Path(__file__).resolve().parent


class Script(NamedTuple):
    """A loaded script; its user classes in the order of the file."""

    module: ModuleType
    user_classes: list[type[User]]


def load(path: Path) -> Script:
    """Imports the file. ScriptError says where and why it cannot be used."""
    module = _import(path.resolve())
    classes = [item for item in vars(module).values() if _is_user_class(item)]
    unique = list(dict.fromkeys(classes))
    if not unique:
        raise ScriptError(
            f"{path}: no user class; derive one: class WebsiteUser(HttpUser), with a @task"
        )
    return Script(module, unique)


def _is_user_class(item: object) -> bool:
    return isinstance(item, type) and issubclass(item, User) and not item.abstract


def _import(path: Path) -> ModuleType:
    folder = str(path.parent)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    name = path.stem if path.stem.isidentifier() else "goose_script"
    if name in sys.modules:
        name = f"goose_script_{name}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ScriptError(f"{path}: a script must be a Python file, NAME.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        with Patches():
            spec.loader.exec_module(module)
    except BaseException as error:
        del sys.modules[name]
        if isinstance(error, KeyboardInterrupt):
            raise
        raise ScriptError(_describe(path, error)) from None
    return module


def _describe(path: Path, error: BaseException) -> str:
    """``file:line: what``, with the script's own part of the traceback."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno}: {type(error).__name__}: {error.msg}"
    frames = traceback.extract_tb(error.__traceback__)
    own = [i for i, frame in enumerate(frames) if Path(frame.filename) == path]
    if not own:
        return f"{path}: {type(error).__name__}: {error}"
    first = frames[own[-1]]
    text = f"{path}:{first.lineno}: {type(error).__name__}: {error}"
    deeper = [f for f in frames[own[0] :] if Path(f.filename).parent != _HERE]
    if len(deeper) > 1:
        text += "\n" + "".join(traceback.format_list(deeper)).rstrip()
    return text
