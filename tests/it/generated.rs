//! Files that are written from the catalogue, so that a new object has them by itself: its events, its flow and
//! its place in the list of flows.
//!
//! `make bless` runs these tests before all others, which read the files. What no rule gives stands in two
//! tables: [`QUERIES`] and [`FLOWS`].

use crate::support::top;
use appflow_connector::entity::FieldDataType;
use expect_test::expect_file;
use okta_connector::catalogue::{Field, Kind, OBJECTS, Object};
use serde_json::Value;
use std::fmt::Write as _;

/// A query that shows more of the language than the one that every object gets.
struct Query {
    entity: &'static str,
    fields: &'static [&'static str],
    filter: &'static str,
}

const QUERIES: [Query; 5] = [
    Query {
        entity: "Application",
        fields: &["id", "name", "label", "status", "created"],
        filter: "status = 'ACTIVE' and created >= 2024-10-01",
    },
    Query {
        entity: "Device",
        fields: &["id", "displayName", "platform", "lastUpdated"],
        filter: "(platform = 'WINDOWS' or platform = 'MACOS') and lastUpdated >= 2024-10-01",
    },
    Query {
        entity: "Group",
        fields: &["id", "name", "type", "lastMembershipUpdated"],
        filter: "lastMembershipUpdated between 2024-05-01T00:00:00Z and 2024-05-08T00:00:00Z and type = 'OKTA_GROUP'",
    },
    Query {
        entity: "SystemLogEvent",
        fields: &[
            "uuid",
            "published",
            "eventType",
            "actorAlternateId",
            "outcomeResult",
            "targetUserId",
        ],
        filter: "(eventType = 'user.lifecycle.create' or eventType = 'user.lifecycle.deactivate') and outcomeResult = 'SUCCESS'",
    },
    Query {
        entity: "User",
        fields: &["id", "login", "email", "status", "lastUpdated"],
        filter: "lastUpdated between 2024-05-01T00:00:00Z and 2024-05-02T00:00:00Z and status = \"ACTIVE\"",
    },
];

/// The parts of an object's flow beside those of every object's.
struct Flow {
    entity: &'static str,
    /// The facts worth knowing about it.
    about: &'static str,
    parameters: &'static str,
    conditions: &'static str,
    /// The parameter that names the field by which it is incremental, if there is one.
    incremental: Option<&'static str>,
    /// The changes that leave that field as it is, after a colon.
    unmoved: &'static str,
    /// A setting of the flow, the parameter that it takes and what that is by default.
    setting: Option<(&'static str, &'static str, &'static str)>,
    filters: &'static str,
}

const PLAIN: Flow = Flow {
    entity: "",
    about: "",
    parameters: "",
    conditions: "",
    incremental: None,
    unmoved: "",
    setting: None,
    filters: "",
};

const FLOWS: [Flow; 7] = [
    Flow {
        entity: "Device",
        about: "\
# lastUpdated moves with the status of a device and with the signals that a sign-in saves. Okta lists no deleted devices.",
        ..PLAIN
    },
    Flow {
        entity: "Group",
        about: "\
# lastUpdated moves with the profile of a group; who joins or leaves moves lastMembershipUpdated alone. IncrementalField
# says which of them to follow. GroupType shows what a filter looks like.",
        parameters: r#"  IncrementalField:
    Type: String
    Default: lastUpdated
    AllowedValues: [lastUpdated, lastMembershipUpdated]
    Description: Which changes an incremental run transfers, those of the profile or those of who is a member.
  GroupType:
    Type: String
    Default: ""
    AllowedValues: ["", OKTA_GROUP, APP_GROUP, BUILT_IN]
    Description: The only type of groups to transfer. Empty for all.
"#,
        conditions: r#"  FiltersByType: !Not [!Equals [!Ref GroupType, ""]]
"#,
        incremental: Some("IncrementalField"),
        unmoved: ": who joins or leaves, if it is lastUpdated; the profile, if it is not",
        filters: "        - !If
          - FiltersByType
          - TaskType: Filter
            SourceFields: [type]
            ConnectorOperator: {CustomConnector: EQUAL_TO}
            TaskProperties:
              - {Key: DATA_TYPE, Value: String}
              - {Key: VALUE, Value: !Ref GroupType}
          - !Ref AWS::NoValue
",
        ..PLAIN
    },
    Flow {
        entity: "GroupMember",
        about: "\
# Okta tells when the membership of a group last changed, and of nobody when they joined, so an incremental run transfers
# all members of the groups that changed. Who has left is in none of them: replace the group's members at the destination.",
        ..PLAIN
    },
    Flow {
        entity: "PolicyRule",
        about: "\
# A flow asks Okta for the rules of each policy. Default rules have no timestamps, so that only a complete pull has them.",
        ..PLAIN
    },
    Flow {
        entity: "UserFactor",
        about: "\
# Okta lists the factors of one user at a time: a flow takes a request for each user, incremental or not.",
        ..PLAIN
    },
    Flow {
        entity: "User",
        about: "\
# Deprovisioned users are included unless IncludeDeprovisioned is false. lastUpdated moves with the profile and the status
# of a user.",
        unmoved: ": a sign-in moves lastLogin alone, which is as it was when the user\n#   was last transferred",
        parameters: r#"  IncludeDeprovisioned:
    Type: String
    Default: "true"
    AllowedValues: ["true", "false"]
    Description: Whether deprovisioned users are transferred.
"#,
        setting: Some(("includeDeprovisioned", "IncludeDeprovisioned", "true")),
        ..PLAIN
    },
    Flow {
        entity: "UserType",
        about: "# There are a handful, in one answer, so they are transferred completely.",
        ..PLAIN
    },
];

/// The parts of a flow of what the System Log tells.
const LOG: Flow = Flow {
    about: "\
# Okta tells of what happened in windows of time. It keeps events for 90 days, so that a run which asks for earlier ones fails.",
    parameters: r#"  LogOverlapMinutes:
    Type: Number
    Default: 10
    MinValue: 0
    MaxValue: 1440
    Description: How much earlier than the run before ended a run begins, for events that Okta shows late.
"#,
    setting: Some(("logOverlapMinutes", "LogOverlapMinutes", "10")),
    ..PLAIN
};

/// Returns what a flow's runs transfer and leave out.
fn runs(object: &Object, special: &Flow) -> String {
    if object.windowed_by().is_some() {
        return "\
# The first run of an incremental flow reaches back 30 days unless FirstExecutionFrom is given, which may be 90 days ago.
# A later run transfers what happened since the run before, and once more what happened in the LogOverlapMinutes before that:
# merge by the key at the destination. It leaves out what Okta showed later than that.
# A second flow, of another FlowName and with PullMode Complete, transfers the last 90 days each time."
            .to_owned();
    }
    let watched = special.incremental.unwrap_or(&incremental(object).name);
    format!(
        "\
# The first run of an incremental flow transfers everything, since FirstExecutionFrom is the year 2000 unless it is given.
# A later run transfers the records whose {watched} moved after the run before. It leaves out:
# - records that changed while it stayed the same{};
# - what was deleted: the destination keeps it.
# A second flow, of another FlowName and with PullMode Complete, once a week say, transfers everything and shows what is gone.",
        special.unmoved
    )
}

/// Writes a text for each name of a template, `{{name}}`.
fn fill(template: &str, texts: &[(&str, &str)]) -> String {
    let mut filled = template.to_owned();
    for (name, text) in texts {
        let name = format!("{{{{{name}}}}}");
        assert!(filled.contains(&name), "the template has no {name}");
        filled = filled.replace(&name, text);
    }
    assert!(!filled.contains("{{"), "{filled}");
    filled
}

/// Returns the name of an entity as files have it: `user-type` for `UserType`.
pub(crate) fn file_name(entity: &str) -> String {
    let mut name = String::new();
    let mut before = None;
    for c in entity.chars() {
        if c.is_uppercase() && before.is_some_and(char::is_lowercase) {
            name.push('-');
        }
        name.push(c.to_ascii_lowercase());
        before = Some(c);
    }
    name
}

/// Returns the name of several things with a label: `user types` for `User Type`.
fn plural(label: &str) -> String {
    let label = label.to_lowercase();
    let is_consonant = |stem: &&str| !stem.ends_with(['a', 'e', 'i', 'o', 'u']);
    match label.strip_suffix('y').filter(is_consonant) {
        Some(stem) => format!("{stem}ies"),
        None => format!("{label}s"),
    }
}

/// Returns the name of the flow of things with a label: `okta-user-types` for `User Type`.
fn flow_name(label: &str) -> String {
    format!("okta-{}", plural(label).replace(' ', "-"))
}

/// Returns the field by which a flow of an object is incremental.
fn incremental(object: &Object) -> &'static Field {
    let first = || object.fields.iter().find(|field| field.kind == Kind::DateTime);
    let field = object.field("lastUpdated").or_else(first);
    field.unwrap_or_else(|| panic!("{} has no time by which a flow is incremental", object.name))
}

/// Says whether Okta finds the records that an incremental flow asks for.
fn finds_what_changed(object: &Object) -> bool {
    let pushdown = object.pushdown(incremental(object));
    pushdown.search || pushdown.filter || object.windowed_by().is_some()
}

/// Returns the fields that a table has columns for. Those that exist in the request only are none.
fn columns(object: &Object) -> impl Iterator<Item = &'static Field> {
    let opaque = [FieldDataType::Struct, FieldDataType::List];
    object
        .fields
        .iter()
        .filter(move |field| !field.is_request_only() && !opaque.contains(&field.data_type()))
}

fn query(object: &Object) -> (Vec<&'static Field>, String) {
    if let Some(query) = QUERIES.iter().find(|query| query.entity == object.name) {
        let fields = query.fields.iter().map(|name| object.field(name).unwrap());
        return (fields.collect(), query.filter.to_owned());
    }
    let mut fields: Vec<_> = columns(object).filter(|field| field.kind != Kind::DateTime).collect();
    // The key first, then what identifies a record besides.
    fields.sort_by_key(|field| (field.kind != Kind::Key, !field.unique));
    fields.truncate(4);
    fields.push(incremental(object));
    let filter = match object.windowed_by() {
        // Okta keeps no event for long, so that no date stays good.
        Some(_) => "LIMIT 5".to_owned(),
        None => format!("{} >= 2024-05-01 LIMIT 5", &incremental(object).name),
    };
    (fields, filter)
}

fn query_data(object: &Object) -> String {
    let (fields, filter) = query(object);
    let described: Vec<_> = fields
        .iter()
        .map(|field| {
            let key = match field.kind {
                Kind::Key => ",\n          \"isPrimaryKey\": true",
                _ => "",
            };
            format!(
                "        {{\n          \"fieldName\": \"{}\",\n          \"dataType\": \"{:?}\",\n          \
                 \"label\": {}{key}\n        }}",
                field.name,
                field.data_type(),
                Value::from(&*field.label),
            )
        })
        .collect();
    let selected: Vec<_> = fields.iter().map(|field| format!("    \"{}\"", field.name)).collect();
    fill(
        include_str!("../data/templates/query-data.json"),
        &[
            ("entity", object.name),
            ("label", object.label),
            ("fields", &described.join(",\n")),
            ("flow", &flow_name(object.label)),
            ("selected", &selected.join(",\n")),
            ("filter", &Value::from(filter).to_string()),
        ],
    )
}

#[test]
fn events() {
    for object in OBJECTS {
        let describe_entity = include_str!("../data/templates/describe-entity.json");
        let describe_entity = fill(describe_entity, &[("entity", object.name)]);
        let name = file_name(object.name);
        for (operation, event) in
            [("describe-entity", describe_entity), ("query-data", query_data(object))]
        {
            let file = top().join("events").join(format!("{operation}-{name}.json"));
            expect_file![file].assert_eq(&event);
        }
    }
}

fn flow(object: &Object) -> String {
    let (plain, first, from_when) = match object.windowed_by() {
        Some(_) => (
            &LOG,
            "",
            "      From when on the first incremental run transfers what happened, in seconds since 1970. It may be 90 days ago. Empty\n      is AppFlow's own default, the last 30 days.",
        ),
        None => (
            &PLAIN,
            "946684800",
            "      From when on the first incremental run transfers changes, in seconds since 1970. The default is the year 2000, before\n      Okta existed, and so means everything. Empty is AppFlow's own default, the last 30 days.",
        ),
    };
    let special = FLOWS.iter().find(|flow| flow.entity == object.name).unwrap_or(plain);
    let plural = plural(object.label);
    let (pull_mode, rate) = pull(object);
    let about = match special.about {
        "" if finds_what_changed(object) => {
            "# Okta finds what changed, so that a scheduled run transfers nothing else.".to_owned()
        }
        "" => format!(
            "# Okta cannot search {plural} by time, so the connector reads the list of all of them either way; a complete pull\n\
             # costs Okta the same as an incremental one and shows which are gone. PullMode Incremental works too."
        ),
        about => about.to_owned(),
    };
    let field = match special.incremental {
        Some(parameter) => format!("!Ref {parameter}"),
        None => incremental(object).name.to_string(),
    };
    let settings = special.setting.map_or(String::new(), |(setting, parameter, _)| {
        format!("            CustomProperties:\n              {setting}: !Ref {parameter}\n")
    });
    let columns: Vec<_> = columns(object).collect();
    let longest = columns.iter().map(|column| column.name.len()).max().unwrap_or_default();
    let (mut projected, mut mapped) = (String::new(), String::new());
    for column in columns {
        let (name, data_type) = (&column.name, column.data_type());
        let space = " ".repeat(longest - name.len());
        writeln!(projected, "            - {name}").unwrap();
        writeln!(
            mapped,
            "        - {{TaskType: Map, SourceFields: [{name}],{space} DestinationField: {name},{space} \
             ConnectorOperator: {{CustomConnector: NO_OP}}, \
             TaskProperties: [{{Key: SOURCE_DATA_TYPE, Value: {data_type:?}}}]}}"
        )
        .unwrap();
    }
    fill(
        include_str!("../data/templates/flow.yaml"),
        &[
            ("about", &about),
            ("plural", &plural),
            ("flow", &flow_name(object.label)),
            ("parameters", special.parameters),
            ("pull mode", pull_mode),
            ("rate", rate),
            ("conditions", special.conditions),
            ("incremental", &field),
            ("runs", &runs(object, special)),
            ("first", first),
            ("from when", from_when),
            ("entity", object.name),
            ("settings", &settings),
            ("projected", &projected),
            ("filters", special.filters),
            ("mapped", &mapped),
        ],
    )
}

/// Writes the flow of an object as AppFlow's API has it: what the template comes to if it gets a bucket and a connection.
fn flow_in_json(object: &Object) -> String {
    let plain = if object.windowed_by().is_some() { &LOG } else { &PLAIN };
    let special = FLOWS.iter().find(|flow| flow.entity == object.name).unwrap_or(plain);
    let mut schedule = String::new();
    let mut incremental_pull = String::new();
    if finds_what_changed(object) {
        schedule.push_str(",\n        \"scheduleOffset\": 300");
        if object.windowed_by().is_none() {
            schedule.push_str(",\n        \"firstExecutionFrom\": 946684800");
        }
        let field = &incremental(object).name;
        incremental_pull = format!(
            "    \"incrementalPullConfig\": {{ \"datetimeTypeFieldName\": \"{field}\" }},\n"
        );
    }
    let settings = special.setting.map_or(String::new(), |(setting, _, default)| {
        format!(",\n        \"customProperties\": {{ \"{setting}\": \"{default}\" }}")
    });
    let projected = columns(object).map(|column| format!("        \"{}\"", column.name));
    let mapped = columns(object).map(|column| {
        let (name, data_type) = (&column.name, column.data_type());
        format!(
            r#"    {{
      "taskType": "Map",
      "connectorOperator": {{ "CustomConnector": "NO_OP" }},
      "sourceFields": ["{name}"],
      "destinationField": "{name}",
      "taskProperties": {{ "SOURCE_DATA_TYPE": "{data_type:?}" }}
    }}"#
        )
    });
    let (pull_mode, rate) = pull(object);
    fill(
        include_str!("../data/templates/flow.json"),
        &[
            ("flow", &flow_name(object.label)),
            ("plural", &plural(object.label)),
            ("rate", rate),
            ("pull mode", pull_mode),
            ("schedule", &schedule),
            ("incremental", &incremental_pull),
            ("entity", object.name),
            ("settings", &settings),
            ("projected", &projected.collect::<Vec<_>>().join(",\n")),
            ("mapped", &mapped.collect::<Vec<_>>().join(",\n")),
        ],
    )
}

/// Returns how a flow of an object pulls, and how often.
fn pull(object: &Object) -> (&'static str, &'static str) {
    match finds_what_changed(object) {
        true => ("Incremental", "rate(1hours)"),
        false => ("Complete", "rate(1days)"),
    }
}

#[test]
fn flows() {
    for object in OBJECTS {
        let file = |end| top().join(format!("examples/flows/{}.{end}", file_name(object.name)));
        expect_file![file("yaml")].assert_eq(&flow(object));
        expect_file![file("json")].assert_eq(&flow_in_json(object));
    }
}

/// Checks the list of flows on the page on examples, a row for each way to pull.
#[test]
fn list_of_flows() {
    let mut rows: Vec<(String, &str, Vec<String>)> = Vec::new();
    for object in OBJECTS {
        let name = file_name(object.name);
        let (how, why) = match finds_what_changed(object) {
            true => (
                format!("`Incremental` on `{}`, hourly", &incremental(object).name),
                "Okta finds what changed",
            ),
            false => (
                "`Complete`, daily".to_owned(),
                "Okta has no such search, and a complete pull shows what is gone",
            ),
        };
        let link = format!("[{name}](flows/{name}.yaml)");
        match rows.iter_mut().find(|row| row.0 == how) {
            Some((_, _, links)) => links.push(link),
            None => rows.push((how, why, vec![link])),
        }
    }
    let mut list = "\n| flow | pull mode | why |\n|---|---|---|\n".to_owned();
    for (how, why, links) in rows {
        writeln!(list, "| {} | {how} | {why} |", links.join(", ")).unwrap();
    }
    let file = top().join("examples/README.md");
    let page = std::fs::read_to_string(&file).unwrap();
    expect_file![file].assert_eq(&between(&page, "flows", &list));
}

/// Returns the page with a text between `<!-- name -->` and `<!-- /name -->`.
pub(crate) fn between(page: &str, name: &str, text: &str) -> String {
    let [begin, end] = [format!("<!-- {name} -->\n"), format!("\n<!-- /{name} -->")];
    let (before, rest) = page.split_once(&begin).unwrap();
    let (_, after) = rest.split_once(&end).unwrap();
    format!("{before}{begin}{text}{end}{after}")
}

#[test]
fn names() {
    let rows = [
        ("UserType", "User Type", "user-type", "okta-user-types"),
        ("OAuthKey", "OAuth Key", "oauth-key", "okta-oauth-keys"),
        ("Policy", "Policy", "policy", "okta-policies"),
    ];
    for (entity, label, file, flow) in rows {
        assert_eq!((file_name(entity), flow_name(label)), (file.to_owned(), flow.to_owned()));
    }
}
