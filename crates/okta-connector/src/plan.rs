//! From a filter and the fields that a flow maps to the requests that answer it.
//!
//! The law: for every filter F and org O, the answer is exactly the records of O for which F holds.
//! What goes to Okta is therefore never narrower than F, and whatever comes back is tested against
//! the whole of F here. Planning is a pure function, and a plan can be printed.
//!
//! * An equality on the key reads the record itself: fresh, and from a roomier bucket.
//! * `filter` is used where it can say all of F, since it reads fresher data than `search`. An
//!   incremental window that `search` has not caught up with would be lost for ever.
//! * `search` gets the rest, as much of F as Okta evaluates. A condition inside an OR is pushed
//!   down only if something of every branch is.
//! * An expression that grows too long is cut into several listings. A record that passes in two of
//!   them is delivered by the first.
//! * If Okta refuses an expression, the listing is asked for without it.

mod expression;

use crate::catalogue::{Dialect, Elsewhere, Field, Kind, Object, PROFILE};
use crate::error::Error;
use crate::instant::Instant;
use crate::predicate::{Check, Predicate, all_of};
use crate::token::Lane;
use appflow_connector::Filter;
use expression::{Form, Pushed, encoded_len};
use okta_client::OktaRequest;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// How long an expression may be, as it is sent. Okta publishes no limit, but echoes the query in a
/// response header, whose size has one.
const MAX_EXPRESSION: usize = 2_000;

/// Beyond this many listings reading everything is cheaper.
const MAX_LISTINGS: usize = 40;

/// What a flow asks for.
#[derive(Debug)]
pub struct Query {
    /// The object.
    pub object: &'static Object,
    /// What the filter asks for.
    asked: Predicate,
    /// What a record must be: what was asked for, and not one that the flow wants left out.
    pub predicate: Predicate,
    /// The number of records wanted over all pages.
    pub limit: Option<u64>,
    /// The fields wanted, each once.
    pub selected: Vec<&'static Field>,
    /// The request-only fields that the filter asks for.
    assignments: Vec<Assignment>,
    walk: Walk,
}

/// A request-only field and the id that it is asked for.
type Assignment = (&'static Field, String);

/// Whether a flow wants the records that its object lets it omit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Omittable {
    /// They are delivered, as everything else.
    #[default]
    Included,
    /// They are left out.
    LeftOut,
}

/// The requests that answer a query: listings, to be walked one after the other.
#[derive(Debug)]
pub struct Plan {
    /// The listings.
    pub listings: Vec<Listing>,
}

/// One listing of a plan.
#[derive(Debug)]
pub struct Listing {
    /// Ways to ask for it, best first. The next one is taken when Okta refuses to answer.
    pub ways: Vec<Way>,
    /// What a record must pass to be delivered by this listing.
    pub residual: Predicate,
}

/// One way to ask for a listing.
#[derive(Debug)]
pub struct Way {
    /// What is asked.
    pub request: OktaRequest,
    /// What comes back.
    pub shape: Shape,
    /// Lists of ids: a record must be among each of them.
    pub members: Vec<Members>,
    /// Whether a page may hold records that do not pass, so that it is asked for whole.
    pub narrowed_here: bool,
    /// How it is cut into ranges, if it may be.
    pub cut: Option<Cut>,
    /// Why this way.
    pub reason: &'static str,
}

/// How a listing under `search` is cut into ranges.
#[derive(Debug)]
pub struct Cut {
    /// The field by which it is sorted.
    pub field: &'static Field,
    /// What `search` asks for the whole listing, ready to be joined by `and`.
    expression: String,
}

/// What a flow and its connection prefer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Preferences {
    /// Whether the records that the object lets one omit are wanted.
    pub omittable: Omittable,
    /// How listings are walked.
    pub walk: Walk,
}

/// Whether the parts of a listing may be walked side by side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Walk {
    /// Where the listing allows it.
    #[default]
    SideBySide,
    /// Never: one request at a time.
    InOrder,
}

/// What comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Pages of records.
    Pages,
    /// One page of records.
    OnePage,
    /// One record, or none if Okta answers 404.
    Record,
}

/// A listing of ids.
#[derive(Debug)]
pub struct Members {
    /// Ways to ask for them, best first, each with the property that holds the id.
    pub ways: Vec<(OktaRequest, &'static str)>,
}

impl Query {
    /// Reads what AppFlow asks for.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidArgument`] for a filter or a field that the object does not have.
    pub fn new(
        object: &'static Object,
        filter: &Filter,
        selected: Option<&[String]>,
        Preferences { omittable, walk }: Preferences,
    ) -> Result<Self, Error> {
        let resolved = match &filter.condition {
            Some(condition) => Predicate::resolve(object, condition)?,
            None => Predicate::everything(),
        };
        let omitted = match (omittable, object.omittable) {
            (Omittable::LeftOut, Some((field, value))) => {
                Some(Predicate::resolve(object, &expression::differs(field, value))?)
            }
            _ => None,
        };
        let (assignments, asked) = take_assignments(&resolved)?;
        let predicate = all_of([asked.clone()].into_iter().chain(omitted));
        let selected = select(object, selected)?;
        let limit = filter.limit;
        Ok(Self { object, asked, predicate, limit, selected, assignments, walk })
    }

    /// What each record carries although Okta does not send it, as JSON text.
    pub fn constants(&self) -> Vec<(&'static Field, String)> {
        let json = |value: &String| serde_json::Value::from(value.as_str()).to_string();
        self.assignments.iter().map(|(field, value)| (*field, json(value))).collect()
    }

    /// Whether the filter asks for request-only fields.
    pub(crate) fn has_assignments(&self) -> bool {
        !self.assignments.is_empty()
    }

    /// The requests that answer the query.
    pub fn plan(&self) -> Plan {
        let listings = match self.object.endpoint.dialect {
            Dialect::Nothing => vec![self.unnarrowed(NO_PARAMETERS)],
            _ => self.reads_by_key().unwrap_or_else(|| self.listings()),
        };
        Plan { listings }
    }

    /// An equality on the key among the conjuncts makes one read of each value. Objects whose
    /// listing can name several keys at once use that instead.
    fn reads_by_key(&self) -> Option<Vec<Listing>> {
        if !self.assignments.is_empty() {
            return None;
        }
        let keys = self.predicate.conjuncts().iter().find_map(|conjunct| match conjunct {
            Predicate::Test(field, Check::OneOf(keys)) if field.kind == Kind::Key => Some(keys),
            _ => None,
        })?;
        let most = match self.object.endpoint.dialect {
            Dialect::OneEquality => MAX_LISTINGS,
            _ => 1,
        };
        if keys.len() > most {
            return None;
        }
        // What cannot be a key is no record's key.
        let keys = keys.iter().filter(|key| is_id(&key.written));
        Some(
            keys.map(|key| Listing {
                ways: vec![Way {
                    request: self.omit(OktaRequest::new(format!(
                        "{}/{}",
                        self.object.endpoint.path, key.written
                    ))),
                    shape: Shape::Record,
                    members: Vec::new(),
                    narrowed_here: true,
                    cut: None,
                    reason: "the record itself is fresher than any listing",
                }],
                residual: self.predicate.clone(),
            })
            .collect(),
        )
    }

    fn listings(&self) -> Vec<Listing> {
        match self.object.endpoint.dialect {
            Dialect::OneEquality if !self.assignments.is_empty() => vec![self.assigned()],
            Dialect::OneEquality => vec![self.one_equality()],
            Dialect::Nothing => Vec::new(),
            Dialect::Search => self.narrowed(Form::Search { orders_texts: false }),
            Dialect::SearchAndFilter { filter_ge, search_orders_texts, .. } => {
                let form = Form::Filter { ge: filter_ge };
                let sayable = |predicate| {
                    expression::push(predicate, form)
                        .filter(|pushed| pushed.complete && pushed.fits())
                };
                let filter = |pushed, reason| {
                    vec![self.pushed_listing("filter", pushed, self.predicate.clone(), reason)]
                };
                if let Some(pushed) = sayable(&self.predicate) {
                    return filter(pushed, "filter can say all of it and is fresher than search");
                }
                if let Some(pushed) = sayable(&self.asked) {
                    let pushed = Pushed { complete: false, ..pushed };
                    return filter(
                        pushed,
                        "filter can say what was asked for and is fresher than search",
                    );
                }
                self.narrowed(Form::Search { orders_texts: search_orders_texts })
            }
        }
    }

    /// A `search`, or several where one would be too long.
    fn narrowed(&self, form: Form) -> Vec<Listing> {
        let reason = "search knows the properties that filter does not";
        let parts = split(&self.predicate, form);
        if parts.is_empty() {
            return vec![self.unnarrowed(NOTHING_PUSHED)];
        }
        parts
            .into_iter()
            .map(|(pushed, residual)| self.pushed_listing(SEARCH, pushed, residual, reason))
            .collect()
    }

    fn pushed_listing(
        &self,
        parameter: &'static str,
        pushed: Pushed,
        residual: Predicate,
        reason: &'static str,
    ) -> Listing {
        let way = match parameter {
            SEARCH => self.search(&pushed, reason),
            _ => {
                let narrowed_here = !pushed.complete;
                let request =
                    OktaRequest::new(self.object.endpoint.path).with(parameter, pushed.text);
                Way { narrowed_here, ..self.way(self.paged(request), reason) }
            }
        };
        let unpushed = self.everything("Okta refused the expression");
        Listing { ways: vec![way, unpushed], residual }
    }

    /// A `search`, in lanes if that is possible.
    fn search(&self, pushed: &Pushed, reason: &'static str) -> Way {
        let narrowed_here = !pushed.complete;
        let endpoint = &self.object.endpoint;
        let request = OktaRequest::new(endpoint.path).with(SEARCH, pushed.text.as_str());
        let field = endpoint.lanes.filter(|_| self.walk == Walk::SideBySide);
        let Some(field) = field.and_then(|name| self.object.field(name)) else {
            return Way { narrowed_here, ..self.way(self.paged(request), reason) };
        };
        let request = request.with("sortBy", field.path).with("sortOrder", "asc");
        let request = self.paged_with(request, Some(field));
        let cut = Some(Cut { field, expression: pushed.operand() });
        Way { narrowed_here, cut, ..self.way(request, reason) }
    }

    /// The whole object.
    fn everything(&self, reason: &'static str) -> Way {
        let endpoint = &self.object.endpoint;
        let request = OktaRequest::new(endpoint.path);
        let request = match endpoint.dialect {
            Dialect::SearchAndFilter { everything: Some(everything), .. } => {
                request.with(SEARCH, everything)
            }
            _ => request,
        };
        let way = self.way(self.paged(request), reason);
        match endpoint.page_size {
            Some(_) => way,
            None => Way { shape: Shape::OnePage, ..way },
        }
    }

    /// Pages of which every record is tested against the whole filter.
    fn way(&self, request: OktaRequest, reason: &'static str) -> Way {
        let narrowed_here = self.predicate != Predicate::everything();
        let shape = Shape::Pages;
        Way { request, shape, members: Vec::new(), narrowed_here, cut: None, reason }
    }

    /// A listing of everything; in lanes where that takes a `search` anyway.
    fn unnarrowed(&self, reason: &'static str) -> Listing {
        let everything = self.everything(reason);
        let in_lanes = match self.object.endpoint.dialect {
            Dialect::SearchAndFilter { everything: Some(expression), .. } => {
                let complete = !everything.narrowed_here;
                let pushed = Pushed { complete, ..Pushed::simple(expression.to_owned()) };
                Some(self.search(&pushed, reason)).filter(|way| way.cut.is_some())
            }
            _ => None,
        };
        let ways = in_lanes.into_iter().chain([everything]).collect();
        Listing { ways, residual: self.predicate.clone() }
    }

    /// One condition goes to Okta, the most telling one; the rest is tested here.
    fn one_equality(&self) -> Listing {
        let candidates = self.predicate.conjuncts().iter().filter_map(|conjunct| {
            let pushed = expression::push(conjunct, Form::OneEquality)?;
            let Predicate::Test(field, _) = conjunct else { return None };
            // The more values a property has, the more one of them tells. Enumerations have few.
            let rank = (field.kind == Kind::Enumeration, !field.path.contains('.'));
            pushed.fits().then_some((rank, pushed))
        });
        let Some((_, pushed)) = candidates.min_by_key(|(rank, _)| *rank) else {
            return self.unnarrowed(NOTHING_PUSHED);
        };
        let complete = self.predicate.conjuncts().len() == 1;
        let reason = "the listing understands one equality";
        let pushed = Pushed { complete, ..pushed };
        self.pushed_listing("filter", pushed, self.predicate.clone(), reason)
    }

    /// Records that the request-only fields ask for. One of them makes the listing, the others
    /// make lists of ids that its records must be among.
    fn assigned(&self) -> Listing {
        const FILTERED: &str = "an assignment is no property of the record and must be asked for";
        const FALLBACK: &str = "Okta refused the filter on the assignment";
        let path = self.object.endpoint.path;
        let by_filter = |field: &Field, value: &str| {
            let filter = format!("{} eq {}", field.path, expression::quote(value));
            self.paged(OktaRequest::new(path).with("filter", filter))
        };
        let ids = |field: &Field, value: &str| match field.elsewhere {
            Some(Elsewhere::Ids(before, after, property)) => {
                Some((OktaRequest::new(format!("{before}{value}{after}")), property))
            }
            _ => None,
        };
        let listed = |field: &Field| matches!(field.elsewhere, Some(Elsewhere::Records(..)));
        let base = self.assignments.iter().position(|(field, _)| listed(field)).unwrap_or(0);
        let members = || -> Vec<Members> {
            let others = self.assignments.iter().enumerate().filter(|(index, _)| *index != base);
            let key = self.object.key().path;
            others
                .map(|(_, (field, value))| {
                    let filtered = (by_filter(field, value), key);
                    Members { ways: [filtered].into_iter().chain(ids(field, value)).collect() }
                })
                .collect()
        };
        let (field, value) = &self.assignments[base];
        let way = |request, members: Vec<Members>, reason| {
            let way = self.way(request, reason);
            Way { narrowed_here: way.narrowed_here || !members.is_empty(), members, ..way }
        };
        let mut ways = vec![way(by_filter(field, value), members(), FILTERED)];
        match field.elsewhere {
            Some(Elsewhere::Records(before, after)) => {
                let request = self.paged(OktaRequest::new(format!("{before}{value}{after}")));
                ways.push(way(request, members(), FALLBACK));
            }
            Some(Elsewhere::Ids(..)) => {
                let mut members = members();
                members.extend(ids(field, value).map(|ids| Members { ways: vec![ids] }));
                ways.push(way(self.paged(OktaRequest::new(path)), members, FALLBACK));
            }
            None => {}
        }
        Listing { ways, residual: self.predicate.clone() }
    }

    /// Adds what belongs to every listing: fixed parameters, projection, page size, omissions.
    fn paged(&self, request: OktaRequest) -> OktaRequest {
        self.paged_with(request, None)
    }

    /// The same, where one more field is needed.
    fn paged_with(&self, mut request: OktaRequest, extra: Option<&'static Field>) -> OktaRequest {
        if request.path() == self.object.endpoint.path {
            for (name, value) in self.object.endpoint.always {
                request = request.with(name, *value);
            }
        }
        let request = match self.projection(extra) {
            Some(fields) => request.with("fields", fields),
            None => request,
        };
        let request = match self.object.endpoint.page_size {
            Some(page_size) => request.with_limit(page_size),
            None => request,
        };
        self.omit(request)
    }

    /// The `fields` parameter: what is selected, what the filter needs, and the key. None if the
    /// endpoint does not know it, or if properties are wanted that it is not known to name.
    fn projection(&self, extra: Option<&'static Field>) -> Option<String> {
        if !self.object.endpoint.projection {
            return None;
        }
        let mut properties: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let mut whole = BTreeSet::new();
        let mut unknown = false;
        let mut need = |field: &'static Field| {
            unknown |= field.path.starts_with('_') || field.fallback.is_some();
            match field.path.split_once('.') {
                Some((PROFILE, attribute)) => {
                    properties.entry(PROFILE).or_default().insert(attribute);
                }
                _ => {
                    whole.insert(field.property());
                }
            }
        };
        self.selected.iter().copied().chain(extra).for_each(&mut need);
        self.predicate.for_each_field(&mut need);
        need(self.object.key());
        if unknown {
            return None;
        }
        properties.retain(|property, _| !whole.contains(property));
        let nested = properties.into_iter().map(|(property, attributes)| {
            let attributes: Vec<_> = attributes.into_iter().collect();
            format!("{property}:({})", attributes.join(","))
        });
        let named: Vec<_> = whole.into_iter().map(str::to_owned).chain(nested).collect();
        Some(named.join(","))
    }

    /// Asks Okta to leave out the parts of records that nothing needs.
    fn omit(&self, request: OktaRequest) -> OktaRequest {
        let Some(parts) = self.object.endpoint.omissions else { return request };
        let mut needed = BTreeSet::new();
        needed.extend(self.selected.iter().map(|field| field.property()));
        self.predicate.for_each_field(&mut |field| {
            needed.insert(field.property());
        });
        let unneeded = parts.into_iter().filter(|(part, _)| !needed.contains(part));
        request.with_omissions(unneeded.map(|(_, omission)| omission))
    }
}

const NO_PARAMETERS: &str = "the listing knows no conditions";

const NOTHING_PUSHED: &str = "nothing of the filter can be pushed down";

const SEARCH: &str = "search";

/// Okta's ids are letters and digits, 20 of them; a path is made of nothing else. A short word without a digit, such
/// as `rules` or `me`, leads to another path.
pub(crate) fn is_id(text: &str) -> bool {
    let is_word = text.len() < 20 && !text.bytes().any(|byte| byte.is_ascii_digit());
    (1..=64).contains(&text.len())
        && !is_word
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// Takes the conditions on request-only fields out of the conjunction.
fn take_assignments(predicate: &Predicate) -> Result<(Vec<Assignment>, Predicate), Error> {
    let mut assignments: Vec<Assignment> = Vec::new();
    let mut rest = Vec::new();
    for conjunct in predicate.conjuncts() {
        let Predicate::Test(field, Check::OneOf(values)) = conjunct else {
            rest.push(conjunct.clone());
            continue;
        };
        if field.kind != Kind::RequestOnly {
            rest.push(conjunct.clone());
            continue;
        }
        let [value] = values.as_slice() else { return Err(misused(field)) };
        if !is_id(&value.written) {
            let message = format!("{} is compared with a text that is no id", field.name);
            return Err(Error::invalid(message));
        }
        if assignments.iter().any(|(known, _)| known == field) {
            return Err(misused(field));
        }
        assignments.push((field, value.written.clone()));
    }
    let rest = all_of(rest);
    let mut misplaced = None;
    rest.for_each_field(&mut |field| {
        if field.kind == Kind::RequestOnly {
            misplaced = Some(field);
        }
    });
    match misplaced {
        Some(field) => Err(misused(field)),
        None => Ok((assignments, rest)),
    }
}

fn misused(field: &Field) -> Error {
    Error::invalid(format!(
        "{0} is no property of a record. It can be used once as {0} = an id that is joined to the rest by AND",
        field.name
    ))
}

fn select(object: &'static Object, names: Option<&[String]>) -> Result<Vec<&'static Field>, Error> {
    let Some(names) = names else { return Ok(object.fields.iter().collect()) };
    let mut selected: Vec<&'static Field> = Vec::with_capacity(names.len());
    for name in names {
        let field = object.field(name).ok_or_else(|| {
            let names: Vec<_> = object.fields.iter().map(|field| field.name).collect();
            let found = if name.is_empty() { "without a name" } else { name };
            let known = names.join(" ");
            Error::invalid(format!("{} has no field {found}. Its fields are {known}", object.name))
        })?;
        if !selected.contains(&field) {
            selected.push(field);
        }
    }
    Ok(selected)
}

/// The expressions to send, each with what its records must pass; none if nothing can be pushed.
fn split(predicate: &Predicate, form: Form) -> Vec<(Pushed, Predicate)> {
    let Some(whole) = expression::push(predicate, form) else { return Vec::new() };
    if whole.fits() {
        return vec![(whole, predicate.clone())];
    }
    let conjuncts = predicate.conjuncts();
    let pushed: Vec<_> =
        conjuncts.iter().map(|conjunct| expression::push(conjunct, form)).collect();
    let longest = (0..conjuncts.len())
        .max_by_key(|&index| pushed[index].as_ref().map_or(0, |pushed| encoded_len(&pushed.text)))
        .unwrap_or_default();
    // The short ones go along with every part, as long as half of the room is left.
    let mut others: Vec<_> = (0..conjuncts.len()).filter(|&index| index != longest).collect();
    others.sort_by_key(|&index| pushed[index].as_ref().map_or(0, |pushed| pushed.text.len()));
    let mut companions = Vec::new();
    for index in others {
        companions.push(conjuncts[index].clone());
        let joined = expression::push(&all_of(companions.clone()), form);
        if joined.is_some_and(|joined| encoded_len(&joined.text) > MAX_EXPRESSION / 2) {
            companions.pop();
        }
    }
    let parts = parts(&conjuncts[longest], &companions, form);
    if parts.is_empty() || parts.len() > MAX_LISTINGS {
        let without = expression::push(&all_of(companions), form);
        return without
            .into_iter()
            .map(|pushed| (Pushed { complete: false, ..pushed }, predicate.clone()))
            .collect();
    }
    let rest = conjuncts.iter().enumerate().filter(|(index, _)| *index != longest);
    let rest: Vec<_> = rest.map(|(_, conjunct)| conjunct.clone()).collect();
    let mut earlier: Vec<Predicate> = Vec::new();
    let mut listings = Vec::new();
    for (pushed, part) in parts {
        let disjoint = matches!(part, Predicate::Test(_, Check::OneOf(_)));
        let mut conditions = rest.clone();
        conditions.push(part.clone());
        if !disjoint {
            conditions
                .extend(earlier.iter().cloned().map(|part| Predicate::Unless(Box::new(part))));
            earlier.push(part);
        }
        listings.push((Pushed { complete: false, ..pushed }, all_of(conditions)));
    }
    listings
}

/// Cuts a disjunction into parts that fit beside their companions; none if it cannot be cut so.
fn parts(predicate: &Predicate, companions: &[Predicate], form: Form) -> Vec<(Pushed, Predicate)> {
    let branches: Vec<Predicate> = match predicate {
        Predicate::Test(field, Check::OneOf(texts)) => texts
            .iter()
            .map(|text| Predicate::Test(field, Check::OneOf(vec![text.clone()])))
            .collect(),
        Predicate::Any(branches) => branches.clone(),
        _ => return Vec::new(),
    };
    let join = |branches: &[Predicate]| match predicate {
        Predicate::Test(field, Check::OneOf(_)) => {
            let texts = branches.iter().flat_map(|branch| match branch {
                Predicate::Test(_, Check::OneOf(texts)) => texts.clone(),
                _ => Vec::new(),
            });
            Predicate::Test(field, Check::OneOf(texts.collect()))
        }
        _ => Predicate::Any(branches.to_vec()),
    };
    let fitting = |branches: &[Predicate]| {
        let part = join(branches);
        let expression = all_of([all_of(companions.to_vec()), part.clone()]);
        let pushed = expression::push(&part, form).and(expression::push(&expression, form))?;
        pushed.fits().then_some((pushed, part))
    };
    let mut parts = Vec::new();
    let mut start = 0;
    while start < branches.len() {
        // Grow by doubling, then by halves: the number of attempts stays logarithmic.
        let longest = longest_prefix(branches.len() - start, |length| {
            fitting(&branches[start..start + length]).is_some()
        });
        let Some(part) = fitting(&branches[start..start + longest]) else { return Vec::new() };
        parts.push(part);
        if parts.len() > MAX_LISTINGS {
            break;
        }
        start += longest;
    }
    parts
}

/// The largest length up to `most` that fits, given that a part of what fits does too; at least 1.
fn longest_prefix(most: usize, fits: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (1, 2);
    while high <= most && fits(high) {
        low = high;
        high *= 2;
    }
    let mut beyond = high.min(most + 1);
    while low + 1 < beyond {
        let middle = usize::midpoint(low, beyond);
        if fits(middle) {
            low = middle;
        } else {
            beyond = middle;
        }
    }
    low
}

impl Way {
    /// What is asked for the part of the listing that `lane` is.
    pub(crate) fn request_for(&self, lane: &Lane) -> OktaRequest {
        let (Some(cut), Some(asked)) = (&self.cut, lane.asked) else { return self.request.clone() };
        let bound = |second: Option<i64>, operator| {
            let second = Instant::from_second(second?).okta_second(0)?;
            Some(format!(" and {} {operator} \"{second}\"", cut.field.path))
        };
        let bounds = [bound(asked.from, "ge"), bound(asked.until, "lt")];
        let mut expression = cut.expression.clone();
        expression.extend(bounds.into_iter().flatten());
        self.request.clone().with(SEARCH, expression)
    }
}

impl Pushed {
    /// The expression, ready to be joined by `and`.
    fn operand(&self) -> String {
        if self.is_or { format!("({})", self.text) } else { self.text.clone() }
    }

    fn fits(&self) -> bool {
        encoded_len(&self.text) <= MAX_EXPRESSION
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.listings.is_empty() {
            return f.write_str("no request, since no record can match");
        }
        for (index, listing) in self.listings.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            for (index, way) in listing.ways.iter().enumerate() {
                let prefix = if index == 0 { "GET" } else { "\n  or GET" };
                write!(f, "{prefix} {way}")?;
            }
            if listing.ways.first().is_some_and(|way| way.narrowed_here) {
                f.write_str("\n  records are tested here")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_request(f, &self.request)?;
        write!(f, " [{}]", self.reason)?;
        for members in &self.members {
            for (index, (request, _)) in members.ways.iter().enumerate() {
                f.write_str(if index == 0 { "\n  among GET " } else { "\n  or among GET " })?;
                write_request(f, request)?;
            }
        }
        Ok(())
    }
}

/// Readable: what is sent, before encoding.
fn write_request(f: &mut fmt::Formatter<'_>, request: &OktaRequest) -> fmt::Result {
    f.write_str(request.path())?;
    let mut separator = '?';
    for (name, value) in request.query() {
        write!(f, "{separator}{name}={value}")?;
        separator = '&';
    }
    if let Some(limit) = request.limit() {
        write!(f, "{separator}limit={limit}")?;
    }
    Ok(())
}
