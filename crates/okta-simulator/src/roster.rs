//! Listings that have particulars: relations below an object, and objects of the org itself.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use crate::collection::{Collection, Listing, Mode};
use crate::compile::Compiler;
use crate::condition::{Condition, fold};
use crate::date_form;
use crate::derived::children_after;
use crate::dialect::Dialect;
use crate::error::OktaError;
use crate::expand::{embed, expansions};
use crate::links::links;
use crate::objects::{find_user, missing};
use crate::paging::{Cursor, CursorStyle, cut};
use crate::parameters::{read_cursor, read_limit, unsupported};
use crate::particulars::{Derived, Envelope, Parent, Particulars, Selector, Test};
use crate::presentation::omissions;
use crate::projection::Fields;
use crate::record::{Record, property};
use crate::refusals::refusal;
use crate::reply::{Link, Reply};
use crate::view::View;

/// Answers a listing that has particulars. `parent` is what stands for `{}` in its path.
pub(crate) fn list(
    view: View<'_>,
    collection: Collection,
    listing: &Listing,
    particulars: &Particulars,
    parent: &str,
) -> Result<Reply, OktaError> {
    let parent = parent_id(view, collection, particulars, parent)?;
    if let Some(error) = refusal(view, collection, &parent) {
        return Err(error);
    }
    let choice = Choice::read(view, collection, listing, particulars)?;
    let embedded = expansions(view.call, collection)?;
    let projects = listing.projects && view.behaviour.projection;
    let fields = view.call.param("fields").filter(|_| projects).map(Fields::parse).transpose()?;
    let omissions = omissions(view.call, collection);
    let show = |(id, mut record): (String, Value)| {
        let key = if parent.is_empty() { id } else { format!("{parent}/{id}") };
        for &expansion in &embedded {
            embed(expansion, view, &key, &mut record);
        }
        let record = omissions.apply(record);
        match &fields {
            Some(fields) => fields.apply(record),
            None => record,
        }
    };
    let Some(limits) = listing.limits else {
        let records = sorted(view, collection, particulars, &parent, "");
        return Ok(Reply::array(records.filter(|it| choice.takes(view, it)).map(show)));
    };
    let limit = read_limit(view, limits)?;
    let style = CursorStyle { collection, prefix: (listing.cursor_prefix)(Mode::Plain) };
    let from = match (particulars.ordered_by, view.call.param("after")) {
        (Some(_), after) => Cursor::read_any(after.unwrap_or_default()),
        (None, _) => read_cursor(view, style)?,
    };
    let records = sorted(view, collection, particulars, &parent, &from.id);
    let records = records.filter(|it| choice.takes(view, it));
    let (records, next) = cut(view, records, from, limit, |(id, record)| {
        let name = particulars.ordered_by.and_then(|name| record.get(name)?.as_str());
        Cursor::after(name.unwrap_or(id), None)
    });
    let next = next.map(|cursor| cursor.write(style));
    let links = links(view, limit, next, listing.links_drop);
    let records = records.into_iter().map(show);
    Ok(match particulars.envelope {
        Envelope::Object(member) => in_envelope(view, member, records.collect(), links),
        Envelope::Array => {
            let asked = ["limit", "after"].iter().any(|name| view.call.param(name).is_some());
            let mut reply = Reply::array(records);
            if asked || !particulars.links_on_request {
                reply.links = links;
            }
            reply
        }
    })
}

/// Finds the object that the records are below, and returns its id. An object may be known by its relations alone.
fn parent_id(
    view: View<'_>,
    collection: Collection,
    particulars: &Particulars,
    name: &str,
) -> Result<String, OktaError> {
    let (Some(kind), Some(above)) = (particulars.parent, collection.parent()) else {
        return Ok(String::new());
    };
    let found = match kind {
        Parent::User => {
            find_user(view, name).and_then(|user| user["id"].as_str().map(str::to_owned))
        }
        _ => view.org.contains(above, name).then(|| name.to_owned()),
    };
    let has_relations = || view.org.kept_after(collection, name, "").next().is_some();
    found.or_else(|| has_relations().then(|| name.to_owned())).ok_or_else(|| missing(above, name))
}

/// Returns the records that follow a position, in the order of the listing.
fn sorted<'a>(
    view: View<'a>,
    collection: Collection,
    particulars: &Particulars,
    parent: &'a str,
    after: &str,
) -> Box<dyn Iterator<Item = (String, Value)> + 'a> {
    if let Some(name) = particulars.ordered_by {
        let mut records: Vec<_> = children_after(view.org, collection, parent, "").collect();
        let text = |record: &Value| record[name].as_str().unwrap_or_default().to_owned();
        records.retain(|(_, record)| text(record).as_str() > after);
        records.sort_by_cached_key(|(id, record)| (text(record), id.clone()));
        return Box::new(records.into_iter());
    }
    let records = children_after(view.org, collection, parent, after);
    let inherits = particulars.derived == Some(Derived::RoleAssignees);
    if inherits && view.behaviour.lists_inheriting_assignees {
        let mut all: Vec<_> = records.chain(view.org.inheriting_assignees(after)).collect();
        all.sort_by(|(first, _), (second, _)| first.cmp(second));
        return Box::new(all.into_iter());
    }
    records
}

/// Puts records into the member of an object, with the link to the next page beside them.
fn in_envelope(view: View<'_>, member: &str, records: Vec<Value>, links: Vec<Link>) -> Reply {
    let mut body = Map::new();
    body.insert(member.to_owned(), Value::Array(records));
    // A listing of one page has no links at all.
    if links.iter().any(|link| link.relation == "next") || view.call.param("after").is_some() {
        let links = links.into_iter().map(|link| {
            let href = on_admin_host(view, &link.url);
            (link.relation.to_owned(), json!({ "href": href }))
        });
        body.insert("_links".to_owned(), Value::Object(links.collect()));
    }
    Reply::object(&Value::Object(body))
}

/// Moves a link to the host of the Admin Console. An address has none.
fn on_admin_host<'a>(view: View<'_>, url: &'a str) -> Cow<'a, str> {
    let is_name =
        |host: &str| host.contains('.') && host.contains(|c: char| c.is_ascii_alphabetic());
    let Some((scheme, rest)) = url.split_once("://") else { return Cow::Borrowed(url) };
    let host = rest.split(['/', ':']).next().unwrap_or_default();
    match host.split_once('.').filter(|_| view.behaviour.admin_host_links && is_name(host)) {
        Some((first, _)) => Cow::Owned(format!("{scheme}://{first}-admin{}", &rest[first.len()..])),
        None => Cow::Borrowed(url),
    }
}

/// The records that a call chooses.
struct Choice<'a> {
    condition: Option<Condition>,
    selected: Vec<(&'static Selector, &'a str)>,
}

impl<'a> Choice<'a> {
    fn read(
        view: View<'a>,
        collection: Collection,
        listing: &Listing,
        particulars: &Particulars,
    ) -> Result<Self, OktaError> {
        let call = view.call;
        if let Some(name) = particulars.required
            && call.param(name).is_none()
        {
            return Err(OktaError::missing_parameter(name));
        }
        let knows = |name: &str| particulars.selectors.iter().any(|it| it.parameter == name);
        let mut terms = Vec::new();
        for (name, dialect) in
            [("search", &listing.search), ("filter", &listing.filter), ("q", &None::<Dialect>)]
        {
            match (call.param(name), dialect) {
                (Some(text), Some(dialect)) => {
                    let schemas = collection.row().schemas;
                    terms.push(Compiler { view, dialect, schemas }.compile(text)?);
                }
                (Some(_), None) if !knows(name) => return Err(unsupported(name)),
                _ => {}
            }
        }
        let selected = particulars.selectors.iter();
        let selected: Vec<_> =
            selected.filter_map(|it| Some((it, call.param(it.parameter)?))).collect();
        for (selector, value) in &selected {
            if selector.test == Test::Since && date_form::read(&json!(value)).is_none() {
                return Err(OktaError::invalid_date(value));
            }
        }
        let condition = (!terms.is_empty()).then_some(Condition::All(terms));
        Ok(Self { condition, selected })
    }

    fn takes(&self, view: View<'_>, (id, record): &(String, Value)) -> bool {
        let is_selected =
            self.selected.iter().all(|(selector, value)| passes(selector, value, record));
        let matches = |it: &Condition| it.matches(view.org, id, &Record::from(record));
        is_selected && self.condition.as_ref().is_none_or(matches)
    }
}

fn passes(selector: &Selector, value: &str, record: &Value) -> bool {
    selector.properties.iter().any(|name| {
        let Some(found) = property(record, name) else { return false };
        let texts = || match found {
            Value::Array(texts) => texts.iter().filter_map(Value::as_str).collect(),
            text => Vec::from_iter(text.as_str()),
        };
        match selector.test {
            Test::Is => texts().contains(&value),
            Test::StartsWith => texts().iter().any(|it| fold(it).starts_with(&fold(value))),
            Test::Contains => texts().iter().any(|it| fold(it).contains(&fold(value))),
            Test::Since => date_form::read(found) >= date_form::read(&json!(value)),
        }
    })
}
