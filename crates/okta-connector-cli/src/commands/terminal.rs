//! Text for people. On a terminal it is wrapped and has headings in bold; in a pipe each line stays as it is.

use super::print;
use console::Term;
use textwrap::{Options, fill};

/// The narrowest terminal that text is wrapped for.
const NARROWEST: usize = 40;

/// The further indentation of a line that goes on.
const HANGING: usize = 2;

/// Returns the width of the terminal that standard output is; none if it is something else.
pub(crate) fn width() -> Option<usize> {
    let (_, columns) = Term::stdout().size_checked()?;
    Some(usize::from(columns).max(NARROWEST))
}

/// Prints text. What is not indented is a heading, but for the first line.
pub(crate) fn print_text(text: &str) -> anyhow::Result<()> {
    let Some(width) = width() else { return print(text) };
    let bold = |line: &str| console::style(line).bold().to_string();
    let mut shown = String::new();
    for (index, line) in text.lines().enumerate() {
        let wrapped = wrapped(line, width);
        let is_heading = index > 0 && !line.starts_with(' ');
        shown.push_str(&if is_heading { bold(&wrapped) } else { wrapped });
        shown.push('\n');
    }
    print(&shown)
}

/// Wraps a line, so that what goes on stands below and further in.
fn wrapped(line: &str, width: usize) -> String {
    let words = line.trim_start();
    let indent = " ".repeat(line.len() - words.len());
    let hanging = " ".repeat(indent.len() + HANGING);
    fill(words, Options::new(width).initial_indent(&indent).subsequent_indent(&hanging))
}

#[cfg(test)]
mod tests {
    use super::wrapped;

    #[test]
    fn lines_go_on_further_in() {
        assert_eq!(wrapped("  one two three", 11), "  one two\n    three");
        assert_eq!(wrapped("  eleventyseven", 11), "  elevent\n    yseven");
        assert_eq!(wrapped("", 11), "");
    }
}
