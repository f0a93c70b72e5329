//! Numbers, exact at any number of digits.

use std::cmp::Ordering;

/// A number: a point, these digits behind it, and a power of ten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Decimal {
    is_negative: bool,
    /// The digits, without zeros at either end; none for zero.
    digits: String,
    /// The power of ten by which the fraction is multiplied, 0 for zero.
    exponent: i64,
}

impl Decimal {
    /// Reads `-12`, `007`, `0.50` or `1.5e-3`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (is_negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, power) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, power)) => (mantissa, power.parse::<i64>().ok()?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
        if !is_digits(whole) || !is_digits(fraction) {
            return None;
        }
        let all = format!("{whole}{fraction}");
        let significant = all.trim_start_matches('0');
        let zeros = all.len() - significant.len();
        let digits = significant.trim_end_matches('0').to_owned();
        if digits.is_empty() {
            return Some(Self { is_negative: false, digits, exponent: 0 });
        }
        let places = i64::try_from(whole.len()).ok()? - i64::try_from(zeros).ok()?;
        Some(Self { is_negative, digits, exponent: places.checked_add(power)? })
    }

    /// Returns a number that is larger by less than anybody counts with, but for zero, which stays zero; smaller
    /// if it is negative.
    pub(crate) fn nudged(&self) -> Self {
        let digits = match self.digits.is_empty() {
            true => String::new(),
            false => format!("{}{:0>24}", self.digits, 1),
        };
        Self { digits, ..self.clone() }
    }

    /// Writes it with a point and no exponent, if that takes few zeros.
    pub(crate) fn plain(&self) -> Option<String> {
        const MOST_ZEROS: usize = 40;
        let sign = if self.is_negative { "-" } else { "" };
        let digits = &self.digits;
        let zeros = |count: usize| (count <= MOST_ZEROS).then(|| "0".repeat(count));
        let unsigned = match usize::try_from(self.exponent) {
            _ if digits.is_empty() => "0".to_owned(),
            Ok(0) => format!("0.{digits}"),
            Ok(places) if places < digits.len() => {
                format!("{}.{}", &digits[..places], &digits[places..])
            }
            Ok(places) => format!("{digits}{}", zeros(places - digits.len())?),
            Err(_) => format!("0.{}{digits}", zeros(usize::try_from(-self.exponent).ok()?)?),
        };
        Some(format!("{sign}{unsigned}"))
    }

    /// Writes it as an integer times a power of ten.
    pub(crate) fn scientific(&self) -> String {
        let sign = if self.is_negative { "-" } else { "" };
        match self.digits.len() {
            0 => "0e0".to_owned(),
            places => {
                let places = i64::try_from(places).expect("a text is shorter");
                format!("{sign}{}e{}", self.digits, self.exponent - places)
            }
        }
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let sign = |number: &Self| match (number.digits.is_empty(), number.is_negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        };
        // Digits behind a point compare like texts, since none ends in a zero.
        let larger = self.exponent.cmp(&other.exponent).then(self.digits.cmp(&other.digits));
        let larger = if self.is_negative { larger.reverse() } else { larger };
        sign(self).cmp(&sign(other)).then(larger)
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
