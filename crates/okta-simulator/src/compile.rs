//! From the text of an expression to a condition, by the dialect of the parameter that it came in.

use jiff::Timestamp;

use crate::collection::Collection;
use crate::condition::{Condition, Operand, Property, fold};
use crate::dialect::{Dialect, ValueKind};
use crate::error::OktaError;
use crate::expression::{Comparison, Expression, Literal, Operator};
use crate::schema::{self, ComparedType};
use crate::view::View;

/// A dialect, and the schemas of the org that say more about it.
#[derive(Clone, Copy)]
pub(crate) struct Compiler<'a> {
    pub(crate) view: View<'a>,
    pub(crate) dialect: &'a Dialect,
    pub(crate) schemas: Option<Collection>,
}

impl Compiler<'_> {
    /// Reads an expression in the dialect.
    pub(crate) fn compile(self, text: &str) -> Result<Condition, OktaError> {
        let expression = Expression::parse(text)?;
        let joins = self.dialect.joins || self.view.behaviour.joins_app_filters;
        if !joins && !matches!(expression, Expression::Comparison(_)) {
            return Err(OktaError::complex_filter());
        }
        self.condition(expression)
    }

    /// Returns the kind of a property, if a listing can be sorted by it.
    pub(crate) fn kind_of(self, property: &str) -> Option<ValueKind> {
        self.rule(property).map(|(kind, _)| kind)
    }

    fn condition(self, expression: Expression) -> Result<Condition, OktaError> {
        let all = |terms: Vec<_>| -> Result<Vec<_>, OktaError> {
            terms.into_iter().map(|term| self.condition(term)).collect()
        };
        Ok(match expression {
            Expression::And(terms) => Condition::All(all(terms)?),
            Expression::Or(terms) => Condition::Any(all(terms)?),
            Expression::Comparison(comparison) => self.comparison(comparison)?,
        })
    }

    fn comparison(self, comparison: Comparison) -> Result<Condition, OktaError> {
        let Comparison { attribute, operator, literal } = comparison;
        let Some((kind, operators)) = self.rule(&attribute) else {
            return Err(OktaError::invalid_search(format!("Unsupported property: {attribute}.")));
        };
        let is_lenient = operator == Operator::Ne && self.view.behaviour.search_takes_ne;
        if !operators.contains(&operator) && !is_lenient {
            return Err(OktaError::invalid_search(format!(
                "Unsupported operator for {attribute}: {operator:?}."
            )));
        }
        let Some(literal) = literal else {
            return Ok(Condition::Present(Property(attribute)));
        };
        let org = self.view.org;
        let operand = match (kind, literal) {
            (ValueKind::AssignedUser, Literal::Text(id)) => {
                return Ok(Condition::OneOf(org.apps_of_user(&id).map(str::to_owned).collect()));
            }
            (ValueKind::AssignedGroup, Literal::Text(id)) => {
                return Ok(Condition::OneOf(org.apps_of_group(&id).map(str::to_owned).collect()));
            }
            (ValueKind::Instant, Literal::Text(text)) => Operand::Instant(instant(&text)?),
            (ValueKind::Text | ValueKind::Unknown, Literal::Text(text)) => {
                match self.dialect.ignores_case {
                    true => Operand::Folded(fold(&text)),
                    false => Operand::Text(text),
                }
            }
            (ValueKind::Number | ValueKind::Unknown, Literal::Number(number)) => {
                Operand::Number(number.as_f64().expect("every JSON number has a nearest double"))
            }
            (ValueKind::Boolean | ValueKind::Unknown, Literal::Boolean(boolean)) => {
                Operand::Boolean(boolean)
            }
            _ => {
                let cause = format!("The literal does not fit the type of {attribute}.");
                return Err(OktaError::invalid_search(cause));
            }
        };
        Ok(Condition::Property { property: Property(attribute), operator, operand })
    }

    fn rule(self, property: &str) -> Option<(ValueKind, &'static [Operator])> {
        let named = self.dialect.properties.iter().find(|(names, ..)| names.contains(&property));
        match named {
            Some((_, ValueKind::AssignedUser | ValueKind::AssignedGroup, _))
                if !self.view.behaviour.app_assignment_filters =>
            {
                None
            }
            Some(&(_, kind, operators)) => Some((kind, operators)),
            None => self.attribute_rule(property),
        }
    }

    fn attribute_rule(self, property: &str) -> Option<(ValueKind, &'static [Operator])> {
        let rules = self.dialect.attributes.as_ref()?;
        let name = property.strip_prefix("profile.")?;
        if name.is_empty() || name.contains('.') {
            return None;
        }
        let kind = match self.attribute_kind(name) {
            None if rules.must_be_defined && !self.view.behaviour.searches_unknown_attributes => {
                return None;
            }
            kind => kind.unwrap_or(ValueKind::Unknown),
        };
        Some(match kind {
            ValueKind::Boolean => (kind, rules.boolean),
            ValueKind::Number => (kind, rules.number),
            _ => (kind, rules.text),
        })
    }

    /// Returns the kind of a profile attribute, or `None` if the org has schemas and none of them defines it.
    fn attribute_kind(self, name: &str) -> Option<ValueKind> {
        let org = self.view.org;
        let Some(schemas) = self.schemas.filter(|&schemas| schema::is_described(org, schemas))
        else {
            return Some(ValueKind::Unknown);
        };
        Some(match schema::compared_type(org, schemas, name)? {
            ComparedType::Text => ValueKind::Text,
            ComparedType::Number => ValueKind::Number,
            ComparedType::Boolean => ValueKind::Boolean,
            ComparedType::Disputed => ValueKind::Unknown,
        })
    }
}

/// Reads a date literal: date, time, three digits of a second, and `Z` or an offset.
fn instant(literal: &str) -> Result<Timestamp, OktaError> {
    let refused = || OktaError::invalid_date(literal);
    const FORM: &str = "dddd-dd-ddTdd:dd:dd.ddd";
    let (local, zone) = literal.split_at_checked(FORM.len()).ok_or_else(refused)?;
    let in_form = local.chars().zip(FORM.chars()).all(|(found, expected)| match expected {
        'd' => found.is_ascii_digit(),
        _ => found == expected,
    });
    let zone_in_form = zone == "Z" || zone.starts_with(['+', '-']);
    if !in_form || !zone_in_form {
        return Err(refused());
    }
    literal.parse().map_err(|_| refused())
}
