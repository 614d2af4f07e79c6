"""Python clients and curl against both servers."""

import jwt
import requests
import verifiers
import with_curl
import with_requests
from steps import each

each(f"requests {requests.__version__}", with_requests.operations, with_requests.expired, with_requests.bodies)
each(f"PyJWT {jwt.__version__}", verifiers.with_pyjwt)
each("python-jose 3.5.0", verifiers.with_jose)
each("curl", with_curl.calls)
