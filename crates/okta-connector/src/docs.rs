//! The tables as pages for people: `docs/OBJECTS.md` and `docs/TROUBLESHOOTING.md` are these texts, and
//! tests compare them.

use crate::catalogue::{Dialect, Field, Kind, OBJECTS, Object};
use crate::trouble::TROUBLES;
use std::fmt::Write as _;

/// The text of `docs/OBJECTS.md`.
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

/// The text of `docs/TROUBLESHOOTING.md`.
pub fn troubleshooting() -> String {
    let mut page = String::from(
        "# Troubleshooting\n\n\
         Generated from the table of errors by `make bless`. A message begins with one of these\n\
         sentences, goes on with the remedy, and ends with what Okta said: its code, its error id and\n\
         the id of the request, which Okta's support asks for.\n\n\
         | message begins with | code in AppFlow | what to do | how Okta says it |\n|---|---|---|---|\n",
    );
    for trouble in TROUBLES {
        let (code, told_by) = (trouble.code.name(), trouble.told_by);
        writeln!(page, "| {} | `{code}` | {} | {told_by} |", trouble.sentence, trouble.remedy)
            .expect("writing to memory cannot fail");
    }
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
