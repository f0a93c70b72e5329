"""Makes signing keys in the KMS at the address given and prints their ARNs and public JWKs."""

import base64
import json
import sys

import boto3
from cryptography.hazmat.primitives.serialization import load_der_public_key

kms = boto3.client(
    "kms",
    endpoint_url=sys.argv[1],
    region_name="us-east-1",
    aws_access_key_id="test",
    aws_secret_access_key="test",
)


def encode(number, length=None):
    length = length or (number.bit_length() + 7) // 8
    return base64.urlsafe_b64encode(number.to_bytes(length, "big")).rstrip(b"=").decode()


keys = {}
for name, spec in (("rsa", "RSA_2048"), ("ec", "ECC_NIST_P256"), ("unfit", "ECC_NIST_P384")):
    made = kms.create_key(KeySpec=spec, KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"]
    public = load_der_public_key(kms.get_public_key(KeyId=made)["PublicKey"]).public_numbers()
    if name == "rsa":
        jwk = {"kty": "RSA", "n": encode(public.n), "e": encode(public.e)}
    else:
        jwk = {"kty": "EC", "crv": "P-256", "x": encode(public.x, 48), "y": encode(public.y, 48)}
        if name == "ec":
            jwk |= {"x": encode(public.x, 32), "y": encode(public.y, 32)}
    keys[name] = {"arn": made, "jwk": jwk | {"kid": name}}
print(json.dumps(keys))
