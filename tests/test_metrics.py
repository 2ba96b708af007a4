"""The metrics object over snapshots made by hand."""

from __future__ import annotations

import json
from datetime import datetime, timezone

import pytest
from fakes import busy_snapshot, request, snapshot, task, times

from goose._metrics import REPORT_VERSION, Metrics, Run
from goose._options import validate


def test_rows_and_totals() -> None:
    metrics = Metrics(busy_snapshot())
    assert [row.label for row in metrics.requests] == ["GET /", "GET /about/", "POST /login"]
    total = metrics.total
    assert (total.count, total.failures, total.redirects, total.resent, total.cut_off) == (
        2008,
        1,
        3,
        1,
        2,
    )
    assert total.per_second == pytest.approx(200.8)
    assert total.failures_per_second == pytest.approx(0.1)
    assert total.status_codes == {200: 2007, 404: 1}
    assert (total.minimum, total.maximum, total.median) == (0.052, 1254.0, 0.052)
    assert total.percentile(99.9) == 14.0
    assert [(row.user_class, row.name) for row in metrics.tasks] == [
        ("WebsiteUser", "on_start"),
        ("WebsiteUser", "index"),
        ("WebsiteUser", "never"),
        ("Reader", "look"),
    ]
    assert metrics.tasks_total.count == 2002
    assert metrics.users == 8
    assert metrics.failed
    assert not metrics.interrupted


def test_requests_of_test_start_and_stop_are_apart() -> None:
    metrics = Metrics(busy_snapshot())
    assert [row.name for row in metrics.test_start] == ["/prepare"]
    assert [row.name for row in metrics.test_stop] == ["/clean"]
    assert "/prepare" not in [row.name for row in metrics.requests]


def test_any_failure_makes_a_run_failed() -> None:
    assert not Metrics(snapshot()).failed
    assert not Metrics(snapshot(requests=[request(values_ms=[1.0])])).failed
    assert Metrics(snapshot(requests=[request(values_ms=[1.0], failures=1)])).failed
    assert Metrics(snapshot(tasks=[task("a", 0, values_ms=[1.0], failures=1)])).failed
    late = request(kind="test_stop", values_ms=[1.0], failures=1)
    assert Metrics(snapshot(requests=[late])).failed


def test_nothing_counted_divides_nothing() -> None:
    total = Metrics(snapshot(elapsed_s=0.0)).total
    figures = (total.count, total.per_second, total.average, total.median, total.percentile(99))
    assert figures == (0, 0.0, 0.0, 0.0, 0.0)


def test_a_percentile_is_from_0_to_100() -> None:
    total = Metrics(busy_snapshot()).total
    assert total.percentile(0) == total.minimum
    assert total.percentile(100) == total.maximum
    for p in (-1, 100.1, float("nan")):
        with pytest.raises(ValueError, match="percentile"):
            total.percentile(p)


def test_merging_leaves_the_rows_alone() -> None:
    made = snapshot(requests=[request("/a", values_ms=[1.0]), request("/b", values_ms=[2.0])])
    assert Metrics(made).total.times.count == Metrics(made).total.times.count == 2
    assert made["requests"][0]["times"].count == 1
    assert made["connect_times"].count == 0


def test_the_other_row_is_last() -> None:
    rows = [request("(other)", "", values_ms=[1.0]), request("/z", "PUT", values_ms=[1.0])]
    assert [row.name for row in Metrics(snapshot(requests=rows)).requests] == ["/z", "(other)"]


def test_errors_come_most_frequent_first() -> None:
    assert [row.count for row in Metrics(busy_snapshot()).errors] == [7, 1]


def test_the_report_body() -> None:
    when = datetime(2026, 5, 17, 7, 9, 5, tzinfo=timezone.utc)
    run = Run(validate(seed=5, lanes=2, users=8), ("http://localhost:8080",), when, when, True)
    body = json.loads(json.dumps(Metrics(busy_snapshot(), run).to_dict(), allow_nan=False))
    assert body["version"] == REPORT_VERSION
    assert (body["seed"], body["lanes"], body["users"], body["interrupted"]) == (5, 2, 8, True)
    assert body["started_at"] == "2026-05-17T07:09:05+00:00"
    assert body["hosts"] == ["http://localhost:8080"]
    about = body["requests"][1]
    assert (about["method"], about["name"], about["count"], about["failures"]) == (
        "GET",
        "/about/",
        4,
        1,
    )
    assert about["per_s"] == pytest.approx(0.4)
    assert about["maximum_ms"] == 14.0
    assert about["status_codes"] == {"200": 3, "404": 1}
    assert list(about["percentiles_ms"]) == ["50", "75", "90", "95", "98", "99", "99.9", "99.99"]
    assert body["total"]["received_bytes"] == 2_000_000
    assert body["tasks"][2]["average_ms"] is None
    assert body["tasks"][0]["user_class"] == "WebsiteUser"
    assert body["errors"][1] == {
        "method": "GET",
        "name": "/about/",
        "text": "404 Not Found",
        "count": 1,
    }
    assert body["connect"]["count"] == 2
    assert body["client"]["held_lanes"][0]["longest_s"] == 0.25


def test_repr_is_short_and_says_the_main_figures() -> None:
    metrics = Metrics(busy_snapshot(), Run(interrupted=True))
    assert repr(metrics).startswith("<Metrics: 2,008 requests in 10 s (200.8/s), 1 failed")
    assert repr(metrics).endswith(", interrupted>")
    assert repr(metrics.requests[0]).startswith("<RequestRow GET /: 2,000 (200.0/s), 0 failed")
    assert "PER REQUEST METRICS" in str(metrics)


def test_html_is_escaped_and_bounded() -> None:
    rows = [request(f"/<b>{n}", values_ms=[1.0]) for n in range(500)]
    html = Metrics(snapshot(requests=rows, connect_times=times()))._repr_html_()
    assert "&lt;b&gt;" in html
    assert "<b>" not in html
    assert html.count("<tr>") < 60
    assert "Aggregated" in html
