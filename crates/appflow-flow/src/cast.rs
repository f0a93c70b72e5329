//! Values in another type than the field's.

use crate::column::DataType;
use crate::reader::instant;
use jiff::tz::TimeZone;
use serde_json::{Number, Value};

/// Casts a value that is not null; `None` if the type has no such value.
pub(crate) fn cast(value: Value, from: DataType, to: DataType) -> Option<Value> {
    if from == to {
        return Some(value);
    }
    match to {
        DataType::String => Some(Value::String(text(&value))),
        DataType::Short => whole(&value, i16::MIN.into(), i16::MAX.into()),
        DataType::Integer => whole(&value, i32::MIN.into(), i32::MAX.into()),
        DataType::Long => whole(&value, i64::MIN, i64::MAX),
        DataType::Float | DataType::Double => Number::from_f64(number(&value)?).map(Value::Number),
        // They have more digits than a number of JSON can be trusted with.
        DataType::BigInteger | DataType::BigDecimal => number(&value).map(|_| value),
        DataType::Boolean => match value {
            Value::Bool(_) => Some(value),
            Value::String(text) => text.to_ascii_lowercase().parse().ok().map(Value::Bool),
            _ => None,
        },
        DataType::Date => {
            let date = instant(value.as_str()?)?.to_zoned_datetime(TimeZone::UTC).date();
            Some(Value::String(date.to_string()))
        }
        DataType::DateTime => Some(Value::String(format!("{:.3}", instant(value.as_str()?)?))),
        DataType::ByteArray => value.is_string().then_some(value),
        DataType::Struct | DataType::Map => value.is_object().then_some(value),
        DataType::List => value.is_array().then_some(value),
    }
}

/// Returns a value as a text: itself, or its JSON.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Returns the number that a value is, or that its text is.
pub(crate) fn number(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.filter(|number| number.is_finite())
}

fn whole(value: &Value, least: i64, most: i64) -> Option<Value> {
    let whole = match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    whole.filter(|whole| (least..=most).contains(whole)).map(Value::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_value_has_the_other_type_or_none() {
        use DataType::*;
        let rows = [
            (json!("a"), String, String, Some(json!("a"))),
            (json!(5), Long, String, Some(json!("5"))),
            (json!(true), Boolean, String, Some(json!("true"))),
            (json!({"a": [1]}), Struct, String, Some(json!(r#"{"a":[1]}"#))),
            (json!("12"), String, Long, Some(json!(12))),
            (json!("1.5"), String, Long, None),
            (json!(70_000), Long, Short, None),
            (json!(70_000), Long, Integer, Some(json!(70_000))),
            (json!("1.5"), String, Double, Some(json!(1.5))),
            (json!("NaN"), String, Double, None),
            (
                json!("98765432109876543210"),
                String,
                BigInteger,
                Some(json!("98765432109876543210")),
            ),
            (json!("x"), String, BigDecimal, None),
            (json!("TRUE"), String, Boolean, Some(json!(true))),
            (json!(1), Long, Boolean, None),
            (json!("2026-01-31T23:59:59+01:00"), DateTime, Date, Some(json!("2026-01-31"))),
            (json!("2026-01-31"), Date, DateTime, Some(json!("2026-01-31T00:00:00.000Z"))),
            (json!("soon"), String, DateTime, None),
            (json!(["a"]), List, Struct, None),
            (json!({}), Struct, Map, Some(json!({}))),
        ];
        for (value, from, to, expected) in rows {
            assert_eq!(cast(value.clone(), from, to), expected, "{value} {from:?} {to:?}");
        }
    }
}
