//! Tables for people. Cells are wrapped if the table is to fit a width, and are as long as they are otherwise.

use textwrap::core::display_width;
use textwrap::{Options, wrap};

/// A table.
#[derive(Debug)]
pub(crate) struct Table {
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    cells: Vec<String>,
    /// A line under the cells, which is cut where the table ends.
    below: Option<String>,
}

/// The space between two columns.
const GAP: usize = 2;

impl Table {
    /// Makes a table with these names of columns.
    pub(crate) fn new(header: &[&str]) -> Self {
        let cells = header.iter().map(|name| (*name).to_owned()).collect();
        Self { rows: vec![Row { cells, below: None }] }
    }

    /// Adds a line under the names of the columns.
    pub(crate) fn with_header_below(mut self, below: &str) -> Self {
        self.rows[0].below = Some(below.to_owned());
        self
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(Row { cells, below: None });
    }

    /// Adds a row with a line under it.
    pub(crate) fn row_with(&mut self, cells: Vec<String>, below: String) {
        self.rows.push(Row { cells, below: Some(below) });
    }

    /// Returns the width of the table if no cell is wrapped.
    pub(crate) fn width(&self) -> usize {
        let widths = self.widths(display_width);
        widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1)
    }

    /// Writes it in lines of at most `width`, if there is one.
    pub(crate) fn render(&self, width: Option<usize>) -> String {
        let widths = match width {
            Some(width) => self.fitting(width),
            None => self.widths(display_width),
        };
        let mut text = String::new();
        for row in &self.rows {
            let cells = row.cells.iter().zip(&widths);
            let cells: Vec<_> =
                cells.map(|(cell, width)| wrap(cell, Options::new((*width).max(1)))).collect();
            let height = cells.iter().map(Vec::len).max().unwrap_or_default();
            for line in 0..height {
                let mut written = String::new();
                for (cell, width) in cells.iter().zip(&widths) {
                    let part = cell.get(line).map_or("", |part| part.as_ref());
                    let blanks = (width + GAP).saturating_sub(display_width(part));
                    written.push_str(part);
                    written.push_str(&" ".repeat(blanks));
                }
                text.push_str(written.trim_end());
                text.push('\n');
            }
            if let Some(below) = &row.below {
                text.push_str(&cut(&format!("  {below}"), width));
                text.push('\n');
            }
        }
        text
    }

    /// Returns, for each column, the largest of what `measure` says of its cells.
    fn widths(&self, measure: impl Fn(&str) -> usize) -> Vec<usize> {
        let columns = self.rows.first().map_or(0, |row| row.cells.len());
        let of_column = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.cells.get(column));
            cells.map(|cell| measure(cell)).max().unwrap_or_default()
        };
        (0..columns).map(of_column).collect()
    }

    /// Returns widths of columns that fit: no word is broken unless it must be, and what room is left goes where it saves
    /// most lines.
    fn fitting(&self, width: usize) -> Vec<usize> {
        let longest_word =
            |cell: &str| cell.split(' ').map(display_width).max().unwrap_or_default();
        let mut widths = self.widths(longest_word);
        let gaps = GAP * widths.len().saturating_sub(1);
        while widths.iter().sum::<usize>() + gaps > width
            && let Some(widest) = widths.iter_mut().max().filter(|widest| **widest > 1)
        {
            *widest -= 1;
        }
        let mut room = width.saturating_sub(widths.iter().sum::<usize>() + gaps);
        while let Some((column, wider)) = self.best_growth(&widths, room) {
            room -= wider;
            widths[column] += wider;
        }
        widths
    }

    /// Finds the column that saves most lines for each place that it grows by, within `room`; none if nothing is saved.
    fn best_growth(&self, widths: &[usize], room: usize) -> Option<(usize, usize)> {
        let lines = |column: usize, width: usize| -> usize {
            let cells = self.rows.iter().filter_map(|row| row.cells.get(column));
            cells.map(|cell| wrap(cell, Options::new(width.max(1))).len()).sum()
        };
        let mut best = None;
        let mut most = 0.0;
        for (column, &width) in widths.iter().enumerate() {
            let now = lines(column, width);
            for wider in 1..=room {
                let saved = now - lines(column, width + wider).min(now);
                let each = saved as f64 / wider as f64;
                if each > most {
                    (best, most) = (Some((column, wider)), each);
                }
            }
        }
        best
    }
}

/// Cuts a line to a width, if there is one.
pub(crate) fn cut(line: &str, width: Option<usize>) -> String {
    const MARK: &str = "...";
    match width {
        Some(width) if display_width(line) > width => {
            let mut kept = String::new();
            for letter in line.chars() {
                kept.push(letter);
                if display_width(&kept) + MARK.len() > width {
                    kept.pop();
                    break;
                }
            }
            format!("{}{MARK}", kept.trim_end())
        }
        _ => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Table, cut};

    fn table() -> Table {
        let mut table = Table::new(&["NAME", "WORDS"]);
        table.row(vec!["a".to_owned(), "one two three".to_owned()]);
        table.row_with(vec!["long".to_owned(), String::new()], "a line below it".to_owned());
        table
    }

    #[test]
    fn cells_are_wrapped_where_there_is_a_width() {
        let whole = "NAME  WORDS\na     one two three\nlong\n  a line below it\n";
        assert_eq!(table().render(None), whole);
        assert_eq!(table().render(Some(19)), whole);
        assert_eq!(table().width(), 19);
        let narrow = "NAME  WORDS\na     one two\n      three\nlong\n  a line b...\n";
        assert_eq!(table().render(Some(13)), narrow);
    }

    #[test]
    fn no_width_is_too_small() {
        for width in 0..30 {
            assert!(table().render(Some(width)).contains("N"), "{width}");
        }
    }

    #[test]
    fn what_is_cut_says_so() {
        assert_eq!(cut("one two", Some(7)), "one two");
        assert_eq!(cut("one two", Some(6)), "one...");
        assert_eq!(cut("日本語の本", Some(8)), "日本...");
        assert_eq!(cut("one two", None), "one two");
    }
}
