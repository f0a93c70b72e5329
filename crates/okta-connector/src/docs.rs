//! The tables as pages for people: `docs/OBJECTS.md` and `docs/TROUBLESHOOTING.md` are these texts, and
//! tests compare them.

use crate::catalogue::{At, Children, Dialect, Field, Kind, OBJECTS, Object, Reach};
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
    page.push_str(COSTS);
    page.push_str(SCOPES);
    page.push_str(CUSTOM_ATTRIBUTES);
    for object in OBJECTS {
        write_object(&mut page, object).expect("writing to memory cannot fail");
    }
    page.push_str(LOG);
    page
}

/// Says what entities cost. A test fills in the table.
const COSTS: &str = "
## What each entity costs

`okta-connector demo --entity NAME` transfers an entity of a simulated org, which has 2,500 users, 250 groups and 125
applications unless `--users` says otherwise, and prints what that took:

```console
$ okta-connector demo --entity GroupMember --out members.jsonl
```

This is what all fields of all records take there, in calls of 1,000 records, where no limit has to be waited for. A call that ends within a
page or below an object may look at that page again, so that a run which waits takes some more.

<!-- costs -->

<!-- /costs -->
";

/// Says which scopes a service app asks for.
const SCOPES: &str = "
## Scopes of a service app

A service app whose connection names no scopes asks for those of all entities that the deployment offers, in one request for a
token. Okta refuses them all if it has not granted one of them, and need not say which. For an hour from then on, a read asks for
the scopes that its own entity needs: together, then each alone, then those that are granted. So a read takes at most
three requests for tokens and one for each scope that it needs, which are one to three, however many entities are offered; and
two more where Okta names scopes that are not granted. A token serves all reads that it is good for until it expires. What was not granted is looked at
again when it is needed.

The trial of a connection asks for the scope of one object after the other, until one may be read.
";

/// The rules by which attributes of an org become fields.
const CUSTOM_ATTRIBUTES: &str = "
## Custom attributes

`User` and `Group` also have a field for each custom attribute that the org has defined. These stand behind the fields
of this page, sorted by name. They come from the schemas of all user types and from the group schema, so the connection
needs the scope `okta.schemas.read` and one of the admin roles super, organization, application or API access management
administrator, or a custom role that manages applications. A read-only administrator may not read schemas.

Without that, attributes are inferred from a page of records: those that one of 200 users or groups has. Their
description says so, Okta does no selecting by them, and a log line says what to grant. The fields of this page are never
affected.

| case | rule |
|---|---|
| name | The attribute's own. It is `profile_name` if a field of this page or an attribute before it has the name, compared without case, or if it is a word of AppFlow's filter language (`and` `or` `not` `in` `between` `contains` `limit` `true` `false` `null`) or begins with an underscore; `profile_name_2` and so on if that is taken too. The description then names the attribute. |
| other characters | A name with anything but ASCII letters, digits and underscores, or of more than 100 characters, is left in `profile`. |
| type | string is String and with the format date-time DateTime, boolean is Boolean, integer Long, number Double, array List. Anything else is String. |
| types that differ | An attribute with different types in two user types is String. |
| values | A String field delivers what is no text as its JSON text. All other fields deliver what Okta sent. A value that does not fit its type passes no comparison. |
| operators | As for the fields of this page; numbers compare exactly, whatever their length. A List of texts offers `CONTAINS`, which means that it has the element. |
| pushed down | `search` selects by texts, numbers, Booleans and elements of lists. Dates of attributes are compared by the connector, since Okta compares them as texts. |
| title and description | As in the schema, in AppFlow's characters: others are replaced or left out. A label without any is the name. The description says if an attribute is hidden from users. |
| vanished | A flow that maps an attribute that the org no longer has goes on without it. The log names it, and the metric `UnknownFields` counts it. |
| in a filter | A filter with a name that the org does not have is refused, since the answer would mean something else. |
| changed type | A run keeps the types that it began with. The next run has the new ones. |
| how many | An answer of DescribeEntity has the first 5,000. |

A run looks at the schemas once, in its first call, and only if it maps or filters a custom attribute or maps all fields
without naming them. That costs one request for each user type and one for their list.
";

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
    let custom = match object.schemas {
        Some(_) => " The org's own attributes stand behind these fields.",
        None => "",
    };
    let scopes: Vec<_> = object.scopes().map(|scope| format!("`{scope}`")).collect();
    let scopes = match scopes.as_slice() {
        [scope] => format!("scope {scope}"),
        scopes => format!("scopes {}", scopes.join(" and ")),
    };
    let role = match (object.by_default, object.role_is_expected) {
        (true, _) => String::new(),
        (false, false) => format!(" The admin role that is known to read it is {}.", object.role),
        (false, true) => format!(
            " {} is expected to be enough of an admin role, which no document of Okta confirms.",
            object.role
        ),
    };
    let feature = object.feature.map_or_else(String::new, |feature| format!(" {feature}."));
    write!(
        page,
        "\n## {}\n\n{} Read from `{}` with the {scopes}.{role}{feature}{} Texts {collation}; ids always mind it.{custom}{}\n\n\
         | field | label | type | operators | pushed down | incremental | what it holds |\n\
         |---|---|---|---|---|---|---|\n",
        object.name,
        object.description,
        object.endpoint.path,
        cost(object),
        made_of(object),
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
            pushed_down(object, field).join(", "),
            field.description,
        )?;
    }
    Ok(())
}

/// Says which events the records of an object are made of, and what these do not tell.
fn made_of(object: &Object) -> String {
    let Some(elements) = object.elements() else { return String::new() };
    let types = elements.tellings.iter().map(|telling| format!("`{}`", telling.event_type));
    let types: Vec<_> = types.collect();
    format!("\n\nMade of these events, if they succeeded: {}. {}", types.join(", "), elements.note)
}

/// The rules of entities that tell of what happened.
const LOG: &str = "
## The System Log

The entities that are read from the System Log tell of what happened.

* Okta keeps events for 90 days. A filter that asks for earlier ones fails, since Okta would answer it with nothing. Without a
  bound on `published`, a flow reads the last 90 days but for their first hour.
* A run reads what was published until it began, and up to an hour of what happens meanwhile.
* Okta shows some events late. So each lower bound on `published` that must hold, the lower end of a BETWEEN or a `>` or `>=`
  that is joined to the rest by AND, is read as `logOverlapMinutes` earlier: 10, unless the flow sets another number from 0 to
  1440. With 0 the answer is that of the filter and nothing else.
* Within a run nothing comes twice. From one run to the next, the events of the overlap do: merge them at the destination by the
  key, which is the same each time.
* `filter` knows every property but `published`. If Okta refuses a filter, it is evaluated here, in the same window.
* One event gives one record for each thing that it is about, or none. A call may end between two of them.
";

/// Says what a flow costs, where that is more than a request for each page.
fn cost(object: &Object) -> String {
    match object.reach {
        Reach::Listing => String::new(),
        Reach::Elements(_) => String::new(),
        Reach::Kinds(_, kinds) => {
            format!(" A flow takes {} requests, one for each kind.", kinds.len())
        }
        Reach::Below(branches) => {
            let mut cost = String::new();
            for branch in branches.iter().filter(|branch| branch.turned.is_none()) {
                let (parent, size) = (branch.parent.label, branch.parent.endpoint.page_size);
                let pages = size
                    .map_or_else(String::new, |size| format!(" and one for each {size} of them"));
                match branch.children {
                    Children::Embedded { .. } => {
                        let size = size.unwrap_or(1);
                        write!(cost, " A flow takes one request for each {size} of {parent}.")
                    }
                    Children::Listed(_) => {
                        write!(cost, " A flow takes at least one request for each {parent}{pages}.")
                    }
                }
                .expect("writing to memory cannot fail");
                if branch.count.is_some() {
                    cost.push_str(" What is empty is not asked for.");
                }
            }
            cost
        }
    }
}

/// Names, in Markdown, the ways in which Okta does the selecting by a field.
pub fn pushed_down(object: &Object, field: &Field) -> Vec<&'static str> {
    let is_window = object.windowed_by() == Some(&*field.name);
    let is_listed_alone = object.windowed_by().is_none();
    let by_key =
        field.kind == Kind::Key && object.endpoint.dialect != Dialect::Nothing && is_listed_alone;
    let pushdown = object.pushdown(field);
    let is_above = matches!(field.at, At::Above(_) | At::Branch | At::Joined(_));
    let ways = [
        (by_key, "the record itself"),
        (is_above, "objects above"),
        (pushdown.search, "`search`"),
        (pushdown.contains, "`search` with `co`"),
        (pushdown.filter, "`filter`"),
        (is_window, "`since` and `until`"),
    ];
    ways.into_iter().filter_map(|(is_so, way)| is_so.then_some(way)).collect()
}
