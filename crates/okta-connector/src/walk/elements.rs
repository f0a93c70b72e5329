//! Records made of a page of events: none, one or several of each.
//!
//! The page is rewritten as a page of records, in the order of their events. All that holds of a page holds of it then: a
//! call may end behind any of its records, and the next one finds that record again by its key.

use crate::catalogue::{Elements, KEY, OF_EVENT, Part, SUCCESS, paths};
use crate::entity::Entity;
use crate::record::{Constants, Habits, Layout, Malformed, RecordReader, RecordView, Turn};
use okta_client::MAX_PAGE_BYTES;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// The most records that one event may make. Okta's events have a handful of targets; to leave some of their records out
/// would be wrong, so a page with such an event is refused.
const MAX_OF_EVENT: usize = 10_000;

/// The most bytes of the records of one page. They are shorter than their events, unless these have many targets.
const MAX_TEXT: usize = 2 * MAX_PAGE_BYTES;

/// The places of all that is read of an event.
#[derive(Debug)]
pub(crate) struct Maker {
    elements: &'static Elements,
    layout: Layout,
    event_id: usize,
    event_type: usize,
    result: usize,
    targets: usize,
    /// Members that come from the event as they are, and their slots.
    of_event: Vec<(&'static str, usize)>,
}

/// Records made of a page.
#[derive(Debug, Default)]
pub(crate) struct Made {
    /// The records, as a JSON array.
    pub(crate) text: String,
    /// The number of events on the page.
    pub(crate) events: u32,
    /// The number of events of which something could not be read.
    pub(crate) unreadable: u64,
}

/// Texts of a target that records may have.
struct Target {
    id: String,
    type_name: Option<String>,
    display_name: Option<String>,
    alternate_id: Option<String>,
}

impl Maker {
    /// Finds the places in events of `elements`.
    pub(crate) fn new(elements: &'static Elements) -> Self {
        let of = Entity::fixed(elements.of);
        let mut layout = Layout::new(&of, [], &[], &Constants::default(), Turn::Straight);
        Self {
            elements,
            event_id: layout.slot(paths::EVENT_ID),
            event_type: layout.slot(paths::EVENT_TYPE),
            result: layout.slot(paths::RESULT),
            targets: layout.slot(paths::TARGETS),
            of_event: OF_EVENT.into_iter().map(|(name, path)| (name, layout.slot(path))).collect(),
            layout,
        }
    }

    /// Makes the records of a page of events.
    pub(crate) fn make(&self, page: &str) -> Result<Made, Malformed> {
        let mut reader = RecordReader::list(page);
        let (nothing, mut habits) = (Constants::default(), Habits::default());
        let mut made = Made { text: "[".to_owned(), ..Made::default() };
        while let Some(event) = reader.next(&self.layout, &nothing, &mut habits)? {
            made.events = made.events.saturating_add(1);
            self.add(&event, &mut made)?;
        }
        made.text.push(']');
        Ok(made)
    }

    fn add(&self, event: &RecordView<'_, '_>, made: &mut Made) -> Result<(), Malformed> {
        let is = |slot: usize, text: &str| event.text_in(slot).is_some_and(|found| found == text);
        let event_type = event.text_in(self.event_type).unwrap_or_default();
        let Some(telling) = self.elements.telling(&event_type) else { return Ok(()) };
        if !is(self.result, SUCCESS) {
            return Ok(());
        }
        let event_id = event.text_in(self.event_id).ok_or(Malformed)?;
        let Some(targets) = targets(event.raw(self.targets)) else {
            made.unreadable += 1;
            return Ok(());
        };
        let mut keys = BTreeSet::new();
        for combination in combinations(telling.parts, &targets).ok_or(Malformed)? {
            if made.text.len() > MAX_TEXT {
                return Err(Malformed);
            }
            let mut record = Map::new();
            for (name, text) in telling.fixed {
                record.insert((*name).to_owned(), Value::from(*text));
            }
            let mut key = event_id.clone().into_owned();
            for (part, target) in &combination {
                key = format!("{key}:{}", target.id);
                let texts = [
                    (Some(part.id), Some(&target.id)),
                    (part.display_name, target.display_name.as_ref()),
                    (part.alternate_id, target.alternate_id.as_ref()),
                ];
                for (name, text) in texts {
                    if let (Some(name), Some(text)) = (name, text) {
                        record.insert(name.to_owned(), Value::from(text.as_str()));
                    }
                }
            }
            if !keys.insert(key.clone()) {
                continue;
            }
            record.insert(KEY.to_owned(), Value::from(key));
            self.write(event, record, &mut made.text);
        }
        Ok(())
    }

    fn write(&self, event: &RecordView<'_, '_>, record: Map<String, Value>, text: &mut String) {
        if text.len() > 1 {
            text.push(',');
        }
        let mut record = Value::from(record).to_string();
        record.pop();
        for (name, slot) in &self.of_event {
            if let Some(value) = event.raw(*slot) {
                record.push_str(&format!(",\"{name}\":{value}"));
            }
        }
        text.push_str(&record);
        text.push('}');
    }
}

/// Reads the targets of an event, those of them that have an id. None if they are no list.
fn targets(list: Option<&str>) -> Option<Vec<Target>> {
    let list = serde_json::from_str::<Vec<Value>>(list.unwrap_or("[]")).ok()?;
    let target = |value: &Value| {
        let text = |name: &str| value.get(name)?.as_str().filter(|text| !text.is_empty());
        let text = |name: &str| text(name).map(str::to_owned);
        Some(Target {
            id: text("id")?,
            type_name: text("type"),
            display_name: text("displayName"),
            alternate_id: text("alternateId"),
        })
    };
    Some(list.iter().filter_map(target).collect())
}

/// Returns each choice of one target for every part. None if there are more than any event of Okta has.
fn combinations<'t>(
    parts: &'static [Part],
    targets: &'t [Target],
) -> Option<Vec<Vec<(&'static Part, &'t Target)>>> {
    let mut combinations = vec![Vec::new()];
    for part in parts {
        let fitting: Vec<_> =
            targets.iter().filter(|it| part.is(it.type_name.as_deref(), &it.id)).collect();
        if fitting.is_empty() && part.is_optional {
            continue;
        }
        if fitting.len().saturating_mul(combinations.len()) > MAX_OF_EVENT {
            return None;
        }
        let grown = combinations.iter().flat_map(|chosen: &Vec<_>| {
            fitting.iter().map(move |&target| {
                let mut grown = chosen.clone();
                grown.push((part, target));
                grown
            })
        });
        combinations = grown.collect();
    }
    Some(combinations)
}
