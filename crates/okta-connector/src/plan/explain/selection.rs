//! Follows each condition of a filter: Okta selects by it, or records are tested here, and why.
//!
//! The planner decides, and this reads off the requests what it decided: a condition is Okta's if what the language writes
//! for it stands in every expression that is sent.

use super::super::expression::{Form, Language, Pushed};
use super::super::relation::Relation;
use super::super::{FILTER, Listing, NO_PARAMETERS, Plan, SEARCH, Shape};
use crate::catalogue::{At, Dialect, EVENT_TYPE, Elements, Kind, Reach};
use crate::entity::{Entity, FieldId};
use crate::predicate::{Check, Predicate, Relation as Comparison};
use crate::query::{Query, differs};
use appflow_connector::Filter;
use appflow_connector::filter::Condition as Written;
use serde::Serialize;

/// A condition of a filter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Condition {
    /// Its text.
    pub condition: String,
    /// Who selects by it.
    pub selects: Selection,
    /// The reason, or the way.
    pub reason: String,
}

/// Who selects records by a condition. What Okta selects is tested here again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Selection {
    /// Okta, so that others do not travel.
    Okta,
    /// Okta by a part of it.
    OktaInPart,
    /// This connector alone.
    Here,
}

/// Explains the conditions of `filter` that must all hold.
pub(super) fn conditions(filter: &Filter, query: &Query, plan: &Plan) -> Vec<Condition> {
    let mut written = Vec::new();
    filter.condition.iter().for_each(|condition| flatten(condition, &mut written));
    let left_out = left_out(query);
    written.extend(&left_out);
    let all = Question { query, listings: plan.listings.iter().collect() };
    let explained = written.into_iter().filter_map(|condition| {
        // A field of it may be withheld, and then it is no condition of the flow's own.
        let known = Entity::fixed(&query.entity.object);
        let predicate = Predicate::resolve(&query.entity, condition)
            .or_else(|_| Predicate::resolve(&known, condition));
        let (selects, reason) = all.judge(&predicate.ok()?);
        Some(Condition { condition: condition.to_string(), selects, reason })
    });
    explained.collect()
}

/// Finds the conditions that must all hold.
fn flatten<'a>(condition: &'a Written, found: &mut Vec<&'a Written>) {
    match condition {
        Written::And(many) => many.iter().for_each(|condition| flatten(condition, found)),
        other => found.push(other),
    }
}

/// Makes the condition by which deprovisioned records are left out, if they are.
fn left_out(query: &Query) -> Option<Written> {
    let sign = query.entity.object.deprovisioned?;
    let is_added = query.predicate.conjuncts().len() > query.asked.conjuncts().len();
    is_added.then(|| differs(sign.field, sign.value))
}

/// A question and the listings that answer it.
struct Question<'a> {
    query: &'a Query,
    listings: Vec<&'a Listing>,
}

type Judgement = (Selection, String);

fn okta(reason: impl Into<String>) -> Judgement {
    (Selection::Okta, reason.into())
}

fn in_part(reason: impl Into<String>) -> Judgement {
    (Selection::OktaInPart, reason.into())
}

fn here(reason: impl Into<String>) -> Judgement {
    (Selection::Here, reason.into())
}

impl Question<'_> {
    fn judge(&self, predicate: &Predicate) -> Judgement {
        let entity = &self.query.entity;
        let object = &entity.object;
        if self.listings.is_empty() {
            return here("no record can match, so nothing is asked");
        }
        if all_fields(predicate, |field| matches!(entity[field].at, At::Parent(_))) {
            return okta("the listing is that of this assignment");
        }
        if let Some(field) = object.windowed_by().and_then(|name| entity.field(name))
            && all_fields(predicate, |tested| tested == field)
        {
            let is_bound = |it: &Predicate| match it {
                Predicate::Test(_, Check::Time(relation, _)) => *relation != Comparison::NotEqual,
                _ => false,
            };
            return match predicate.conjuncts().iter().all(is_bound) {
                true => okta("it is the window of time that every request names"),
                false => in_part("it may narrow the window of time that every request names"),
            };
        }
        match object.reach {
            Reach::Below(_) => self.of_relations(predicate),
            Reach::Elements(elements) => self.of_elements(predicate, elements),
            Reach::Listing | Reach::Kinds(..) => self.of_listing(predicate),
        }
    }

    /// Judges a condition on records that have a listing.
    fn of_listing(&self, predicate: &Predicate) -> Judgement {
        let key = self.query.entity.key();
        let is_read = self.listings.iter().all(|listing| shape(listing) == Some(Shape::Record));
        if is_read {
            return match is_equality(predicate, key) {
                true => okta("it is read by its key"),
                false => here("it is read by its key, which takes no conditions"),
            };
        }
        let Some(form) = self.form() else { return here(NO_PARAMETERS) };
        match self.extent(predicate, form) {
            Extent::Whole if is_about_time(predicate) => {
                okta("in whole seconds, and the rest of an instant is compared here")
            }
            Extent::Whole => okta(match form {
                Form::Search { .. } => "search knows it",
                Form::Filter { .. } => "filter knows it",
                Form::OneEquality => "it is the one equality that the listing understands",
            }),
            Extent::Part(why) => in_part(why),
            Extent::Nothing(why) => here(why),
        }
    }

    /// Judges a condition on records below others.
    fn of_relations(&self, predicate: &Predicate) -> Judgement {
        let entity = &self.query.entity;
        if is_equality(predicate, entity.key()) {
            return in_part("its parts say what is asked for");
        }
        let relations = self.listings.iter().filter_map(|listing| listing.relation.as_ref());
        let mut relations: Vec<_> = relations.collect();
        relations.dedup_by_key(|relation| std::ptr::from_ref(relation.branch));
        let leaves_out = |named| {
            let mut branches = entity.object.branches().iter();
            branches.any(|branch| !predicate.admits(named, branch.name))
        };
        if relations.iter().any(|relation| relation.named.is_some_and(leaves_out)) {
            return okta("it says below what records are looked for");
        }
        let mut judged = Vec::new();
        for relation in &relations {
            judged.push(self.of_relation(predicate, relation));
        }
        judged.dedup();
        if let [judgement] = judged.as_slice() {
            return judgement.clone();
        }
        let reasons: Vec<_> = judged.iter().map(|(_, why)| why.as_str()).collect();
        let reasons = reasons.join("; ");
        let is_one = |selection| judged.iter().all(|(it, _)| *it == selection);
        match (is_one(Selection::Okta), is_one(Selection::Here)) {
            (true, _) => okta(reasons),
            (_, true) => here(reasons),
            _ => in_part(reasons),
        }
    }

    /// Judges a condition on records below the objects of one branch.
    fn of_relation(&self, predicate: &Predicate, relation: &Relation) -> Judgement {
        let each = relation.above.entity.object.label;
        let Some(above) = relation.condition_above(predicate) else {
            return here(format!("Okta takes no conditions on what is below each {each}"));
        };
        let is_of_branch = |listing: &&&Listing| {
            let other = listing.relation.as_ref();
            other.is_some_and(|other| std::ptr::eq(other.branch, relation.branch))
        };
        let listings = self.listings.iter().filter(is_of_branch).copied().collect();
        match (Question { query: &relation.above, listings }).of_listing(&above) {
            (Selection::Here, why) => here(format!(
                "each {each} is tested before what is below it is asked for, since {why}"
            )),
            (selection, why) => (selection, format!("for the {each}, {why}")),
        }
    }

    /// Judges a condition on records that are made of events.
    fn of_elements(&self, predicate: &Predicate, elements: &Elements) -> Judgement {
        let entity = &self.query.entity;
        if is_equality(predicate, entity.key()) {
            return in_part("it says which event tells of the record");
        }
        let leaves_out = |(name, text): (&str, &str)| {
            entity.field(name).is_some_and(|field| !predicate.admits(field, text))
        };
        let mut tellings = elements.tellings.iter();
        let is_of_types = tellings.any(|telling| {
            let fixed = telling.fixed.iter().copied();
            fixed.chain([(EVENT_TYPE, telling.event_type)]).any(leaves_out)
        });
        match is_of_types {
            true => okta("it says which types of events are asked for"),
            false => self.of_listing(predicate),
        }
    }

    /// Returns the grammar of the expressions that are sent; none if the listing knows none.
    fn form(&self) -> Option<Form> {
        match self.query.entity.object.endpoint.dialect {
            Dialect::Nothing => None,
            Dialect::OneEquality => Some(Form::OneEquality),
            Dialect::Windowed { .. } => Some(Form::Filter { ge: true }),
            Dialect::Search => Some(Form::Search { orders_texts: false }),
            Dialect::SearchAndFilter { filter_ge, search_orders_texts, .. } => {
                let filters = self.expressions().any(|(name, _)| name == FILTER);
                Some(match filters {
                    true => Form::Filter { ge: filter_ge },
                    false => Form::Search { orders_texts: search_orders_texts },
                })
            }
        }
    }

    /// Returns the expressions of the first way of each listing, with the parameter of each.
    fn expressions(&self) -> impl Iterator<Item = (&str, &str)> {
        let ways = self.listings.iter().filter_map(|listing| listing.ways.first());
        let parameters = ways.flat_map(|way| way.request.query());
        let expressions = parameters.filter(|(name, _)| [FILTER, SEARCH].contains(name));
        expressions.map(|(name, text)| (*name, text.as_str()))
    }

    /// Says how much of a condition stands in the expressions.
    fn extent(&self, predicate: &Predicate, form: Form) -> Extent {
        if let Predicate::All(all) = predicate
            && form != Form::OneEquality
        {
            let mut parts = all.iter().map(|predicate| self.extent(predicate, form));
            let first = parts.next().unwrap_or(Extent::Whole);
            return parts.fold(first, Extent::and);
        }
        let language = Language { entity: &self.query.entity, form };
        match language.push(predicate) {
            Some(pushed) if self.says(&pushed) => match pushed.complete {
                true => Extent::Whole,
                false => Extent::Part(self.why_more(predicate).to_owned()),
            },
            Some(_) if self.says_in_parts(predicate, &language) => Extent::Whole,
            Some(_) if form == Form::OneEquality => {
                Extent::Nothing("the listing understands one equality".to_owned())
            }
            Some(_) => Extent::Nothing("the expression would be too long".to_owned()),
            None => Extent::Nothing(self.why_not(predicate, &language)),
        }
    }

    /// Says whether every listing is asked with an expression.
    fn says(&self, pushed: &Pushed) -> bool {
        self.expressions().count() == self.listings.len()
            && self.expressions().all(|(_, text)| stands_in(&pushed.text, text))
    }

    /// Says whether each branch of a condition is in the expression of some listing: a long one is cut so.
    fn says_in_parts(&self, predicate: &Predicate, language: &Language<'_>) -> bool {
        let branches: Vec<_> = match predicate {
            Predicate::Any(branches) => branches.clone(),
            Predicate::Test(field, Check::OneOf(texts)) => {
                let one = |text: &crate::predicate::Text| Check::OneOf(vec![text.clone()]);
                texts.iter().map(|text| Predicate::Test(*field, one(text))).collect()
            }
            _ => return false,
        };
        let is_said = |branch| {
            let pushed = language.push(branch);
            let said =
                |pushed: Pushed| self.expressions().any(|(_, text)| stands_in(&pushed.text, text));
            pushed.is_some_and(said)
        };
        self.listings.len() > 1 && branches.iter().all(is_said)
    }

    /// Says why Okta is asked for more than a condition lets pass.
    fn why_more(&self, predicate: &Predicate) -> &'static str {
        match predicate {
            Predicate::Test(_, Check::Number(..)) => {
                "Okta is asked for a bound that it may compare less exactly"
            }
            _ => "Okta is asked for as much of it as can be said",
        }
    }

    /// Says why nothing of a condition can be said in an expression.
    fn why_not(&self, predicate: &Predicate, language: &Language<'_>) -> String {
        let (field, check) = match predicate {
            Predicate::Any(branches) => {
                let unsaid = branches.iter().find(|branch| language.push(branch).is_none());
                let Some(unsaid) = unsaid else {
                    return "the listing understands one equality and no OR".to_owned();
                };
                let why = self.why_not(unsaid, language);
                return format!("Okta would have to know every branch of the OR, and {why}");
            }
            Predicate::All(all) => {
                let unsaid = all.iter().find(|part| language.push(part).is_none());
                return unsaid.map_or_else(
                    || "the listing understands one equality and no AND".to_owned(),
                    |part| self.why_not(part, language),
                );
            }
            Predicate::Unless(inner) => return self.why_not(inner, language),
            Predicate::Test(field, check) => (&self.query.entity[*field], check),
        };
        let name = &field.name;
        let (parameter, is_known) = match language.form {
            Form::Search { .. } => (SEARCH, field.pushdown.search),
            Form::Filter { .. } | Form::OneEquality => (FILTER, field.pushdown.filter),
        };
        if !is_known {
            return format!("{parameter} does not know {name}");
        }
        match check {
            Check::Absent | Check::Present => {
                "Okta is not asked whether there is a value".to_owned()
            }
            Check::Never => "a comparison with null holds for no record".to_owned(),
            Check::Contains(_) if !field.pushdown.contains => {
                format!("{parameter} knows no CONTAINS on {name}")
            }
            Check::ContainsNot(_) | Check::HasNot(_) => format!("{parameter} has no NOT"),
            Check::NoneOf(_)
                if matches!(language.form, Form::Search { orders_texts: true })
                    && field.kind == Kind::Key =>
            {
                "ids mind case and search does not".to_owned()
            }
            Check::NoneOf(_) => format!("{parameter} cannot say that {name} differs"),
            Check::OneOf(texts) if language.form == Form::OneEquality && texts.len() > 1 => {
                "the listing understands one equality".to_owned()
            }
            Check::Time(..) => format!("{parameter} cannot say it of whole seconds"),
            Check::Number(..) => "Okta may compare such a number less exactly".to_owned(),
            _ => "Okta could read its text in another way".to_owned(),
        }
    }
}

/// The part of a condition that stands in the expressions; of what does not, the reason.
enum Extent {
    Whole,
    Part(String),
    Nothing(String),
}

impl Extent {
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Whole, Self::Whole) => Self::Whole,
            (Self::Nothing(why), Self::Nothing(_)) => Self::Nothing(why),
            (Self::Part(why) | Self::Nothing(why), _)
            | (_, Self::Part(why) | Self::Nothing(why)) => Self::Part(why),
        }
    }
}

fn shape(listing: &Listing) -> Option<Shape> {
    listing.ways.first().map(|way| way.shape)
}

fn all_fields(predicate: &Predicate, is_one: impl Fn(FieldId) -> bool) -> bool {
    let (mut all, mut any) = (true, false);
    predicate.for_each_field(&mut |field| {
        all &= is_one(field);
        any = true;
    });
    all && any
}

fn is_equality(predicate: &Predicate, key: FieldId) -> bool {
    matches!(predicate, Predicate::Test(field, Check::OneOf(_)) if *field == key)
}

/// Says whether a condition compares instants and nothing else.
fn is_about_time(predicate: &Predicate) -> bool {
    match predicate {
        Predicate::All(many) | Predicate::Any(many) => many.iter().all(is_about_time),
        Predicate::Unless(inner) => is_about_time(inner),
        Predicate::Test(_, check) => matches!(check, Check::Time(..)),
    }
}

/// Says whether an expression is a part of another one, and not the end of a longer comparison.
fn stands_in(part: &str, whole: &str) -> bool {
    let begins = |place: usize| whole[..place].ends_with([' ', '(']) || place == 0;
    whole.match_indices(part).any(|(place, _)| begins(place))
}
