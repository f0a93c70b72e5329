//! Numbers as decimals of any length, so that two that differ in their last digit are told apart.

use std::cmp::Ordering;
use std::fmt;

/// A decimal number. Numbers that are equal are alike: 1, 1.0 and 1e0 are one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decimal {
    is_negative: bool,
    /// The digits, without zeros at either end; none of zero.
    digits: Box<[u8]>,
    /// The power of ten by which a point in front of the digits is moved.
    exponent: i64,
}

impl Decimal {
    /// Reads a number as JSON writes it, and with zeros or a plus in front. None if it is none.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (is_negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse().ok()?),
            None => (text, 0i64),
        };
        let (whole, fraction) = match mantissa.split_once('.') {
            Some((_, "")) => return None,
            Some(parts) => parts,
            None => (mantissa, ""),
        };
        let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !is_digits(whole) || !is_digits(fraction) {
            return None;
        }
        let written = [whole.as_bytes(), fraction.as_bytes()].concat();
        let zeros = written.iter().take_while(|digit| **digit == b'0').count();
        let end = written.iter().rposition(|digit| *digit != b'0').map_or(zeros, |last| last + 1);
        let digits: Box<[u8]> = written[zeros..end].into();
        if digits.is_empty() {
            return Some(Self { is_negative: false, digits, exponent: 0 });
        }
        let point = i64::try_from(whole.len()).ok()? - i64::try_from(zeros).ok()?;
        Some(Self { is_negative, digits, exponent: exponent.checked_add(point)? })
    }

    /// Returns how many digits it has, without zeros at either end.
    pub(crate) fn precision(&self) -> usize {
        self.digits.len()
    }

    /// Returns the number of digits in front of its point; negative if there are zeros behind the point.
    pub(crate) fn magnitude(&self) -> i64 {
        self.exponent
    }

    fn size(&self, other: &Self) -> Ordering {
        match (self.digits.is_empty(), other.digits.is_empty()) {
            (false, false) => {
                self.exponent.cmp(&other.exponent).then_with(|| self.digits.cmp(&other.digits))
            }
            (mine, others) => others.cmp(&mine),
        }
    }
}

/// Writes it without an exponent, as everybody reads it. The caller has looked at its magnitude.
impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits: String = self.digits.iter().copied().map(char::from).collect();
        let sign = if self.is_negative { "-" } else { "" };
        let zeros = |count: i64| "0".repeat(usize::try_from(count).unwrap_or_default());
        let length = i64::try_from(digits.len()).unwrap_or(i64::MAX);
        match self.exponent {
            _ if digits.is_empty() => f.write_str("0"),
            point if point <= 0 => write!(f, "{sign}0.{}{digits}", zeros(-point)),
            point if point >= length => write!(f, "{sign}{digits}{}", zeros(point - length)),
            point => {
                let (whole, fraction) = digits.split_at(usize::try_from(point).unwrap_or_default());
                write!(f, "{sign}{whole}.{fraction}")
            }
        }
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.is_negative, other.is_negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => self.size(other),
            (true, true) => other.size(self),
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text).unwrap_or_else(|| panic!("{text} is no number"))
    }

    #[test]
    fn numbers_that_are_equal_are_alike() {
        for same in [
            &["0", "-0", "0.00", "0e7", "000"][..],
            &["1", "1.0", "1e0", "10e-1", "0.1E1", "+1", "001"],
            &["-12.5", "-1.25e1", "-0125e-1"],
            &["9007199254740993", "9007199254740993.0"],
        ] {
            for text in same {
                assert_eq!(decimal(text), decimal(same[0]), "{text}");
            }
        }
    }

    #[test]
    fn numbers_have_an_order() {
        let sorted = [
            "-1e400",
            "-9007199254740993",
            "-9007199254740992",
            "-2",
            "-1.5",
            "-1e-400",
            "0",
            "1e-400",
            "0.1",
            "0.10000000000000001",
            "0.2",
            "1",
            "1.5",
            "2",
            "10",
            "9007199254740992",
            "9007199254740993",
            "1e400",
        ];
        for (left, right) in sorted.iter().zip(&sorted[1..]) {
            assert!(decimal(left) < decimal(right), "{left} {right}");
        }
    }

    #[test]
    fn what_is_no_number() {
        for text in
            ["", "-", "x", "1x", "1.", ".5", "1e", "1e99999999999999999999", "0x1", " 1", "١"]
        {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn decimals_compare_as_integers_do(left in any::<i64>(), right in any::<i64>(), zeros in 0usize..4) {
            let right_text = format!("{right}.{}", "0".repeat(zeros + 1));
            prop_assert_eq!(decimal(&left.to_string()).cmp(&decimal(&right_text)), left.cmp(&right));
        }

        #[test]
        fn what_is_written_is_what_was_read(digits in "-?[0-9]{1,20}(\\.[0-9]{1,20})?") {
            let number = decimal(&digits);
            prop_assert_eq!(decimal(&number.to_string()), number);
        }

        #[test]
        fn nothing_makes_it_panic(text in "[-+0-9.eE]{0,30}") {
            let _ = Decimal::parse(&text);
        }
    }
}
