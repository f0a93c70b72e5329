//! The pages that a browser shows while an app asks for access.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderName, HeaderValue, StatusCode, header};
use ring::digest::{SHA256, digest};

use crate::grants::Request;
use crate::reply::Reply;

/// The path that the answer of the user is sent to.
pub(crate) const CONSENT_PATH: &str = "/oauth2/v1/authorize/consent";

const STYLE: &str = "body{font:1rem/1.5 system-ui,sans-serif;max-width:38rem;margin:3rem auto;\
padding:0 1rem;color:#1d1d21;background:#fff}code{overflow-wrap:anywhere}\
button{font:inherit;padding:.5rem 1.5rem;margin-right:.5rem;border:2px solid #1662dd;\
border-radius:.25rem;background:#fff;color:#0b4fbf}\
button[value=allow]{background:#1662dd;color:#fff}";

/// Asks whether an app may have what it asks for.
pub(crate) fn consent(id: &str, request: &Request) -> Reply {
    let scopes: String = request
        .scopes
        .iter()
        .map(|scope| format!("<li><code>{}</code></li>\n", escape(scope)))
        .collect();
    let body = format!(
        "<p>The app <code>{client}</code> asks for:</p>\n<ul>\n{scopes}</ul>\n\
         <p>Your answer goes to <code>{redirect}</code>. This org is simulated: nobody has to sign in.</p>\n\
         <form method=\"post\" action=\"{CONSENT_PATH}\">\n\
         <input type=\"hidden\" name=\"consent\" value=\"{id}\">\n\
         <button name=\"decision\" value=\"allow\">Allow access</button>\n\
         <button name=\"decision\" value=\"deny\">Deny</button>\n</form>\n",
        client = escape(&request.client_id),
        redirect = escape(&request.redirect_uri),
        id = escape(id),
    );
    page(StatusCode::OK, "Allow access?", &body)
}

/// Says why nobody can be asked. The app is not told: its address is what cannot be trusted.
pub(crate) fn refusal(reason: &str) -> Reply {
    page(StatusCode::BAD_REQUEST, "400 Bad Request", &format!("<p>{}</p>\n", escape(reason)))
}

fn page(status: StatusCode, title: &str, body: &str) -> Reply {
    let text = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n{body}</main>\n</body>\n</html>\n"
    );
    let mut reply = Reply::page(status, text);
    // Not `form-action`: browsers hold the redirect to the app against it.
    let hash = STANDARD.encode(digest(&SHA256, STYLE.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; frame-ancestors 'none'"
    );
    let policy = HeaderValue::try_from(policy).expect("a policy and a hash are ASCII");
    reply.headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (HeaderName::from_static("referrer-policy"), "no-referrer"),
    ] {
        reply.headers.insert(name, HeaderValue::from_static(value));
    }
    reply
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}
