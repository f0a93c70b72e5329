"""Verifies signed texts with Python's cryptography, which shares nothing with the connector.

Reads JSON lines {"jws": ..., "jwk": ...} and fails at the first that does not verify."""

import base64
import json
import sys

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def number(text):
    return int.from_bytes(decode(text), "big")


for line in sys.stdin:
    case = json.loads(line)
    jwk = case["jwk"]
    signed, _, signature = case["jws"].rpartition(".")
    signature = decode(signature)
    algorithm = json.loads(decode(signed.split(".")[0]))["alg"]
    if jwk["kty"] == "RSA":
        assert algorithm == "RS256", algorithm
        key = rsa.RSAPublicNumbers(number(jwk["e"]), number(jwk["n"])).public_key()
        key.verify(signature, signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    else:
        assert algorithm == "ES256" and len(signature) == 64, algorithm
        point = ec.EllipticCurvePublicNumbers(number(jwk["x"]), number(jwk["y"]), ec.SECP256R1())
        halves = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
        key = point.public_key()
        key.verify(encode_dss_signature(*halves), signed.encode(), ec.ECDSA(hashes.SHA256()))
    print("verified", algorithm)
