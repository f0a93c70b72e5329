//! Parts that a caller asks to be left out: the `fields` parameter and the `okta-response` omissions.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::error::OktaError;

/// A parsed `fields` parameter, such as `id,status,profile:(firstName,city)`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Fields(BTreeMap<String, Option<Self>>);

impl Fields {
    /// Reads the parameter. The `id` is always part of it; a field listed twice breaks Okta.
    pub(crate) fn parse(text: &str) -> Result<Self, OktaError> {
        let (mut fields, rest) = Self::parse_list(text)?;
        if !rest.is_empty() {
            return Err(unreadable());
        }
        fields.0.entry("id".to_owned()).or_insert(None);
        Ok(fields)
    }

    /// Reads a list up to its end or to a closing parenthesis, and says what is left.
    fn parse_list(text: &str) -> Result<(Self, &str), OktaError> {
        let mut fields = BTreeMap::new();
        let mut rest = text;
        loop {
            let (name, after) = Self::parse_name(rest.trim_start())?;
            let (nested, after) = match after.strip_prefix(":(") {
                Some(inner) => {
                    let (nested, after) = Self::parse_list(inner)?;
                    (Some(nested), after.strip_prefix(')').ok_or_else(unreadable)?)
                }
                None => (None, after),
            };
            if fields.insert(name, nested).is_some() {
                return Err(OktaError::internal());
            }
            match after.strip_prefix(',') {
                Some(next) => rest = next,
                None => return Ok((Self(fields), after)),
            }
        }
    }

    /// Reads a name, and says what follows it. A name of anything but letters, digits and underscores stands in
    /// quotes, as a JSON string. Okta documents no quotes, and no such name without them.
    fn parse_name(text: &str) -> Result<(String, &str), OktaError> {
        if text.starts_with('"') {
            let mut values = serde_json::Deserializer::from_str(text).into_iter::<String>();
            let name = values.next().and_then(Result::ok).ok_or_else(unreadable)?;
            return Ok((name, text[values.byte_offset()..].trim_start()));
        }
        let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let end = text.find(|c| !is_plain(c)).unwrap_or(text.len());
        match end {
            0 => Err(unreadable()),
            _ => Ok((text[..end].to_owned(), text[end..].trim_start())),
        }
    }

    /// Keeps the listed fields of an object. A field that the object lacks stays lacking.
    pub(crate) fn apply(&self, record: Value) -> Value {
        let Value::Object(mut object) = record else { return record };
        object.retain(|name, _| self.0.contains_key(name));
        for (name, value) in &mut object {
            if let Some(Some(nested)) = self.0.get(name) {
                *value = nested.apply(value.take());
            }
        }
        Value::Object(object)
    }
}

fn unreadable() -> OktaError {
    OktaError::invalid_parameter("fields", "The list of fields is not well-formed.")
}

/// The `okta-response` parameter of the request's content type omits these.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Omissions {
    credentials: bool,
    credentials_links: bool,
    transitioning_to_status: bool,
}

/// Links that need credentials, and go with `omitCredentialsLinks`.
const CREDENTIALS_LINKS: [&str; 6] = [
    "changePassword",
    "changeRecoveryQuestion",
    "forgotPassword",
    "resetPassword",
    "resetFactors",
    "unlock",
];

impl Omissions {
    /// Reads a content type such as `application/json; okta-response="omitCredentials"`.
    /// Words that are not known are passed over.
    pub(crate) fn parse(content_type: &str) -> Self {
        let parameter = content_type.split(';').skip(1).find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            name.trim()
                .eq_ignore_ascii_case("okta-response")
                .then(|| value.trim().trim_matches('"'))
        });
        let mut omissions = Self::default();
        for word in parameter.unwrap_or_default().split(',') {
            match word.trim() {
                "omitCredentials" => omissions.credentials = true,
                "omitCredentialsLinks" => omissions.credentials_links = true,
                "omitTransitioningToStatus" => omissions.transitioning_to_status = true,
                _ => {}
            }
        }
        omissions
    }

    pub(crate) fn is_empty(self) -> bool {
        self == Self::default()
    }

    pub(crate) fn apply(self, mut user: Value) -> Value {
        let Some(object) = user.as_object_mut() else { return user };
        if self.credentials {
            object.remove("credentials");
        }
        if self.transitioning_to_status {
            object.remove("transitioningToStatus");
        }
        if self.credentials_links
            && let Some(links) = object.get_mut("_links").and_then(Value::as_object_mut)
        {
            links.retain(|name, _| !CREDENTIALS_LINKS.contains(&name.as_str()));
        }
        user
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fields_are_kept() {
        let record = json!({"id": 1, "status": 2, "profile": {"a": 3, "b": {"c": 4, "d": 5}}});
        let quoted = json!({"id": 1, "profile": {"and": 2, "a-b": 3, "é)": 4, "a\"": 5, "x": 6}});
        for (text, kept) in [
            ("profile:(and)", "and"),
            ("profile:(\"and\")", "and"),
            ("profile:( \"a-b\" ,\"é)\")", "a-b é)"),
            (r#"profile:("a\"",x)"#, "a\" x"),
        ] {
            let kept: serde_json::Map<_, _> = kept
                .split(' ')
                .map(|name| (name.to_owned(), quoted["profile"][name].clone()))
                .collect();
            let expected = json!({ "id": 1, "profile": kept });
            assert_eq!(Fields::parse(text).unwrap().apply(quoted.clone()), expected, "{text}");
        }
        let rows = [
            ("status", json!({"id": 1, "status": 2})),
            ("profile", json!({"id": 1, "profile": {"a": 3, "b": {"c": 4, "d": 5}}})),
            ("id,profile:(a),status", json!({"id": 1, "profile": {"a": 3}, "status": 2})),
            ("profile:(b:(d),x)", json!({"id": 1, "profile": {"b": {"d": 5}}})),
            ("nothing, status", json!({"id": 1, "status": 2})),
            ("status:(x)", json!({"id": 1, "status": 2})),
        ];
        for (text, expected) in rows {
            assert_eq!(Fields::parse(text).unwrap().apply(record.clone()), expected, "{text}");
        }
    }

    #[test]
    fn fields_are_refused() {
        let rows = [
            ("", "E0000001"),
            ("a,", "E0000001"),
            ("a:(b", "E0000001"),
            ("a:()", "E0000001"),
            ("a)", "E0000001"),
            ("a:b", "E0000001"),
            ("a-b", "E0000001"),
            ("a b", "E0000001"),
            ("\"a", "E0000001"),
            ("\"a\"b", "E0000001"),
            ("a,b,a", "E0000009"),
            ("a:(b,b)", "E0000009"),
        ];
        for (text, code) in rows {
            assert_eq!(Fields::parse(text).expect_err(text).code, code, "{text}");
        }
    }

    #[test]
    fn omissions_are_read_leniently() {
        let all =
            Omissions { credentials: true, credentials_links: true, transitioning_to_status: true };
        let rows = [
            ("application/json", Omissions::default()),
            (
                "application/json; okta-response=omitCredentials,omitCredentialsLinks, omitTransitioningToStatus",
                all,
            ),
            (
                "application/json;okta-response=\"omitTransitioningToStatus, omitCredentialsLinks,x,omitCredentials\"",
                all,
            ),
        ];
        for (content_type, expected) in rows {
            assert_eq!(Omissions::parse(content_type), expected, "{content_type}");
        }
    }
}
