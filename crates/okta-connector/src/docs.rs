//! The tables as pages for people: `docs/OBJECTS.md` and `docs/TROUBLESHOOTING.md` are these texts, and
//! tests compare them.

use crate::catalogue::{Dialect, Field, Kind, OBJECTS, Object};
use crate::error::Error;
use crate::secrets::{KeyError, SecretError};
use crate::trouble::TROUBLES;
use std::fmt::Write as _;

/// Returns the text of `docs/OBJECTS.md`.
pub fn objects() -> String {
    let mut page = String::from(
        "# Objects and fields\n\n\
         Generated from the catalogue by `make bless`. Every operator that a field offers is\n\
         answered exactly; *pushed down* says for which of them Okta does the selecting, so that\n\
         fewer records travel. `IN` and repeated `OR` work wherever `EQUAL_TO` does, and `= null`\n\
         and `!= null` on every field that offers `EQUAL_TO`.\n",
    );
    for object in OBJECTS {
        write_object(&mut page, object).expect("writing to memory cannot fail");
    }
    page
}

/// Returns the tables of `docs/TROUBLESHOOTING.md`, from which messages are made.
pub fn troubleshooting() -> String {
    let mut page = String::from(
        "## What Okta refuses\n\n\
         A message begins with one of these sentences, goes on with the remedy, and ends with what Okta\n\
         said: its code, its error id and the id of the request, which Okta's support asks for.\n\n\
         | message begins with | code in AppFlow | what to do | how Okta says it |\n|---|---|---|---|\n",
    );
    for trouble in TROUBLES {
        let (code, told_by) = (trouble.code.name(), trouble.told_by);
        writeln!(page, "| {} | `{code}` | {} | {told_by} |", trouble.sentence, trouble.remedy)
            .expect("writing to memory cannot fail");
    }
    page.push_str(
        "\n## What AWS refuses\n\n\
         The message says what to do, and what AWS said where that stands here as `...`.\n\n\
         | message | code in AppFlow |\n|---|---|\n",
    );
    let said = || "`...`".to_owned();
    let of_secrets = [
        SecretError::NotFound,
        SecretError::OfAnother(said()),
        SecretError::AccessDenied(said()),
        SecretError::Key(said()),
        SecretError::NoText,
        SecretError::Unavailable(said()),
    ];
    let of_keys = [
        KeyError::NotFound(said()),
        KeyError::AccessDenied(said()),
        KeyError::Unusable(said()),
        KeyError::Unavailable(said()),
    ];
    let errors = of_secrets.map(Error::from).into_iter().chain(of_keys.map(Error::from));
    for error in errors {
        writeln!(page, "| {error} | `{}` |", error.code.name())
            .expect("writing to memory cannot fail");
    }
    page.push_str(
        "\n## What the connector refuses\n\n\
         * `InvalidArgument` names the setting, field, filter or token that cannot be used, what was found and\n  \
         what was expected.\n\
         * `InvalidCredentials` that begins with *The secret of the connection cannot be used* says what is wrong with\n  \
         the credentials as they were entered.\n",
    );
    page
}

fn write_object(page: &mut String, object: &Object) -> std::fmt::Result {
    let collation = match object.collation {
        crate::catalogue::Collation::IgnoreCase => "ignore case",
        crate::catalogue::Collation::Exact => "mind case",
    };
    write!(
        page,
        "\n## {}\n\n{} Read from `{}` with the scope `{}`. Texts {collation}; ids always mind it.\n\n\
         | field | label | type | operators | pushed down | incremental | what it holds |\n\
         |---|---|---|---|---|---|---|\n",
        object.name, object.description, object.endpoint.path, object.scope
    )?;
    for field in object.fields {
        let operators: Vec<_> = field.operators().iter().map(|operator| operator.name()).collect();
        let incremental = if field.kind == Kind::DateTime { "yes" } else { "" };
        writeln!(
            page,
            "| `{}` | {} | {:?} | {} | {} | {incremental} | {} |",
            field.name,
            field.label,
            field.data_type(),
            operators.join(" "),
            pushed_down(object, field),
            field.description,
        )?;
    }
    Ok(())
}

fn pushed_down(object: &Object, field: &Field) -> String {
    let by_key = field.kind == Kind::Key && object.endpoint.dialect != Dialect::Nothing;
    let pushdown = field.pushdown;
    let ways = [
        (by_key, "the record itself"),
        (pushdown.search, "`search`"),
        (pushdown.contains, "`search` with `co`"),
        (pushdown.filter, "`filter`"),
    ];
    let named: Vec<_> = ways.into_iter().filter_map(|(is_so, way)| is_so.then_some(way)).collect();
    named.join(", ")
}
