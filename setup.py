"""Builds the two extension modules; everything else stands in pyproject.toml."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from setuptools import Extension, setup

HERE = Path(__file__).parent
VERSION = "0.1.0"

# pkg-config name -> Debian package
LIBRARIES = {"libuv": "libuv1-dev", "openssl": "libssl-dev", "zlib": "zlib1g-dev"}


def missing_packages() -> list[str]:
    """The Debian packages that the build needs and this machine lacks."""
    missing = [] if shutil.which("pkg-config") else ["pkg-config"]
    if not any(shutil.which(name) for name in (os.environ.get("CC", "cc"), "gcc", "clang")):
        missing.append("gcc")
    if not missing or missing == ["gcc"]:
        for library, package in LIBRARIES.items():
            if subprocess.run(["pkg-config", "--exists", library], check=False).returncode:
                missing.append(package)
    else:
        missing += LIBRARIES.values()
    return missing


def pkg_config(flag: str) -> list[str]:
    command = ["pkg-config", flag, *LIBRARIES]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()


def greenlet_include() -> str:
    import greenlet

    header = Path(greenlet.__file__).parent / "greenlet.h"
    if not header.exists():
        sys.exit("goose-py: this greenlet ships no greenlet.h; install greenlet>=2.0 from PyPI")
    return str(header.parent.parent)


def sources(*folders: str) -> list[str]:
    found = []
    for folder in folders:
        for path in sorted((HERE / "csrc" / folder).glob("*.c")):
            if not path.name.endswith(("_test.c", "_fuzz.c")) and path.name != "main.c":
                found.append(str(path.relative_to(HERE)))
    return found


def extensions() -> list[Extension]:
    missing = missing_packages()
    if missing:
        sys.exit(
            f"goose-py: cannot build without {', '.join(missing)}.\n"
            f"On Debian or Ubuntu: apt-get install {' '.join(missing)} (as root)\n"
            "elsewhere: a C compiler, pkg-config, libuv >= 1.40, OpenSSL >= 3.0, zlib, with headers"
        )
    common: dict[str, object] = {
        "define_macros": [("_GNU_SOURCE", None), ("GS_VERSION", f'"{VERSION}"')],
        "extra_compile_args": [
            "-std=c11",
            "-O2",
            "-g",
            "-Wall",
            "-Wextra",
            "-fvisibility=hidden",
            *(["-Werror"] if os.environ.get("GOOSE_WERROR") else []),
            *pkg_config("--cflags"),
            *os.environ.get("GOOSE_CFLAGS", "").split(),
        ],
        "extra_link_args": [
            *pkg_config("--libs"),
            "-lm",
            "-lpthread",
            *os.environ.get("GOOSE_LDFLAGS", "").split(),
        ],
    }
    headers = [str(p.relative_to(HERE)) for p in sorted((HERE / "csrc").rglob("*.h"))]
    target_module = "csrc/py/target_module.c"
    engine = sources("base", "plan", "stat", "net", "engine", "py")
    engine.remove(target_module)
    return [
        Extension(
            "goose._engine",
            engine,
            include_dirs=["csrc", greenlet_include()],
            depends=headers,
            **common,  # type: ignore[arg-type]
        ),
        Extension(
            "goose._target",
            [*sources("base", "stat", "net", "target"), target_module],
            include_dirs=["csrc"],
            depends=headers,
            **common,  # type: ignore[arg-type]
        ),
    ]


setup(ext_modules=extensions())
