//! Random filters, selections and assignments for property tests.
//!
//! Literals come mostly from the records at hand, so that a filter picks some of them and not all.

use std::sync::Arc;

use proptest::option;
use proptest::prelude::{BoxedStrategy, Just, Strategy, any, prop_oneof};
use proptest::sample::{Index, select, subsequence};
use serde_json::Value;

use super::decimal::Decimal;
use super::entity::Entity;
use super::expr::{Assignment, Expr, Filter, Literal};
use super::fields::{Comparison, FieldRow, Kind, Operator};
use super::instant::Instant;

/// The largest depth to which `AND`, `OR` and `NOT` nest.
const DEPTH: u32 = 4;

/// A name that no field has.
const GONE: &str = "goneSince2019";

/// Texts that trip a reader or a writer of filters.
const ODD_TEXTS: [&str; 22] = [
    "",
    " ",
    "null",
    "true",
    "42",
    "007",
    "-1.50",
    "2024-05-01",
    "it's",
    "say \"hi\"",
    r"C:\temp\x",
    r"a\'b",
    r#"\"quoted\""#,
    r"\n",
    r"a\\b",
    "100%",
    "*",
    "Ünï",
    "ΌΣΟΣ",
    "İstanbul",
    "two\nlines",
    "x) or (y",
];

/// Numbers that a reader may take for others: at the edge of what a float tells apart, and far beyond.
const ODD_NUMBERS: [&str; 12] = [
    "0",
    "-1",
    "-1.5",
    "0.1",
    "0.10000000000000001",
    "3",
    "9007199254740992",
    "9007199254740993",
    "9223372036854775808",
    "1e-30",
    "1e400",
    "-1e400",
];

/// Dates at and beyond the edges of the records.
const FAR_DATES: [&str; 4] =
    ["1970-01-01", "2038-01-19T03:14:08Z", "2100-02-28", "9999-12-31T23:59:59Z"];

/// Fractions of a second, close to both ends too.
const FRACTIONS: [&str; 6] = ["", "001", "5", "999", "999999999", "0000000000001"];

/// Draws a random filter on the records of an object.
pub(crate) fn arb_filter(entity: &Entity, sample: Arc<Vec<Value>>) -> BoxedStrategy<Filter> {
    let expr = arb_leaf(entity, &sample).prop_recursive(DEPTH, 24, 2, |inner| {
        let pair = (inner.clone(), inner.clone());
        prop_oneof![
            3 => pair.clone().prop_map(|(left, right)| Expr::and(left, right)),
            3 => pair.prop_map(|(left, right)| Expr::or(left, right)),
            2 => inner.prop_map(Expr::negated),
        ]
    });
    let limit = option::weighted(0.25, prop_oneof![6 => 1..=30_u64, 1 => 1..=u64::MAX]);
    let filter = (option::weighted(0.95, expr), limit);
    filter.prop_map(|(expr, limit)| Filter { expr, limit }).boxed()
}

/// Draws a random choice of an object's fields in random order, `None` for all of them. Where an org adds
/// attributes, some choices are of fixed fields alone, and some name a field that is gone.
pub(crate) fn arb_selection(entity: &Entity) -> BoxedStrategy<Option<Vec<String>>> {
    let names = |is_wanted: fn(&FieldRow) -> bool| -> Vec<String> {
        let wanted = entity.fields.iter().filter(|row| is_wanted(row));
        wanted.map(|row| row.name.clone()).collect()
    };
    let some = |names: Vec<String>| {
        let all = names.len();
        subsequence(names, 1..=all).prop_shuffle()
    };
    let fixed = names(|row| !row.is_custom);
    let mut custom = names(|row| row.is_custom);
    if custom.is_empty() {
        return option::weighted(0.8, some(fixed)).boxed();
    }
    custom.push(GONE.to_owned());
    let all = [fixed.as_slice(), &custom].concat();
    option::weighted(0.8, prop_oneof![some(fixed), some(custom), some(all)]).boxed()
}

/// Draws a group, a user, both or neither, if the object has the fields for it.
pub(crate) fn arb_assignment(
    entity: &Entity,
    groups: &[String],
    users: &[String],
) -> BoxedStrategy<Assignment> {
    if !entity.fields.iter().any(FieldRow::is_request_only) {
        return Just(Assignment::default()).boxed();
    }
    let one_of = |ids: &[String]| match ids {
        [] => Just(None).boxed(),
        ids => option::weighted(0.4, select(ids.to_vec())).boxed(),
    };
    let pair = (one_of(groups), one_of(users));
    pair.prop_map(|(group_id, user_id)| Assignment { group_id, user_id }).boxed()
}

/// Draws one condition on one field; fields that have values among the records come up more often.
fn arb_leaf(entity: &Entity, sample: &[Value]) -> BoxedStrategy<Expr> {
    let filterable = |row: &FieldRow| !row.is_request_only() && !row.operators().is_empty();
    let rows = entity.fields.iter().filter(|row| filterable(row));
    let weighted = rows.map(|row| {
        let values: Vec<Value> = sample.iter().filter_map(|record| row.value(record)).collect();
        let weight = match (values.is_empty(), row.is_custom) {
            (true, _) => 1,
            (false, false) => 8,
            (false, true) => 12,
        };
        (weight, arb_condition(row, &values))
    });
    proptest::strategy::Union::new_weighted(weighted.collect()).boxed()
}

fn arb_condition(row: &FieldRow, values: &[Value]) -> BoxedStrategy<Expr> {
    let literal = arb_literal(row.kind, values);
    let contained = match row.kind {
        Kind::TextList => literal.clone(),
        _ => arb_part(values),
    };
    let name = row.name.clone();
    let operators = row.operators().into_iter().map(|operator| {
        let field = name.clone();
        match operator {
            Operator::Compare(comparison) => literal
                .clone()
                .prop_map(move |literal| Expr::Compare {
                    field: field.clone(),
                    comparison,
                    literal,
                })
                .boxed(),
            Operator::Contains => contained
                .clone()
                .prop_map(move |literal| Expr::Contains { field: field.clone(), literal })
                .boxed(),
            Operator::Between => arb_bounds(&literal)
                .prop_map(move |(low, high)| Expr::Between { field: field.clone(), low, high })
                .boxed(),
        }
    });
    let has_equal = row.operators().contains(&Operator::Compare(Comparison::Equal));
    let members = proptest::collection::vec(literal.clone(), 1..=4);
    let field = name.clone();
    let member = members.prop_map(move |literals| Expr::In { field: field.clone(), literals });
    let member = has_equal.then(|| member.boxed());
    proptest::strategy::Union::new(operators.chain(member)).boxed()
}

fn arb_literal(kind: Kind, values: &[Value]) -> BoxedStrategy<Literal> {
    let literal = match kind {
        Kind::Text | Kind::TextList => arb_text(values),
        Kind::DateTime => arb_instant(values),
        Kind::Boolean => any::<bool>().prop_map(Literal::Boolean).boxed(),
        Kind::Long | Kind::Double => arb_number(values),
        Kind::List | Kind::Struct => unreachable!("neither can be filtered"),
    };
    prop_oneof![14 => literal, 1 => Just(Literal::Null)].boxed()
}

/// Draws two literals, mostly in order.
fn arb_bounds(literal: &BoxedStrategy<Literal>) -> BoxedStrategy<(Literal, Literal)> {
    let ordered = |(one, other): (Literal, Literal)| match (&one, &other) {
        (Literal::Instant(low), Literal::Instant(high)) if low > high => (other, one),
        (Literal::Number(low), Literal::Number(high)) if low > high => (other, one),
        _ => (one, other),
    };
    let pair = (literal.clone(), literal.clone());
    prop_oneof![5 => pair.clone().prop_map(ordered), 1 => pair].boxed()
}

/// Returns the texts of a field, or of the elements of its lists; odd ones if it has none.
fn present_texts(values: &[Value]) -> Vec<String> {
    let elements = values.iter().flat_map(|value| match value {
        Value::Array(elements) => elements.as_slice(),
        value => std::slice::from_ref(value),
    });
    let texts = elements.filter_map(|value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    });
    let texts: Vec<String> = texts.collect();
    if texts.is_empty() { ODD_TEXTS.map(str::to_owned).to_vec() } else { texts }
}

fn arb_text(values: &[Value]) -> BoxedStrategy<Literal> {
    let present = select(present_texts(values));
    let text = prop_oneof![
        10 => present.clone(),
        4 => arb_case(present.clone().boxed()),
        1 => arb_piece(present.boxed()),
        2 => select(&ODD_TEXTS[..]).prop_map(str::to_owned),
    ];
    text.prop_map(|text| Literal::text(&text)).boxed()
}

/// Draws a text that may occur within a value.
fn arb_part(values: &[Value]) -> BoxedStrategy<Literal> {
    let present = select(present_texts(values)).boxed();
    let text = prop_oneof![
        8 => arb_piece(present.clone()),
        4 => arb_case(arb_piece(present.clone())),
        2 => present,
        2 => select(&ODD_TEXTS[..]).prop_map(str::to_owned),
    ];
    let literal = text.prop_map(|text| Literal::text(&text));
    prop_oneof![20 => literal, 1 => Just(Literal::Null)].boxed()
}

/// Draws the same text in capitals, in small letters, or with every second letter a capital.
fn arb_case(texts: BoxedStrategy<String>) -> BoxedStrategy<String> {
    let alternating = |text: &str| {
        let capital = |(at, c): (usize, char)| {
            if at % 2 == 0 { c.to_uppercase().to_string() } else { c.to_lowercase().to_string() }
        };
        text.chars().enumerate().map(capital).collect::<String>()
    };
    (texts, 0..3)
        .prop_map(move |(text, case)| match case {
            0 => text.to_uppercase(),
            1 => text.to_lowercase(),
            _ => alternating(&text),
        })
        .boxed()
}

/// Draws a prefix, an end or an inner part of a text.
fn arb_piece(texts: BoxedStrategy<String>) -> BoxedStrategy<String> {
    (texts, any::<Index>(), any::<Index>())
        .prop_map(|(text, one, other)| {
            let characters: Vec<char> = text.chars().collect();
            let ends = [one, other].map(|end| end.index(characters.len() + 1));
            let (from, to) = (ends[0].min(ends[1]), ends[0].max(ends[1]));
            characters[from..to].iter().collect()
        })
        .boxed()
}

/// Draws an instant of the records, one close by, the midnight before, or one far away.
fn arb_instant(values: &[Value]) -> BoxedStrategy<Literal> {
    let parsed = values.iter().filter_map(Instant::read).filter(|it| it.local(0).is_some());
    let far = FAR_DATES.iter().filter_map(|date| Instant::parse(date));
    let (present, far): (Vec<_>, Vec<_>) = (parsed.collect(), far.collect());
    let present = select(if present.is_empty() { far.clone() } else { present });
    let near = (present.clone(), -1..=1_i64, select(&FRACTIONS[..]));
    let instant = prop_oneof![
        8 => present.clone(),
        6 => near.prop_map(|(instant, seconds, fraction)| instant.moved(seconds, fraction)),
        2 => present.prop_map(|instant| instant.midnight()),
        1 => select(far),
    ];
    instant.prop_map(Literal::Instant).boxed()
}

/// Draws a number of the records, one right beside it, or an odd one.
fn arb_number(values: &[Value]) -> BoxedStrategy<Literal> {
    let parsed = values.iter().filter_map(|value| Decimal::parse(&value.as_number()?.to_string()));
    let odd = ODD_NUMBERS.iter().filter_map(|number| Decimal::parse(number));
    let (present, odd): (Vec<_>, Vec<_>) = (parsed.collect(), odd.collect());
    let present = select(if present.is_empty() { odd.clone() } else { present });
    let number = prop_oneof![
        10 => present.clone(),
        2 => present.prop_map(|number| number.nudged()),
        3 => select(odd),
    ];
    number.prop_map(Literal::Number).boxed()
}
