//! Fields that a deployment never exports, whatever a flow asks for.
//!
//! They are not described, they are refused when a flow names them, and they are cut out of the JSON objects that
//! contain them.

use crate::catalogue::{self, At, Field, Kind, Object};
use crate::scan::Scanner;
use std::borrow::Cow;
use std::fmt;

/// Patterns such as `User.mobilePhone` and `User.profile.salary*`.
#[derive(Clone, Debug, Default)]
pub struct Withheld {
    patterns: Vec<Pattern>,
}

#[derive(Clone, Debug)]
struct Pattern {
    entity: &'static str,
    path: Path,
}

/// A path in Okta's JSON, of which the last segment may end in `*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Path(Vec<String>);

/// A text that is no list of patterns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidPattern {
    pattern: String,
    reason: &'static str,
}

impl fmt::Display for InvalidPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pattern, reason } = self;
        write!(f, "{pattern:?} {reason}, expected Entity.field or Entity.path.in.the.record")
    }
}

impl std::error::Error for InvalidPattern {}

impl Withheld {
    /// Reads patterns that are separated by commas: `Entity.field`, where field is one that AppFlow is told of, or
    /// `Entity.path.in.the.record`. The last word may end in `*`.
    ///
    /// # Errors
    ///
    /// [`InvalidPattern`] for the first one that withholds nothing, or a key.
    pub fn parse(text: &str) -> Result<Self, InvalidPattern> {
        let mut patterns = Vec::new();
        let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
        for word in words {
            let invalid = |reason| InvalidPattern { pattern: word.to_owned(), reason };
            let (entity, rest) = word.split_once('.').ok_or_else(|| invalid("names no field"))?;
            let object = Object::find(entity).ok_or_else(|| invalid("names no entity"))?;
            let paths = paths(object, rest).ok_or_else(|| invalid("names no field"))?;
            let is_of_key = |field: &Field| {
                object.key_parts().contains(&&*field.name) || field.kind == Kind::Key
            };
            let of_key = object.fields.iter().filter(|field| is_of_key(field));
            if of_key.into_iter().any(|field| paths.iter().any(|path| path.covers(field))) {
                return Err(invalid("names the key of the entity"));
            }
            patterns.extend(paths.into_iter().map(|path| Pattern { entity: object.name, path }));
        }
        Ok(Self { patterns })
    }

    /// Returns the paths that are withheld of an object, besides the secrets that Okta puts into its records.
    pub(crate) fn of(&self, object: &Object) -> Vec<Path> {
        let patterns = self.patterns.iter().filter(|pattern| pattern.entity == object.name);
        patterns.map(|pattern| pattern.path.clone()).collect()
    }
}

/// Returns the paths of the secrets that Okta puts into the records of an object.
pub(crate) fn secrets(object: &Object) -> Vec<Path> {
    let path = |path: &&str| Path(path.split('.').map(str::to_owned).collect());
    object.secrets.iter().map(path).collect()
}

/// Returns the paths that the rest of a pattern stands for; none if that is nothing.
fn paths(object: &Object, rest: &str) -> Option<Vec<Path>> {
    let path = Path(rest.split('.').map(str::to_owned).collect());
    let is_well_formed = |segment: &String| {
        let name = segment.strip_suffix('*').unwrap_or(segment);
        !segment.is_empty() && !name.contains('*')
    };
    let has_early_star = path.0.iter().rev().skip(1).any(|segment| segment.ends_with('*'));
    if !path.0.iter().all(is_well_formed) || has_early_star {
        return None;
    }
    if path.0.len() > 1 {
        return Some(vec![path]);
    }
    let named = object.fields.iter().filter(|field| path.matches(&[&field.name]));
    let paths: Vec<_> = named.flat_map(places).collect();
    (!paths.is_empty()).then_some(paths)
}

/// Returns the paths at which the value of a field is looked for.
fn places(field: &Field) -> Vec<Path> {
    let path = |path: &str| Path(path.split('.').map(str::to_owned).collect());
    match &field.at {
        At::Record(at) => vec![path(at)],
        At::RecordOrLastSegment(at, address) => vec![path(at), path(address)],
        At::Parent(parent) => vec![path(parent.filter)],
        At::Origin(at) | At::Rules(at) | At::AssigneeGroup(at) => vec![path(at)],
        At::Target(_) => {
            vec![Path(vec![catalogue::paths::TARGETS.to_owned(), format!("<{}>", field.name)])]
        }
        // It is in no record, so it has a place of its own.
        At::Above(_) | At::Branch | At::Joined(_) | At::Made(_) => {
            vec![Path(vec![format!("<{}>", field.name)])]
        }
    }
}

impl Path {
    /// Says whether the value of a field, or a part of what it stands in, is withheld.
    pub(crate) fn covers(&self, field: &Field) -> bool {
        places(field).iter().any(|place| {
            let place: Vec<_> = place.0.iter().map(String::as_str).collect();
            place.len() >= self.0.len() && self.matches(&place[..self.0.len()])
        })
    }

    /// Returns what is withheld inside the value of a field: the rest of this path behind that of the field.
    pub(crate) fn inside(&self, field: &Field) -> Option<Self> {
        let at: Vec<_> = field.path()?.split('.').collect();
        let is_inside =
            at.len() < self.0.len() && self.0.iter().zip(&at).all(|(own, at)| own == at);
        is_inside.then(|| Self(self.0[at.len()..].to_vec()))
    }

    fn matches(&self, segments: &[&str]) -> bool {
        self.0.len() == segments.len()
            && self.0.iter().zip(segments).all(|(own, segment)| matches(own, segment))
    }
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == pattern,
    }
}

/// Writes a JSON value without what stands at `paths` in it. None if it is not JSON.
pub(crate) fn without(text: &str, paths: &[Path]) -> Option<String> {
    let mut scanner = Scanner::new(text);
    let mut out = String::with_capacity(text.len());
    let paths: Vec<_> = paths.iter().map(|path| path.0.as_slice()).collect();
    copy(&mut scanner, &paths, &mut out)?;
    Some(out)
}

fn copy(scanner: &mut Scanner<'_>, paths: &[&[String]], out: &mut String) -> Option<()> {
    let first = scanner.peek()?;
    if !paths.is_empty() && first == b'[' {
        return copy_list(scanner, paths, out);
    }
    if paths.is_empty() || first != b'{' {
        out.push_str(scanner.value()?.text);
        return Some(());
    }
    scanner.take(b'{')?;
    out.push('{');
    let mut is_first = true;
    while scanner.peek()? != b'}' {
        let key = scanner.key()?;
        let name: Cow<'_, str> = serde_json::from_str(key.text).ok()?;
        let inside = paths.iter().filter(|path| matches(&path[0], &name));
        let (whole, inside): (Vec<_>, Vec<_>) =
            inside.map(|path| &path[1..]).partition(|rest| rest.is_empty());
        if whole.is_empty() {
            if !std::mem::take(&mut is_first) {
                out.push(',');
            }
            out.push_str(key.text);
            out.push(':');
            copy(scanner, &inside, out)?;
        } else {
            scanner.value()?;
        }
        if scanner.peek()? == b',' {
            scanner.take(b',')?;
        }
    }
    scanner.take(b'}')?;
    out.push('}');
    Some(())
}

/// Copies a list, each element of which loses the same.
fn copy_list(scanner: &mut Scanner<'_>, paths: &[&[String]], out: &mut String) -> Option<()> {
    scanner.take(b'[')?;
    out.push('[');
    while scanner.peek()? != b']' {
        copy(scanner, paths, out)?;
        if scanner.peek()? == b',' {
            scanner.take(b',')?;
            out.push(',');
        }
    }
    scanner.take(b']')?;
    out.push(']');
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn withheld(patterns: &str) -> Result<Vec<String>, String> {
        let withheld = Withheld::parse(patterns).map_err(|error| error.to_string())?;
        let show = |pattern: &Pattern| format!("{} {}", pattern.entity, pattern.path.0.join("."));
        Ok(withheld.patterns.iter().map(show).collect())
    }

    #[test]
    fn patterns() {
        let rows: [(&str, &[&str]); 6] = [
            ("", &[]),
            ("User.mobilePhone", &["User profile.mobilePhone"]),
            (
                " User.profile.salary* , Group.sourceId",
                &["User profile.salary*", "Group source.id", "Group _links.source.href"],
            ),
            ("User.honorific*", &["User profile.honorificPrefix", "User profile.honorificSuffix"]),
            ("User.credentials", &["User credentials"]),
            ("Application.settings.notes.admin", &["Application settings.notes.admin"]),
        ];
        for (text, expected) in rows {
            assert_eq!(withheld(text).unwrap(), expected, "{text}");
        }
        for (text, reason) in [
            ("User", "names no field"),
            ("Nobody.name", "names no entity"),
            ("User.salary", "names no field"),
            ("User.id", "names the key"),
            ("User.i*", "names the key"),
            ("User.*", "names the key"),
            ("User.profile.*.x", "names no field"),
            ("User.profile.", "names no field"),
            ("User.pro*le", "names no field"),
        ] {
            let error = withheld(text).unwrap_err();
            assert!(error.contains(reason) && error.contains(text), "{text}: {error}");
        }
    }

    #[test]
    fn objects_lose_what_is_withheld() {
        let path = |path: &str| Path(path.split('.').map(str::to_owned).collect());
        let rows = [
            (r#"{"a":1,"b":2}"#, &["b"][..], r#"{"a":1}"#),
            (r#"{"a":1,"b":2}"#, &["a", "b"], "{}"),
            (r#"{ "a" : { "b" : [ 1 ] , "c" : 2 } }"#, &["a.b"], r#"{"a":{"c":2}}"#),
            (r#"{"salary":1,"salaryBand":2,"x":3}"#, &["salary*"], r#"{"x":3}"#),
            (r#"{"\u0061":1,"x":"}"}"#, &["a"], r#"{"x":"}"}"#),
            (r#"{"a":5}"#, &["a.b"], r#"{"a":5}"#),
            (r#"{"a":1,"a":2}"#, &["a"], "{}"),
            ("[1]", &["a"], "[1]"),
            (r#"[{"a":1,"b":2},[{"a":3}],"a"]"#, &["a"], r#"[{"b":2},[{}],"a"]"#),
            (r#"{"x":[{"a":1},{"a":2,"c":[]}]}"#, &["x.a"], r#"{"x":[{},{"c":[]}]}"#),
        ];
        for (text, paths, expected) in rows {
            let paths: Vec<_> = paths.iter().map(|it| path(it)).collect();
            assert_eq!(without(text, &paths).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(without("{\"a\":", &[path("b")]), None);
    }
}
