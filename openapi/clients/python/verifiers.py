"""Verification of our JWT with the address of the key set alone."""

import jwt
import requests
from jose import jwt as jose
from steps import Steps

AUDIENCE = "quartet"


def sign_in(steps: Steps) -> str:
    account = {"loginAccount": "demo", "password": "quartet-demo"}
    return requests.post(steps.base + "/api/user/login", data=account).json()["Jwt"]


def keys(steps: Steps) -> str:
    return steps.base + "/.well-known/jwks.json"


def with_pyjwt(steps: Steps) -> None:
    def subject() -> str:
        token = sign_in(steps)
        key = jwt.PyJWKClient(keys(steps)).get_signing_key_from_jwt(token)
        return "subject " + jwt.decode(token, key, algorithms=["RS256"], audience=AUDIENCE)["sub"]

    steps.step("getJsonWebKeys", "JWT of a sign-in", "subject 1", subject)


def with_jose(steps: Steps) -> None:
    def subject() -> str:
        known = requests.get(keys(steps)).json()
        return "subject " + jose.decode(sign_in(steps), known, algorithms=["RS256"], audience=AUDIENCE)["sub"]

    steps.step("getJsonWebKeys", "JWT of a sign-in", "subject 1", subject)
