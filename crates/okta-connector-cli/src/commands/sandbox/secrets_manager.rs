//! A stand-in for Secrets Manager, which has one secret.

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header};
use serde_json::{Value, json};

/// Answers `GetSecretValue` for every ARN with the secret of the simulated connection.
pub(super) fn answer(request: &Request<Bytes>, secret: &str) -> Response<Bytes> {
    let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok());
    if target != Some("secretsmanager.GetSecretValue") {
        return reply(StatusCode::BAD_REQUEST, &json!({ "__type": "InvalidAction" }));
    }
    let asked: Value = serde_json::from_slice(request.body()).unwrap_or_default();
    let found = json!({ "ARN": asked["SecretId"], "Name": "sandbox", "SecretString": secret });
    reply(StatusCode::OK, &found)
}

fn reply(status: StatusCode, body: &Value) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body.to_string()));
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/x-amz-json-1.1");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}
