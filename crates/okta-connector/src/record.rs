//! The step from Okta's JSON to AppFlow's record, without a tree of values in between.
//!
//! A page is passed over once. The values that a flow maps, and those that its filter tests, are slices of it, found
//! by a layout that is made once for a query; they are copied into the answer as they are, so a property
//! or value that Okta adds tomorrow can break nothing.

use crate::catalogue::{At, Kind};
use crate::entity::{Entity, FieldId};
use crate::moment::Moment;
use crate::number::Decimal;
use crate::scan::{Scanner, Value};
use crate::withheld::{Path, without};
use appflow_connector::{Escaped, Records};
use std::borrow::Cow;
use std::cell::Cell;

/// The places of a query's fields in a record, and the way in which they are written.
#[derive(Debug)]
pub(crate) struct Layout {
    /// The objects that are looked into; the record itself is the first one.
    nodes: Vec<Node>,
    /// The places of values, by the number of the field; none for a field that is not needed.
    sources: Vec<Option<Source>>,
    /// The fields that are written, in order.
    written: Vec<Written>,
    slots: usize,
}

/// The place of a field's value.
#[derive(Clone, Copy, Debug)]
enum Source {
    /// A slot.
    Slot(usize),
    /// A slot or, if that is empty, the last segment of the address in another one.
    SlotOrLastSegment(usize, usize),
    /// A value that is the same in every record, by its number.
    Constant(usize),
}

/// A field that is written.
#[derive(Debug)]
struct Written {
    source: Source,
    /// The text in front of the value if it is the first one of the record, and if it is not.
    before: [Escaped; 2],
    /// True if AppFlow is told that it is a text: a value that is none is written as its JSON text.
    is_text: bool,
    /// The paths in a value that are withheld.
    withheld: Vec<Path>,
}

/// The members that are wanted of an object.
#[derive(Debug, Default)]
struct Node {
    keys: Vec<Key>,
}

#[derive(Debug)]
struct Key {
    name: Box<str>,
    slot: Option<usize>,
    /// The node of the object that the member is.
    inside: Option<usize>,
}

/// The values that are the same in every record of a query: the ids of the parents that it names, as JSON texts.
#[derive(Debug, Default)]
pub(crate) struct Constants(Vec<(FieldId, String)>);

/// The members met so far in each object of a layout, in their order: Okta writes its records all alike.
#[derive(Debug, Default)]
pub(crate) struct Habits {
    by_node: Vec<Vec<Met>>,
}

#[derive(Debug)]
struct Met {
    name: Box<str>,
    key: Option<usize>,
}

/// The number of members of an object that are looked for in the order in which they were met.
const MAX_MET: usize = 256;

/// The number of optional members that may be missing in a row until one is looked for in another way.
const LOOK_AHEAD: usize = 24;

impl Constants {
    /// Takes texts.
    pub(crate) fn new<'a>(texts: impl IntoIterator<Item = (FieldId, &'a str)>) -> Self {
        let json = |text: &str| serde_json::Value::from(text).to_string();
        Self(texts.into_iter().map(|(field, text)| (field, json(text))).collect())
    }
}

impl Layout {
    /// Lays out the `needed` fields of `entity`, of which `selected` are written.
    pub(crate) fn new(
        entity: &Entity,
        needed: impl IntoIterator<Item = FieldId>,
        selected: &[FieldId],
        constants: &Constants,
    ) -> Self {
        let mut layout = Self {
            nodes: vec![Node::default()],
            sources: vec![None; entity.len()],
            written: Vec::new(),
            slots: 0,
        };
        for field in needed {
            layout.place(entity, field, constants);
        }
        for &id in selected {
            if let Some(source) = layout.place(entity, id, constants) {
                let field = &entity[id];
                let before = |separator| Escaped::new(&format!("{separator}\"{}\":", field.name));
                let before = [before('{'), before(',')];
                let is_text =
                    matches!(field.kind, Kind::Key | Kind::Id | Kind::Text | Kind::Enumeration);
                let withheld = entity.withheld_inside(id);
                layout.written.push(Written { source, before, is_text, withheld });
            }
        }
        layout
    }

    /// Lays out one text that stands at `path` in each object. [`RecordView::reference`] reads it.
    pub(crate) fn of_references(path: &str) -> Self {
        let mut layout =
            Self { nodes: vec![Node::default()], sources: vec![], written: vec![], slots: 0 };
        layout.slot(path);
        layout
    }

    fn place(&mut self, entity: &Entity, field: FieldId, constants: &Constants) -> Option<Source> {
        if self.sources[field.index()].is_none() {
            self.sources[field.index()] = match &entity[field].at {
                At::Record(path) => Some(Source::Slot(self.slot(path))),
                At::RecordOrLastSegment(path, address) => {
                    Some(Source::SlotOrLastSegment(self.slot(path), self.slot(address)))
                }
                At::Parent(_) => {
                    let known = constants.0.iter().position(|(constant, _)| *constant == field);
                    known.map(Source::Constant)
                }
            };
        }
        self.sources[field.index()]
    }

    /// Returns the slot of the value at `path`, a new one if there is none yet.
    fn slot(&mut self, path: &str) -> usize {
        let mut node = 0;
        let mut segments = path.split('.').peekable();
        loop {
            let name = segments.next().unwrap_or_default();
            let keys = &mut self.nodes[node].keys;
            let known = keys.iter().position(|key| *key.name == *name);
            let index = known.unwrap_or_else(|| {
                keys.push(Key { name: name.into(), slot: None, inside: None });
                keys.len() - 1
            });
            let next_node = self.nodes.len();
            let key = &mut self.nodes[node].keys[index];
            if segments.peek().is_none() {
                return *key.slot.get_or_insert_with(|| {
                    self.slots += 1;
                    self.slots - 1
                });
            }
            node = *key.inside.get_or_insert(next_node);
            if node == next_node {
                self.nodes.push(Node::default());
            }
        }
    }

    /// Passes over an object and puts the wanted values of it into `slots`.
    fn read<'p>(
        &self,
        node: usize,
        habits: &mut Habits,
        scanner: &mut Scanner<'p>,
        slots: &mut [Option<Value<'p>>],
    ) -> Option<()> {
        let keys = &self.nodes[node].keys;
        scanner.take(b'{')?;
        if scanner.peek()? == b'}' {
            return scanner.take(b'}');
        }
        let mut turn = 0;
        loop {
            scanner.peek()?;
            let key = match recognise(keys, &mut habits.by_node[node], scanner, &mut turn)? {
                Some(index) => &keys[index],
                None => {
                    scanner.value()?;
                    if is_over(scanner)? {
                        return Some(());
                    }
                    continue;
                }
            };
            let is_object = scanner.peek()? == b'{';
            let value = match key.inside {
                Some(inside) if is_object => {
                    let start = scanner.place();
                    self.read(inside, habits, scanner, slots)?;
                    scanner.since(start)
                }
                _ => scanner.value()?,
            };
            if let Some(slot) = key.slot
                && value.text != "null"
            {
                slots[slot].get_or_insert(value);
            }
            if is_over(scanner)? {
                return Some(());
            }
        }
    }
}

/// Passes over the text behind a member: a comma, or the end of the object. Says whether the object is over.
fn is_over(scanner: &mut Scanner<'_>) -> Option<bool> {
    match scanner.peek()? {
        b',' => scanner.take(b',').map(|()| false),
        _ => scanner.take(b'}').map(|()| true),
    }
}

/// Passes over a key and returns its number, if it is wanted. It is guessed by what was met at about this turn before.
fn recognise(
    keys: &[Key],
    habit: &mut Vec<Met>,
    scanner: &mut Scanner<'_>,
    turn: &mut usize,
) -> Option<Option<usize>> {
    for (index, met) in habit.iter().enumerate().skip(*turn).take(LOOK_AHEAD) {
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
    let key = keys.iter().position(|key| *key.name == *name);
    // A name is recognised as it stands in the text, so one with escapes cannot be.
    if habit.len() < MAX_MET && matches!(name, Cow::Borrowed(_)) {
        habit.insert(*turn, Met { name: name.into(), key });
        *turn += 1;
    }
    Some(key)
}

/// A reader of the records of a page, one after the other.
#[derive(Debug)]
pub(crate) struct RecordReader<'p> {
    scanner: Scanner<'p>,
    place: Place,
    slots: Vec<Option<Value<'p>>>,
    /// The values of a wrong kind that were tested.
    unreadable: Cell<u64>,
}

/// The place of the next record in a page.
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

impl<'p> RecordReader<'p> {
    /// Starts with a JSON array of records.
    pub(crate) fn list(text: &'p str) -> Self {
        let (slots, unreadable) = (Vec::new(), Cell::new(0));
        Self { scanner: Scanner::new(text), place: Place::List, slots, unreadable }
    }

    /// Starts with a record by itself.
    pub(crate) fn alone(text: &'p str) -> Self {
        Self { place: Place::Alone, ..Self::list(text) }
    }

    /// Returns how many values that were asked for could not be read, because they are of another kind.
    pub(crate) fn unreadable(&self) -> u64 {
        self.unreadable.get()
    }

    /// Returns the next record; none at the end of the page.
    pub(crate) fn next<'a>(
        &'a mut self,
        layout: &'a Layout,
        constants: &'a Constants,
        habits: &mut Habits,
    ) -> Result<Option<RecordView<'a, 'p>>, Malformed> {
        match self.read(layout, habits).ok_or(Malformed)? {
            true => {
                let (slots, unreadable) = (&self.slots, &self.unreadable);
                Ok(Some(RecordView { layout, constants, slots, unreadable }))
            }
            false => Ok(None),
        }
    }

    /// Reads on; says whether there was another record.
    fn read(&mut self, layout: &Layout, habits: &mut Habits) -> Option<bool> {
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
        habits.by_node.resize_with(layout.nodes.len().max(habits.by_node.len()), Vec::new);
        self.scanner.peek()?;
        layout.read(0, habits, &mut self.scanner, &mut self.slots)?;
        self.place = match self.place {
            Place::Alone => self.scanner.is_at_end().then_some(Place::End)?,
            _ => Place::Inside,
        };
        Some(true)
    }
}

/// A record of Okta, seen through a layout.
#[derive(Clone, Copy, Debug)]
pub struct RecordView<'a, 'p> {
    layout: &'a Layout,
    constants: &'a Constants,
    slots: &'a [Option<Value<'p>>],
    unreadable: &'a Cell<u64>,
}

impl<'p> RecordView<'_, 'p> {
    /// Returns the field's value as JSON text; none if it is absent or null.
    pub(crate) fn value(&self, field: FieldId) -> Option<Cow<'p, str>> {
        match self.layout.sources[field.index()]? {
            Source::Slot(slot) => self.slots[slot].map(|value| Cow::Borrowed(value.text)),
            Source::SlotOrLastSegment(slot, address) => match self.slots[slot] {
                Some(value) => Some(Cow::Borrowed(value.text)),
                None => self.last_segment(address).map(Cow::Owned),
            },
            Source::Constant(constant) => Some(Cow::Owned(self.constants.0[constant].1.clone())),
        }
    }

    /// Returns the field's value as text: that of a JSON string, or the JSON text of anything else.
    pub(crate) fn text(&self, field: FieldId) -> Option<Cow<'p, str>> {
        let value = match self.layout.sources[field.index()]? {
            Source::Slot(slot) | Source::SlotOrLastSegment(slot, _) => self.slots[slot],
            Source::Constant(_) => None,
        };
        match value {
            Some(value) => self.readable(text_of(value)),
            None => serde_json::from_str(&self.value(field)?).ok().map(Cow::Owned),
        }
    }

    /// Returns the field's value as a point in time.
    pub(crate) fn moment(&self, field: FieldId) -> Option<Moment<'static>> {
        let text = self.text(field)?;
        self.readable(Moment::read(&text))
    }

    /// Counts a value that is there and could not be read.
    fn readable<T>(&self, value: Option<T>) -> Option<T> {
        self.unreadable.set(self.unreadable.get() + u64::from(value.is_none()));
        value
    }

    /// Returns the text that a layout of references is about.
    pub(crate) fn reference(&self) -> Option<Cow<'p, str>> {
        text_of((*self.slots.first()?)?)
    }

    /// Returns the field's value as a Boolean.
    pub(crate) fn boolean(&self, field: FieldId) -> Option<bool> {
        let value = self.value(field)?;
        self.readable(match &*value {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        })
    }

    /// Returns the field's value as a number.
    pub(crate) fn number(&self, field: FieldId) -> Option<Decimal> {
        let value = self.value(field)?;
        self.readable(Decimal::parse(&value))
    }

    /// Returns the field's value as a list of texts. Null is no element; a list with something else fits no comparison.
    pub(crate) fn texts(&self, field: FieldId) -> Option<Vec<String>> {
        let value = self.value(field)?;
        let elements: Option<Vec<Option<String>>> =
            self.readable(serde_json::from_str(&value).ok());
        Some(elements?.into_iter().flatten().collect())
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
            let (slot, otherwise) = match written.source {
                Source::Slot(slot) => (slot, None),
                Source::SlotOrLastSegment(slot, address) => (slot, Some(address)),
                Source::Constant(constant) => {
                    before(written, records);
                    records.write(&self.constants.0[constant].1);
                    continue;
                }
            };
            if let Some(value) = self.slots[slot] {
                before(written, records);
                match value.text.as_bytes().first() {
                    _ if value.is_plain => {
                        records.write_plain(&value.text[1..value.text.len() - 1]);
                    }
                    Some(b'"') => records.write(value.text),
                    _ if written.is_text => {
                        records.write(&serde_json::Value::from(value.text).to_string());
                    }
                    _ if written.withheld.is_empty() => records.write(value.text),
                    // The page was read as JSON already.
                    _ => records.write(&without(value.text, &written.withheld).unwrap_or_default()),
                }
            } else if let Some(segment) = otherwise.and_then(|address| self.last_segment(address)) {
                before(written, records);
                records.write(&segment);
            }
        }
        records.write(if is_first { "{}" } else { "}" });
        records.end();
    }

    /// Returns the last segment of the address in a slot, as JSON text.
    fn last_segment(&self, slot: usize) -> Option<String> {
        let address = self.slots[slot]?;
        let address: String = serde_json::from_str(address.text).ok()?;
        let segment = address.rsplit('/').next().filter(|segment| !segment.is_empty())?;
        serde_json::to_string(segment).ok()
    }
}

fn text_of(value: Value<'_>) -> Option<Cow<'_, str>> {
    match value.text.as_bytes().first()? {
        b'"' if value.is_plain => Some(Cow::Borrowed(&value.text[1..value.text.len() - 1])),
        b'"' => serde_json::from_str(value.text).ok().map(Cow::Owned),
        _ => Some(Cow::Borrowed(value.text)),
    }
}
