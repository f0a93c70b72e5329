//! A plan as text, for logs and comparisons: each request on a line of its own.

use super::{Below, Listing, Plan, Relation, Way};
use okta_client::OktaRequest;
use std::fmt::{self, Formatter};

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
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
                listing.among.iter().try_for_each(|among| write_among(f, among))?;
            }
            if let Some(relation) = &listing.relation {
                write_relation(f, relation)?;
            }
            let is_tested = match &listing.relation {
                Some(relation) => relation.is_narrowed(),
                None => listing.ways.first().is_some_and(|way| way.narrowed_here),
            };
            if let Some(window) = &self.window {
                write!(f, "\n  with {window}")?;
            }
            if is_tested {
                f.write_str("\n  records are tested here")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write_request(f, &self.request)?;
        write!(f, " [{}]", self.reason)?;
        match &self.below {
            Some(Below { path: [before, after], .. }) => {
                write!(f, "\n  then GET {before}{{{}}}{after} for each", self.id_path)
            }
            None => Ok(()),
        }
    }
}

fn write_relation(f: &mut Formatter<'_>, relation: &Relation) -> fmt::Result {
    match relation.below() {
        Some(below) => {
            f.write_str("\n  then GET ")?;
            write_request(f, &below)?;
            f.write_str(" for each")
        }
        None => write!(f, "\n  of which {} has the records", relation.array().unwrap_or_default()),
    }
}

fn write_among(f: &mut Formatter<'_>, among: &Listing) -> fmt::Result {
    for (index, way) in among.ways.iter().enumerate() {
        f.write_str(if index == 0 { "\n  among GET " } else { "\n  or among GET " })?;
        write_request(f, &way.request)?;
    }
    Ok(())
}

/// A request as it is sent, before it is encoded.
pub(super) struct Written<'a>(pub(super) &'a OktaRequest);

impl fmt::Display for Written<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write_request(f, self.0)
    }
}

fn write_request(f: &mut Formatter<'_>, request: &OktaRequest) -> fmt::Result {
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
