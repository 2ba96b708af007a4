"""The tables printed at the end and while running: metrics in, text out.

80 columns as long as the figures fit; a figure that does not makes its line longer, never wrong.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from goose import _figures
from goose._duration import format_duration
from goose._metrics import PERCENTILES, Metrics, RequestRow, Row, Times, goose_version

_WIDTH = 78
_NAME = 24
_COUNTS = (13, 14, 8, 7)
_TIMES = (11, 10, 11, 10)
_CODES = (51,)
_PERCENTILE_NAME = 20
_PERCENTILE = 7
_MOST_ERRORS = 50
_MOST_HELD = 10

_RULE = " " + "-" * _WIDTH

_Named = tuple[str, Times]


def final_tables(metrics: Metrics, status_codes: bool = False) -> str:
    """All tables of a finished run, the overview included."""
    return running_tables(metrics, status_codes) + "\n" + overview_table(metrics)


def running_tables(metrics: Metrics, status_codes: bool = False) -> str:
    """The tables of tasks, requests, status codes (when asked) and errors."""
    parts = [task_tables(metrics), request_tables(metrics)]
    if status_codes:
        parts.append(status_code_table(metrics))
    parts += [
        special_table("TEST START", metrics.test_start),
        special_table("TEST STOP", metrics.test_stop),
        error_table(metrics),
    ]
    return "\n".join(part for part in parts if part)


def task_tables(metrics: Metrics) -> str:
    """Runs, fails, rates and times of each task, in the order of definition, run or not."""
    heads = ("# times run", "# fails", "task/s", "fail/s")
    total = metrics.tasks_total
    lines = [*_section("PER TASK METRICS"), *_head(heads, _COUNTS)]
    lines += _per_class(metrics, _counts, _COUNTS)
    if len(metrics.tasks) != 1:
        lines += [_between(_COUNTS), _line("Aggregated", _counts(total), _COUNTS)]
    lines += _head(("Avg (ms)", "Min", "Max", "Median"), _TIMES)
    lines += _per_class(metrics, _times, _TIMES)
    if len(metrics.tasks) != 1:
        lines += [_between(_TIMES), _line("Aggregated", _times(total), _TIMES)]
    if total.cut_off:
        lines += [_RULE, f" Cut off at the end: {_figures.whole(total.cut_off)}"]
    return _text(lines)


def request_tables(metrics: Metrics) -> str:
    """Counts, fails, rates, times and percentiles of each request, and of connecting."""
    rows = list(metrics.requests)
    if len(rows) != 1:
        rows.append(metrics.total)
    lines = [*_section("PER REQUEST METRICS")]
    lines += _head(("# reqs", "# fails", "req/s", "fail/s"), _COUNTS)
    lines += _closed([_line(row.label, _counts(row), _COUNTS) for row in rows], _between(_COUNTS))
    connecting = list(_connecting(metrics))
    lines += _head(("Avg (ms)", "Min", "Max", "Median"), _TIMES)
    lines += _closed([_line(row.label, _times(row), _TIMES) for row in rows], _between(_TIMES))
    if connecting:
        lines.append(_between(_TIMES))
        lines += [_line(name, _times(times), _TIMES) for name, times in connecting]
    lines += [_RULE, " Slowest page load within specified percentile of requests (in ms):"]
    lines += _percentiles([(row.label, row) for row in rows], connecting)
    if extras := _extras(metrics.total):
        lines += [_RULE, " " + extras]
    return _text(lines)


def status_code_table(metrics: Metrics) -> str:
    """How often each request got which status code; 0 is no answer."""
    lines = [*_section("STATUS CODES"), *_head(("Status codes",), _CODES)]
    for row in [*metrics.requests, metrics.total]:
        if row is metrics.total:
            lines.append(_between(_CODES))
        codes = [f"{_figures.whole(count)} [{code}]" for code, count in row.status_codes.items()]
        name = row.label
        for part in textwrap.wrap(", ".join(codes), _CODES[0]) or ["-"]:
            lines.append(_line(name, (part,), _CODES))
            name = ""
    return _text(lines)


def special_table(title: str, rows: Sequence[RequestRow]) -> str:
    """The requests made before or after the attack itself; empty if there were none."""
    if not rows:
        return ""
    widths = (9, 14, 10, 9)
    lines = [*_section(title), *_head(("# reqs", "# fails", "Avg (ms)", "Max"), widths)]
    for row in rows:
        average, _, greatest, _ = _times(row)
        cells = (*_counts(row)[:2], average, greatest)
        lines.append(_line(row.label, cells, widths))
    return _text(lines)


def error_table(metrics: Metrics) -> str:
    """Each error text with its count, the most frequent first; empty if there were none."""
    if not metrics.errors:
        return ""
    lines = [*_section("ERRORS"), " Count       | Error", _RULE]
    for error in metrics.errors[:_MOST_ERRORS]:
        text = _figures.clean(f"{error.method} {error.name}: {error.text}".strip())
        wrapped = textwrap.wrap(text, _WIDTH - 14, break_long_words=True) or [""]
        lines.append(f" {_figures.whole(error.count):<12}  {wrapped[0]}")
        lines += [" " * 15 + rest for rest in wrapped[1:]]
    if len(metrics.errors) > _MOST_ERRORS:
        more = len(metrics.errors) - _MOST_ERRORS
        lines.append(f" ... and {_figures.whole(more)} more texts (--report-file has them all)")
    return _text(lines)


def overview_table(metrics: Metrics) -> str:
    """When, where, with what, and what made the client slow."""
    run, options = metrics.run, metrics.run.options
    lines = [*_section("OVERVIEW")]
    if run.started_at:
        lines.append(_fact("Started", _moment(run.started_at)))
    if run.stopped_at:
        lines.append(_fact("Stopped", _moment(run.stopped_at)))
    reset = ", since all users were hatched" if metrics.snapshot["resets"] else ""
    lines.append(_fact("Counted", f"{format_duration(metrics.duration_s)}{reset}"))
    hatched = _figures.whole(metrics.users)
    if metrics.users != metrics.users_wanted:
        hatched += f" of {_figures.whole(metrics.users_wanted)} hatched"
    lines.append(_fact("Users", hatched))
    for host in run.hosts:
        lines.append(_fact("Target host", _figures.clean(host)))
    lines += _traffic(metrics.total)
    lines += _client(metrics)
    tool = f"goose-py {goose_version()}"
    if options:
        lanes = "lane" if options.lanes == 1 else "lanes"
        tool += f", {options.lanes} {lanes}, seed {options.seed}"
    lines.append(_fact("Tool", tool))
    if metrics.interrupted:
        lines.append(_fact("Interrupted", "the figures are those up to then"))
    for warning in metrics.warnings:
        lines += _wrapped("Warning", warning)
    return _text(lines)


# --- Cells. -------------------------------------------------------------------------------------


def _counts(row: Row) -> tuple[str, ...]:
    return (
        _figures.whole(row.count),
        _figures.failures(row.failures, row.count),
        _figures.rate(row.per_second),
        _figures.rate(row.failures_per_second),
    )


def _times(row: Times) -> tuple[str, ...]:
    if row.times.count == 0:
        return ("-",) * 4
    return tuple(
        _figures.milliseconds(value)
        for value in (row.average, row.minimum, row.maximum, row.median)
    )


def _connecting(metrics: Metrics) -> Iterator[_Named]:
    """The lines for connections made and TLS handshakes, where there were any."""
    if made := metrics.connect.times.count:
        yield f"TCP connect ({_figures.whole(made)})", metrics.connect
    if made := metrics.tls.times.count:
        yield f"TLS shake ({_figures.whole(made)})", metrics.tls


def _extras(total: RequestRow) -> str:
    """Redirects, resent and cut off, those that are not zero."""
    facts = (
        ("Redirects followed", total.redirects),
        ("Resent", total.resent),
        ("Cut off at the end", total.cut_off),
    )
    return ", ".join(f"{name}: {_figures.whole(count)}" for name, count in facts if count)


def _traffic(total: RequestRow) -> list[str]:
    if not total.bytes_sent and not total.bytes_received:
        return []
    sent, received = _figures.size(total.bytes_sent), _figures.size(total.bytes_received)
    return [_fact("Traffic", f"{sent} sent, {received} received")]


def _client(metrics: Metrics) -> list[str]:
    client, lines = metrics.client, []
    passes = client.python_passes
    if passes.times.count:
        figures = (passes.average, passes.percentile(99), passes.maximum)
        average, most, greatest = (_figures.milliseconds(value) for value in figures)
        counted = _figures.whole(passes.times.count)
        text = f"{counted} passes, avg {average} ms, 99% {most} ms, max {greatest} ms"
        lines.append(_fact("Python", text))
    programs = metrics.programs
    if programs.requests:
        total = metrics.total.count + metrics.total.cut_off
        share = f" of {_figures.whole(total)}" if total else ""
        text = f"{_figures.whole(programs.requests)}{share} requests came from compiled tasks"
        if programs.islands or programs.slow:
            text += (
                f"; {_figures.whole(programs.islands)} islands and "
                f"{_figures.whole(programs.slow)} steps ran as Python, "
                f"{format_duration(programs.python_s)} with the GIL"
            )
        lines += _wrapped("Compiled", text)
    if client.gc_longest_ms > 0:
        longest = _figures.milliseconds(client.gc_longest_ms)
        lines.append(_fact("", f"garbage collection took {longest} ms at most"))
    for held in client.held[:_MOST_HELD]:
        seconds = format_duration(held["seconds"])
        text = (
            f"user {held['user']} held its lane for {seconds}"
            f"{' at most' if held['count'] > 1 else ''}, {_figures.whole(held['count'])} "
            f"{'times' if held['count'] > 1 else 'time'}, at {held['file']}:{held['line']}"
        )
        lines += _wrapped("Held", text)
    if len(client.held) > _MOST_HELD:
        lines.append(_fact("", f"and at {len(client.held) - _MOST_HELD} more places"))
    dropped = (
        (client.dropped_users, "users ended before the attack did"),
        (client.dropped_names, "requests whose names were too many: see (other)"),
        (client.dropped_errors, "errors whose texts were too many: see (other)"),
    )
    lines += [_fact("Dropped", f"{_figures.whole(n)} {what}") for n, what in dropped if n]
    return lines


# --- Lines. -------------------------------------------------------------------------------------


def _section(title: str) -> list[str]:
    return [f" === {title} ===", _RULE]


def _head(heads: Sequence[str], widths: Sequence[int]) -> list[str]:
    return [_RULE, _line("Name", heads, widths), _RULE]


def _line(name: str, cells: Sequence[str], widths: Sequence[int]) -> str:
    figures = [f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True)]
    return " " + " | ".join([_figures.left(name, _NAME), *figures])


def _between(widths: Sequence[int]) -> str:
    return " " + "-+-".join(["-" * _NAME, *("-" * width for width in widths)])


def _closed(lines: list[str], rule: str) -> list[str]:
    """``lines`` with a rule before the last one, the aggregate, if there is more than one."""
    return [*lines[:-1], rule, lines[-1]] if len(lines) > 1 else lines


def _per_class(
    metrics: Metrics, cells: Callable[[Row], tuple[str, ...]], widths: Sequence[int]
) -> list[str]:
    """A heading for each user class and under it its tasks, numbered from 1."""
    lines: list[str] = []
    classes = list(dict.fromkeys(row.user_class for row in metrics.tasks))
    for number, name in enumerate(classes, 1):
        lines.append(" " + _figures.left(f"{number}: {name}", _NAME) + " |")
        tasks = (row for row in metrics.tasks if row.user_class == name)
        for place, row in enumerate(tasks, 1):
            lines.append(_line(f"  {place}: {row.name}", cells(row), widths))
    return lines


def _percentiles(rows: Sequence[_Named], connecting: Sequence[_Named]) -> list[str]:
    heads = "".join(f"{f'{p:g}%':>{_PERCENTILE}}" for p in PERCENTILES)
    between = " " + "-" * (_PERCENTILE_NAME + 1) + "+" + "-" * (_PERCENTILE * len(PERCENTILES))
    lines = [_RULE, " " + _figures.left("Name", _PERCENTILE_NAME) + " |" + heads, _RULE]
    lines += _closed([_percentile_line(name, times) for name, times in rows], between)
    if connecting:
        lines.append(between)
        lines += [_percentile_line(name, times) for name, times in connecting]
    return lines


def _percentile_line(name: str, times: Times) -> str:
    some = times.times.count > 0
    cells = (_figures.milliseconds(times.percentile(p)) if some else "-" for p in PERCENTILES)
    figures = "".join(f"{cell:>{_PERCENTILE}}" for cell in cells)
    return " " + _figures.left(name, _PERCENTILE_NAME) + " |" + figures


def _fact(name: str, text: str) -> str:
    return f" {name:<12} {text}"


def _wrapped(name: str, text: str) -> list[str]:
    first, *rest = textwrap.wrap(_figures.clean(text), _WIDTH - 13) or [""]
    return [_fact(name, first), *(_fact("", more) for more in rest)]


def _moment(when: datetime) -> str:
    return when.strftime("%Y-%m-%d %H:%M:%S")


def _text(lines: list[str]) -> str:
    """The lines as text, closed with a rule, never two rules after one another."""
    kept: list[str] = []
    for line in [*lines, _RULE]:
        if not (line == _RULE and kept and kept[-1] == _RULE):
            kept.append(line)
    return "\n".join(kept) + "\n"
