from __future__ import annotations

from http import HTTPStatus

import pytest
from actionary.codes import CLIENT, COMMON, IN_PROCESS, RESERVED_STATUSES, RETRYABLE_STATUSES
from actionary.names import is_name

ALL = [*COMMON.items(), *CLIENT.items()]
NGINX_CLIENT_CLOSED = 499


@pytest.mark.parametrize(("name", "code"), ALL)
def test_a_code_stands_under_its_name_and_says_what_it_means(name, code):
    assert code.name == name
    assert is_name(name)
    assert code.meaning.endswith(".")
    assert "\n" not in code.meaning


def test_no_name_is_of_both_kinds():
    assert not COMMON.keys() & CLIENT.keys()


@pytest.mark.parametrize("code", COMMON.values())
def test_a_common_code_has_a_status_of_an_error(code):
    assert 400 <= code.status <= 599
    assert code.status in {*HTTPStatus, NGINX_CLIENT_CLOSED}


@pytest.mark.parametrize("code", CLIENT.values())
def test_a_code_of_the_client_has_no_status(code):
    assert code.status == 0


def test_the_codes_that_may_succeed_later():
    both = {**COMMON, **CLIENT}
    assert {name for name, code in both.items() if code.retryable} == {
        *("rate_limited", "timeout", "unavailable"),
        *("network_error", "client_timeout"),
    }


def test_what_never_travels_is_a_common_code():
    assert COMMON.keys() >= IN_PROCESS


def test_domain_errors_may_not_have_statuses_that_proxies_and_callers_act_on():
    assert {401, 405, 413, 415, 428, 429} == RESERVED_STATUSES
    assert not RESERVED_STATUSES & RETRYABLE_STATUSES
