"""The servers, the demo data, and the line of JSON that is printed for each step."""

import json
import os

import requests

MODES = {mode: os.environ["QUARTET_" + mode.upper()] for mode in ("honest", "legacy")}
MOBILE, CODE = "13800138000", "246135"
ACCESS_TOKEN = "AT-4-Q8z-8PhSfm4RYp10WUcpuWSXbjpUIRtW"
PAIR = {
    "accessToken": "AT-1-ZGVtby1yZWZyZXNoLWFjY2Vzcy0x_A01",
    "refreshToken": "RT-ZGVtby1yZWZyZXNoLXRva2VuLW9mLXF1YXJ0ZXQtMDE",
}
WECHAT_CODE = "0a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P"
NAME = "林晚秋"
SHOWN = 160


class Steps:
    """The steps of one client against one server."""

    def __init__(self, client: str, mode: str) -> None:
        self.client, self.mode, self.base = client, mode, MODES[mode]

    def step(self, operation: str, case: str, want: str, probe) -> None:
        """The step works where what the client's caller got contains what it wants."""
        works = False
        try:
            saw = str(probe())
            works = want in saw
        except Exception as e:  # what the caller got is the exception
            saw = f"{type(e).__name__}: {e}"
        line = {"client": self.client, "mode": self.mode, "operation": operation, "case": case}
        print(json.dumps(line | {"works": works, "saw": saw[:SHOWN], "want": want}, ensure_ascii=False), flush=True)

    def expire_tokens(self) -> None:
        """Makes the access tokens expire that the steps before have left."""
        requests.post(os.environ["QUARTET_EXPIRE"], params={"mode": self.mode}).raise_for_status()


def each(client: str, *parts) -> None:
    """Runs each part against both servers, with the demo data put back before it."""
    for mode, base in MODES.items():
        for part in parts:
            requests.post(base + "/demo/reset").raise_for_status()
            part(Steps(client, mode))


def failure(answer: dict) -> str:
    """The number and the message of a failure, whatever its envelope."""
    return f"{answer['code']} {answer.get('msg') or answer.get('message')}"
