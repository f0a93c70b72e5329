//! The language as rows: the accepted inputs with their printed forms, and the refused ones with the reasons.

use super::{Comparison, Condition, Filter, Literal};
use proptest::prelude::*;

fn canonical(input: &str) -> String {
    match Filter::parse(input) {
        Ok(filter) => filter.to_string(),
        Err(error) => panic!("{input}: {error}"),
    }
}

#[test]
fn accepted() {
    // From the test suites of the reference, and from measurements of its parser.
    let rows = [
        ("", ""),
        (" \t\r\n", ""),
        (r#"os = "mojave""#, "os = 'mojave'"),
        (r#"os != "mojave""#, "os != 'mojave'"),
        ("LIMIT 100", "LIMIT 100"),
        ("accountId > 90", "accountId > 90"),
        ("account-Id <= 100", "account-Id <= 100"),
        ("account.Id <= 100", "account.Id <= 100"),
        ("accountId >= 90 LIMIT 100", "accountId >= 90 LIMIT 100"),
        ("accountId BETWEEN 90 AND 100 LIMIT 100", "accountId BETWEEN 90 AND 100 LIMIT 100"),
        (
            "time between 1511630000000 AND 1611639476298",
            "time BETWEEN 1511630000000 AND 1611639476298",
        ),
        (r#"os CONTAINS "moj%ave""#, "os CONTAINS 'moj%ave'"),
        (r#"os = "mojave" and app = "mo""#, "os = 'mojave' AND app = 'mo'"),
        (
            r#"(os = "a" AND app = "b") and (os = "c" OR app = "d")"#,
            "(os = 'a' AND app = 'b') AND (os = 'c' OR app = 'd')",
        ),
        ("accountId in (100, 90, 70)", "accountId IN (100, 90, 70)"),
        ("date between 2021-04-20 and 2021-04-21", "date BETWEEN 2021-04-20 AND 2021-04-21"),
        (
            "date between 2021-04-20T12:30:45Z and 2021-04-20T15:45:49.234Z",
            "date BETWEEN 2021-04-20T12:30:45Z AND 2021-04-20T15:45:49.234Z",
        ),
        (
            "(a > 100 and ((d < 2021-04-20T12:30:45Z and d > 2021-04-21T15:45:49.234Z) and a < 200))",
            "a > 100 AND ((d < 2021-04-20T12:30:45Z AND d > 2021-04-21T15:45:49.234Z) AND a < 200)",
        ),
        ("overrides = true or accountFlag != false", "overrides = true OR accountFlag != false"),
        ("a = True", "a = true"),
        ("a", "a"),
        ("100", "100"),
        ("null", "null"),
        ("not a", "NOT a"),
        ("(a)", "a"),
        ("1 and 2", "1 AND 2"),
        ("a = null", "a = null"),
        ("a != null", "a != null"),
        ("a in (null, 5)", "a IN (null, 5)"),
        ("a = ''", "a = ''"),
        (r#"a = """#, "a = ''"),
        ("not a in (1)", "NOT a IN (1)"),
        ("not a between 1 and 2", "NOT a BETWEEN 1 AND 2"),
        ("a between -5 and -1", "a BETWEEN -5 AND -1"),
        ("a in (1, 2) and b = 3", "a IN (1, 2) AND b = 3"),
        (r#"a = "it's""#, r"a = 'it\'s'"),
        ("a.b-c_d.9 = 5", "a.b-c_d.9 = 5"),
        // Precedence: NOT, AND, OR; chains are flat, parentheses are kept.
        ("a = 1 or b = 2 and c = 3", "a = 1 OR b = 2 AND c = 3"),
        ("a = 1 or b = 2 or c = 3", "a = 1 OR b = 2 OR c = 3"),
        ("a = 1 or (b = 2 or c = 3)", "a = 1 OR (b = 2 OR c = 3)"),
        ("not a = 1 and b = 2", "NOT a = 1 AND b = 2"),
        ("not (a = 1 and b = 2)", "NOT (a = 1 AND b = 2)"),
        ("not not a = 1", "NOT NOT a = 1"),
        ("a between 1 and 2 and b = 3", "a BETWEEN 1 AND 2 AND b = 3"),
        ("not a limit 10", "NOT a LIMIT 10"),
        // Tokens need no white space between them.
        ("a<5and b>6", "a < 5 AND b > 6"),
        ("a>-5", "a > -5"),
        ("a in(1,2)", "a IN (1, 2)"),
        ("t > 2021-04-20T12:30:45Zand b > 5", "t > 2021-04-20T12:30:45Z AND b > 5"),
        // Words and numbers at the edge.
        ("a-5 > 3", "a-5 > 3"),
        ("a.. = 1 and a- = 1", "a.. = 1 AND a- = 1"),
        ("order = 1 and null.a = 2", "order = 1 AND null.a = 2"),
        ("And = 1 and Limit = 2", "And = 1 AND Limit = 2"),
        ("a = 05 or a = 000 or a = -5.25", "a = 05 OR a = 000 OR a = -5.25"),
        (
            "d = 2021-02-31 or d = 2021-04-00 or d = 0000-01-01",
            "d = 2021-02-31 OR d = 2021-04-00 OR d = 0000-01-01",
        ),
        ("t = 2021-02-01T24:59:59Z", "t = 2021-02-01T24:59:59Z"),
        ("t = 2021-02-01T00:00:00.1234567890123Z", "t = 2021-02-01T00:00:00.1234567890123Z"),
        ("t = '2021-04-20T12:30:45+01:00'", "t = '2021-04-20T12:30:45+01:00'"),
        ("limit 99999999999999999999", "LIMIT 18446744073709551615"),
        // Ours alone.
        ("LIMIT 5", "LIMIT 5"),
        ("a = 1 limit 1", "a = 1 LIMIT 1"),
        // A value with commas is one value.
        ("a = '2001,1790'", "a = '2001,1790'"),
    ];
    for (input, expected) in rows {
        assert_eq!(canonical(input), expected, "{input}");
    }
}

#[test]
fn texts() {
    let rows = [
        (r"'it\'s'", "it's"),
        (r#"'say \"hi\"'"#, r#"say "hi""#),
        (r#""it\'s""#, "it's"),
        (r"'x\'", r"x\"),
        (r"'CORP\name'", r"CORP\name"),
        (r"'CORP\\name'", r"CORP\name"),
        (r"'a\tb\n'", r"a\tb\n"),
        ("'line\nbreak'", "line\nbreak"),
        ("'日本 Zoë'", "日本 Zoë"),
        (r"'\\'", r"\"),
    ];
    for (input, expected) in rows {
        let filter = Filter::parse(&format!("a = {input}")).unwrap();
        let text = Literal::Text(expected.to_owned());
        let condition = Condition::Compare("a".to_owned(), Comparison::Equal, text);
        assert_eq!(filter.condition, Some(condition), "{input}");
    }
}

#[test]
fn a_text_that_ends_in_a_backslash_may_be_followed_by_another() {
    // The reference cannot read the first; it reads the second as one text, and so do we.
    assert_eq!(canonical(r"a = 'x\\' and b = 'y'"), r#"a = "x\\" AND b = 'y'"#);
    assert_eq!(canonical(r"a = 'x\\' or b = ' and c = 'y'"), r"a = 'x\\\' or b = ' AND c = 'y'");
}

#[test]
fn refused() {
    let rows = [
        ("os == \"mojave\"", "Expected a value but found = at character 5"),
        ("os <> \"mojave\"", "Expected a value but found > at character 5"),
        ("LIMIT 100 LIMIT 100", "Expected the end after LIMIT but found LIMIT at character 11"),
        ("LIMIT 100 LIMIT 5", "Expected the end after LIMIT but found LIMIT at character 11"),
        ("accountId => 90", "Expected a value but found > at character 12"),
        ("accountId => 90 LIMIT", "Expected a value but found > at character 12"),
        (
            "a >= 90 LIMIT",
            "Expected a positive whole number after LIMIT but found the end at character 14",
        ),
        (
            "a >= 90 LIMIT 0",
            "Expected a positive whole number after LIMIT but found 0 at character 15",
        ),
        (
            "a >= 90 LIMIT -1",
            "Expected a positive whole number after LIMIT but found -1 at character 15",
        ),
        (
            "a >= 90 LIMIT 1.5",
            "Expected a positive whole number after LIMIT but found 1.5 at character 15",
        ),
        (
            "a >= 90 LIMIT abc",
            "Expected a positive whole number after LIMIT but found abc at character 15",
        ),
        ("limit 010", "Expected a positive whole number after LIMIT but found 010 at character 7"),
        (
            "AccountNumber BETWEEN 5",
            "Expected the AND of BETWEEN but found the end at character 24",
        ),
        (
            "d in 1611639470000 AND 1611639476298",
            "Expected an opening parenthesis after IN but found 1611639470000 at character 6",
        ),
        (
            "date FROM 1511630000000 TO 1611639476298",
            "Expected a comparison but found FROM at character 6",
        ),
        ("time Between 15 and 16", "Expected a comparison but found Between at character 6"),
        ("os CONTAIN \"mojave\"", "Expected a comparison but found CONTAIN at character 4"),
        ("os CONTAINS \"moj%ave", "Found a text without its end at character 13"),
        ("accountId in (id, \"90\", 70)", "Expected a value but found id at character 15"),
        ("accountId in (true)", "Expected a value but found true at character 15"),
        (
            "date > 2021-04-203",
            "Expected AND or OR or LIMIT or the end but found 3 at character 18",
        ),
        (
            "date > 2024-13-01",
            "Expected a date such as 2024-05-01 but found 2024-13-01 at character 8",
        ),
        (
            "date in (2024-05-01, 2024-5-1)",
            "Expected a date such as 2024-05-01 but found 2024-5-1 at character 22",
        ),
        (
            "date > 2021-04-20T20:30",
            "Expected a date and time of ISO 8601 with its zone or a quoted one at character 8",
        ),
        (
            "date > 2021-04-20T20:30:20.9999+26",
            "Expected a date and time of ISO 8601 with its zone or a quoted one at character 8",
        ),
        (
            "date > 2021-04-20T20:30:20.9999-12:23",
            "Expected a date and time of ISO 8601 with its zone or a quoted one at character 8",
        ),
        (
            "date > 2021-04_20T20:30:20.9999+26",
            "Found _ U+005F which has no meaning here at character 15",
        ),
        ("true", "Expected a field but found true at character 1"),
        ("not true", "Expected a field but found true at character 5"),
        ("()", "Expected a field but found a closing parenthesis at character 2"),
        ("(a = 1", "Expected a closing parenthesis but found the end at character 7"),
        (
            "a = 1)",
            "Expected AND or OR or LIMIT or the end but found a closing parenthesis at character 6",
        ),
        ("a = 5 and", "Expected a field but found the end at character 10"),
        ("a = b", "Expected a value but found b at character 5"),
        ("5 = a", "Expected AND or OR or LIMIT or the end but found = at character 3"),
        ("a is null", "Expected a comparison but found is at character 3"),
        ("a not in (1)", "Expected a comparison but found not at character 3"),
        (
            "a between (1 and 2)",
            "Expected a value but found an opening parenthesis at character 11",
        ),
        ("a between 1 or 2", "Expected the AND of BETWEEN but found or at character 13"),
        ("a between true and false", "Expected a value but found true at character 11"),
        ("a < true", "Expected a value that is no Boolean but found true at character 5"),
        ("a in ()", "Expected a value but found a closing parenthesis at character 7"),
        ("a in (1,)", "Expected a value but found a closing parenthesis at character 9"),
        ("a in ((1))", "Expected a value but found an opening parenthesis at character 7"),
        ("(a > 5 limit 10)", "Expected a closing parenthesis but found limit at character 8"),
        ("limit 10 a > 5", "Expected the end after LIMIT but found a at character 10"),
        ("a > 5 limit 10 and b < 6", "Expected the end after LIMIT but found and at character 16"),
        ("not limit 10", "Expected a field but found limit at character 5"),
        ("a = 1, b = 2", "Expected AND or OR or LIMIT or the end but found a comma at character 6"),
        ("a = 2021-04-20x", "Expected AND or OR or LIMIT or the end but found x at character 15"),
        ("a > 2021-04", "Expected AND or OR or LIMIT or the end but found -04 at character 9"),
        (
            "a = 2021-04-20-05",
            "Expected AND or OR or LIMIT or the end but found -05 at character 15",
        ),
        ("a = 5-5", "Expected AND or OR or LIMIT or the end but found -5 at character 6"),
        ("a = NULL", "Expected a value but found NULL at character 5"),
        ("a = 1e5", "Expected AND or OR or LIMIT or the end but found e5 at character 6"),
        ("a = 'it''s'", "Expected AND or OR or LIMIT or the end but found 's' at character 9"),
        ("in = 5", "Expected a field but found in at character 1"),
        ("a && b", "Found & U+0026 which has no meaning here at character 3"),
        // What the reference reads only by dropping characters.
        ("a ! = 1", "Found ! U+0021 which has no meaning here at character 3"),
        ("a !>= 5", "Found ! U+0021 which has no meaning here at character 3"),
        ("a = - 5", "Found - U+002D which has no meaning here at character 5"),
        ("a = +5", "Found + U+002B which has no meaning here at character 5"),
        ("a = .5", "Found . U+002E which has no meaning here at character 5"),
        ("a = 5.", "Found . U+002E which has no meaning here at character 6"),
        ("a = $5", "Found $ U+0024 which has no meaning here at character 5"),
        ("a = 5;", "Found ; U+003B which has no meaning here at character 6"),
        ("_a = 5", "Found _ U+005F which has no meaning here at character 1"),
        ("`a` = 5", "Found ` U+0060 which has no meaning here at character 1"),
        ("[a] = 5", "Found [ U+005B which has no meaning here at character 1"),
        ("aé = 5", "Found U+00E9 which has no meaning here at character 2"),
        ("a\u{a0}= 5", "Found U+00A0 which has no meaning here at character 2"),
        ("a = 5 'junk", "Found a text without its end at character 7"),
        ("a = 5 and b = 6 \"zzz and c = 7", "Found a text without its end at character 17"),
        ("limit +10", "Found + U+002B which has no meaning here at character 7"),
        ("a = 'unterminated", "Found a text without its end at character 5"),
        (r"a = '\' and b = '\'", r"Found \ U+005C which has no meaning here at character 18"),
    ];
    for (input, expected) in rows {
        let error = Filter::parse(input).expect_err(input);
        assert_eq!(error.to_string(), expected, "{input}");
        assert!(input.get(error.span()).is_some(), "{input}: {:?}", error.span());
    }
}

#[test]
fn depth_is_bounded() {
    let nested = |n: usize| format!("{}a = 1{}", "(".repeat(n), ")".repeat(n));
    assert!(Filter::parse(&nested(super::MAX_DEPTH)).is_ok());
    for hostile in
        [nested(super::MAX_DEPTH + 1), "(".repeat(64 * 1024), "not ".repeat(16 * 1024) + "a = 1"]
    {
        let error = Filter::parse(&hostile).unwrap_err();
        assert_eq!(error.message(), "Found more than 100 nested parentheses and NOTs");
    }
    let flat = vec!["a = 1"; 10_000].join(" or ");
    assert_eq!(canonical(&flat).len(), flat.len());
}

fn arb_text() -> impl Strategy<Value = String> {
    prop_oneof!["[ -~]{0,12}", r#"[\\'" a=()]{0,8}"#, any::<String>()]
}

fn arb_literal() -> impl Strategy<Value = Literal> {
    prop_oneof![
        4 => arb_text().prop_map(Literal::Text),
        1 => "-?[0-9]{1,6}(\\.[0-9]{1,4})?".prop_map(Literal::Number),
        1 => "[0-9]{4}-(0[1-9]|1[0-2])-([0-2][0-9]|3[01])".prop_map(Literal::Date),
        1 => "[0-9]{4}-0[1-9]-[0-2][0-9]T2[0-4]:[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,12})?Z"
            .prop_map(Literal::DateTime),
        1 => Just(Literal::Null),
    ]
}

fn arb_condition() -> impl Strategy<Value = Condition> {
    let field = || "[a-z]x[A-Za-z0-9_.-]{0,6}";
    let comparison = prop_oneof![
        Just(Comparison::Equal),
        Just(Comparison::NotEqual),
        Just(Comparison::Less),
        Just(Comparison::LessOrEqual),
        Just(Comparison::Greater),
        Just(Comparison::GreaterOrEqual),
        Just(Comparison::Contains),
    ];
    let leaf = prop_oneof![
        4 => (field(), comparison, arb_literal()).prop_map(|(f, c, l)| Condition::Compare(f, c, l)),
        1 => (field(), any::<bool>())
            .prop_map(|(f, b)| Condition::Compare(f, Comparison::NotEqual, Literal::Boolean(b))),
        1 => (field(), arb_literal(), arb_literal()).prop_map(|(f, l, h)| Condition::Between(f, l, h)),
        1 => (field(), prop::collection::vec(arb_literal(), 1..4)).prop_map(|(f, l)| Condition::In(f, l)),
        1 => field().prop_map(Condition::Field),
        1 => arb_literal().prop_map(Condition::Literal),
    ];
    leaf.prop_recursive(5, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Condition::And),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Condition::Or),
            inner.prop_map(|condition| Condition::Not(Box::new(condition))),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn what_is_printed_is_parsed_again(
        condition in prop::option::of(arb_condition()),
        limit in prop::option::of(1..u64::MAX),
    ) {
        let filter = Filter { condition, limit };
        let printed = filter.to_string();
        prop_assert_eq!(Filter::parse(&printed), Ok(filter), "{}", printed);
    }

    #[test]
    fn no_input_panics(input in any::<String>()) {
        let _ = Filter::parse(&input);
    }

    #[test]
    fn no_near_miss_panics(input in r#"([a-c=<>!()'"\\,. 0-9TZ:-]|and|or|not|null|in|limit|between){0,40}"#) {
        if let Ok(filter) = Filter::parse(&input) {
            let printed = filter.to_string();
            prop_assert_eq!(Filter::parse(&printed), Ok(filter));
        }
    }
}
