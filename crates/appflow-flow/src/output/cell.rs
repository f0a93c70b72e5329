//! The values of typed columns, read from JSON.
//!
//! A value is taken as what it is and never made to fit: a flow that wants a text as a number casts it before.

use super::error::Misfit;
use super::text::text;
use crate::column::{Column, DataType};
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value;

/// A value of a typed column, as Parquet stores it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    Boolean(bool),
    /// A whole number, or the days since 1970.
    Int32(i32),
    /// A whole number, or the milliseconds since 1970.
    Int64(i64),
    Float(f32),
    Double(f64),
    Text(String),
}

/// Returns a value as a text, whatever it is.
pub(super) fn text_cell(value: Option<&Value>) -> Option<Cell> {
    text(value).map(|text| Cell::Text(text.into_owned()))
}

/// Reads a value of a column's type.
pub(super) fn typed_cell(column: &Column, value: Option<&Value>) -> Result<Option<Cell>, Misfit> {
    let Some(value) = value.filter(|value| !value.is_null()) else { return Ok(None) };
    let (cell, expected) = match column.data_type {
        DataType::Short => {
            let short = whole(value).and_then(|number| i16::try_from(number).ok());
            (short.map(|number| Cell::Int32(number.into())), "a whole number of 16 bits")
        }
        DataType::Integer => {
            let integer = whole(value).and_then(|number| i32::try_from(number).ok());
            (integer.map(Cell::Int32), "a whole number of 32 bits")
        }
        DataType::Long => (whole(value).map(Cell::Int64), "a whole number of 64 bits"),
        DataType::Float => {
            #[expect(clippy::cast_possible_truncation, reason = "a Float has fewer digits")]
            let float = value.as_f64().map(|number| number as f32);
            (float.filter(|number| number.is_finite()).map(Cell::Float), "a number of 32 bits")
        }
        DataType::Double => (value.as_f64().map(Cell::Double), "a number"),
        DataType::Boolean => (value.as_bool().map(Cell::Boolean), "true or false"),
        DataType::Date => {
            (value.as_str().and_then(days).map(Cell::Int32), "a text like \"2026-01-31\"")
        }
        DataType::DateTime => {
            // Parquet has finer ones, but readers that take milliseconds everywhere are more.
            let instant = value.as_str().and_then(|text| text.parse::<Timestamp>().ok());
            let instant = instant.map(|instant| Cell::Int64(instant.as_millisecond()));
            (instant, "a text like \"2026-01-31T12:00:00.000Z\"")
        }
        // Exact, whatever their size, as a text alone.
        DataType::BigInteger | DataType::BigDecimal => {
            let is_number = value.is_number() || value.as_str().is_some_and(is_decimal);
            (text_cell(Some(value)).filter(|_| is_number), "a number, or the text of one")
        }
        DataType::String
        | DataType::ByteArray
        | DataType::Struct
        | DataType::Map
        | DataType::List => (text_cell(Some(value)), "anything"),
    };
    if cell.is_some() {
        return Ok(cell);
    }
    let mut shown: String = value.to_string();
    if let Some((end, _)) = shown.char_indices().nth(100) {
        shown.truncate(end);
        shown.push('…');
    }
    Err(Misfit { column: column.name.clone(), value: shown, data_type: column.data_type, expected })
}

/// Returns a whole number, also one that is written with a point or an exponent.
fn whole(value: &Value) -> Option<i64> {
    const END: f64 = 9_223_372_036_854_775_808.0; // 2^63
    if let Some(number) = value.as_i64() {
        return Some(number);
    }
    let number = value.as_f64().filter(|_| value.is_f64())?;
    let is_whole = number.fract() == 0.0 && (-END..END).contains(&number);
    #[expect(clippy::cast_possible_truncation, reason = "it is whole and in the range")]
    is_whole.then_some(number as i64)
}

/// Returns the days since 1970 of a date, which stands there with nothing else.
fn days(text: &str) -> Option<i32> {
    let date: Date = text.parse().ok()?;
    let days = date.since(Date::constant(1970, 1, 1)).ok()?.get_days();
    (date.to_string() == text).then_some(days)
}

/// Says whether a text is a number as JSON writes it.
fn is_decimal(text: &str) -> bool {
    let number = serde_json::from_str::<serde_json::Number>(text);
    number.is_ok() && !text.starts_with(char::is_whitespace) && !text.ends_with(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_taken_as_what_they_are() {
        use DataType::*;
        let long = i64::MAX;
        let rows = [
            (String, json!("Zoë"), Some(Cell::Text("Zoë".to_owned()))),
            (String, json!(1), Some(Cell::Text("1".to_owned()))),
            (String, json!(""), Some(Cell::Text("".to_owned()))),
            (String, json!(null), None),
            (Short, json!(-32_768), Some(Cell::Int32(-32_768))),
            (Integer, json!(2_147_483_647), Some(Cell::Int32(i32::MAX))),
            (Integer, json!(1e3), Some(Cell::Int32(1000))),
            (Long, json!(long), Some(Cell::Int64(long))),
            (Long, json!(i64::MIN), Some(Cell::Int64(i64::MIN))),
            (BigInteger, json!(u64::MAX), Some(Cell::Text("18446744073709551615".to_owned()))),
            (
                BigDecimal,
                json!("123456789012345678901.5"),
                Some(Cell::Text("123456789012345678901.5".to_owned())),
            ),
            (Float, json!(0.5), Some(Cell::Float(0.5))),
            (Double, json!(0.1), Some(Cell::Double(0.1))),
            (Double, json!(7), Some(Cell::Double(7.0))),
            (Boolean, json!(false), Some(Cell::Boolean(false))),
            (Date, json!("1970-01-02"), Some(Cell::Int32(1))),
            (Date, json!("1969-12-31"), Some(Cell::Int32(-1))),
            (Date, json!("2026-11-27"), Some(Cell::Int32(20_784))),
            (DateTime, json!("1970-01-01T00:00:01.500Z"), Some(Cell::Int64(1500))),
            (DateTime, json!("1970-01-01T01:00:00+01:00"), Some(Cell::Int64(0))),
            (ByteArray, json!("AA=="), Some(Cell::Text("AA==".to_owned()))),
            (Struct, json!({"a": [1]}), Some(Cell::Text("{\"a\":[1]}".to_owned()))),
            (Map, json!({"a": "b"}), Some(Cell::Text("{\"a\":\"b\"}".to_owned()))),
            (List, json!(["a"]), Some(Cell::Text("[\"a\"]".to_owned()))),
        ];
        for (data_type, value, expected) in rows {
            let column = Column { name: "c".to_owned(), data_type };
            assert_eq!(typed_cell(&column, Some(&value)), Ok(expected), "{data_type:?} {value}");
            assert_eq!(typed_cell(&column, None), Ok(None));
        }
    }

    #[test]
    fn what_does_not_fit_is_named() {
        use DataType::*;
        let rows = [
            (Short, json!(32_768)),
            (Integer, json!(2_147_483_648_i64)),
            (Integer, json!(1.5)),
            (Integer, json!("1")),
            (Long, json!(u64::MAX)),
            (Long, json!(1e19)),
            (Long, json!(true)),
            (Float, json!(1e39)),
            (Double, json!("0.5")),
            (BigInteger, json!("12 ")),
            (BigDecimal, json!("a")),
            (BigDecimal, json!([])),
            (Boolean, json!("true")),
            (Date, json!("2026-02-30")),
            (Date, json!("2026-02-03T04:05")),
            (Date, json!(5)),
            (DateTime, json!("2026-02-03")),
            (DateTime, json!(1_700_000_000)),
        ];
        for (data_type, value) in rows {
            let column = Column { name: "c".to_owned(), data_type };
            let misfit = typed_cell(&column, Some(&value)).unwrap_err();
            assert_eq!((misfit.column.as_str(), misfit.data_type), ("c", data_type));
            assert_eq!(misfit.value, value.to_string());
        }
        let column = Column { name: "age".to_owned(), data_type: Integer };
        let misfit = typed_cell(&column, Some(&json!("ö".repeat(500)))).unwrap_err();
        let expected = format!(
            "`age` is \"{}…, but the column's type is Integer: expected a whole number of 32 bits",
            "ö".repeat(99)
        );
        assert_eq!(misfit.to_string(), expected);
    }
}
