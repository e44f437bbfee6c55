"""Rates as a definition writes them."""

from __future__ import annotations

import pytest
from actionary.rates import Rate, read_rates
from limits import parse_many


@pytest.mark.parametrize(
    "text",
    [
        "10/minute",
        "10 per minute",
        "10per minute",
        "1/second",
        "5/2hours",
        "5 per 2 days",
        " 7 / 3 MINUTES ",
        "100/month",
        "1000 per year",
        "10/second;100/minute",
        "10/second, 100 per minute | 5000/5days",
    ],
)
def test_the_notation_means_what_it_means_to_limits(text):
    theirs = sorted((item.get_expiry(), item.amount) for item in parse_many(text))
    assert [(rate.seconds, rate.calls) for rate in read_rates(text)] == theirs


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", "has '', which is no rate"),
        ("10", "is no rate"),
        ("10/fortnight", "is no rate"),
        ("-1/minute", "is no rate"),
        ("1.5/minute", "is no rate"),
        ("10/minute;", "has '', which is no rate"),
        ("10/minute/hour", "is no rate"),
        ("10/\u017fecond", "is no rate"),
        ("٣/minute", "is no rate"),
        ("9999999999/minute", "is no rate"),
        ("10/s", "is no rate"),
        ("0/minute", "lets nobody call"),
        ("10/0 minutes", "lets nobody call"),
        ("10/minute;20/60 seconds", "10 calls per minute and 20 calls per minute, of which only the smaller"),
    ],
)
def test_what_is_no_rate_is_refused(text, wrong):
    with pytest.raises(ValueError, match=wrong):
        read_rates(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("10/minute", "10 calls per minute"),
        ("1/second", "1 call per second"),
        ("2000/90 seconds", "2,000 calls per 90 seconds"),
        ("3/2 hours", "3 calls per 2 hours"),
        ("3/month", "3 calls per 30 days"),
    ],
)
def test_a_rate_says_what_it_is(text, said):
    assert str(read_rates(text)[0]) == said


def test_the_rate_for_the_shortest_time_comes_first():
    assert read_rates("100/hour;2/second") == (Rate(2, 1), Rate(100, 3600))
