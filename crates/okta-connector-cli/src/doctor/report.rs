//! The report of an examination: a table for people, an object for programs.

use super::finding::{Area, Checked, Verdict};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// Says whether the table for people is coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colours {
    /// It is read on a terminal.
    On,
    /// It goes somewhere else, or nobody wants them.
    Off,
}

/// The findings about an org.
#[derive(Clone, Debug)]
pub struct Report {
    /// The address, as it was given.
    pub address: String,
    /// The requests that were sent.
    pub requests: usize,
    /// The checks, in the order in which they were made.
    pub checks: Vec<Checked>,
}

/// The width of the table.
const WIDTH: usize = 80;

/// The column at which a verdict ends.
const INDENT: usize = 10;

impl Report {
    /// Returns the verdict on the org: the gravest of all, where what nobody knows is no fault.
    pub fn verdict(&self) -> Verdict {
        let verdicts = self.checks.iter().map(|check| check.finding.verdict);
        verdicts.filter(|verdict| *verdict >= Verdict::Warning).max().unwrap_or(Verdict::Ok)
    }

    /// Counts the checks with a verdict.
    fn count(&self, verdict: Verdict) -> usize {
        self.checks.iter().filter(|check| check.finding.verdict == verdict).count()
    }

    /// Writes it for programs.
    pub fn to_json(&self) -> Value {
        let checks: Vec<_> = self
            .checks
            .iter()
            .map(|check| {
                json!({
                    "id": check.id,
                    "area": format!("{:?}", check.area).to_lowercase(),
                    "subject": check.subject,
                    "verdict": check.finding.verdict.to_string(),
                    "found": check.finding.found,
                    "expected": check.expected,
                    "remedy": check.finding.remedy,
                })
            })
            .collect();
        json!({
            "org": self.address,
            "verdict": self.verdict().to_string(),
            "requests": self.requests,
            "checks": checks,
        })
    }

    /// Writes it for people, in 80 columns.
    pub fn to_text(&self, colours: Colours) -> String {
        let mut text = format!("{}\n", self.address);
        for area in Area::ALL {
            let checks: Vec<_> = self.checks.iter().filter(|check| check.area == area).collect();
            let Some(first) = checks.first() else { continue };
            writeln!(text, "\n{}", area.heading()).expect(WRITES);
            // Where a whole part was passed over, one line says so.
            let passed_over = |check: &&Checked| {
                check.finding.verdict == Verdict::Skipped && check.finding == first.finding
            };
            if checks.len() > 1 && checks.iter().all(passed_over) {
                let found = format!("{} checks: {}", checks.len(), first.finding.found);
                line(&mut text, Verdict::Skipped, &found, colours);
                continue;
            }
            for check in checks {
                self.write(&mut text, check, colours);
            }
        }
        writeln!(text, "\n{}", self.summary()).expect(WRITES);
        text
    }

    fn write(&self, text: &mut String, check: &Checked, colours: Colours) {
        let Checked { subject, expected, finding, .. } = check;
        line(text, finding.verdict, &format!("{subject}: {}", finding.found), colours);
        let is_open = check.area == Area::Readings && finding.verdict != Verdict::Skipped;
        if is_open {
            paragraph(text, INDENT, &format!("relied on: {expected}"));
        }
        if let Some(remedy) = &finding.remedy {
            if !is_open {
                paragraph(text, INDENT, &format!("expected: {expected}"));
            }
            paragraph(text, INDENT, &format!("to do: {remedy}"));
        }
    }

    fn summary(&self) -> String {
        let verdicts = [
            (Verdict::Failure, "failure", "failures"),
            (Verdict::Warning, "warning", "warnings"),
            (Verdict::Unknown, "unknown", "unknown"),
            (Verdict::Skipped, "skipped", "skipped"),
            (Verdict::Ok, "ok", "ok"),
        ];
        let counts =
            verdicts.into_iter().filter_map(|(verdict, one, many)| match self.count(verdict) {
                0 => None,
                1 => Some(format!("1 {one}")),
                count => Some(format!("{count} {many}")),
            });
        let counts: Vec<_> = counts.collect();
        let requests = match self.requests {
            1 => "1 request".to_owned(),
            count => format!("{count} requests"),
        };
        format!("{}; {requests}, none of which writes", counts.join(", "))
    }
}

const WRITES: &str = "a text takes everything";

/// Writes a verdict, and what it is about beside it.
fn line(text: &mut String, verdict: Verdict, about: &str, colours: Colours) {
    let code = match verdict {
        Verdict::Ok => "32",
        Verdict::Warning => "33",
        Verdict::Failure => "31",
        Verdict::Unknown | Verdict::Skipped => "2",
    };
    let shown = format!("{verdict:<7}");
    let shown = match colours {
        Colours::On => format!("\u{1b}[{code}m{shown}\u{1b}[0m"),
        Colours::Off => shown,
    };
    let mut wrapped = String::new();
    paragraph(&mut wrapped, INDENT, about);
    // The verdict stands in the indentation of the first line.
    write!(text, "  {shown} {}", &wrapped[INDENT..]).expect(WRITES);
}

/// Writes a paragraph, which is indented and no wider than the table, as far as its words allow. Some words are Okta's, and a
/// terminal would obey control characters in them.
fn paragraph(text: &mut String, indent: usize, words: &str) {
    let words = words.replace(|c: char| c.is_control() && !c.is_ascii_whitespace(), "?");
    let margin = " ".repeat(indent);
    let mut column = 0;
    for word in words.split_ascii_whitespace() {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > WIDTH {
            text.push('\n');
            column = 0;
        }
        match column {
            0 => {
                text.push_str(&margin);
                column = indent + length;
            }
            _ => {
                text.push(' ');
                column += 1 + length;
            }
        }
        text.push_str(word);
    }
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_stay_within_the_table() {
        let words = "a ".repeat(99) + "\u{1b} " + &"x".repeat(100);
        let mut text = String::new();
        paragraph(&mut text, 10, &words);
        let widths: Vec<_> = text.lines().map(str::len).collect();
        assert_eq!(widths, [79, 79, 69, 110]);
        assert!(text.lines().all(|line| line.starts_with("          ")));
        assert!(!text.contains('\u{1b}') && text.contains("a ?"));
    }
}
