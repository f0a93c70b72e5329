//! HTML, written by hand: pages, lists of figures and tables.

use std::fmt::{Display, Write as _};

/// The type of a page.
pub(super) const TYPE: &str = "text/html; charset=utf-8";

/// The style sheet of all pages.
pub(super) const STYLE: &str = include_str!("style.css");

/// A page is loaded again after so many seconds.
const REFRESH_SECONDS: u32 = 2;

/// A cell of so many bytes may be broken anywhere.
const LONG: usize = 40;

const PAGES: [(&str, &str); 3] =
    [("/", "Overview"), ("/requests", "Requests"), ("/errors", "Errors")];

/// Decides whether a page stays as it is while it is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refresh {
    /// It is loaded again by itself.
    Live,
    /// It stays as it is.
    Still,
}

/// A name and a value. The value can be found by an id.
pub(super) struct Figure {
    name: String,
    id: String,
    value: String,
}

impl Figure {
    pub(super) fn new(name: &str, id: &str, value: impl Display) -> Self {
        Self { name: name.to_owned(), id: id.to_owned(), value: value.to_string() }
    }
}

/// A table. Its first column names the rows.
pub(super) struct Table {
    caption: String,
    id: String,
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(super) fn new(caption: &str, id: &str, columns: &[&str]) -> Self {
        let columns = columns.iter().map(|&column| column.to_owned()).collect();
        Self { caption: caption.to_owned(), id: id.to_owned(), columns, rows: Vec::new() }
    }

    /// Adds a row of cells, which are HTML already.
    pub(super) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// Writes the table, or what is to be said where there is no row.
    pub(super) fn write(&self, none: &str) -> String {
        let Self { caption, id, columns, rows } = self;
        if rows.is_empty() {
            return format!(
                "<section id=\"{id}-table\"><h2>{caption}</h2><p>{none}</p></section>\n"
            );
        }
        let mut text =
            format!("<section><table id=\"{id}-table\"><caption>{caption}</caption>\n<thead><tr>");
        for column in columns {
            let _ = write!(text, "<th scope=\"col\">{}</th>", escape(column));
        }
        text.push_str("</tr></thead>\n<tbody>\n");
        for cells in rows {
            text.push_str("<tr>");
            for (index, cell) in cells.iter().enumerate() {
                let is_number = cell.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
                let class = match (is_number, cell.len()) {
                    (true, 1..) => " class=\"number\"",
                    (false, LONG..) => " class=\"long\"",
                    _ => "",
                };
                let _ = match index {
                    0 => write!(text, "<th scope=\"row\"{class}>{cell}</th>"),
                    _ => write!(text, "<td{class}>{cell}</td>"),
                };
            }
            text.push_str("</tr>\n");
        }
        text.push_str("</tbody></table></section>\n");
        text
    }
}

/// Writes figures as a list.
pub(super) fn figures(figures: &[Figure]) -> String {
    let mut text = String::from("<dl>\n");
    for Figure { name, id, value } in figures {
        let (name, value) = (escape(name), escape(value));
        let _ = writeln!(text, "<div><dt>{name}</dt><dd id=\"{id}\">{value}</dd></div>");
    }
    text.push_str("</dl>\n");
    text
}

/// Writes a page around its content. One that is live is loaded again by itself.
pub(super) fn page(title: &str, path: &str, refresh: Refresh, content: &str) -> String {
    let path = escape(path);
    let (refresh, switch) = match refresh {
        Refresh::Live => (
            format!("<meta http-equiv=\"refresh\" content=\"{REFRESH_SECONDS}\">\n"),
            format!(
                "Live, every {REFRESH_SECONDS} seconds. <a href=\"{path}?refresh=off\">Hold still</a>"
            ),
        ),
        Refresh::Still => (String::new(), format!("Held still. <a href=\"{path}\">Go live</a>")),
    };
    let links = PAGES.map(|(link, name)| match link == path {
        true => format!("<a href=\"{link}\" aria-current=\"page\">{name}</a>"),
        false => format!("<a href=\"{link}\">{name}</a>"),
    });
    let title = escape(title);
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n{refresh}\
         <title>{title} - Okta sandbox</title>\n<link rel=\"stylesheet\" href=\"/style.css\">\n</head>\n\
         <body>\n<header><nav aria-label=\"Pages\">{}</nav><p>{switch}</p></header>\n\
         <main>\n<h1>{title}</h1>\n{content}</main>\n</body>\n</html>\n",
        links.concat()
    )
}

/// Writes text as HTML that shows it.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}
