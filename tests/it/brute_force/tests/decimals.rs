//! Numbers that floats do not tell apart.

use super::super::Decimal;

#[test]
fn numbers_are_told_apart_at_any_number_of_digits() {
    let ascending = [
        "-1e400",
        "-10",
        "-9.5",
        "-1",
        "-0.1",
        "-1e-400",
        "0",
        "1e-400",
        "0.1",
        "0.10000000000000001",
        "1",
        "1.0000000000000000000001",
        "9.5",
        "10",
        "9007199254740992",
        "9007199254740993",
        "1e400",
    ];
    assert!(ascending.map(|text| Decimal::parse(text).unwrap()).is_sorted_by(|a, b| a < b));
}

#[test]
fn a_number_has_many_spellings() {
    for spellings in [
        &["0", "-0", "0.00", "0e9", "-0E-9"][..],
        &["1", "1.0", "1e0", "01.00", "10e-1", "0.1E+1", "0.001e3"],
        &["-120", "-120.0", "-1.2e2", "-0120"],
        &["0.05", "5e-2", "00.0500"],
    ] {
        let numbers = spellings.iter().map(|text| Decimal::parse(text).unwrap());
        let numbers: Vec<_> = numbers.collect();
        assert!(numbers.iter().all(|number| *number == numbers[0]), "{numbers:?}");
        for number in numbers {
            assert_eq!(Decimal::parse(&number.plain().unwrap()).as_ref(), Some(&number));
            assert_eq!(Decimal::parse(&number.scientific()).as_ref(), Some(&number));
        }
    }
    for text in ["", "-", "+1", ".5", "5.", "1e", "1e1.5", " 1", "0x1", "1_0", "--1", "NaN"] {
        assert_eq!(Decimal::parse(text), None, "{text}");
    }
    let plain = |text: &str| Decimal::parse(text).unwrap().plain();
    assert_eq!(plain("1.50e1").as_deref(), Some("15"));
    assert_eq!(plain("-5e-3").as_deref(), Some("-0.005"));
    assert_eq!(plain("0.5").as_deref(), Some("0.5"));
    assert_eq!(plain("12.5").as_deref(), Some("12.5"));
    assert_eq!(plain("1e400"), None);
    let one = Decimal::parse("1").unwrap();
    assert!(one.nudged() > one && one.nudged() < Decimal::parse("1.00000000000000000001").unwrap());
}
