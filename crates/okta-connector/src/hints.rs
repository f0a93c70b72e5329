//! The attributes that a run names, in the form in which a page token carries them, so that a run looks at the schemas
//! once.
//!
//! A request names its fields anew in every call, so a token need only say what each name stands for. That is one letter
//! for most of them: the type, a capital where Okta is not asked about it. Behind the letter stands how the attribute is
//! called, if not like the field: `_` for the name without its prefix, `=name;` for any other.

use crate::catalogue::schema::{field_of, is_name};
use crate::catalogue::{Field, Kind, PROFILE, Pushdown};
use crate::entity::Entity;

/// A name that the org does not have.
const UNKNOWN: char = 'x';

const KINDS: [(Kind, char); 8] = [
    (Kind::Text, 't'),
    (Kind::DateTime, 'd'),
    (Kind::Boolean, 'b'),
    (Kind::Integer, 'i'),
    (Kind::Number, 'n'),
    (Kind::Texts, 'l'),
    (Kind::List, 'a'),
    (Kind::Struct, 's'),
];

/// Writes what `names` stand for in `entity`.
pub(crate) fn write(names: &[&str], entity: &Entity) -> String {
    let mut hints = String::new();
    for name in names {
        let field = entity.field(name).map(|id| &entity[id]);
        let known = field.and_then(|field| Some((field, field.attribute()?)));
        let Some((field, attribute)) = known else {
            hints.push(UNKNOWN);
            continue;
        };
        let letter =
            KINDS.iter().find(|(kind, _)| *kind == field.kind).map_or('t', |found| found.1);
        hints.push(if field.pushdown.search { letter } else { letter.to_ascii_uppercase() });
        if *name == attribute {
            continue;
        }
        match unprefixed(name) {
            Some(rest) if rest == attribute => hints.push('_'),
            _ => {
                hints.push('=');
                hints.push_str(attribute);
                hints.push(';');
            }
        }
    }
    hints
}

/// Reads what `names` stand for. None if that is not what was written for them.
pub(crate) fn read(names: &[&str], hints: &str) -> Option<Vec<Field>> {
    let mut rest = hints;
    let mut fields = Vec::new();
    for &name in names {
        let letter = rest.chars().next()?;
        rest = &rest[letter.len_utf8()..];
        if letter == UNKNOWN {
            continue;
        }
        let kind = KINDS.iter().find(|(_, known)| *known == letter.to_ascii_lowercase())?.0;
        let attribute = if let Some(behind) = rest.strip_prefix('_') {
            rest = behind;
            unprefixed(name)?
        } else if let Some(behind) = rest.strip_prefix('=') {
            let (attribute, behind) = behind.split_once(';')?;
            rest = behind;
            attribute
        } else {
            name
        };
        if !is_name(attribute) {
            return None;
        }
        let search = letter.is_ascii_lowercase();
        fields.push(field_of(name, kind, attribute, Pushdown { search, ..Pushdown::default() }));
    }
    rest.is_empty().then_some(fields)
}

fn unprefixed(name: &str) -> Option<&str> {
    name.strip_prefix(PROFILE)?.strip_prefix('_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entity::KnownFrom;
    use crate::withheld::Withheld;

    #[test]
    fn what_is_read_is_what_was_written() {
        let rows = [
            ("badge", Kind::Integer, "badge", true, "i"),
            ("hired", Kind::DateTime, "hired", false, "D"),
            ("profile_typeId", Kind::Text, "typeId", true, "t_"),
            ("profile_Badge_2", Kind::Text, "Badge", false, "T=Badge;"),
            ("skills", Kind::Texts, "skills", true, "l"),
        ];
        let fields = rows.map(|(name, kind, attribute, search, _)| {
            field_of(name, kind, attribute, Pushdown { search, ..Pushdown::default() })
        });
        let entity = Entity::find("User", &Withheld::default()).unwrap();
        let entity = entity.with(fields.to_vec().into(), KnownFrom::Schemas);
        let mut names = rows.map(|row| row.0).to_vec();
        names.push("nothing");
        let hints = write(&names, &entity);
        assert_eq!(hints, format!("{}x", rows.map(|row| row.4).concat()));
        let read = read(&names, &hints).unwrap();
        let shown = |field: &Field| format!("{field:?}");
        assert_eq!(read.iter().map(shown).collect::<Vec<_>>(), fields.map(|it| shown(&it)));
    }

    #[test]
    fn what_was_not_written_for_these_names_is_refused() {
        for hints in ["", "i", "iii", "i?", "é", "i=", "i=a.b;", "i_", "ix;"] {
            assert!(read(&["one", "two"], hints).is_none(), "{hints}");
        }
    }
}
