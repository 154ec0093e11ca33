"""Sign-in: after five failures an account rests for a quarter of an hour, whatever is typed."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import authenticate

from ledger.clock import at
from tests.cast import PASSWORD, Cast, day


def tries(password: str, times: int = 1, username: str = "stranger") -> Any:
    found = None
    for _turn in range(times):
        found = authenticate(username=username, password=password)
    return found


def test_an_account_rests_after_five_failures(cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    with at(day("2026-09-17", "10:00")):
        assert tries("wrong", 5) is None
        assert tries(PASSWORD) is None
    with at(day("2026-09-17", "10:14")):
        assert tries(PASSWORD) is None
    with at(day("2026-09-17", "10:15")):
        assert tries(PASSWORD) is not None
    assert PASSWORD not in caplog.text
    assert "wrong" not in caplog.text


def test_a_success_begins_anew(cast: Cast) -> None:
    with at(day("2026-09-17")):
        for _turn in range(3):
            assert tries("wrong", 4) is None
            assert tries(PASSWORD) is not None


def test_others_are_not_locked(cast: Cast) -> None:
    with at(day("2026-09-17")):
        tries("wrong", 9)
        other = cast.trader.users["head"].username
        assert tries(PASSWORD, username=other) is not None
        assert tries(PASSWORD, username="nobody-at-all") is None


def test_an_account_put_to_rest_does_not_sign_in(cast: Cast) -> None:
    user = cast.trader.users["head"]
    user.is_active = False
    user.save()
    assert tries(PASSWORD, username=user.username) is None
