"""Signs in, lists sessions, creates a user and handles a failure, with requests alone."""

import os
import secrets
from typing import Any, NotRequired, TypedDict, cast

import requests

SERVER = os.environ.get("QUARTET_URL", "http://127.0.0.1:8080")


class Session(TypedDict):
    """A session as document 001 has it."""

    id: int
    dialect: str
    current: bool
    createTime: str


class User(TypedDict):
    """The part of a user of document 004 that this script needs."""

    id: int
    username: str
    nickname: NotRequired[str]  # values that are not known are left out


class QuartetError(Exception):
    """A call that was refused. The message is Chinese and made to be shown to the user."""

    def __init__(self, status: int, code: int | None, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


class Quartet:
    """A client that unwraps the envelopes of documents 001 and 004 and keeps the token."""

    def __init__(self, server: str) -> None:
        self.server = server
        self.http = requests.Session()

    def sign_in(self, account: str, password: str) -> None:
        """Document 004: signs in by password."""
        form = {"loginAccount": account, "password": password}
        self._use(self._call("POST", "/api/user/login", data=form)["Jwt"])

    def sessions(self) -> list[Session]:
        """Document 001: lists the user's sessions."""
        return cast(list[Session], self._call("GET", "/auth/sessions")["data"])

    def create_user(self, **user: str) -> int:
        """Document 004: creates a user and gives the id."""
        return cast(int, self._call("POST", "/api/user/create", json=user)["userId"])

    def user(self, user_id: int) -> User:
        """Document 004: reads a user."""
        return cast(User, self._call("GET", "/api/user/detail", params={"id": user_id})["user"])

    def sign_out(self) -> None:
        """Document 001: ends the session."""
        self._call("POST", "/auth/logout")

    def _use(self, token: str) -> None:
        # 004 and 001 both take it there, and every dialect takes the token of every other.
        self.http.headers["Authorization"] = f"Bearer {token}"

    def _call(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        answer = self.http.request(method, self.server + path, timeout=10, **request)
        if "Jwt" in answer.headers:  # a JWT that has passed half of its lifetime is renewed
            self._use(answer.headers["Jwt"])
        try:
            body = answer.json()
        except requests.JSONDecodeError:
            body = {}  # a proxy's page, for instance
        if body.get("state") == "ok" or body.get("code") == 0:
            return cast(dict[str, Any], body)
        message = body.get("message") or body.get("msg") or f"HTTP {answer.status_code}"
        raise QuartetError(answer.status_code, body.get("code"), message)


def main() -> None:
    quartet = Quartet(SERVER)
    quartet.sign_in("admin", "quartet-admin")
    print("sessions:", [session["dialect"] for session in quartet.sessions() if session["current"]])

    username = "chen." + secrets.token_hex(4)
    user_id = quartet.create_user(username=username, nickname="一鸣", password=secrets.token_urlsafe())
    print("created:", quartet.user(user_id).get("nickname"))

    try:
        quartet.create_user(username=username)
    except QuartetError as failure:
        print("refused:", failure.status, failure.code, failure)
    quartet.sign_out()


if __name__ == "__main__":
    main()
