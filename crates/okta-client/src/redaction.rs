//! Texts from outside: everything that an answer says is cut to a stated length, and the credential that
//! went with the request is masked in it, before it becomes a part of an error or a log.
//!
//! A proxy, or Okta itself, may repeat a request in what it answers. The request that was sent tells
//! what must not come back: its token, its proof and its assertion.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::header::AUTHORIZATION;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use zeroize::Zeroizing;

/// The text in place of a credential.
const MASK: &str = "***";

/// A secret with fewer characters is a word that errors may contain. Okta's have more than 40.
const MIN_SECRET: usize = 8;

/// So many characters of a secret give it away, whatever follows: a text may break off in the middle of it.
const TELLTALE: usize = 16;

/// Cuts texts from outside and masks the credential of one request in them.
#[derive(Default)]
pub(crate) struct Redactor {
    /// The credential in each form in which it may come back, in lower case: host names come back so.
    forms: Vec<Zeroizing<String>>,
}

impl Redactor {
    /// Learns what `request` gives away: the token and the proof in its headers, the assertion in its body.
    pub(crate) fn of(request: &http::Request<Bytes>) -> Self {
        let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
        let authorization = header(AUTHORIZATION);
        let token = authorization.map(|value| value.split_once(' ').map_or(value, |(_, it)| it));
        let proof = header(http::HeaderName::from_static("dpop"));
        let assertion = url::form_urlencoded::parse(request.body())
            .find_map(|(name, value)| (name == "client_assertion").then_some(value));
        let mut redactor = Self::default();
        for secret in [token, proof, assertion.as_deref()].into_iter().flatten() {
            redactor.learn(secret);
        }
        redactor
    }

    fn learn(&mut self, secret: &str) {
        if secret.len() < MIN_SECRET {
            return;
        }
        // The first part of a signed text says how it is signed, which is no secret.
        let signed_parts = secret.split('.').skip(1).filter(|part| part.len() >= TELLTALE);
        let forms = [
            secret.to_owned(),
            utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string(),
            url::form_urlencoded::byte_serialize(secret.as_bytes()).collect(),
            STANDARD_NO_PAD.encode(secret),
            URL_SAFE_NO_PAD.encode(secret),
        ];
        for form in forms.into_iter().chain(signed_parts.map(str::to_owned)) {
            let form = Zeroizing::new(form.to_ascii_lowercase());
            if !self.forms.contains(&form) {
                self.forms.push(form);
            }
        }
    }

    /// Returns `text` with the credential masked, cut to `max` characters.
    pub(crate) fn text(&self, text: &str, max: usize) -> Box<str> {
        // Masked first: a credential that is cut through would no longer be found.
        let masked = self.masked(text);
        match masked.char_indices().nth(max) {
            Some((end, _)) => format!("{}...", &masked[..end]).into(),
            None => masked.into(),
        }
    }

    /// Masks each word in which a form of the credential begins, also where not all of it is there.
    fn masked(&self, text: &str) -> String {
        // This changes no length, so a place in one text is the same place in the other.
        let lower = text.to_ascii_lowercase();
        let (mut masked, mut done) = (String::new(), 0);
        while let Some(at) = self.first(&lower[done..]).map(|at| done + at) {
            let found = &lower[at..];
            let form = self.forms.iter().map(|form| common(found, form)).max().unwrap_or_default();
            // A form that nobody thought of differs from the others after some characters.
            let word = found[form..].find(|character| !is_of_word(character));
            masked.push_str(&text[done..at]);
            masked.push_str(MASK);
            done = at + word.map_or(found.len(), |word| form + word);
        }
        masked.push_str(&text[done..]);
        masked
    }

    /// Returns the first place where a form begins.
    fn first(&self, lower: &str) -> Option<usize> {
        let telltale =
            |form: &'_ str| form.char_indices().nth(TELLTALE).map_or(form.len(), |it| it.0);
        self.forms.iter().filter_map(|form| lower.find(&form[..telltale(form)])).min()
    }
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Redactor")
    }
}

/// Returns the number of bytes that two texts have in common at their beginning.
fn common(one: &str, other: &str) -> usize {
    let same = one.chars().zip(other.chars()).take_while(|(one, other)| one == other);
    same.map(|(character, _)| character.len_utf8()).sum()
}

/// Returns true for the characters of tokens, of signed texts and of their encodings.
fn is_of_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || "-._~+/=%".contains(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "00abc+DEF/ghi-JKLmno_pqr~STU.vwx";
    const PROOF: &str = "eyJ0eXAiOiJkcG9w.eyJodG0iOiJHRVQiLCJodHUi.c2lnbmF0dXJlLXNpZ25hdHVyZQ";
    const ASSERTION: &str = "eyJhbGciOiJSUzI1.eyJpc3MiOiIwb2ExIiwiYXVk.YXNzZXJ0aW9uLXNpZ25hdHVyZQ";

    fn redactor() -> Redactor {
        let body = format!("grant_type=client_credentials&client_assertion={ASSERTION}");
        let request = http::Request::post("https://acme.okta.com/oauth2/v1/token")
            .header("authorization", format!("Bearer {TOKEN}"))
            .header("dpop", PROOF);
        Redactor::of(&request.body(Bytes::from(body)).unwrap())
    }

    #[test]
    fn the_credential_is_masked_in_every_form() {
        let rows = [
            ("Invalid token provided".to_owned(), "Invalid token provided"),
            (format!("bad {TOKEN}, {TOKEN}!"), "bad ***, ***!"),
            (format!("got Bearer {TOKEN}"), "got Bearer ***"),
            ("00abc%2BDEF%2Fghi%2DJKLmno%5Fpqr%7ESTU%2Evwx".to_owned(), "***"),
            ("t=00abc%2BDEF%2Fghi-JKLmno_pqr%7ESTU.vwx&u=1".to_owned(), "t=***&u=1"),
            (format!("{}=", STANDARD_NO_PAD.encode(TOKEN)), "***"),
            ("00abc%2bDEF%2fghi-JKLmno_pqr~STU.vwx&u=1".to_owned(), "***&u=1"),
            (format!("<{PROOF}>"), "<***>"),
            (format!("assertion {ASSERTION} used"), "assertion *** used"),
            ("eyJpc3MiOiIwb2ExIiwiYXVk".to_owned(), "***"),
            ("YXNzZXJ0aW9uLXNpZ25hdHVyZQ".to_owned(), "***"),
            // A text that breaks off gives the beginning away.
            (TOKEN[..20].to_owned(), "***"),
            (TOKEN[..10].to_owned(), "00abc+DEF/"),
            (format!("é{TOKEN}é"), "é***é"),
            (TOKEN.to_ascii_lowercase(), "***"),
        ];
        for (text, expected) in rows {
            assert_eq!(&*redactor().text(&text, 100), expected, "{text}");
        }
    }

    #[test]
    fn texts_are_cut_after_they_are_masked() {
        let rows =
            [("12345", 5, "12345"), ("123456", 5, "12345..."), ("ééééé", 3, "ééé..."), ("", 0, "")];
        for (text, max, expected) in rows {
            assert_eq!(&*redactor().text(text, max), expected, "{text}");
        }
        assert_eq!(&*redactor().text(&format!("x {TOKEN}"), 10), "x ***");
        assert_eq!(&*Redactor::default().text(&"a".repeat(1 << 20), 500), "a".repeat(500) + "...");
    }

    #[test]
    fn a_word_is_no_secret() {
        let request = http::Request::get("/").header("authorization", "SSWS token");
        let redactor = Redactor::of(&request.body(Bytes::new()).unwrap());
        assert_eq!(&*redactor.text("Invalid token provided", 100), "Invalid token provided");
    }

    #[test]
    fn it_does_not_print() {
        assert_eq!(format!("{:?}", redactor()), "Redactor");
    }
}
