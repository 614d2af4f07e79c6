"""Failures, and a JWT that is renewed, against a demonstration."""

import os
import threading
import time
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from quickstart import SERVER, Quartet, QuartetError


class Page(BaseHTTPRequestHandler):
    """A proxy whose server is down."""

    def do_GET(self) -> None:
        self.send_response(502)
        self.end_headers()
        self.wfile.write(b"<html>Bad Gateway</html>")

    def log_message(self, format: str, *args: object) -> None:
        pass


class Test(unittest.TestCase):
    def refused(self, quartet: Quartet) -> QuartetError:
        with self.assertRaises(QuartetError) as caught:
            quartet.sessions()
        return caught.exception

    def test_messages_of_both_documents(self) -> None:
        quartet = Quartet(SERVER)
        with self.assertRaises(QuartetError) as wrong:
            quartet.sign_in("demo", "wrong")
        self.assertEqual((wrong.exception.status, str(wrong.exception)), (401, "账号或密码错误"))
        nobody = self.refused(quartet)
        self.assertEqual((nobody.status, nobody.code), (401, 401))
        self.assertIn("未登录", str(nobody))

    def test_an_answer_of_another_server(self) -> None:
        with ThreadingHTTPServer(("127.0.0.1", 0), Page) as proxy:
            threading.Thread(target=proxy.serve_forever).start()
            failure = self.refused(Quartet(f"http://127.0.0.1:{proxy.server_port}"))
            proxy.shutdown()
        self.assertEqual((failure.status, failure.code, str(failure)), (502, None, "HTTP 502"))

    @unittest.skipUnless(os.environ.get("SHORT_LIFE"), "needs a server with --access-life 1m and SHORT_LIFE=true")
    def test_the_next_jwt(self) -> None:
        quartet = Quartet(SERVER)
        quartet.sign_in("demo", "quartet-demo")
        first = quartet.http.headers["Authorization"]
        time.sleep(31)
        quartet.sessions()
        self.assertNotEqual(quartet.http.headers["Authorization"], first)
        self.assertTrue(quartet.sessions())


if __name__ == "__main__":
    unittest.main()
