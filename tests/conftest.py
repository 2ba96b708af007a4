"""Fixtures of the tests that run attacks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from helpers import CliRun, RunCli, Target, bounded, running_cli, running_target

TEST_S = 60.0


@pytest.fixture(autouse=True)
def _bounded() -> Iterator[None]:
    """No test takes longer than a minute, and none leaves an attack behind."""
    from goose import _attack

    try:
        with bounded(TEST_S):
            yield
    finally:
        for handle in list(_attack._running):
            handle.stop("the test is over")
            handle.wait(10.0)


@pytest.fixture(scope="session")
def shared_target() -> Iterator[Target]:
    """The plain target of the session."""
    with running_target() as target:
        yield target


@pytest.fixture
def target(shared_target: Target) -> Target:
    """The plain target, its counters at zero."""
    shared_target.reset()
    return shared_target


@pytest.fixture(scope="session")
def shared_tls_target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """The https target of the session."""
    cert_file = tmp_path_factory.mktemp("tls") / "target.pem"
    with running_target(cert_file=str(cert_file)) as target:
        yield target


@pytest.fixture
def tls_target(shared_tls_target: Target) -> Target:
    """The https target, its counters at zero; ``cert_file`` is what verifies it."""
    shared_tls_target.reset()
    return shared_tls_target


@pytest.fixture
def run_cli(tmp_path: Path) -> RunCli:
    """``run_cli(*arguments, script=text or path, timeout=..., report=True, env=...)`` runs
    ``python -m goose`` to its end and gives a ``CliRun``."""

    def run(
        *arguments: str,
        script: str | Path | None = None,
        timeout: float = 20.0,
        report: bool = True,
        env: Mapping[str, str] | None = None,
        limits: Callable[[], None] | None = None,
    ) -> CliRun:
        with running_cli(
            tmp_path, *arguments, script=script, report=report, env=env, limits=limits
        ) as cli:
            return cli.end(timeout)

    return run
