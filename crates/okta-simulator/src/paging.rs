//! Cursors and pages.
//!
//! A cursor holds the position after which the next page starts, as an id and, where the listing is sorted,
//! the sort key. So it stays good when the record that it names goes away, and paging is not a snapshot.

use crate::collection::Collection;
use crate::error::OktaError;
use crate::fnv::fnv;
use crate::org::Org;
use crate::record::{Entry, Record};
use crate::view::View;

/// A position in a listing: what comes after it is still to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub(crate) id: String,
    pub(crate) sort_key: Option<String>,
    /// So many empty pages were already shown at this position.
    pauses: u64,
}

/// The cursors of one listing are written in a style.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CursorStyle {
    pub(crate) collection: Collection,
    /// Okta puts a digit in front of some cursors.
    pub(crate) prefix: &'static str,
}

/// Records and their keys, in the order of the listing.
pub(crate) type Records<'a> = Vec<Entry<'a>>;

/// One page of a listing.
#[derive(Clone, Debug)]
pub(crate) struct Page<'a> {
    pub(crate) records: Records<'a>,
    pub(crate) next: Option<Cursor>,
}

impl Cursor {
    /// Returns the position after a record.
    pub(crate) fn after(id: &str, sort_key: Option<String>) -> Self {
        Self { id: id.to_owned(), sort_key, pauses: 0 }
    }

    /// Returns the position before the first record.
    pub(crate) fn start(collection: Collection) -> Self {
        Self::after(&format!("{}{}", collection.row().id_prefix, "0".repeat(17)), None)
    }

    pub(crate) fn write(&self, style: CursorStyle) -> String {
        let mut text = format!("{}{}", style.prefix, self.id);
        if let Some(key) = &self.sort_key {
            text.push('.');
            text.extend(key.bytes().map(|byte| format!("{byte:02x}")));
        }
        if self.pauses > 0 {
            text.push_str(&format!("~{}", self.pauses));
        }
        text
    }

    /// Reads a cursor that this listing of this org may have written.
    pub(crate) fn read(text: &str, style: CursorStyle, org: &Org) -> Result<Self, OktaError> {
        Self::parse(text, style, org).ok_or_else(|| match &style.collection.row().listing {
            Some(listing) => (listing.invalid_cursor)(),
            None => OktaError::invalid_paging(),
        })
    }

    /// Reads a cursor of a listing that takes any text for a position.
    pub(crate) fn read_any(text: &str) -> Self {
        let pauses =
            text.rsplit_once('~').and_then(|(id, pauses)| Some((id, pauses.parse().ok()?)));
        let (id, pauses) = pauses.unwrap_or((text, 0));
        Self { id: id.to_owned(), sort_key: None, pauses }
    }

    fn parse(text: &str, style: CursorStyle, org: &Org) -> Option<Self> {
        let text = text.strip_prefix(style.prefix)?;
        let (text, pauses) = match text.rsplit_once('~') {
            Some((text, pauses)) => (text, pauses.parse().ok()?),
            None => (text, 0),
        };
        let (id, sort_key) = match text.split_once('.') {
            Some((id, key)) => (id, Some(unhex(key)?)),
            None => (text, None),
        };
        let plausible = id.len() == 20
            && id.starts_with(style.collection.row().id_prefix)
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let genuine = plausible || org.contains(style.collection, id);
        genuine.then(|| Self { id: id.to_owned(), sort_key, pauses })
    }
}

fn unhex(text: &str) -> Option<String> {
    let digits = text.as_bytes().chunks(2).map(|pair| {
        let pair = std::str::from_utf8(pair).ok()?;
        u8::from_str_radix(pair, 16).ok()
    });
    String::from_utf8(digits.collect::<Option<_>>()?).ok()
}

/// Cuts a page from `records`, which are all that follows `from`. `cursor` makes the cursor of a record.
pub(crate) fn page<'a>(
    view: View<'_>,
    records: impl Iterator<Item = Entry<'a>>,
    from: Cursor,
    limit: usize,
    cursor: impl Fn(&'a str, &'a Record) -> Cursor,
) -> Page<'a> {
    let (records, next) = cut(view, records, from, limit, |(id, record)| cursor(id, record));
    Page { records, next }
}

/// Cuts a page from records of any form: those on it, and where the next one begins.
pub(crate) fn cut<T>(
    view: View<'_>,
    records: impl Iterator<Item = T>,
    from: Cursor,
    limit: usize,
    cursor: impl Fn(&T) -> Cursor,
) -> (Vec<T>, Option<Cursor>) {
    if limit == 0 {
        return (Vec::new(), None);
    }
    let paused = |from: Cursor| {
        let next = Some(Cursor { pauses: from.pauses + 1, ..from });
        (Vec::new(), next)
    };
    if view.stalls {
        return paused(from);
    }
    let kind = match view.behaviour.sparse_pages {
        false => PageKind::Full,
        true => PageKind::at(&from.id),
    };
    if kind == PageKind::Empty && from.pauses == 0 {
        return paused(from);
    }
    let length = kind.length(limit);
    let mut records: Vec<T> = records.take(length + 1).collect();
    let more = records.len() > length;
    records.truncate(length);
    let last = records.last().map(cursor);
    // A page that happens to end with the listing may still promise more, which then is nothing.
    let next =
        if more || (kind == PageKind::Promising && records.len() == length) { last } else { None };
    (records, next)
}

/// A page is full, or it is one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PageKind {
    Full,
    Empty,
    Short,
    /// Full, and promises a next page even if none follows.
    Promising,
}

impl PageKind {
    /// Chooses what a sparse listing does. It depends on the position alone, so a listing repeats itself.
    pub(crate) fn at(position: &str) -> Self {
        match fnv(position, "sparse") % 4 {
            0 => Self::Full,
            1 => Self::Empty,
            2 => Self::Short,
            _ => Self::Promising,
        }
    }

    /// Returns the number of records on such a page.
    pub(crate) fn length(self, limit: usize) -> usize {
        if self == Self::Short { limit.div_ceil(2) } else { limit }
    }
}
