//! The meaning of a filter on the System Log where a window begins earlier than it says.

use super::expr::{Expr, Literal};
use super::fields::Comparison;

/// The field that windows are about.
const PUBLISHED: &str = "published";

/// Returns the filter in which each lower bound on `published` that must hold is so many minutes earlier.
pub(crate) fn begun_earlier(expr: &Expr, minutes: i64) -> Expr {
    let moved = |literal: &Literal| match literal {
        Literal::Instant(instant) => {
            Literal::Instant(instant.moved(-60 * minutes, instant.fraction()))
        }
        other => other.clone(),
    };
    match expr {
        Expr::And(left, right) => {
            Expr::and(begun_earlier(left, minutes), begun_earlier(right, minutes))
        }
        Expr::Compare {
            field,
            comparison: comparison @ (Comparison::Greater | Comparison::GreaterOrEqual),
            literal,
        } if field == PUBLISHED => {
            Expr::Compare { field: field.clone(), comparison: *comparison, literal: moved(literal) }
        }
        Expr::Between { field, low, high } if field == PUBLISHED => {
            Expr::Between { field: field.clone(), low: moved(low), high: high.clone() }
        }
        Expr::Not(inner) => match &**inner {
            Expr::Not(inner) => begun_earlier(inner, minutes),
            Expr::Or(left, right) => {
                let not = |expr: &Expr| begun_earlier(&Expr::negated(expr.clone()), minutes);
                Expr::and(not(left), not(right))
            }
            Expr::Compare { field, comparison, literal } if field == PUBLISHED => {
                let opposite = match comparison {
                    Comparison::Less => Comparison::GreaterOrEqual,
                    Comparison::LessOrEqual => Comparison::Greater,
                    _ => return expr.clone(),
                };
                let (field, literal) = (field.clone(), literal.clone());
                begun_earlier(&Expr::Compare { field, comparison: opposite, literal }, minutes)
            }
            _ => expr.clone(),
        },
        _ => expr.clone(),
    }
}

/// Says whether a filter compares `published` with an instant before `oldest`.
pub(crate) fn reaches_back(expr: &Expr, oldest: &super::Instant) -> bool {
    let is_older = |literal: &Literal| match literal {
        Literal::Instant(instant) => instant < oldest,
        _ => false,
    };
    match expr {
        Expr::And(left, right) | Expr::Or(left, right) => {
            reaches_back(left, oldest) || reaches_back(right, oldest)
        }
        Expr::Not(inner) => reaches_back(inner, oldest),
        Expr::Compare { field, literal, .. } => field == PUBLISHED && is_older(literal),
        Expr::Contains { .. } => false,
        Expr::Between { field, low, high } => {
            field == PUBLISHED && (is_older(low) || is_older(high))
        }
        Expr::In { field, literals } => field == PUBLISHED && literals.iter().any(is_older),
    }
}
