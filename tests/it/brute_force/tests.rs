//! The oracle against hand-written rows.

mod attributes;
mod decimals;

use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::prelude::{ProptestConfig, Strategy};
use proptest::strategy::ValueTree;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};

use super::{
    Assignment, Comparison, Decimal, Entity, Expr, FieldRow, Filter, Instant, Kind, Literal,
    Operator, arb_assignment, arb_filter, arb_selection, evaluate, expected_record, field, fields,
    matches,
};

/// The number of random filters that a test draws.
const DRAWS: u32 = 512;

const TRUE: Option<bool> = Some(true);
const FALSE: Option<bool> = Some(false);
const UNKNOWN: Option<bool> = None;

fn user() -> Value {
    json!({
        "id": "00uABC",
        "status": "ACTIVE",
        "created": "2024-05-01T00:00:00.000Z",
        "activated": null,
        "statusChanged": "not a date",
        "lastUpdated": "2024-05-01T12:30:45.500Z",
        "lastLogin": "2024-05-01T12:30:45+02:00",
        "passwordChanged": 5,
        "type": { "id": "otyXYZ" },
        "profile": {
            "login": "Ada@Example.com",
            "city": "Zürich",
            "state": "ΟΔΟΣ",
            "title": "",
            "zipCode": 8001,
            "costCenter": true,
            "division": ["a", "b"],
            "department": { "name": "a" },
            "nickName": r#"it's \ a "test""#,
            "secondEmail": null,
        },
    })
}

/// Makes a literal of a field's type; the word null stands for itself.
fn literal(entity: &Entity, name: &str, text: &str) -> Literal {
    match entity.field(name).kind {
        _ if text == "null" => Literal::Null,
        Kind::Text | Kind::TextList => Literal::text(text),
        Kind::DateTime => Literal::Instant(Instant::parse(text).unwrap()),
        Kind::Boolean => Literal::Boolean(text.parse().unwrap()),
        Kind::Long | Kind::Double => Literal::Number(Decimal::parse(text).unwrap()),
        Kind::List | Kind::Struct => panic!("{name} cannot be filtered"),
    }
}

/// Makes a condition on a fixed field from its name, an operator and literals.
fn condition(entity: &str, name: &str, operator: &str, texts: &[&str]) -> Expr {
    condition_of(&Entity::fixed(entity), name, operator, texts)
}

fn condition_of(entity: &Entity, name: &str, operator: &str, texts: &[&str]) -> Expr {
    let mut literals: Vec<_> = texts.iter().map(|text| literal(entity, name, text)).collect();
    let field = name.to_owned();
    let comparison = match operator {
        "in" => return Expr::In { field, literals },
        "contains" => return Expr::Contains { field, literal: literals.remove(0) },
        "between" => {
            let low = literals.remove(0);
            return Expr::Between { field, low, high: literals.remove(0) };
        }
        "=" => Comparison::Equal,
        "!=" => Comparison::NotEqual,
        "<" => Comparison::Less,
        "<=" => Comparison::LessOrEqual,
        ">" => Comparison::Greater,
        ">=" => Comparison::GreaterOrEqual,
        other => panic!("no operator {other}"),
    };
    Expr::Compare { field, comparison, literal: literals.remove(0) }
}

/// Checks a condition and its negation: a record passes only if the condition is true.
#[track_caller]
fn check(entity: &str, record: &Value, condition: (&str, &str, &[&str]), expected: Option<bool>) {
    check_of(&Entity::fixed(entity), record, condition, expected);
}

#[track_caller]
fn check_of(
    entity: &Entity,
    record: &Value,
    (name, operator, texts): (&str, &str, &[&str]),
    expected: Option<bool>,
) {
    let expr = condition_of(entity, name, operator, texts);
    assert_eq!(evaluate(&expr, record, entity), expected, "{name} {operator} {texts:?}");
    assert_eq!(matches(&expr, record, entity), expected == TRUE);
    let negated = Expr::negated(expr);
    assert_eq!(evaluate(&negated, record, entity), expected.map(|truth| !truth), "{negated:?}");
}

#[track_caller]
fn check_user(name: &str, operator: &str, texts: &[&str], expected: Option<bool>) {
    check("User", &user(), (name, operator, texts), expected);
}

#[test]
fn text() {
    check_user("status", "=", &["ACTIVE"], TRUE);
    check_user("status", "=", &["active"], TRUE);
    check_user("status", "!=", &["active"], FALSE);
    check_user("status", "!=", &["STAGED"], TRUE);
    check_user("status", "=", &["ACTIVE "], FALSE);
    check_user("typeId", "=", &["OTYxyz"], TRUE);
    check_user("id", "=", &["00uABC"], TRUE);
    check_user("id", "=", &["00uabc"], FALSE);
    check_user("id", "contains", &["ab"], FALSE);
    check_user("id", "contains", &["AB"], TRUE);
    check_user("city", "=", &["ZÜRICH"], TRUE);
    check_user("city", "=", &["Zurich"], FALSE);
    check_user("title", "=", &[""], TRUE);
    check_user("title", "!=", &[""], FALSE);
    // A sigma at the end of a word is lowered like any other.
    check_user("state", "=", &["οδοσ"], TRUE);
    check_user("state", "=", &["οδος"], FALSE);
}

#[test]
fn contains() {
    check_user("login", "contains", &["@eXample"], TRUE);
    check_user("login", "contains", &["ADA"], TRUE);
    check_user("login", "contains", &["ada@example.com"], TRUE);
    check_user("login", "contains", &[""], TRUE);
    check_user("login", "contains", &["%"], FALSE);
    check_user("login", "contains", &["null"], UNKNOWN);
    check_user("secondEmail", "contains", &[""], UNKNOWN);
    check_user("title", "contains", &["x"], FALSE);
}

#[test]
fn absent_and_null() {
    for name in ["secondEmail", "middleName", "activated"] {
        let some = if name == "activated" { "2024-05-01" } else { "x" };
        check_user(name, "=", &["null"], TRUE);
        check_user(name, "!=", &["null"], FALSE);
        check_user(name, "=", &[some], UNKNOWN);
        check_user(name, "!=", &[some], UNKNOWN);
        check_user(name, "in", &[some], UNKNOWN);
        check_user(name, "in", &[some, "null"], TRUE);
    }
    check_user("city", "=", &["null"], FALSE);
    check_user("city", "!=", &["null"], TRUE);
    check_user("title", "=", &["null"], FALSE);
    check_user("activated", "<", &["2024-05-01"], UNKNOWN);
    check_user("created", "<", &["null"], UNKNOWN);
    check_user("created", ">=", &["null"], UNKNOWN);
}

#[test]
fn membership() {
    check_user("status", "in", &["staged", "active"], TRUE);
    check_user("status", "in", &["staged"], FALSE);
    check_user("status", "in", &["staged", "null"], FALSE);
    check_user("status", "in", &["active", "null"], TRUE);
    check_user("created", "in", &["2024-05-01", "2024-06-01"], TRUE);
}

#[test]
fn values_of_another_type() {
    check_user("zipCode", "=", &["8001"], TRUE);
    check_user("zipCode", "contains", &["00"], TRUE);
    check_user("costCenter", "=", &["TRUE"], TRUE);
    check_user("division", "=", &["a"], FALSE);
    check_user("division", "=", &[r#"["A","b"]"#], TRUE);
    check_user("division", "contains", &["\",\""], TRUE);
    check_user("division", "=", &["null"], FALSE);
    check_user("department", "!=", &["a"], TRUE);
    check_user("department", "!=", &["null"], TRUE);
    check_user("statusChanged", "=", &["2024-05-01"], UNKNOWN);
    check_user("statusChanged", "!=", &["2024-05-01"], UNKNOWN);
    check_user("statusChanged", "!=", &["null"], TRUE);
    check_user("passwordChanged", ">", &["1970-01-01"], UNKNOWN);
}

#[test]
fn date_and_time() {
    check_user("created", "=", &["2024-05-01"], TRUE);
    check_user("created", "=", &["2024-05-01T00:00:00Z"], TRUE);
    check_user("created", "=", &["2024-05-01T02:00:00.0000+02:00"], TRUE);
    check_user("created", "!=", &["2024-04-30T19:00:00-05:00"], FALSE);
    check_user("created", ">", &["2024-04-30T23:59:59.999Z"], TRUE);
    check_user("lastUpdated", "=", &["2024-05-01T12:30:45.5Z"], TRUE);
    check_user("lastUpdated", "=", &["2024-05-01T12:30:45Z"], FALSE);
    check_user("lastUpdated", ">", &["2024-05-01T12:30:45.4999999999999Z"], TRUE);
    check_user("lastUpdated", "<", &["2024-05-01T12:30:45.50000000000001Z"], TRUE);
    check_user("lastUpdated", "<", &["2024-05-01T12:30:45.5Z"], FALSE);
    check_user("lastUpdated", "<=", &["2024-05-01T12:30:45.500000Z"], TRUE);
    check_user("lastUpdated", "<", &["9999-12-31T23:59:59Z"], TRUE);
    check_user("lastLogin", "=", &["2024-05-01T10:30:45Z"], TRUE);
}

#[test]
fn between() {
    let shown = "2024-05-01T12:30:45.500Z";
    check_user("lastUpdated", "between", &[shown, "2024-06-01"], TRUE);
    check_user("lastUpdated", "between", &["2024-05-01", shown], TRUE);
    check_user("lastUpdated", "between", &[shown, shown], TRUE);
    check_user("lastUpdated", "between", &["2024-06-01", "2024-05-01"], FALSE);
    check_user("lastUpdated", "between", &["2024-05-01", "2024-05-01T12:30:45Z"], FALSE);
    check_user("lastUpdated", "between", &["null", "2024-06-01"], UNKNOWN);
    check_user("lastUpdated", "between", &["null", "2024-05-01"], FALSE);
    check_user("lastUpdated", "between", &["2024-06-01", "null"], FALSE);
    check_user("activated", "between", &["2024-05-01", "2024-06-01"], UNKNOWN);
}

#[test]
fn booleans_and_exact_objects() {
    let device = json!({ "profile": { "registered": true, "displayName": "MacBook" } });
    check("Device", &device, ("registered", "=", &["true"]), TRUE);
    check("Device", &device, ("registered", "!=", &["true"]), FALSE);
    check("Device", &device, ("registered", "in", &["false", "null"]), FALSE);
    check("Device", &device, ("secureHardwarePresent", "!=", &["true"]), UNKNOWN);
    check("Device", &device, ("displayName", "contains", &["BOOK"]), TRUE);
    let app = json!({ "label": "Wiki", "signOnMode": null, "credentials": { "signing": {} } });
    check("Application", &app, ("label", "=", &["wiki"]), FALSE);
    check("Application", &app, ("label", "contains", &["iki"]), TRUE);
    check("Application", &app, ("signOnMode", "=", &["null"]), TRUE);
    check("Application", &app, ("credentialsSigningKeyId", "!=", &["x"]), UNKNOWN);
    let user_type = json!({ "name": "contractor", "default": "true" });
    check("UserType", &user_type, ("name", "=", &["Contractor"]), FALSE);
    check("UserType", &user_type, ("default", "=", &["true"]), UNKNOWN);
}

#[test]
fn three_valued_logic() {
    let row = |truth: Option<bool>| match truth {
        Some(true) => condition("User", "status", "=", &["active"]),
        Some(false) => condition("User", "status", "=", &["staged"]),
        None => condition("User", "middleName", "=", &["x"]),
    };
    let rows = [
        (TRUE, TRUE, TRUE, TRUE),
        (TRUE, FALSE, FALSE, TRUE),
        (TRUE, UNKNOWN, UNKNOWN, TRUE),
        (FALSE, FALSE, FALSE, FALSE),
        (FALSE, UNKNOWN, FALSE, UNKNOWN),
        (UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),
    ];
    for (one, other, and, or) in rows {
        for (left, right) in [(one, other), (other, one)] {
            let of = |expr: &Expr| evaluate(expr, &user(), &Entity::fixed("User"));
            assert_eq!(of(&Expr::and(row(left), row(right))), and, "{left:?} and {right:?}");
            assert_eq!(of(&Expr::or(row(left), row(right))), or, "{left:?} or {right:?}");
        }
    }
}

#[test]
fn source_of_a_group() {
    let linked =
        json!({ "_links": { "source": { "href": "https://a.okta.com/api/v1/apps/0oaX" } } });
    check("Group", &linked, ("sourceId", "=", &["0oax"]), TRUE);
    let stated = json!({ "source": { "id": "0oaY" }, "_links": linked["_links"] });
    check("Group", &stated, ("sourceId", "=", &["0oaY"]), TRUE);
    check("Group", &json!({ "_links": {} }), ("sourceId", "=", &["null"]), TRUE);
}

#[test]
fn instants() {
    let invalid = [
        "",
        "2024",
        "2024-5-01",
        "2024-02-30",
        "2024-13-01",
        "2024-05-01T",
        "2024-05-01T00:00Z",
        "2024-05-01T00:00:00",
        "2024-05-01T00:00:00.Z",
        "2024-05-01T24:00:00Z",
        "2024-05-01T00:00:00+2:00",
        "2024-05-01T00:00:00+02:00x",
        "2024-05-01 00:00:00Z",
        "2024-05-01T00:00:00,5Z",
        "+024-05-01",
        "2024-05-01é",
        "2024-05-0é",
    ];
    for text in invalid {
        assert_eq!(Instant::parse(text), None, "{text}");
    }
    let ascending = [
        "0001-01-01",
        "1969-12-31T23:59:59.1Z",
        "1969-12-31T23:59:59.9Z",
        "1970-01-01",
        "2024-05-01T00:00:00.05Z",
        "2024-05-01T00:00:00.5Z",
        "2024-05-01T00:00:00.51Z",
        "2024-05-01T00:30:00+00:10",
        "9999-12-31T23:59:59.9Z",
    ];
    assert!(ascending.map(|text| Instant::parse(text).unwrap()).is_sorted_by(|a, b| a < b));
    let same = [
        json!("2024-05-01T10:00:00Z"),
        json!("2024-05-01T10:00:00"),
        json!("2024-05-01 10:00:00.0"),
        json!("2024-05-01T12:00:00+0200"),
        json!("2024-05-01 12:00:00.00+02:00"),
        json!(1_714_557_600_000_i64),
        json!("1714557600000"),
    ];
    for value in same {
        assert_eq!(Instant::read(&value), Instant::parse("2024-05-01T10:00:00Z"), "{value}");
    }
    for value in [json!(2024), json!("2024"), json!("next spring"), json!(true), json!(-1.5)] {
        assert_eq!(Instant::read(&value), None, "{value}");
    }
    let noon = Instant::parse("1969-12-31T12:00:00Z").unwrap();
    assert_eq!(noon.midnight().date().as_deref(), Some("1969-12-31"));
    assert_eq!(noon.date(), None);
    assert_eq!(noon.moved(-1, "50"), Instant::parse("1969-12-31T11:59:59.5Z").unwrap());
}

#[test]
fn table() {
    let count = |entity| fields(entity).len();
    let counts = ["Application", "Device", "Group", "User", "UserType"].map(count);
    assert_eq!(counts, [19, 23, 16, 47, 10]);
    let requests: Vec<FieldRow> =
        fields("Application").into_iter().filter(FieldRow::is_request_only).collect();
    let names: Vec<_> = requests.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names, ["groupId", "userId"]);
    assert_eq!(requests[0].operators(), [Operator::Compare(Comparison::Equal)]);
    assert_eq!(field("Application", "features").operators(), []);
    assert!(field("User", "created").operators().contains(&Operator::Between));
    assert!(field("User", "typeId").ignores_case && !field("User", "id").ignores_case);
    assert!(!field("Application", "name").ignores_case);
}

/// Checks every spelling that the first seeds bring up, without white space and parentheses.
#[track_caller]
fn check_spellings(expr: &Expr, expected: &[&str]) {
    let bare = |text: String| text.replace([' ', '\t', '\n', '\r', '\u{c}', '(', ')'], "");
    let spellings: BTreeSet<_> = (0..4000).map(|seed| bare(expr.to_filter_text(seed))).collect();
    let spellings: Vec<_> = spellings.iter().map(String::as_str).collect();
    assert_eq!(spellings, expected);
}

#[test]
fn spellings() {
    let title = |text| condition("User", "title", "=", &[text]);
    check_spellings(&title("a"), &[r#"title="a""#, "title='a'"]);
    check_spellings(&title(""), &[r#"title="""#, "title=''"]);
    check_spellings(&title("it's"), &[r#"title="it's""#, r#"title="it\'s""#, r"title='it\'s'"]);
    check_spellings(
        &title(r"a\b"),
        &[r#"title="a\\b""#, r#"title="a\b""#, r"title='a\\b'", r"title='a\b'"],
    );
    // A backslash before a backslash or a quote cannot stand for itself.
    check_spellings(
        &title(r"a\\b"),
        &[r#"title="a\\\\b""#, r#"title="a\\\b""#, r"title='a\\\\b'", r"title='a\\\b'"],
    );
    check_spellings(&title(r"\'x"), &[r#"title="\\'x""#, r#"title="\\\'x""#, r"title='\\\'x'"]);
    // Nothing can be closed after a backslash, so none ends a literal.
    check_spellings(&title(r"a\"), &[r#"title="a""#, "title='a'"]);
    check_spellings(&title("-1.5"), &[r#"title="-1.5""#, "title='-1.5'", "title=-1.5"]);
    check_spellings(&title("null"), &["title=null"]);
    check_spellings(
        &Expr::Contains { field: "title".to_owned(), literal: Literal::text("true") },
        &[
            r#"titleCONTAINS"true""#,
            "titleCONTAINS'true'",
            r#"titlecontains"true""#,
            "titlecontains'true'",
        ],
    );
    check_spellings(
        &condition("Device", "registered", "!=", &["true"]),
        &[
            r#"registered!="TRUE""#,
            r#"registered!="True""#,
            r#"registered!="true""#,
            "registered!='TRUE'",
            "registered!='True'",
            "registered!='true'",
            "registered!=TRUE",
            "registered!=True",
            "registered!=true",
        ],
    );
    let bare = condition("Device", "registered", "=", &["true"]);
    assert!((0..100).any(|seed| bare.to_filter_text(seed).trim() == "registered"));
}

#[test]
fn spellings_of_an_instant() {
    let created = condition("User", "created", "=", &["2024-05-01"]);
    let spellings: BTreeSet<_> = (0..4000).map(|seed| created.to_filter_text(seed)).collect();
    let has = |text: &str| spellings.iter().any(|spelling| spelling.contains(text));
    for text in [
        "2024-05-01",
        "\"2024-05-01\"",
        "2024-05-01T00:00:00Z",
        "'2024-05-01T00:00:00Z'",
        "2024-05-01T00:00:00.000Z",
        "2024-05-01T00:00:00.000000000000Z",
        "\"2024-05-01T02:00:00+02:00\"",
        "'2024-04-30T17:00:00-07:00'",
        "'2024-05-01T05:30:00+05:30'",
        "\"2024-04-30T23:59:00.000-00:01\"",
        "'2024-05-01T00:00:00+00:00'",
    ] {
        assert!(has(text), "{text}");
    }
}

#[test]
fn parentheses_keep_the_meaning() {
    let leaf = |name: &str| condition("User", name, "=", &["null"]);
    let expr = Expr::and(
        Expr::negated(Expr::or(leaf("city"), leaf("title"))),
        Expr::negated(Expr::negated(leaf("state"))),
    );
    // The plainest spelling has no parentheses but those that are needed.
    let spellings = (0..4000).map(|seed| expr.to_filter_text(seed));
    let plainest = spellings.min_by_key(|text| text.matches('(').count()).unwrap();
    let bare = plainest.split_whitespace().collect::<String>().to_lowercase();
    assert_eq!(bare, "not(city=nullortitle=null)andnotnotstate=null");
}

#[test]
fn whole_filters() {
    let none = Filter { expr: None, limit: None };
    assert_eq!(none.to_filter_text(&Assignment::default(), 0), None);
    let limited = Filter { expr: None, limit: Some(5) };
    let text = limited.to_filter_text(&Assignment::default(), 0).unwrap();
    assert_eq!(text.to_lowercase().split_whitespace().collect::<Vec<_>>(), ["limit", "5"]);
    let both = Assignment { group_id: Some("00gA".to_owned()), user_id: Some("00uB".to_owned()) };
    let text = Filter { expr: Some(condition("Application", "label", "=", &["x"])), limit: None }
        .to_filter_text(&both, 0)
        .unwrap();
    for part in ["groupId", "00gA", "userId", "00uB", "label"] {
        assert_eq!(text.matches(part).count(), 1, "{part} in {text}");
    }
}

#[test]
fn delivered_records() {
    let record = json!({
        "id": "0oa1",
        "label": "Wiki",
        "signOnMode": null,
        "features": [],
        "credentials": { "signing": { "kid": "k" } },
    });
    let assignment = Assignment { group_id: Some("00gA".to_owned()), user_id: None };
    let all = expected_record(&Entity::fixed("Application"), &record, None, &assignment);
    let expected = json!({
        "id": "0oa1",
        "label": "Wiki",
        "features": [],
        "credentials": { "signing": { "kid": "k" } },
        "credentialsSigningKeyId": "k",
        "groupId": "00gA",
    });
    assert_eq!(Value::from(all), expected);
    let selection = ["signOnMode", "userId", "label"].map(str::to_owned);
    let some =
        expected_record(&Entity::fixed("Application"), &record, Some(&selection), &assignment);
    assert_eq!(Value::from(some), json!({ "label": "Wiki" }));
    let linked =
        json!({ "_links": { "source": { "href": "https://a.okta.com/api/v1/apps/0oaX" } } });
    let group = expected_record(&Entity::fixed("Group"), &linked, None, &Assignment::default());
    assert_eq!(Value::from(group), json!({ "sourceId": "0oaX", "links": linked["_links"] }));
}

fn runner() -> TestRunner {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    TestRunner::new_with_rng(ProptestConfig::default(), rng)
}

/// Checks that random filters pick some of the records often enough, and that their spellings can be written.
#[test]
fn random_filters_are_selective() {
    let entity = Entity::fixed("User");
    let mut other = user();
    other["status"] = json!("STAGED");
    other["profile"] = json!({ "login": "bob@example.com", "middleName": "J" });
    let sample = Arc::new(vec![user(), other]);
    let strategy = arb_filter(&entity, Arc::clone(&sample));
    let (mut runner, mut partial) = (runner(), 0);
    for seed in 0..DRAWS {
        let filter = strategy.new_tree(&mut runner).unwrap().current();
        filter.to_filter_text(&Assignment::default(), u64::from(seed));
        let passes =
            |record: &&Value| filter.expr.as_ref().is_none_or(|e| matches(e, record, &entity));
        partial += u32::from(sample.iter().filter(passes).count() == 1);
    }
    assert!(partial > DRAWS / 8, "{partial} of {DRAWS} filters tell the two users apart");
}

#[test]
fn random_selections_and_assignments() {
    let mut runner = runner();
    let ids = ["a", "b"].map(str::to_owned);
    let selections = arb_selection(&Entity::fixed("Group"));
    let assignments = arb_assignment(&Entity::fixed("Application"), &ids, &[]);
    let none = arb_assignment(&Entity::fixed("Group"), &ids, &ids)
        .new_tree(&mut runner)
        .unwrap()
        .current();
    assert_eq!(none, Assignment::default());
    for _ in 0..DRAWS {
        let selection = selections.new_tree(&mut runner).unwrap().current();
        let names = selection.unwrap_or_else(|| vec!["id".to_owned()]);
        assert!(!names.is_empty() && names.iter().all(|name| field("Group", name).name == *name));
        let assignment = assignments.new_tree(&mut runner).unwrap().current();
        assert!(
            assignment.user_id.is_none() && assignment.group_id.is_none_or(|id| ids.contains(&id))
        );
    }
}
