//! The fault campaign: whole flows through random worlds, each drawn from a seed, that try to prove the
//! connector wrong.
//!
//! Laws that hold on every run, checked without a look at how the connector works:
//!
//! 1. In an org that stands still, a flow delivers exactly the records that match, each once.
//! 2. In an org that moves, no record is lost that matched all the time, none is delivered that never
//!    matched, and none twice in one answer.
//! 3. The connection keeps to its share of every rate limit (`budget`).
//! 4. Every call returns before its deadline.
//! 5. No answer is longer than it may be.
//! 6. Tokens are short and without white space, and no answer holds the credential.
//! 7. Every flow ends.
//! 8. A refusal has a code and a message, and a flow ends in one only for a reason that is in its world.
//!
//! And where an org tries a client (`trials`):
//!
//! 9. What a call has found is handed out, whatever Okta says next.
//! 10. A flow follows no more than so many empty pages in a row.
//! 11. An org that shows nothing for want of an admin role is not taken for one that has nothing.
//!
//! And where an org defines attributes of its own (`schemas`):
//!
//! 12. A run that names fixed fields only asks for no schema, whatever the schemas are like.
//! 13. Where they cannot be relied on, a run that names custom attributes delivers no value that a profile did not
//!     have, and all of its fixed fields as ever.
//! 14. A run in which nothing fails asks for a schema once.
//!
//! `CAMPAIGN_SEED` names the seed of `replay`, and `CAMPAIGN_SEEDS` says how many `soak` runs.

mod budget;
mod draw;
mod flow;
mod okta;
mod orgs;
mod records;
mod scenario;
mod schemas;
mod script;
mod shrink;
mod soak;
mod trials;

use flow::{Report, run};
use scenario::Scenario;
use std::fmt::Write as _;

/// Runs the scenario of a seed.
fn fails(seed: u64) -> Report {
    run(&Scenario::draw(seed))
}

/// Describes how to see a seed fail again, and the plainest world in which it does; empty if it
/// does not fail.
fn describe(seed: u64) -> String {
    let scenario = Scenario::draw(seed);
    let Some(broken) = run(&scenario).broken else { return String::new() };
    let (plain, broken) = shrink::shrink(&scenario, &broken);
    let mut text = format!(
        "CAMPAIGN_SEED={seed} cargo nextest run -p connector-tests campaign::replay --no-capture\n"
    );
    writeln!(text, "  {}: {}", broken.law, broken.how).unwrap();
    write!(text, "{plain}").unwrap();
    text
}

/// Runs one of the parts that nextest runs side by side.
fn part(number: u64) {
    let seeds = number * 30..(number + 1) * 30;
    let failing: Vec<u64> = seeds.filter(|&seed| fails(seed).broken.is_some()).collect();
    let described: String = failing.iter().take(2).map(|&seed| describe(seed)).collect();
    assert!(failing.is_empty(), "seeds {failing:?}\n{described}");
}

macro_rules! parts {
    ($($name:ident: $number:literal)*) => {
        $(
            #[test]
            fn $name() {
                part($number);
            }
        )*
    };
}

parts! {
    part_0: 0
    part_1: 1
    part_2: 2
    part_3: 3
    part_4: 4
    part_5: 5
    part_6: 6
    part_7: 7
    part_8: 8
    part_9: 9
}

/// Runs one seed and says all about it; without `CAMPAIGN_SEED` it has nothing to do.
#[test]
fn replay() {
    let Some(seed) = number("CAMPAIGN_SEED") else { return };
    let scenario = Scenario::draw(seed);
    println!("{scenario}");
    let report = run(&scenario);
    println!("{}\n{}", report.log.join("\n"), report.ending);
    if let Some(broken) = &report.broken {
        let (plain, broken) = shrink::shrink(&scenario, broken);
        println!("\nThe plainest that breaks the law \"{}\":\n{plain}", broken.law);
        println!("{}\n{}", run(&plain).log.join("\n"), broken.how);
        panic!("seed {seed} fails");
    }
}

/// Runs many seeds; without `CAMPAIGN_SEEDS` it has nothing to do. `CAMPAIGN_FROM` is the first.
#[test]
fn soak() {
    let Some(count) = number("CAMPAIGN_SEEDS") else { return };
    let from = number("CAMPAIGN_FROM").unwrap_or(0);
    soak::soak(from..from + count);
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().expect("it is a number"))
}
