"""The metrics as small HTML tables, for notebooks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from goose import _figures
from goose._metrics import Metrics, Row

_MOST = 50


def html_tables(metrics: Metrics) -> str:
    """Requests, tasks and errors as HTML; every name is escaped. At most 50 rows a table."""
    heads = ("# reqs", "# fails", "req/s", "Avg (ms)", "Min", "Max", "Median", "99%", "99.9%")
    parts = [f"<p>{escape(repr(metrics)[1:-1])}</p>"]
    requests = [(row.label, row) for row in metrics.requests]
    parts.append(_table(("Request", *heads), _rows([*requests, ("Aggregated", metrics.total)])))
    if metrics.tasks:
        tasks: list[tuple[str, Row]] = [
            (f"{row.user_class}: {row.name}", row) for row in metrics.tasks
        ]
        heads = ("# runs", "# fails", "task/s", *heads[3:])
        total = ("Aggregated", metrics.tasks_total)
        parts.append(_table(("Task", *heads), _rows([*tasks, total])))
    if metrics.errors:
        errors = [
            [f"{row.method} {row.name}: {row.text}", _figures.whole(row.count)]
            for row in metrics.errors[:_MOST]
        ]
        parts.append(_table(("Error", "Count"), errors))
    parts += [f"<p>{escape(warning)}</p>" for warning in metrics.warnings]
    return "\n".join(parts)


def _rows(rows: Sequence[tuple[str, Row]]) -> list[list[str]]:
    shown = rows if len(rows) <= _MOST else [*rows[: _MOST - 1], rows[-1]]
    return [
        [
            label,
            _figures.whole(row.count),
            _figures.failures(row.failures, row.count),
            _figures.rate(row.per_second),
            *(
                _figures.milliseconds(value) if row.times.count else "-"
                for value in (
                    row.average,
                    row.minimum,
                    row.maximum,
                    row.median,
                    row.percentile(99),
                    row.percentile(99.9),
                )
            ),
        ]
        for label, row in shown
    ]


def _table(heads: Iterable[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["<table>", "<tr>" + "".join(f"<th>{escape(head)}</th>" for head in heads) + "</tr>"]
    for name, *cells in rows:
        figures = "".join(f'<td style="text-align:right">{escape(cell)}</td>' for cell in cells)
        lines.append(f'<tr><td style="text-align:left">{escape(name)}</td>{figures}</tr>')
    lines.append("</table>")
    return "\n".join(lines)
