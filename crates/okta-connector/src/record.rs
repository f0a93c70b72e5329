//! From Okta's JSON to AppFlow's record, without a tree of values in between.
//!
//! A page is passed over once. What a flow maps, and what its filter tests, are slices of it, found by
//! a layout that is made once for a query; they are copied into the answer as they are, so a property
//! or value that Okta adds tomorrow can break nothing.

use crate::catalogue::{Fallback, Field};
use crate::scan::{Scanner, Value};
use appflow_connector::{Escaped, Records};
use std::borrow::Cow;

/// Where the fields of a query are in a record, and how they are written.
#[derive(Debug, Default)]
pub(crate) struct Layout {
    root: Node,
    fields: Vec<Placed>,
    /// The fields that are written, in order, by their places in `fields`.
    written: Vec<Written>,
    /// What every record carries although Okta does not send it.
    constants: Vec<Written>,
    slots: usize,
}

/// A field, and the slots that its value may be in.
#[derive(Debug)]
struct Placed {
    field: &'static Field,
    slot: usize,
    fallback: Option<usize>,
}

/// How a member is written.
#[derive(Debug)]
struct Written {
    /// The place in `fields`, or of the constant.
    index: usize,
    /// What stands in front of the value if it is the first one of the record, and if it is not.
    before: [Escaped; 2],
    /// The value of a constant, as JSON text.
    constant: String,
}

/// The members that are wanted of an object.
#[derive(Debug, Default)]
struct Node {
    keys: Vec<Key>,
    /// The members met so far, in their order: Okta writes its records all alike.
    met: Vec<Met>,
}

#[derive(Debug)]
struct Key {
    name: &'static str,
    slot: Option<usize>,
    inside: Option<Node>,
}

#[derive(Debug)]
struct Met {
    name: Box<str>,
    key: Option<usize>,
}

/// Members of objects that are looked for in the order in which they were met.
const MAX_MET: usize = 256;

/// So many optional members may be missing in a row until one is looked for in another way.
const LOOK_AHEAD: usize = 24;

impl Layout {
    /// A layout of `needed` fields, of which `selected` are written, with `constants` behind them.
    pub(crate) fn new(
        needed: impl IntoIterator<Item = &'static Field>,
        selected: &[&'static Field],
        constants: &[(&'static Field, String)],
    ) -> Self {
        let mut layout = Self::default();
        for field in needed {
            layout.place(field);
        }
        for &field in selected {
            let index = layout.place(field);
            layout.written.push(Written::new(index, field, String::new()));
        }
        for (index, (field, value)) in constants.iter().enumerate() {
            if selected.contains(field) {
                layout.constants.push(Written::new(index, field, value.clone()));
            }
        }
        layout
    }

    fn place(&mut self, field: &'static Field) -> usize {
        if let Some(index) = self.fields.iter().position(|placed| placed.field == field) {
            return index;
        }
        let slot = self.root.slot(field.path, &mut self.slots);
        let fallback = field
            .fallback
            .map(|Fallback::LastSegmentOf(path)| self.root.slot(path, &mut self.slots));
        self.fields.push(Placed { field, slot, fallback });
        self.fields.len() - 1
    }
}

impl Written {
    fn new(index: usize, field: &Field, constant: String) -> Self {
        let before = |separator| Escaped::new(&format!("{separator}\"{}\":", field.name));
        Self { index, before: [before('{'), before(',')], constant }
    }
}

impl Node {
    /// The slot of the value at `path`, a new one if none is.
    fn slot(&mut self, path: &'static str, slots: &mut usize) -> usize {
        let (name, rest) = match path.split_once('.') {
            Some((name, rest)) => (name, Some(rest)),
            None => (path, None),
        };
        let known = self.keys.iter().position(|key| key.name == name);
        let index = known.unwrap_or_else(|| {
            self.keys.push(Key { name, slot: None, inside: None });
            self.keys.len() - 1
        });
        let key = &mut self.keys[index];
        match rest {
            Some(rest) => key.inside.get_or_insert_default().slot(rest, slots),
            None => *key.slot.get_or_insert_with(|| {
                *slots += 1;
                *slots - 1
            }),
        }
    }

    /// Passes over an object and puts what is wanted of it into `slots`.
    fn read<'p>(
        &mut self,
        scanner: &mut Scanner<'p>,
        slots: &mut [Option<Value<'p>>],
    ) -> Option<()> {
        scanner.take(b'{')?;
        if scanner.peek()? == b'}' {
            return scanner.take(b'}');
        }
        let mut turn = 0;
        loop {
            scanner.peek()?;
            let key = match self.recognise(scanner, &mut turn)? {
                Some(index) => &mut self.keys[index],
                None => {
                    scanner.value()?;
                    if self.is_over(scanner)? {
                        return Some(());
                    }
                    continue;
                }
            };
            let is_object = scanner.peek()? == b'{';
            let value = match &mut key.inside {
                Some(inside) if is_object => {
                    let start = scanner.place();
                    inside.read(scanner, slots)?;
                    scanner.since(start)
                }
                _ => scanner.value()?,
            };
            if let Some(slot) = key.slot
                && value.text != "null"
            {
                slots[slot].get_or_insert(value);
            }
            if self.is_over(scanner)? {
                return Some(());
            }
        }
    }

    /// Passes over what follows a member: a comma, or the end of the object.
    fn is_over(&self, scanner: &mut Scanner<'_>) -> Option<bool> {
        match scanner.peek()? {
            b',' => scanner.take(b',').map(|()| false),
            _ => scanner.take(b'}').map(|()| true),
        }
    }

    /// Passes over a key. Which one it is is guessed by what was met at about this turn before.
    fn recognise(&mut self, scanner: &mut Scanner<'_>, turn: &mut usize) -> Option<Option<usize>> {
        for (index, met) in self.met.iter().enumerate().skip(*turn).take(LOOK_AHEAD) {
            if scanner.take_key(&met.name) {
                *turn = index + 1;
                return Some(met.key);
            }
        }
        let name = scanner.key()?;
        let name: Cow<'_, str> = match name.is_plain {
            true => Cow::Borrowed(&name.text[1..name.text.len() - 1]),
            false => Cow::Owned(serde_json::from_str(name.text).ok()?),
        };
        let key = self.keys.iter().position(|key| key.name == name);
        // A name is recognised as it stands in the text, so one with escapes cannot be.
        if self.met.len() < MAX_MET && matches!(name, Cow::Borrowed(_)) {
            self.met.insert(*turn, Met { name: name.into(), key });
            *turn += 1;
        }
        Some(key)
    }
}

/// The records of a page, one after the other.
#[derive(Debug)]
pub(crate) struct Page<'p> {
    scanner: Scanner<'p>,
    place: Place,
    slots: Vec<Option<Value<'p>>>,
}

/// What a page is, and where in it the next record is.
#[derive(Clone, Copy, Debug)]
enum Place {
    /// At the start of an array of records.
    List,
    /// Behind a record of the array.
    Inside,
    /// At the start of a record that is the whole page.
    Alone,
    /// Behind everything.
    End,
}

/// The page is not what it should be.
#[derive(Debug)]
pub(crate) struct Malformed;

impl<'p> Page<'p> {
    /// A JSON array of records.
    pub(crate) fn list(text: &'p str) -> Self {
        Self { scanner: Scanner::new(text), place: Place::List, slots: Vec::new() }
    }

    /// A record by itself.
    pub(crate) fn alone(text: &'p str) -> Self {
        Self { place: Place::Alone, ..Self::list(text) }
    }

    /// The next record; none at the end of the page.
    pub(crate) fn next<'a>(
        &'a mut self,
        layout: &'a mut Layout,
    ) -> Result<Option<RecordView<'a, 'p>>, Malformed> {
        match self.read(layout).ok_or(Malformed)? {
            true => Ok(Some(RecordView { layout, slots: &self.slots })),
            false => Ok(None),
        }
    }

    /// Whether there was another record.
    fn read(&mut self, layout: &mut Layout) -> Option<bool> {
        let is_over = match self.place {
            Place::List => {
                self.scanner.take(b'[')?;
                self.scanner.peek()? == b']'
            }
            Place::Inside => {
                let is_over = self.scanner.peek()? == b']';
                if !is_over {
                    self.scanner.take(b',')?;
                }
                is_over
            }
            Place::Alone => false,
            Place::End => return Some(false),
        };
        if is_over {
            self.scanner.take(b']')?;
            self.place = Place::End;
            return self.scanner.is_at_end().then_some(false);
        }
        self.slots.clear();
        self.slots.resize(layout.slots, None);
        self.scanner.peek()?;
        layout.root.read(&mut self.scanner, &mut self.slots)?;
        self.place = match self.place {
            Place::Alone => self.scanner.is_at_end().then_some(Place::End)?,
            _ => Place::Inside,
        };
        Some(true)
    }
}

/// A record of Okta, seen through the catalogue.
#[derive(Clone, Copy, Debug)]
pub struct RecordView<'a, 'p> {
    layout: &'a Layout,
    slots: &'a [Option<Value<'p>>],
}

impl<'p> RecordView<'_, 'p> {
    /// The field's value as JSON text; none if it is absent or null.
    pub(crate) fn value(&self, field: &Field) -> Option<Cow<'p, str>> {
        let placed = self.placed(field)?;
        let value = self.slots[placed.slot].map(|value| Cow::Borrowed(value.text));
        value.or_else(|| self.fallback(placed).map(Cow::Owned))
    }

    /// The field's value as text: that of a JSON string, or a number or Boolean as it is written.
    pub(crate) fn text(&self, field: &Field) -> Option<Cow<'p, str>> {
        let placed = self.placed(field)?;
        let Some(value) = self.slots[placed.slot] else {
            return serde_json::from_str(&self.fallback(placed)?).ok().map(Cow::Owned);
        };
        match value.text.as_bytes().first()? {
            b'"' if value.is_plain => Some(Cow::Borrowed(&value.text[1..value.text.len() - 1])),
            b'"' => serde_json::from_str(value.text).ok().map(Cow::Owned),
            b'{' | b'[' => None,
            _ => Some(Cow::Borrowed(value.text)),
        }
    }

    /// The field's value as a Boolean.
    pub(crate) fn boolean(&self, field: &Field) -> Option<bool> {
        match self.value(field)?.as_ref() {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    /// Appends the record to `records`. Absent and null values are left out, as AppFlow prefers.
    pub(crate) fn write(&self, records: &mut Records) {
        records.begin();
        let mut is_first = true;
        let mut before = |written: &Written, records: &mut Records| {
            records.write_escaped(&written.before[usize::from(!is_first)]);
            is_first = false;
        };
        for written in &self.layout.written {
            let placed = &self.layout.fields[written.index];
            if let Some(value) = self.slots[placed.slot] {
                before(written, records);
                match value.is_plain {
                    true => records.write_plain(&value.text[1..value.text.len() - 1]),
                    false => records.write(value.text),
                }
            } else if let Some(value) = self.fallback(placed) {
                before(written, records);
                records.write(&value);
            }
        }
        for written in &self.layout.constants {
            before(written, records);
            records.write(&written.constant);
        }
        records.write(if is_first { "{}" } else { "}" });
        records.end();
    }

    fn placed(&self, field: &Field) -> Option<&Placed> {
        self.layout.fields.iter().find(|placed| std::ptr::eq(placed.field, field))
    }

    /// What is found in the second place to look at, as JSON text.
    fn fallback(&self, placed: &Placed) -> Option<String> {
        let address = self.slots[placed.fallback?]?;
        let address: String = serde_json::from_str(address.text).ok()?;
        let segment = address.rsplit('/').next().filter(|segment| !segment.is_empty())?;
        serde_json::to_string(segment).ok()
    }
}
