//! The `filter` of the log: any property of an event but `published`, and all operators of the language.
//!
//! Questions that Okta leaves open are decided so that a client that relies on luck fails: texts compare exactly, an event
//! that lacks the property matches nothing, and `not` is refused. Where there are several values, as those of
//! `target.id`, one that fits is enough.

use serde_json::Value;

use crate::error::OktaError;
use crate::expression::{Comparison, Expression, Literal, Operator};

/// A filter that the log has accepted.
#[derive(Clone, Debug)]
pub(crate) enum Condition {
    All(Vec<Self>),
    Any(Vec<Self>),
    /// One value of the property compares so. Without a literal it is there.
    Property {
        name: String,
        operator: Operator,
        literal: Option<Literal>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Number,
    Boolean,
    /// The member of an object that may hold anything.
    Free,
}

const EVENT_TYPE: &str = "eventType";

const TEXTS: &[&str] = &[
    "uuid",
    EVENT_TYPE,
    "version",
    "severity",
    "legacyEventType",
    "displayMessage",
    "actor.id",
    "actor.type",
    "actor.alternateId",
    "actor.displayName",
    "client.id",
    "client.device",
    "client.ipAddress",
    "client.zone",
    "client.userAgent.rawUserAgent",
    "client.userAgent.os",
    "client.userAgent.browser",
    "client.geographicalContext.city",
    "client.geographicalContext.state",
    "client.geographicalContext.country",
    "client.geographicalContext.postalCode",
    "outcome.result",
    "outcome.reason",
    "target.id",
    "target.type",
    "target.alternateId",
    "target.displayName",
    "transaction.id",
    "transaction.type",
    "authenticationContext.authenticationProvider",
    "authenticationContext.credentialProvider",
    "authenticationContext.credentialType",
    "authenticationContext.externalSessionId",
    "authenticationContext.rootSessionId",
    "authenticationContext.interface",
    "authenticationContext.issuer.id",
    "authenticationContext.issuer.type",
    "securityContext.asOrg",
    "securityContext.isp",
    "securityContext.domain",
    "request.ipChain.ip",
    "request.ipChain.version",
    "request.ipChain.source",
    "request.ipChain.geographicalContext.city",
    "request.ipChain.geographicalContext.state",
    "request.ipChain.geographicalContext.country",
    "request.ipChain.geographicalContext.postalCode",
];

const NUMBERS: &[&str] = &[
    "client.geographicalContext.geolocation.lat",
    "client.geographicalContext.geolocation.lon",
    "authenticationContext.authenticationStep",
    "securityContext.asNumber",
];

const BOOLEANS: &[&str] = &["securityContext.isProxy"];

/// Properties below these differ from type to type.
const FREE: &[&str] = &[
    "actor.detailEntry.",
    "target.detailEntry.",
    "transaction.detail.",
    "debugContext.debugData.",
];

/// Properties in which Okta does not look for a part of a text.
const NEVER_CONTAIN: &[&str] = &["debugContext.debugData.url", "debugContext.debugData.requestUri"];

fn kind(name: &str) -> Option<Kind> {
    let is_free =
        FREE.iter().any(|prefix| name.strip_prefix(prefix).is_some_and(|it| !it.is_empty()));
    match name {
        _ if TEXTS.contains(&name) => Some(Kind::Text),
        _ if NUMBERS.contains(&name) => Some(Kind::Number),
        _ if BOOLEANS.contains(&name) => Some(Kind::Boolean),
        _ if is_free => Some(Kind::Free),
        _ => None,
    }
}

impl Condition {
    pub(crate) fn parse(text: &str) -> Result<Self, OktaError> {
        let expression = Expression::parse(text);
        Self::of(expression.map_err(|error| error.of_log_query())?)
    }

    fn of(expression: Expression) -> Result<Self, OktaError> {
        let all = |terms: Vec<_>| terms.into_iter().map(Self::of).collect::<Result<Vec<_>, _>>();
        Ok(match expression {
            Expression::And(terms) => Self::All(all(terms)?),
            Expression::Or(terms) => Self::Any(all(terms)?),
            Expression::Comparison(comparison) => Self::comparison(comparison)?,
        })
    }

    fn comparison(comparison: Comparison) -> Result<Self, OktaError> {
        let Comparison { attribute: name, operator, literal } = comparison;
        let Some(kind) = kind(&name) else {
            return Err(OktaError::invalid_log_query(format!("field is not valid: {name}")));
        };
        if operator == Operator::Co && NEVER_CONTAIN.contains(&name.as_str()) {
            return Err(OktaError::invalid_search(format!("Unsupported operator for {name}: co.")));
        }
        let is_order = !matches!(operator, Operator::Sw | Operator::Co | Operator::Ew);
        let fits = match &literal {
            None => true,
            Some(Literal::Text(_)) => matches!(kind, Kind::Text | Kind::Free),
            Some(Literal::Number(_)) => matches!(kind, Kind::Number | Kind::Free) && is_order,
            Some(Literal::Boolean(_)) => {
                let is_equality = matches!(operator, Operator::Eq | Operator::Ne);
                matches!(kind, Kind::Boolean | Kind::Free) && is_equality
            }
        };
        if !fits {
            let cause = format!("The literal does not fit {name} and {operator:?}.");
            return Err(OktaError::invalid_log_query(cause));
        }
        Ok(Self::Property { name, operator, literal })
    }

    /// Tells whether an event matches.
    pub(crate) fn matches(&self, event: &Value) -> bool {
        match self {
            Self::All(terms) => terms.iter().all(|term| term.matches(event)),
            Self::Any(terms) => terms.iter().any(|term| term.matches(event)),
            Self::Property { name, operator, literal } => {
                any_value(event, name, &|value| holds(value, *operator, literal.as_ref()))
            }
        }
    }

    /// Tells whether no event of a type matches, as far as the type alone can say that.
    pub(crate) fn excludes(&self, event_type: &str) -> bool {
        match self {
            Self::All(terms) => terms.iter().any(|term| term.excludes(event_type)),
            Self::Any(terms) => terms.iter().all(|term| term.excludes(event_type)),
            Self::Property { name, operator, literal } if name == EVENT_TYPE => {
                !holds(&event_type.into(), *operator, literal.as_ref())
            }
            Self::Property { .. } => false,
        }
    }
}

/// Tells whether something holds of a value that a dotted name leads to. Every element of an array is a way.
fn any_value(value: &Value, name: &str, holds: &dyn Fn(&Value) -> bool) -> bool {
    if let Value::Array(elements) = value {
        return elements.iter().any(|element| any_value(element, name, holds));
    }
    if name.is_empty() {
        return holds(value);
    }
    // A free member may have a dot in its own name.
    let whole = value.get(name).is_some_and(|value| any_value(value, "", holds));
    whole
        || name.split_once('.').is_some_and(|(first, rest)| {
            value.get(first).is_some_and(|value| any_value(value, rest, holds))
        })
}

fn holds(value: &Value, operator: Operator, literal: Option<&Literal>) -> bool {
    match (value, literal) {
        (Value::Null, _) => false,
        (Value::String(text), None) => !text.is_empty(),
        (_, None) => true,
        (Value::String(text), Some(Literal::Text(literal))) => match operator {
            Operator::Sw => text.starts_with(literal),
            Operator::Co => text.contains(literal),
            Operator::Ew => text.ends_with(literal),
            _ => operator.holds(text.cmp(literal)),
        },
        (Value::Number(number), Some(Literal::Number(literal))) => number
            .as_f64()
            .zip(literal.as_f64())
            .and_then(|(number, literal)| number.partial_cmp(&literal))
            .is_some_and(|ordering| operator.holds(ordering)),
        (Value::Bool(boolean), Some(Literal::Boolean(literal))) => {
            operator.holds(boolean.cmp(literal))
        }
        _ => false,
    }
}
