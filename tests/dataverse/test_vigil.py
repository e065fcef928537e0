"""Answers that never end are ended; connections that are cut are not mistaken for requests that were never sent."""

from __future__ import annotations

import ssl
import threading
import time

import pytest
import requests
import urllib3.exceptions as u3

from onteg_dynamics.dataverse import vigil as module
from onteg_dynamics.dataverse.transport import _never_sent
from onteg_dynamics.dataverse.vigil import Vigil


class Answer:
    def __init__(self) -> None:
        self.ended = threading.Event()

    def shutdown(self) -> None:
        self.ended.set()
        raise ValueError("it has no connection any more")


def test_only_what_is_late_is_ended() -> None:
    now = [0.0]
    vigil = Vigil(lambda: now[0])
    late, early, done = Answer(), Answer(), Answer()
    watched = [vigil.begin(late, 10), vigil.begin(early, 100), vigil.begin(done, 10)]
    assert not vigil.end(watched[2])
    now[0] = 11.0
    assert late.ended.wait(10)
    assert vigil.end(watched[0])
    assert not vigil.end(watched[1])
    assert not early.ended.is_set()
    assert not done.ended.is_set()
    vigil.close()


def test_its_thread_ends_with_it_and_begins_anew() -> None:
    vigil = Vigil()
    for _ in range(2):
        vigil.end(vigil.begin(Answer(), 100))
        thread = vigil._thread
        assert thread is not None
        assert thread.is_alive()
        vigil.close()
        assert not thread.is_alive()
    vigil.close()


def test_an_answer_that_begins_while_it_is_closed_does_not_keep_it_open(monkeypatch: pytest.MonkeyPatch) -> None:
    vigil = Vigil()
    vigil.begin(Answer(), 100)
    old = vigil._thread
    assert old is not None
    join = old.join

    def begun_meanwhile() -> None:
        vigil.begin(Answer(), 100)
        join(10)

    monkeypatch.setattr(old, "join", begun_meanwhile)
    vigil.close()
    assert not old.is_alive()
    vigil.close()


def test_answers_that_come_one_after_the_other_do_not_wake_its_thread() -> None:
    looks: list[str] = []

    def clock() -> float:
        looks.append(threading.current_thread().name)
        return 0.0

    vigil = Vigil(clock)
    for _ in range(100):
        watched = vigil.begin(Answer(), 100)
        time.sleep(0.001)
        vigil.end(watched)
    vigil.close()
    assert looks.count("onteg-vigil") < 20


def test_its_thread_that_rests_is_woken_by_the_next_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_STEP", 0.01)
    now = [0.0]
    vigil = Vigil(lambda: now[0])
    vigil.end(vigil.begin(Answer(), 10))
    while not vigil._is_resting:
        time.sleep(0.01)
    late = Answer()
    watched = vigil.begin(late, 10)
    now[0] = 11.0
    assert late.ended.wait(10)
    assert vigil.end(watched)
    vigil.close()


@pytest.mark.parametrize(
    ("error", "unsent"),
    [
        (ssl.SSLCertVerificationError(1, "certificate verify failed"), True),
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number"), True),
        (ssl.SSLError(1, "[SSL: SSLV3_ALERT_HANDSHAKE_FAILURE] handshake failure"), True),
        (ssl.SSLEOFError(8, "EOF occurred in violation of protocol"), False),
        (ssl.SSLZeroReturnError(6, "TLS/SSL connection has been closed"), False),
        (ssl.SSLError(1, "[SSL: DECRYPTION_FAILED_OR_BAD_RECORD_MAC] decryption failed or bad record mac"), False),
    ],
)
def test_a_tls_connection_that_is_cut_may_have_carried_the_request(error: ssl.SSLError, unsent: bool) -> None:  # noqa: FBT001
    assert _never_sent(requests.exceptions.SSLError(u3.SSLError(error))) is unsent
