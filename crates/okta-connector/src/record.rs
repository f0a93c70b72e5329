//! The step from Okta's JSON to AppFlow's record, without a tree of values in between.
//!
//! A page is passed over once. The values that a flow maps, and those that its filter tests, are slices of it, found
//! by a layout that is made once for a query; they are copied into the answer as they are, so a property
//! or value that Okta adds tomorrow can break nothing.

use crate::catalogue::{At, Field, IN_GROUPS, Kind, paths};
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
    /// The sources whose texts make one text together.
    joined: Vec<Vec<Source>>,
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
    /// Texts that are joined by colons, by the number of their list.
    Joined(usize),
    /// A slot with a list of rules: whether it has some is the value.
    Origin(usize),
    /// A slot with a list of rules: their ids are the value.
    Rules(usize),
    /// A slot with the targets of an event: the id of the first one of a type is the value.
    Target(usize, &'static str),
    /// A slot with an address: the id of a group is the value, unless it is the object above.
    AssigneeGroup(usize),
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

/// The values that are the same in several records, as JSON texts: the ids of the parents that a query names, or what
/// records have of the object that they are below.
#[derive(Debug, Default)]
pub(crate) struct Constants {
    values: Vec<(FieldId, Option<String>)>,
    /// The id of the object above.
    above: Box<str>,
}

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
        let values = texts.into_iter().map(|(field, text)| (field, Some(quoted(text))));
        Self { values: values.collect(), above: Box::default() }
    }

    /// Takes JSON values of the object with this id. A value that is absent is absent in the records.
    pub(crate) fn of_object(
        above: &str,
        values: impl IntoIterator<Item = (FieldId, Option<String>)>,
    ) -> Self {
        Self { values: values.into_iter().collect(), above: above.into() }
    }

    fn place(&self, field: FieldId) -> Option<usize> {
        self.values.iter().position(|(known, _)| *known == field)
    }
}

/// Says whether AppFlow is told that a field holds texts.
pub(crate) fn is_text(field: &Field) -> bool {
    matches!(field.kind, Kind::Key | Kind::Id | Kind::Text | Kind::Enumeration)
}

/// Writes a text as JSON.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The side of a relation that the records of a page are on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Turn {
    /// They are the children, or there is no relation.
    #[default]
    Straight,
    /// They are what is above the children elsewhere.
    Turned,
}

impl Layout {
    /// Lays out the `needed` fields of `entity`, of which `selected` are written.
    pub(crate) fn new(
        entity: &Entity,
        needed: impl IntoIterator<Item = FieldId>,
        selected: &[FieldId],
        constants: &Constants,
        turn: Turn,
    ) -> Self {
        let mut layout = Self {
            nodes: vec![Node::default()],
            sources: vec![None; entity.len()],
            written: Vec::new(),
            joined: Vec::new(),
            slots: 0,
        };
        for field in needed {
            layout.place(entity, field, constants, turn);
        }
        for &id in selected {
            if let Some(source) = layout.place(entity, id, constants, turn) {
                let field = &entity[id];
                let before = |separator| Escaped::new(&format!("{separator}\"{}\":", field.name));
                let before = [before('{'), before(',')];
                let is_text = is_text(field);
                let withheld = entity.withheld_inside(id);
                layout.written.push(Written { source, before, is_text, withheld });
            }
        }
        layout
    }

    /// Lays out one text that stands at `path` in each object. [`RecordView::reference`] reads it.
    pub(crate) fn of_references(path: &str) -> Self {
        let mut layout = Self {
            nodes: vec![Node::default()],
            sources: vec![],
            written: vec![],
            joined: vec![],
            slots: 0,
        };
        layout.slot(path);
        layout
    }

    fn place(
        &mut self,
        entity: &Entity,
        field: FieldId,
        constants: &Constants,
        turn: Turn,
    ) -> Option<Source> {
        if self.sources[field.index()].is_none() {
            self.sources[field.index()] = self.find(entity, field, constants, turn);
        }
        self.sources[field.index()]
    }

    fn find(
        &mut self,
        entity: &Entity,
        field: FieldId,
        constants: &Constants,
        turn: Turn,
    ) -> Option<Source> {
        let constant = constants.place(field).map(Source::Constant);
        match (&entity[field].at, turn) {
            (At::Record(path), Turn::Straight) => Some(Source::Slot(self.slot(path))),
            (At::Above(path), Turn::Turned) => Some(Source::Slot(self.slot(path))),
            (At::RecordOrLastSegment(path, address), _) => {
                Some(Source::SlotOrLastSegment(self.slot(path), self.slot(address)))
            }
            (At::Record(_), Turn::Turned)
            | (At::Above(_), Turn::Straight)
            | (At::Parent(_) | At::Branch, _) => constant,
            (At::Joined(names), _) => {
                let ids = names.iter().filter_map(|name| entity.field(name));
                let ids: Vec<_> = ids.collect();
                let sources = ids.into_iter().map(|id| self.place(entity, id, constants, turn));
                let sources = sources.collect::<Option<Vec<_>>>()?;
                self.joined.push(sources);
                Some(Source::Joined(self.joined.len() - 1))
            }
            (At::Origin(path), Turn::Straight) => Some(Source::Origin(self.slot(path))),
            (At::Rules(path), Turn::Straight) => Some(Source::Rules(self.slot(path))),
            // What is above says nothing of rules.
            (At::Origin(_) | At::Rules(_), Turn::Turned) => None,
            (At::Target(type_name), _) => {
                Some(Source::Target(self.slot(paths::TARGETS), type_name))
            }
            (At::Made(_), _) => Some(Source::Slot(self.slot(&entity[field].name))),
            (At::AssigneeGroup(path), _) => Some(Source::AssigneeGroup(self.slot(path))),
        }
    }

    /// Returns the slot of the value at `path`, a new one if there is none yet.
    pub(crate) fn slot(&mut self, path: &str) -> usize {
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
        self.value_of(self.layout.sources[field.index()]?)
    }

    fn value_of(&self, source: Source) -> Option<Cow<'p, str>> {
        match source {
            Source::Slot(slot) => self.raw(slot).map(Cow::Borrowed),
            Source::SlotOrLastSegment(slot, address) => match self.raw(slot) {
                Some(value) => Some(Cow::Borrowed(value)),
                None => self.last_segment(address).map(|segment| Cow::Owned(quoted(&segment))),
            },
            Source::Constant(constant) => self.constants.values[constant].1.clone().map(Cow::Owned),
            Source::Joined(list) => {
                let texts = self.layout.joined[list].iter().map(|source| self.text_at(*source));
                let texts = texts.collect::<Option<Vec<_>>>()?;
                Some(Cow::Owned(quoted(&texts.join(":"))))
            }
            Source::Origin(slot) => {
                let is_by_hand = rules(self.raw(slot)?)?.is_empty();
                Some(Cow::Borrowed(if is_by_hand { "\"DIRECT\"" } else { "\"RULE\"" }))
            }
            Source::Rules(slot) => {
                serde_json::to_string(&rules(self.raw(slot)?)?).ok().map(Cow::Owned)
            }
            Source::Target(slot, type_name) => {
                let targets: Vec<serde_json::Value> = serde_json::from_str(self.raw(slot)?).ok()?;
                let first = targets.iter().find(|target| target["type"] == type_name)?;
                first["id"].as_str().map(|id| Cow::Owned(quoted(id)))
            }
            Source::AssigneeGroup(address) => {
                let group = self.last_segment(address)?;
                let is_another = self.text_in(address)?.contains(IN_GROUPS);
                (is_another && *group != *self.constants.above).then(|| Cow::Owned(quoted(&group)))
            }
        }
    }

    /// Returns the JSON text in a slot; none if there is nothing.
    pub(crate) fn raw(&self, slot: usize) -> Option<&'p str> {
        self.slots[slot].map(|value| value.text)
    }

    /// Returns the text in a slot: that of a JSON string, or the JSON text of anything else.
    pub(crate) fn text_in(&self, slot: usize) -> Option<Cow<'p, str>> {
        text_of(self.slots[slot]?)
    }

    /// Returns the field's value as text: that of a JSON string, or the JSON text of anything else.
    pub(crate) fn text(&self, field: FieldId) -> Option<Cow<'p, str>> {
        match self.layout.sources[field.index()]? {
            Source::Slot(slot) if self.slots[slot].is_some() => self.readable(self.text_in(slot)),
            Source::SlotOrLastSegment(slot, _) if self.slots[slot].is_some() => {
                self.readable(self.text_in(slot))
            }
            source => self.text_at(source),
        }
    }

    fn text_at(&self, source: Source) -> Option<Cow<'p, str>> {
        let value = self.value_of(source)?;
        match value.strip_prefix('"') {
            Some(_) => serde_json::from_str(&value).ok().map(Cow::Owned),
            None => Some(value),
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
            // Most values are in a slot, and many slots are empty.
            let (slot, address) = match written.source {
                Source::Slot(slot) => (slot, None),
                Source::SlotOrLastSegment(slot, address) => (slot, Some(address)),
                source => {
                    if let Some(value) = self.value_of(source) {
                        before(written, records);
                        records.write(&value);
                    }
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
                    _ if written.is_text => records.write(&quoted(value.text)),
                    _ if written.withheld.is_empty() => records.write(value.text),
                    // The page was read as JSON already.
                    _ => records.write(&without(value.text, &written.withheld).unwrap_or_default()),
                }
            } else if let Some(segment) = address.and_then(|address| self.last_segment(address)) {
                before(written, records);
                records.write(&quoted(&segment));
            }
        }
        records.write(if is_first { "{}" } else { "}" });
        records.end();
    }

    /// Returns the last segment of the address in a slot.
    fn last_segment(&self, slot: usize) -> Option<String> {
        let address: String = serde_json::from_str(self.raw(slot)?).ok()?;
        let segment = address.rsplit('/').next().filter(|segment| !segment.is_empty())?;
        Some(segment.to_owned())
    }
}

/// Reads the ids of a list of rules.
fn rules(list: &str) -> Option<Vec<String>> {
    #[derive(serde::Deserialize)]
    struct Rule {
        id: String,
    }
    let rules: Vec<Rule> = serde_json::from_str(list).ok()?;
    Some(rules.into_iter().map(|rule| rule.id).collect())
}

fn text_of(value: Value<'_>) -> Option<Cow<'_, str>> {
    match value.text.as_bytes().first()? {
        b'"' if value.is_plain => Some(Cow::Borrowed(&value.text[1..value.text.len() - 1])),
        b'"' => serde_json::from_str(value.text).ok().map(Cow::Owned),
        _ => Some(Cow::Borrowed(value.text)),
    }
}
