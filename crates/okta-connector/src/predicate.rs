//! The meaning of a filter for the fields of one entity.
//!
//! A filter is resolved against the entity once: fields are looked up, literals take the field's
//! type, and every NOT is pushed down to the tests by De Morgan's laws, which hold in SQL's
//! three-valued logic. What is left has no NOT above a test, so "unknown" and "false" need no
//! telling apart any more: both do not pass.

use crate::catalogue::{Collation, Field, Kind};
use crate::entity::{Entity, FieldId};
use crate::error::Error;
use crate::moment::Moment;
use crate::number::Decimal;
use crate::record::RecordView;
use appflow_connector::entity::Operator;
use appflow_connector::filter::{Comparison, Condition, Literal};
use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashMap;

/// A condition on a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Predicate {
    /// All of them pass; with none, everything passes.
    All(Vec<Self>),
    /// Any of them passes; with none, nothing passes.
    Any(Vec<Self>),
    /// The inner condition does not pass, be it false or unknown. A plan leaves out so what another of its listings
    /// delivers.
    Unless(Box<Self>),
    /// A test of one field.
    Test(FieldId, Check),
}

/// A test of a field's value. All but [`Check::Absent`] fail on an absent or null value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Check {
    /// Absent or null.
    Absent,
    /// Neither absent nor null.
    Present,
    /// One of these texts, sorted by their folded form.
    OneOf(Vec<Text>),
    /// A text that is none of these, sorted likewise.
    NoneOf(Vec<Text>),
    /// A text that contains this one.
    Contains(Text),
    /// A text that does not contain this one.
    ContainsNot(Text),
    /// This Boolean.
    Is(bool),
    /// An instant in this relation.
    Time(Relation, Moment<'static>),
    /// A number in this relation.
    Number(Relation, Decimal),
    /// A list that has this text.
    Has(Text),
    /// A list that does not have this text.
    HasNot(Text),
    /// A comparison with null: unknown for every record.
    Never,
}

/// A text to compare with, as written and as compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// As written in the filter.
    pub written: String,
    folded: String,
}

impl Text {
    /// Takes texts that compare exactly.
    pub(crate) fn exact<'t>(texts: impl IntoIterator<Item = &'t str>) -> Vec<Self> {
        let text = |text: &str| Self { written: text.to_owned(), folded: text.to_owned() };
        let mut texts: Vec<_> = texts.into_iter().map(text).collect();
        sort_texts(&mut texts);
        texts
    }
}

/// The relation of two instants, or of two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the operators'")]
pub enum Relation {
    Less,
    LessOrEqual,
    Equal,
    NotEqual,
    GreaterOrEqual,
    Greater,
}

/// The presence of a NOT above.
#[derive(Clone, Copy, PartialEq)]
enum Polarity {
    Asserted,
    Negated,
}

impl Predicate {
    /// Gives `condition` its meaning for `entity`.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` naming the field, what was found and what is allowed.
    pub fn resolve(entity: &Entity, condition: &Condition) -> Result<Self, Error> {
        resolve(entity, condition, Polarity::Asserted)
    }

    /// Makes the condition that every record passes.
    pub fn everything() -> Self {
        Self::All(Vec::new())
    }

    /// Says whether `record`, which is one of `entity`, passes.
    pub fn passes(&self, record: &RecordView<'_, '_>, entity: &Entity) -> bool {
        match self {
            Self::All(all) => all.iter().all(|predicate| predicate.passes(record, entity)),
            Self::Any(any) => any.iter().any(|predicate| predicate.passes(record, entity)),
            Self::Unless(predicate) => !predicate.passes(record, entity),
            Self::Test(field, check) => check.passes(*field, record, entity),
        }
    }

    /// Returns the conditions that must all hold, one by one.
    pub fn conjuncts(&self) -> &[Self] {
        match self {
            Self::All(all) => all,
            other => std::slice::from_ref(other),
        }
    }

    /// Returns the same condition on fields of another entity; none if one of its fields is not there.
    pub(crate) fn translated(
        &self,
        field_of: &impl Fn(FieldId) -> Option<FieldId>,
    ) -> Option<Self> {
        let all = |many: &[Self]| -> Option<Vec<Self>> {
            many.iter().map(|it| it.translated(field_of)).collect()
        };
        Some(match self {
            Self::All(many) => Self::All(all(many)?),
            Self::Any(many) => Self::Any(all(many)?),
            Self::Unless(inner) => Self::Unless(Box::new(inner.translated(field_of)?)),
            Self::Test(field, check) => Self::Test(field_of(*field)?, check.clone()),
        })
    }

    /// Says whether a record may pass that has this text, which is in capitals, in a field. Only a condition that is on
    /// the field alone can say no.
    pub(crate) fn admits(&self, field: FieldId, text: &str) -> bool {
        let mut is_about_it = true;
        self.for_each_field(&mut |tested| is_about_it &= tested == field);
        !is_about_it || self.may_hold_for(text)
    }

    fn may_hold_for(&self, text: &str) -> bool {
        let may_be = |other: &Text| other.written.eq_ignore_ascii_case(text);
        match self {
            Self::All(all) => all.iter().all(|predicate| predicate.may_hold_for(text)),
            Self::Any(any) => any.iter().any(|predicate| predicate.may_hold_for(text)),
            Self::Test(_, Check::OneOf(texts)) => texts.iter().any(may_be),
            Self::Test(_, Check::NoneOf(texts)) => texts.iter().all(|it| it.written != text),
            // What is not decided here is decided by the record.
            Self::Unless(_) | Self::Test(..) => true,
        }
    }

    /// Returns the same condition, but that each lower bound on a time that must hold is so many minutes earlier.
    pub(crate) fn begun_earlier(&self, field: FieldId, minutes: u32) -> Self {
        let earlier = |conjunct: &Self| match conjunct {
            Self::Test(tested, Check::Time(relation, moment))
                if *tested == field
                    && matches!(relation, Relation::Greater | Relation::GreaterOrEqual) =>
            {
                Self::Test(field, Check::Time(*relation, moment.earlier(minutes)))
            }
            other => other.clone(),
        };
        all_of(self.conjuncts().iter().map(earlier))
    }

    /// Visits every field that is tested.
    pub fn for_each_field(&self, visit: &mut impl FnMut(FieldId)) {
        match self {
            Self::All(many) | Self::Any(many) => {
                for predicate in many {
                    predicate.for_each_field(visit);
                }
            }
            Self::Unless(predicate) => predicate.for_each_field(visit),
            Self::Test(field, _) => visit(*field),
        }
    }
}

/// Flattens nested conjunctions, so that [`Predicate::conjuncts`] sees all of them.
pub(crate) fn all_of(predicates: impl IntoIterator<Item = Predicate>) -> Predicate {
    let mut flat = Vec::new();
    for predicate in predicates {
        match predicate {
            Predicate::All(inner) => flat.extend(inner),
            other => flat.push(other),
        }
    }
    match <[Predicate; 1]>::try_from(flat) {
        Ok([only]) => only,
        Err(flat) => Predicate::All(flat),
    }
}

/// Flattens nested disjunctions and joins equalities of one field into one test, so that a repeated
/// OR is the same as an IN.
fn any_of(predicates: impl IntoIterator<Item = Predicate>) -> Predicate {
    let mut flat: Vec<Predicate> = Vec::new();
    let mut equalities: HashMap<FieldId, usize> = HashMap::new();
    let mut push = |predicate: Predicate| {
        let Predicate::Test(field, Check::OneOf(texts)) = predicate else {
            return flat.push(predicate);
        };
        let place = *equalities.entry(field).or_insert(flat.len());
        match flat.get_mut(place) {
            Some(Predicate::Test(_, Check::OneOf(known))) => known.extend(texts),
            _ => flat.push(Predicate::Test(field, Check::OneOf(texts))),
        }
    };
    for predicate in predicates {
        match predicate {
            Predicate::Any(inner) => inner.into_iter().for_each(&mut push),
            other => push(other),
        }
    }
    for predicate in &mut flat {
        if let Predicate::Test(_, Check::OneOf(texts)) = predicate {
            sort_texts(texts);
        }
    }
    match <[Predicate; 1]>::try_from(flat) {
        Ok([only]) => only,
        Err(flat) => Predicate::Any(flat),
    }
}

fn sort_texts(texts: &mut Vec<Text>) {
    texts.sort_by(|a, b| a.folded.cmp(&b.folded));
    texts.dedup_by(|a, b| a.folded == b.folded);
}

fn resolve(entity: &Entity, condition: &Condition, polarity: Polarity) -> Result<Predicate, Error> {
    match condition {
        Condition::And(many) | Condition::Or(many) => {
            let resolved = many
                .iter()
                .map(|condition| resolve(entity, condition, polarity))
                .collect::<Result<Vec<_>, _>>()?;
            let is_and = matches!(condition, Condition::And(_));
            Ok(match is_and == (polarity == Polarity::Asserted) {
                true => all_of(resolved),
                false => any_of(resolved),
            })
        }
        Condition::Not(inner) => resolve(entity, inner, polarity.opposite()),
        Condition::Compare(name, comparison, literal) => {
            let resolver = Resolver::new(entity, name, polarity)?;
            offered(resolver.field(), operator(*comparison))?;
            resolver.compare(*comparison, literal)
        }
        Condition::Between(name, low, high) => {
            let resolver = Resolver::new(entity, name, polarity)?;
            offered(resolver.field(), Operator::Between)?;
            let bounds = [
                resolver.compare(Comparison::GreaterOrEqual, low)?,
                resolver.compare(Comparison::LessOrEqual, high)?,
            ];
            Ok(match polarity {
                Polarity::Asserted => all_of(bounds),
                Polarity::Negated => any_of(bounds),
            })
        }
        Condition::In(name, literals) => {
            let resolver = Resolver::new(entity, name, polarity)?;
            offered(resolver.field(), Operator::EqualTo)?;
            let tests = literals
                .iter()
                .map(|literal| resolver.compare(Comparison::Equal, literal))
                .collect::<Result<Vec<_>, _>>()?;
            Ok(match polarity {
                Polarity::Asserted => any_of(tests),
                Polarity::Negated => all_of(tests),
            })
        }
        Condition::Field(name) => {
            let resolver = Resolver::new(entity, name, polarity)?;
            if resolver.field().kind != Kind::Boolean {
                return Err(Error::invalid(format!(
                    "The filter names {name} without a comparison"
                )));
            }
            resolver.compare(Comparison::Equal, &Literal::Boolean(true))
        }
        Condition::Literal(literal) => Err(Error::invalid(format!(
            "The filter holds {literal} where a comparison of a field is expected"
        ))
        .logged_as("The filter holds a literal where a comparison of a field is expected")),
    }
}

fn offered(field: &Field, operator: Operator) -> Result<(), Error> {
    let operators = field.operators();
    if operators.contains(&operator) {
        return Ok(());
    }
    let found = operator.name();
    if operators.is_empty() {
        let message = format!("{} cannot be filtered. Found {found}", field.name);
        return Err(Error::invalid(message));
    }
    let names: Vec<_> = operators.iter().map(|operator| operator.name()).collect();
    Err(Error::invalid(format!(
        "{} does not offer {found}. It offers {}",
        field.name,
        names.join(" ")
    )))
}

fn operator(comparison: Comparison) -> Operator {
    match comparison {
        Comparison::Equal => Operator::EqualTo,
        Comparison::NotEqual => Operator::NotEqualTo,
        Comparison::Less => Operator::LessThan,
        Comparison::LessOrEqual => Operator::LessThanOrEqualTo,
        Comparison::Greater => Operator::GreaterThan,
        Comparison::GreaterOrEqual => Operator::GreaterThanOrEqualTo,
        Comparison::Contains => Operator::Contains,
    }
}

impl Polarity {
    fn opposite(self) -> Self {
        match self {
            Self::Asserted => Self::Negated,
            Self::Negated => Self::Asserted,
        }
    }
}

/// A resolver, which gives a literal the type of its field.
struct Resolver<'a> {
    entity: &'a Entity,
    id: FieldId,
    polarity: Polarity,
}

impl<'a> Resolver<'a> {
    fn new(entity: &'a Entity, name: &str, polarity: Polarity) -> Result<Self, Error> {
        let wanted = |field: &Field| !field.operators().is_empty();
        let id = entity.named(name, ("Fields that can be filtered", wanted))?;
        Ok(Self { entity, id, polarity })
    }

    fn field(&self) -> &'a Field {
        &self.entity[self.id]
    }

    fn compare(&self, comparison: Comparison, literal: &Literal) -> Result<Predicate, Error> {
        let check = match literal.text() {
            None => Ok(self.compare_with_null(comparison)),
            Some(text) => match self.field().kind {
                Kind::DateTime => self.compare_time(comparison, literal),
                Kind::Boolean => self.compare_boolean(comparison, text),
                Kind::Integer | Kind::Number => self.compare_number(comparison, text),
                _ => Ok(self.compare_text(comparison, text)),
            },
        };
        check.map(|check| Predicate::Test(self.id, check))
    }

    fn compare_with_null(&self, comparison: Comparison) -> Check {
        let asserted = self.polarity == Polarity::Asserted;
        match comparison {
            Comparison::Equal if asserted => Check::Absent,
            Comparison::NotEqual if !asserted => Check::Absent,
            Comparison::Equal | Comparison::NotEqual => Check::Present,
            _ => Check::Never,
        }
    }

    fn compare_text(&self, comparison: Comparison, text: &str) -> Check {
        let collation = self.field().collation(self.entity.object.collation);
        let texts = |written: &[&str]| {
            let texts = written.iter().map(|&written| {
                let folded = fold(written, collation).into_owned();
                Text { written: written.to_owned(), folded }
            });
            let mut texts: Vec<_> = texts.collect();
            sort_texts(&mut texts);
            texts
        };
        let asserted = self.polarity == Polarity::Asserted;
        match comparison {
            Comparison::Contains => {
                let folded = fold(text, collation).into_owned();
                let text = Text { written: text.to_owned(), folded };
                match (self.field().kind, asserted) {
                    (Kind::Texts, true) => Check::Has(text),
                    (Kind::Texts, false) => Check::HasNot(text),
                    (_, true) => Check::Contains(text),
                    (_, false) => Check::ContainsNot(text),
                }
            }
            // Texts offer no other comparison than these two.
            _ => {
                let texts = texts(&self.values(text));
                let is_equality = (comparison != Comparison::NotEqual) == asserted;
                if is_equality { Check::OneOf(texts) } else { Check::NoneOf(texts) }
            }
        }
    }

    /// Returns the values that a text stands for. AppFlow joins several values of one condition by commas, so where no
    /// value can hold one, they are several.
    fn values<'t>(&self, text: &'t str) -> Vec<&'t str> {
        let has_no_commas = matches!(self.field().kind, Kind::Key | Kind::Id | Kind::Enumeration);
        let values = text.split(',').map(str::trim).filter(|value| !value.is_empty());
        let values: Vec<_> = values.filter(|_| has_no_commas && text.contains(',')).collect();
        if values.is_empty() { vec![text] } else { values }
    }

    fn compare_boolean(&self, comparison: Comparison, text: &str) -> Result<Check, Error> {
        let boolean = match text.to_ascii_lowercase().as_str() {
            "true" => true,
            "false" => false,
            _ => return Err(self.misfit(text, "true or false")),
        };
        let equal = (comparison == Comparison::Equal) == (self.polarity == Polarity::Asserted);
        Ok(Check::Is(boolean == equal))
    }

    fn compare_time(&self, comparison: Comparison, literal: &Literal) -> Result<Check, Error> {
        let text = literal.text().unwrap_or_default();
        let instant = match literal {
            Literal::Number(number) => Moment::parse_epoch_millis(number),
            _ => Moment::parse(text).or_else(|| Moment::parse_epoch_millis(text)),
        };
        let expected = "a date such as 2024-05-01 or a date and time of ISO 8601 with its zone";
        let instant = instant.ok_or_else(|| self.misfit(text, expected))?.into_owned();
        Ok(Check::Time(self.relation(comparison), instant))
    }

    fn compare_number(&self, comparison: Comparison, text: &str) -> Result<Check, Error> {
        let number = Decimal::parse(text).ok_or_else(|| self.misfit(text, "a number"))?;
        Ok(Check::Number(self.relation(comparison), number))
    }

    fn relation(&self, comparison: Comparison) -> Relation {
        let relation = match comparison {
            Comparison::Less => Relation::Less,
            Comparison::LessOrEqual => Relation::LessOrEqual,
            Comparison::NotEqual => Relation::NotEqual,
            Comparison::GreaterOrEqual => Relation::GreaterOrEqual,
            Comparison::Greater => Relation::Greater,
            Comparison::Equal | Comparison::Contains => Relation::Equal,
        };
        match self.polarity {
            Polarity::Asserted => relation,
            Polarity::Negated => relation.opposite(),
        }
    }

    fn misfit(&self, found: &str, expected: &str) -> Error {
        const SHOWN: usize = 60;
        let shown: String = match found {
            "" => "an empty text".to_owned(),
            found => found.chars().take(SHOWN).collect(),
        };
        let name = &self.field().name;
        Error::invalid(format!("{name} is compared with {shown}. Expected {expected}"))
            .logged_as(format!("{name} is compared with another literal than {expected}"))
    }
}

impl Relation {
    fn opposite(self) -> Self {
        match self {
            Self::Less => Self::GreaterOrEqual,
            Self::LessOrEqual => Self::Greater,
            Self::Equal => Self::NotEqual,
            Self::NotEqual => Self::Equal,
            Self::GreaterOrEqual => Self::Less,
            Self::Greater => Self::LessOrEqual,
        }
    }

    fn holds(self, ordering: Ordering) -> bool {
        match self {
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
            Self::Equal => ordering.is_eq(),
            Self::NotEqual => ordering.is_ne(),
            Self::GreaterOrEqual => ordering.is_ge(),
            Self::Greater => ordering.is_gt(),
        }
    }
}

impl Check {
    fn passes(&self, field: FieldId, record: &RecordView<'_, '_>, entity: &Entity) -> bool {
        let collation = entity[field].collation(entity.object.collation);
        let text = || record.text(field);
        match self {
            Self::Absent => record.value(field).is_none(),
            Self::Present => record.value(field).is_some(),
            Self::OneOf(texts) => text().is_some_and(|text| is_one_of(&text, texts, collation)),
            Self::NoneOf(texts) => text().is_some_and(|text| !is_one_of(&text, texts, collation)),
            Self::Contains(part) => text().is_some_and(|text| contains(&text, part, collation)),
            Self::ContainsNot(part) => text().is_some_and(|text| !contains(&text, part, collation)),
            Self::Is(boolean) => record.boolean(field) == Some(*boolean),
            Self::Time(relation, moment) => {
                record.moment(field).is_some_and(|found| relation.holds(found.cmp(moment)))
            }
            Self::Number(relation, number) => {
                record.number(field).is_some_and(|found| relation.holds(found.cmp(number)))
            }
            Self::Has(text) => {
                record.texts(field).is_some_and(|texts| has(&texts, text, collation))
            }
            Self::HasNot(text) => {
                record.texts(field).is_some_and(|texts| !has(&texts, text, collation))
            }
            Self::Never => false,
        }
    }
}

fn has(texts: &[String], wanted: &Text, collation: Collation) -> bool {
    texts.iter().any(|text| fold(text, collation) == wanted.folded)
}

fn is_one_of(text: &str, texts: &[Text], collation: Collation) -> bool {
    let folded = fold(text, collation);
    texts.binary_search_by(|known| known.folded.as_str().cmp(&folded)).is_ok()
}

fn contains(text: &str, part: &Text, collation: Collation) -> bool {
    fold(text, collation).contains(&part.folded)
}

impl Field {
    /// Returns the way in which its texts compare. Ids compare exactly: two of them may differ in
    /// nothing but case.
    fn collation(&self, of_object: Collation) -> Collation {
        if matches!(self.kind, Kind::Key | Kind::Id) { Collation::Exact } else { of_object }
    }
}

/// Returns the form in which texts compare.
fn fold(text: &str, collation: Collation) -> Cow<'_, str> {
    match collation {
        Collation::Exact => text.into(),
        // Nearly all texts are ASCII, and a record may have many of them.
        Collation::IgnoreCase if text.is_ascii() => {
            match text.bytes().any(|byte| byte.is_ascii_uppercase()) {
                true => text.to_ascii_lowercase().into(),
                false => text.into(),
            }
        }
        Collation::IgnoreCase => {
            text.chars().flat_map(char::to_lowercase).collect::<String>().into()
        }
    }
}
