//! From Okta's JSON to AppFlow's record, without a tree of values in between.
//!
//! A record is looked at as slices of the page. What a flow maps is copied from there as it is, so
//! a property or value that Okta adds tomorrow can break nothing.

use crate::catalogue::{Fallback, Field};
use appflow_connector::Records;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::cell::OnceCell;
use std::fmt;

/// A record of Okta, seen through the catalogue.
#[derive(Debug)]
pub struct RecordView<'a> {
    members: Members<'a>,
}

impl<'a> RecordView<'a> {
    /// Looks at the text of a JSON object. None if it is something else.
    pub fn new(json: &'a str) -> Option<Self> {
        serde_json::from_str(json).ok().map(|members| Self { members })
    }

    /// The field's value as JSON text; none if it is absent or null.
    pub fn value(&self, field: &Field) -> Option<Cow<'a, str>> {
        let value = self.members.at(field.path).map(Cow::Borrowed);
        value.or_else(|| match field.fallback? {
            Fallback::LastSegmentOf(path) => {
                let address: Cow<'a, str> = serde_json::from_str(self.members.at(path)?).ok()?;
                let segment = address.rsplit('/').next().filter(|segment| !segment.is_empty())?;
                serde_json::to_string(segment).ok().map(Cow::Owned)
            }
        })
    }

    /// The field's value as text: that of a JSON string, or a number or Boolean as it is written.
    pub fn text(&self, field: &Field) -> Option<Cow<'a, str>> {
        let value = self.value(field)?;
        match value.as_bytes().first()? {
            b'"' => match value {
                Cow::Borrowed(value) => {
                    serde_json::from_str::<BorrowedText<'a>>(value).ok().map(|text| text.0)
                }
                Cow::Owned(value) => serde_json::from_str::<String>(&value).ok().map(Cow::Owned),
            },
            b'{' | b'[' => None,
            _ => Some(value),
        }
    }

    /// The field's value as a Boolean.
    pub fn boolean(&self, field: &Field) -> Option<bool> {
        match self.value(field)?.as_ref() {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    /// Appends the record with its `selected` fields and the `constants` to `records`. Absent and
    /// null values are left out, as AppFlow prefers.
    pub fn write(
        &self,
        selected: &[&'static Field],
        constants: &[(&'static Field, String)],
        records: &mut Records,
    ) {
        records.begin();
        let mut separator = "{\"";
        let mut write = |name: &str, value: &str| {
            records.write(separator);
            records.write(name);
            records.write("\":");
            records.write(value);
            separator = ",\"";
        };
        for field in selected {
            if let Some(value) = self.value(field) {
                write(field.name, &value);
            }
        }
        for (field, value) in constants {
            if selected.contains(field) {
                write(field.name, value);
            }
        }
        records.write(if separator == "{\"" { "{}" } else { "}" });
        records.end();
    }
}

/// The members of a JSON object. Objects inside are looked into when they are needed.
#[derive(Debug)]
struct Members<'a>(Vec<Member<'a>>);

#[derive(Debug)]
struct Member<'a> {
    name: Cow<'a, str>,
    value: &'a RawValue,
    inside: OnceCell<Option<Members<'a>>>,
}

impl<'a> Members<'a> {
    fn at(&self, path: &str) -> Option<&'a str> {
        let (name, rest) = match path.split_once('.') {
            Some((name, rest)) => (name, Some(rest)),
            None => (path, None),
        };
        let member = self.0.iter().find(|member| member.name == name)?;
        match rest {
            None => Some(member.value.get()).filter(|&value| value != "null"),
            Some(rest) => member
                .inside
                .get_or_init(|| serde_json::from_str(member.value.get()).ok())
                .as_ref()?
                .at(rest),
        }
    }
}

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MembersVisitor;

        impl<'de> Visitor<'de> for MembersVisitor {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::with_capacity(16);
                while let Some(BorrowedText(name)) = map.next_key()? {
                    let value = map.next_value()?;
                    members.push(Member { name, value, inside: OnceCell::new() });
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(MembersVisitor)
    }
}

/// A text that borrows from the input where it has no escapes. (A plain `Cow` never borrows.)
struct BorrowedText<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for BorrowedText<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;

        impl<'de> Visitor<'de> for TextVisitor {
            type Value = BorrowedText<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(BorrowedText(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(BorrowedText(Cow::Owned(text.to_owned())))
            }
        }

        deserializer.deserialize_str(TextVisitor)
    }
}
