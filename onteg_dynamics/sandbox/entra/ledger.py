"""What Entra remembers between two requests of a sign-in: codes, device codes, refresh tokens. In memory only."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from onteg_dynamics.sandbox.entra import sign_in_denials as denials
from onteg_dynamics.sandbox.entra.denials import Denial
from onteg_dynamics.sandbox.entra.people import Person
from onteg_dynamics.sandbox.entra.wish import Wish

CODE_SECONDS = 600
DEVICE_SECONDS = 900
REFRESH_SECONDS = 90 * 24 * 3600
INTERVAL_SECONDS = 5
_MAX_KEPT = 10_000
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"

T = TypeVar("T")


@dataclass(frozen=True)
class SignIn:
    """A person's sign-in to an application.

    Attributes:
        client_id: The application.
        person: Who signed in.
        wish: What for.
        nonce: What the id token repeats.
    """

    client_id: str
    person: Person
    wish: Wish
    nonce: str = ""


@dataclass
class Code:
    """An authorization code: a sign-in, and what its redemption must show."""

    sign_in: SignIn
    redirect_uri: str
    challenge: str
    method: str
    redeemed: bool = False


@dataclass
class Device:
    """A device that waits for somebody to sign in elsewhere."""

    client_id: str
    wish: Wish
    user_code: str
    person: Person | None = None
    declined: bool = False
    redeemed: bool = False
    polled: float = field(default=float("-inf"))


@dataclass
class Refresh:
    """A refresh token: a sign-in that may be taken up again."""

    sign_in: SignIn
    revoked: bool = False


class Drawer(Generic[T]):
    """Things under keys that nobody can guess, each with an end.

    Args:
        clock: Seconds since 1970.
        seconds: How long a thing is good.
    """

    def __init__(self, clock: Callable[[], float], seconds: float) -> None:
        self._clock = clock
        self._seconds = seconds
        self._kept: dict[str, tuple[T, float]] = {}

    def put(self, thing: T) -> str:
        """Keeps a thing; returns its key."""
        if len(self._kept) >= _MAX_KEPT:
            self._kept.pop(next(iter(self._kept)))
        key = f"1.{secrets.token_urlsafe(96)}"
        self._kept[key] = (thing, self._clock() + self._seconds)
        return key

    def get(self, key: str) -> tuple[T, bool] | None:
        """The thing, and whether it is still good; None for a key that was never given."""
        found = self._kept.get(key)
        return None if found is None else (found[0], found[1] > self._clock())

    def good(self) -> list[T]:
        """Everything that is still good."""
        return [thing for thing, end in self._kept.values() if end > self._clock()]

    def clear(self) -> None:
        """Forgets everything."""
        self._kept.clear()


class Ledger:
    """All sign-ins under way.

    Args:
        clock: Seconds since 1970.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.codes: Drawer[Code] = Drawer(clock, CODE_SECONDS)
        self.devices: Drawer[Device] = Drawer(clock, DEVICE_SECONDS)
        self.refreshes: Drawer[Refresh] = Drawer(clock, REFRESH_SECONDS)

    def device(self, user_code: str) -> Device | None:
        """The waiting device of a user code, as a person types it, or None."""
        typed = "".join(user_code.split()).upper()
        waiting = (one for one in self.devices.good() if not (one.person or one.declined or one.redeemed))
        return next((one for one in waiting if one.user_code == typed), None)

    def redeem_code(self, key: str, client_id: str) -> Code:
        """Takes an authorization code; it is good once.

        Raises:
            Denial: It is not good, or another application's.
        """
        found = self.codes.get(key)
        if found is None:
            raise denials.malformed_grant()
        code, good = found
        if code.sign_in.client_id != client_id:
            raise denials.grant_of_another()
        if code.redeemed:
            raise denials.redeemed_code()
        if not good:
            raise denials.expired_grant()
        return code

    def redeem_refresh(self, key: str, client_id: str) -> SignIn:
        """The sign-in of a refresh token, which stays good: "old refresh tokens are not revoked when used".

        Raises:
            Denial: It is not good, or another application's.
        """
        found = self.refreshes.get(key)
        if found is None:
            raise denials.malformed_grant()
        refresh, good = found
        if refresh.sign_in.client_id != client_id:
            raise denials.grant_of_another()
        if refresh.revoked:
            raise denials.revoked_grant()
        if not good:
            raise denials.expired_grant()
        return refresh.sign_in

    def redeem_device(self, key: str, client_id: str) -> SignIn:
        """The sign-in that a device waited for.

        Raises:
            Denial: Nobody has signed in yet, somebody declined, or the code is not good.
        """
        found = self.devices.get(key)
        if found is None or found[0].client_id != client_id or found[0].redeemed:
            raise denials.unknown_device_code()
        device, good = found
        if device.declined:
            raise denials.declined()
        if not good:
            raise denials.expired_device_code()
        if device.person is None:
            raise self._not_yet(device)
        device.redeemed = True
        return SignIn(client_id, device.person, device.wish)

    def revoke(self, person: Person) -> None:
        """Makes every refresh token of a person worthless, as an administrator may."""
        for refresh in self.refreshes.good():
            refresh.revoked = refresh.revoked or refresh.sign_in.person.object_id == person.object_id

    def forget(self) -> None:
        """Forgets everything."""
        for drawer in (self.codes, self.devices, self.refreshes):
            drawer.clear()

    def _not_yet(self, device: Device) -> Denial:
        """Waiting goes on; a device that asks a second too early is still on time."""
        now, last = self.clock(), device.polled
        device.polled = now
        return denials.polled_too_soon() if now - last < INTERVAL_SECONDS - 1 else denials.pending()


def new_user_code() -> str:
    """Nine letters and digits that are not taken for one another."""
    return "".join(secrets.choice(_LETTERS) for _ in range(9))
