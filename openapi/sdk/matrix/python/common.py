"""The calls of a row, and what is counted of them."""

import os
import secrets
import sys
from collections.abc import Callable
from typing import NamedTuple, Protocol, TypeVar

BASE_URL = os.environ.get("BASE_URL", "http://127.0.0.1:8080")

T = TypeVar("T")


class Failure(Exception):
    """A refusal whose code and message were read from the generated type."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(code, message)
        self.code, self.message = code, message


class SignedIn(NamedTuple):
    access_token: str
    user_id: int


class Calls(Protocol):
    """What a row asks with its client: it gives what is read of the answer, or raises Failure."""

    def send_code(self, mobile: str) -> None: ...
    def outbox(self) -> dict[str, str]: ...
    def yudao(self, mobile: str, code: str) -> SignedIn: ...
    def cas(self, user_id: str, access_token: str) -> str: ...
    def ruoyi(self, code: str) -> int: ...
    def jfinal(self, username: str, password: str) -> int: ...
    def jeecg(self, token: str) -> str | None: ...


def run(calls: Calls) -> None:
    """Makes all calls and writes the lines of the row."""
    reached = {"calls": 0, "failures": 0}

    def called(ask: Callable[[], T], holds: Callable[[T], bool]) -> T | None:
        try:
            answer = ask()
        except Exception as failure:
            print("no answer as expected:", repr(failure), file=sys.stderr)
            return None
        if holds(answer):
            reached["calls"] += 1
        else:
            print("no answer as expected:", answer, file=sys.stderr)
        return answer

    def refused(ask: Callable[[], object], code: int) -> None:
        try:
            print("no failure as expected:", ask(), file=sys.stderr)
        except Failure as failure:
            if failure.code == code and failure.message:
                reached["failures"] += 1
            else:
                print("another failure:", failure, file=sys.stderr)
        except Exception as failure:
            print("no failure as expected:", repr(failure), file=sys.stderr)

    mobile, word = f"139{secrets.randbelow(10**8):08d}", secrets.token_hex(16)
    calls.send_code(mobile)
    code = calls.outbox()[mobile]

    refused(lambda: calls.yudao(mobile, "000001" if code == "000000" else "000000"), 1002014000)
    user = called(lambda: calls.yudao(mobile, code), lambda found: found.user_id > 0) or SignedIn("", 0)

    called(lambda: calls.cas(str(user.user_id), user.access_token), lambda phone: phone == mobile)
    refused(lambda: calls.cas("9007199254740993", user.access_token), 404)

    called(lambda: calls.ruoyi("f" + word[1:]), lambda code: code == 200)
    refused(lambda: calls.ruoyi("40029" + word[5:]), 40029)

    called(lambda: calls.jfinal("row." + word[:12], "violet-" + word[12:]), lambda user_id: user_id > 0)
    refused(lambda: calls.jfinal("row." + word[:12], "violet-" + word[12:]), 409)

    called(lambda: calls.jeecg(user.access_token), lambda phone: phone == mobile)
    refused(lambda: calls.jeecg("AT-" + word), 401)

    print(f"calls {reached['calls']}/5\nfailures {reached['failures']}/5")
    sys.exit(0 if reached == {"calls": 5, "failures": 5} else 1)
