"""An application proves itself by a certificate, or by the token of an issuer that it trusts."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from onteg_dynamics.sandbox.entra import CONNECTOR, DESKTOP, EXPIRED, client_certificate
from onteg_dynamics.sandbox.entra.assertions import ASSERTION_TYPE, federated_token
from tests.sandbox.entra.desk import ORIGIN, TENANT, TOKEN, Desk, claims, credentials

OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
FEDERATION = f"{ORIGIN}/federation"
CLUSTER = CONNECTOR.subject
EXCHANGE = "api://AzureADTokenExchange"


def text(digest: bytes) -> str:
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def assertion(desk: Desk, *, key: Any = None, alg: str = "PS256", header: Any = None, **changes: Any) -> str:
    known = client_certificate()
    usual = {"aud": f"{ORIGIN}{TOKEN}", "iss": CONNECTOR.client_id, "sub": CONNECTOR.client_id, "jti": "1"}
    times = {"nbf": int(desk.now), "exp": int(desk.now) + 600}
    payload = {name: value for name, value in {**usual, **times, **changes}.items() if value is not None}
    head = {"x5t#S256": text(known.sha256)} if header is None else header
    return jwt.encode(payload, key or known.key, algorithm=alg, headers=head)


def shown(proof: str, **fields: str) -> dict[str, str]:
    return credentials(client_assertion_type=ASSERTION_TYPE, client_assertion=proof, **fields)


@pytest.mark.parametrize(
    ("alg", "header"),
    [("PS256", "x5t#S256"), ("RS256", "x5t"), ("RS256", "x5t#S256"), ("PS256", "x5t")],
)
def test_a_certificate_opens_the_door(desk: Desk, alg: str, header: str) -> None:
    known = client_certificate()
    print_ = known.sha256 if header == "x5t#S256" else known.sha1
    token = desk.token(**shown(assertion(desk, alg=alg, header={header: text(print_)})))["access_token"]
    found = claims(token)
    assert (found["appid"], found["appidacr"], found["idtyp"]) == (CONNECTOR.client_id, "2", "app")
    assert desk.tenant.tokens.read(token) == found


@pytest.mark.parametrize(
    "audience",
    [
        f"{ORIGIN}/{TENANT}/oauth2/token",
        f"{ORIGIN}/{TENANT}/v2.0",
        f"https://localhost:5000/{TENANT}/oauth2/v2.0/token",
        [f"{ORIGIN}{TOKEN}"],
    ],
)
def test_an_assertion_may_be_meant_for_any_address_of_the_tenant(desk: Desk, audience: Any) -> None:
    assert "access_token" in desk.token(**shown(assertion(desk, aud=audience)))


@pytest.mark.parametrize(
    ("changes", "status", "error", "number"),
    [
        ({"aud": "https://login.microsoftonline.com/common/oauth2/v2.0/token"}, 401, "invalid_client", 700023),
        ({"aud": None}, 401, "invalid_client", 700023),
        ({"exp": 1_799_999_999}, 401, "invalid_client", 700024),
        ({"nbf": 1_800_000_301}, 401, "invalid_client", 700024),
        ({"exp": None}, 400, "invalid_request", 50027),
        ({"iss": None}, 400, "invalid_request", 50027),
        ({"exp": "soon"}, 400, "invalid_request", 50027),
        ({"sub": "somebody"}, 401, "invalid_client", 50048),
        ({"iss": EXPIRED.client_id, "sub": EXPIRED.client_id}, 401, "invalid_client", 700021),
        ({"key": OTHER_KEY}, 401, "invalid_client", 700027),
        ({"header": {"x5t": text(b"another thumbprint.")}}, 401, "invalid_client", 700027),
        ({"header": {}}, 401, "invalid_client", 5002723),
        ({"header": {"x5t": "***"}}, 401, "invalid_client", 700027),
        ({"header": {"x5t": 7}}, 401, "invalid_client", 5002723),
    ],
)
def test_assertions_that_are_refused(desk: Desk, changes: dict[str, Any], status: int, error: str, number: int) -> None:
    assert desk.refused(**shown(assertion(desk, **changes))) == (status, error, number)


def test_the_thumbprint_is_told(desk: Desk) -> None:
    digest = hashlib.sha256(b"a certificate of somebody else").digest()
    document = desk.token(**shown(assertion(desk, header={"x5t#S256": text(digest)})))
    assert f"Thumbprint of key used by client: '{digest.hex().upper()}'" in document["error_description"]
    assert "The key was not found" in document["error_description"]


def test_a_secret_of_both_sides_is_no_signature(desk: Desk) -> None:
    known = client_certificate()
    proof = assertion(desk, key="a" * 32, alg="HS256", header={"x5t#S256": text(known.sha256)})
    assert desk.refused(**shown(proof)) == (401, "invalid_client", 5002738)


@pytest.mark.parametrize("proof", ["x", "a.b.c", "é", "." * 9])
def test_what_is_no_assertion(desk: Desk, proof: str) -> None:
    assert desk.refused(**shown(proof)) == (400, "invalid_request", 50027)


def test_an_application_without_a_certificate(desk: Desk) -> None:
    proof = assertion(desk, iss=EXPIRED.client_id, sub=EXPIRED.client_id)
    assert desk.refused(**shown(proof, client_id=EXPIRED.client_id)) == (401, "invalid_client", 700027)


def test_the_kind_of_assertion_is_named(desk: Desk) -> None:
    fields = shown(assertion(desk))
    assert desk.refused(**{**fields, "client_assertion_type": ""}) == (400, "invalid_request", 900144)
    assert desk.refused(**{**fields, "client_assertion_type": "saml"}) == (400, "invalid_request", 9002313)


def test_a_public_application_shows_nothing(desk: Desk) -> None:
    fields = shown(assertion(desk), client_id=DESKTOP.client_id)
    assert desk.refused(**fields) == (401, "invalid_client", 700025)


def test_a_trusted_issuer_stands_for_the_application(desk: Desk) -> None:
    proof = federated_token(FEDERATION, CLUSTER, EXCHANGE, desk.now)
    found = claims(desk.token(**shown(proof))["access_token"])
    assert (found["appid"], found["appidacr"]) == (CONNECTOR.client_id, "2")


@pytest.mark.parametrize(
    ("issuer", "subject", "audience", "number"),
    [
        ("https://token.example", CLUSTER, EXCHANGE, 700211),
        (FEDERATION, CLUSTER, "api://other", 700212),
        (FEDERATION, CLUSTER.upper(), EXCHANGE, 700213),
    ],
)
def test_federated_tokens_that_do_not_match(desk: Desk, issuer: str, subject: str, audience: str, number: int) -> None:
    proof = federated_token(issuer, subject, audience, desk.now)
    assert desk.refused(**shown(proof)) == (401, "invalid_client", number)


def test_a_federated_token_of_yesterday_and_a_forged_one(desk: Desk) -> None:
    old = federated_token(FEDERATION, CLUSTER, EXCHANGE, desk.now - 601)
    assert desk.refused(**shown(old)) == (401, "invalid_client", 700024)
    forged = assertion(desk, iss=FEDERATION, sub=CLUSTER, aud=EXCHANGE, key=OTHER_KEY)
    assert desk.refused(**shown(forged)) == (401, "invalid_client", 50013)


def test_an_application_that_trusts_nobody(desk: Desk) -> None:
    proof = federated_token(FEDERATION, CLUSTER, EXCHANGE, desk.now)
    assert desk.refused(**shown(proof, client_id=EXPIRED.client_id)) == (401, "invalid_client", 700211)
