//! Which properties and operators each place of the API understands.
//!
//! The rule is to refuse what Okta does not document for a place, so that a client that relies on luck fails
//! here and not in front of a customer. `ne`, `ew` and `not` are documented for none of these places.

use jiff::Timestamp;
use serde_json::Value;

use crate::condition::{Condition, Operand, Property, fold};
use crate::error::OktaError;
use crate::expression::{Comparison, Expression, Literal, Operator};
use crate::schema::{self, AttributeType};
use crate::{Collection, Org};

/// A place that takes expressions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    UserSearch,
    UserFilter,
    GroupSearch,
    GroupFilter,
    DeviceSearch,
    AppFilter(AssignmentFilters),
}

/// Whether `filter` on apps takes `user.id` and `group.id`, which Okta no longer documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AssignmentFilters {
    Accepted,
    Refused,
}

/// How the values of a property compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Instant,
    Number,
    Boolean,
    /// Nothing is known of the attribute: the literal decides.
    Unknown,
}

use Operator::{Co, Eq, Ge, Gt, Le, Lt, Pr, Sw};

const EQ: &[Operator] = &[Eq];
const EQ_SW: &[Operator] = &[Eq, Sw];
const EQ_SW_CO: &[Operator] = &[Eq, Sw, Co];
const EQ_CO: &[Operator] = &[Eq, Co];
const EQ_GT_LT: &[Operator] = &[Eq, Gt, Lt];
const EQ_PR: &[Operator] = &[Eq, Pr];
const RANGE: &[Operator] = &[Eq, Gt, Ge, Lt, Le];
const RANGE_PR: &[Operator] = &[Eq, Gt, Ge, Lt, Le, Pr];
const RANGE_PR_SW: &[Operator] = &[Eq, Gt, Ge, Lt, Le, Pr, Sw];
const RANGE_PR_SW_CO: &[Operator] = &[Eq, Gt, Ge, Lt, Le, Pr, Sw, Co];

type Rule = (Kind, &'static [Operator]);

impl Dialect {
    /// Reads an expression as this place reads it.
    pub(crate) fn compile(self, org: &Org, text: &str) -> Result<Condition, OktaError> {
        let expression = Expression::parse(text)?;
        if matches!(self, Self::AppFilter(_)) && !matches!(expression, Expression::Comparison(_)) {
            return Err(OktaError::complex_filter());
        }
        self.condition(org, expression)
    }

    /// Whether a listing can be sorted by the property here.
    pub(crate) fn knows(self, org: &Org, attribute: &str) -> bool {
        self.rule(org, attribute).is_some()
    }

    fn condition(self, org: &Org, expression: Expression) -> Result<Condition, OktaError> {
        let all = |terms: Vec<_>| -> Result<Vec<_>, OktaError> {
            terms.into_iter().map(|term| self.condition(org, term)).collect()
        };
        Ok(match expression {
            Expression::And(terms) => Condition::All(all(terms)?),
            Expression::Or(terms) => Condition::Any(all(terms)?),
            Expression::Comparison(comparison) => self.comparison(org, comparison)?,
        })
    }

    fn comparison(self, org: &Org, comparison: Comparison) -> Result<Condition, OktaError> {
        let Comparison { attribute, operator, literal } = comparison;
        let Some((kind, operators)) = self.rule(org, &attribute) else {
            return Err(OktaError::invalid_search(format!("Unsupported property: {attribute}.")));
        };
        if !operators.contains(&operator) {
            return Err(OktaError::invalid_search(format!(
                "Unsupported operator for {attribute}: {operator:?}."
            )));
        }
        let Some(literal) = literal else {
            return Ok(Condition::Present(Property(attribute)));
        };
        let operand = self.operand(kind, &attribute, literal)?;
        Ok(match (self, attribute.as_str(), operand) {
            (Self::AppFilter(_), "user.id", Operand::Text(id)) => {
                Condition::OneOf(org.apps_of_user(&id).map(str::to_owned).collect())
            }
            (Self::AppFilter(_), "group.id", Operand::Text(id)) => {
                Condition::OneOf(org.apps_of_group(&id).map(str::to_owned).collect())
            }
            (_, _, operand) => {
                Condition::Property { property: Property(attribute), operator, operand }
            }
        })
    }

    fn operand(self, kind: Kind, attribute: &str, literal: Literal) -> Result<Operand, OktaError> {
        Ok(match (kind, literal) {
            (Kind::Instant, Literal::Text(text)) => Operand::Instant(instant(&text)?),
            (Kind::Text | Kind::Unknown, Literal::Text(text)) if self.ignores_case() => {
                Operand::Folded(fold(&text))
            }
            (Kind::Text | Kind::Unknown, Literal::Text(text)) => Operand::Text(text),
            (Kind::Number | Kind::Unknown, Literal::Number(number)) => {
                Operand::Number(number.as_f64().expect("every JSON number has a nearest double"))
            }
            (Kind::Boolean | Kind::Unknown, Literal::Boolean(boolean)) => Operand::Boolean(boolean),
            _ => {
                let cause = format!("The literal does not fit the type of {attribute}.");
                return Err(OktaError::invalid_search(cause));
            }
        })
    }

    fn ignores_case(self) -> bool {
        matches!(self, Self::UserSearch | Self::GroupSearch | Self::DeviceSearch)
    }

    fn rule(self, org: &Org, attribute: &str) -> Option<Rule> {
        match self {
            Self::UserSearch => user_search(org, attribute),
            Self::UserFilter => user_filter(attribute),
            Self::GroupSearch => group_search(org, attribute),
            Self::GroupFilter => group_filter(attribute),
            Self::DeviceSearch => device_search(attribute),
            Self::AppFilter(assignments) => app_filter(attribute, assignments),
        }
    }
}

fn user_search(org: &Org, attribute: &str) -> Option<Rule> {
    Some(match attribute {
        "id" | "status" | "type.id" => (Kind::Text, RANGE_PR_SW),
        "created" | "activated" | "statusChanged" | "lastUpdated" => (Kind::Instant, RANGE_PR),
        "profile.firstName" | "profile.lastName" | "profile.email" | "profile.login" => {
            (Kind::Text, RANGE_PR_SW_CO)
        }
        _ => match profile_kind(org, Collection::UserSchemas, profile_attribute(attribute)?)? {
            Kind::Boolean => (Kind::Boolean, EQ_PR),
            Kind::Number => (Kind::Number, RANGE_PR),
            kind => (kind, RANGE_PR_SW),
        },
    })
}

fn user_filter(attribute: &str) -> Option<Rule> {
    Some(match attribute {
        "lastUpdated" => (Kind::Instant, RANGE),
        "status" | "id" | "profile.login" | "profile.email" | "profile.firstName"
        | "profile.lastName" => (Kind::Text, EQ),
        _ => return None,
    })
}

fn group_search(org: &Org, attribute: &str) -> Option<Rule> {
    Some(match attribute {
        "id" | "type" | "source.id" => (Kind::Text, EQ_SW),
        "created" | "lastUpdated" | "lastMembershipUpdated" => (Kind::Instant, RANGE),
        "profile.name" | "profile.description" => (Kind::Text, EQ_SW_CO),
        _ => {
            // Attributes of imported groups are in no schema, so a name alone never proves an error.
            let name = profile_attribute(attribute)?;
            match profile_kind(org, Collection::GroupSchemas, name).unwrap_or(Kind::Unknown) {
                Kind::Boolean => (Kind::Boolean, EQ),
                Kind::Number => (Kind::Number, EQ),
                kind => (kind, EQ_SW),
            }
        }
    })
}

fn group_filter(attribute: &str) -> Option<Rule> {
    Some(match attribute {
        "id" | "type" => (Kind::Text, EQ),
        "lastUpdated" | "lastMembershipUpdated" => (Kind::Instant, EQ_GT_LT),
        _ => return None,
    })
}

fn device_search(attribute: &str) -> Option<Rule> {
    Some(match attribute {
        "id" | "status" => (Kind::Text, EQ),
        "lastUpdated" => (Kind::Instant, RANGE),
        "profile.sid" => (Kind::Text, EQ_SW_CO),
        "profile.displayName"
        | "profile.serialNumber"
        | "profile.imei"
        | "profile.meid"
        | "profile.udid" => (Kind::Text, EQ_CO),
        "profile.platform"
        | "profile.manufacturer"
        | "profile.model"
        | "profile.osVersion"
        | "profile.tpmPublicKeyHash"
        | "profile.diskEncryptionType" => (Kind::Text, EQ),
        "profile.registered"
        | "profile.secureHardwarePresent"
        | "profile.integrityJailbreak"
        | "profile.managed" => (Kind::Boolean, EQ),
        _ => return None,
    })
}

fn app_filter(attribute: &str, assignments: AssignmentFilters) -> Option<Rule> {
    Some(match attribute {
        "status" | "name" | "id" | "credentials.signing.kid" => (Kind::Text, EQ),
        "settings.slo.enabled" => (Kind::Boolean, EQ),
        "user.id" | "group.id" if assignments == AssignmentFilters::Accepted => (Kind::Text, EQ),
        _ => return None,
    })
}

/// The name after `profile.`, if there is one.
fn profile_attribute(attribute: &str) -> Option<&str> {
    attribute.strip_prefix("profile.").filter(|name| !name.is_empty() && !name.contains('.'))
}

/// The kind of a profile attribute; `None` if the org has schemas and none of them defines it.
fn profile_kind(org: &Org, schemas: Collection, name: &str) -> Option<Kind> {
    if !schema::is_described(org, schemas) {
        return Some(Kind::Unknown);
    }
    Some(match schema::attribute_type(org, schemas, name)? {
        AttributeType::Text => Kind::Text,
        AttributeType::Number => Kind::Number,
        AttributeType::Boolean => Kind::Boolean,
        AttributeType::Disputed => Kind::Unknown,
    })
}

/// Reads a date literal: date, time, three digits of a second, and `Z` or an offset.
pub(crate) fn instant(literal: &str) -> Result<Timestamp, OktaError> {
    let refused = || OktaError::invalid_date(literal);
    const SHAPE: &str = "dddd-dd-ddTdd:dd:dd.ddd";
    let (local, zone) = literal.split_at_checked(SHAPE.len()).ok_or_else(refused)?;
    let in_shape = local.chars().zip(SHAPE.chars()).all(|(found, expected)| match expected {
        'd' => found.is_ascii_digit(),
        _ => found == expected,
    });
    let zone_in_shape = zone == "Z" || zone.starts_with(['+', '-']);
    if !in_shape || !zone_in_shape {
        return Err(refused());
    }
    literal.parse().map_err(|_| refused())
}

/// A value as `sortBy` orders it.
pub(crate) fn sort_text(org: &Org, id: &str, property: &Property, record: &Value) -> String {
    match property.of(record) {
        Some(Value::String(text)) => match text.parse::<Timestamp>() {
            Ok(shown) => {
                let stored = (shown + property.hidden_time(org, id)).as_millisecond();
                format!("{:020}", stored - Timestamp::MIN.as_millisecond())
            }
            Err(_) => fold(text),
        },
        Some(Value::Number(number)) => {
            // Flipping the sign (or, below zero, every bit) makes the bits of doubles sort as their values do.
            let bits = number.as_f64().unwrap_or_default().to_bits();
            let ordered = if bits >> 63 == 1 { !bits } else { bits | 1 << 63 };
            format!("{ordered:016x}")
        }
        Some(Value::Bool(boolean)) => boolean.to_string(),
        _ => String::new(),
    }
}
