//! A record as an org keeps it: its JSON text, and where in it the properties stand that are asked for most.
//!
//! A tree of JSON values takes ten times the memory of its text. Most of a large org is listed and never looked
//! into, so a record is parsed only where somebody asks for what it holds.

use std::ops::Range;

use serde_json::Value;

/// A record, and the key that it is kept under.
pub(crate) type Entry<'a> = (&'a str, &'a Record);

/// The JSON text of a record.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    json: Box<str>,
    /// The places of the values of [`QUICK`], empty where the record lacks one.
    places: [Range<usize>; QUICK.len()],
}

/// Properties that are read without parsing the record: objects of every kind have most of them, and conditions
/// and orders name them most.
pub(crate) const QUICK: [&str; 4] = ["id", "status", "created", "lastUpdated"];

impl Record {
    /// Returns the text.
    pub(crate) fn json(&self) -> &str {
        &self.json
    }

    /// Parses the record.
    pub(crate) fn value(&self) -> Value {
        serde_json::from_str(&self.json).expect("the text was made of a value")
    }

    /// Returns a property by its dotted name, as in `profile.firstName`.
    pub(crate) fn property(&self, name: &str) -> Option<Value> {
        match self.quick(name) {
            Some(quick) => quick,
            None => property(&self.value(), name).cloned(),
        }
    }

    /// Returns a property if it need not be parsed for. Within: whether the record has it.
    pub(crate) fn quick(&self, name: &str) -> Option<Option<Value>> {
        let at = QUICK.iter().position(|&quick| quick == name)?;
        let text = &self.json[self.places[at].clone()];
        Some(serde_json::from_str(text).ok())
    }
}

/// Finds a property of a value by its dotted name.
pub(crate) fn property<'a>(record: &'a Value, name: &str) -> Option<&'a Value> {
    name.split('.').try_fold(record, |value, name| value.get(name))
}

impl From<&Value> for Record {
    fn from(record: &Value) -> Self {
        const WRITTEN: &str = "values are JSON, and memory takes all of it";
        let mut json = Vec::new();
        let mut places = [const { 0..0 }; QUICK.len()];
        // Member by member, to know where the value of each one stands.
        for (name, value) in record.as_object().into_iter().flatten() {
            json.push(if json.is_empty() { b'{' } else { b',' });
            serde_json::to_writer(&mut json, name).expect(WRITTEN);
            json.push(b':');
            let start = json.len();
            serde_json::to_writer(&mut json, value).expect(WRITTEN);
            if let Some(at) = QUICK.iter().position(|quick| quick == name) {
                places[at] = start..json.len();
            }
        }
        match json.is_empty() {
            true => serde_json::to_writer(&mut json, record).expect(WRITTEN),
            false => json.push(b'}'),
        }
        let json = String::from_utf8(json).expect("JSON text is UTF-8").into_boxed_str();
        Self { json, places }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn properties_are_those_of_the_value() {
        let rows = [
            json!({"id": "00u1", "status": "A\"\\", "created": 7, "profile": {"status": "B"}}),
            json!({"id": "00u1", "status": null, "a": {"status": null, "created": "x"}}),
            json!({}),
            json!({"id": "status", "lastUpdated": ["id"], "profile": {"id": "é"}}),
        ];
        for row in rows {
            let record = Record::from(&row);
            assert_eq!(record.value(), row);
            for name in ["id", "status", "created", "lastUpdated", "profile.id", "profile.status"] {
                assert_eq!(record.property(name).as_ref(), property(&row, name), "{row}: {name}");
            }
        }
    }
}
