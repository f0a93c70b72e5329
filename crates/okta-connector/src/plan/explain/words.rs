//! An explanation in words: what is indented belongs to the line above it.

use super::{Access, Condition, Explanation, Listed, Request, Selection, Source};
use std::fmt::{self, Display, Formatter};

/// The listings that are shown; where a filter names many records, the others are like them.
const SHOWN: usize = 3;

impl Display for Explanation {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.fields {
            Some(fields) => writeln!(f, "{}: {}", self.entity, fields.join(", "))?,
            None => writeln!(f, "{}: all fields", self.entity)?,
        }
        writeln!(f, "\nRequests")?;
        if self.listings.is_empty() {
            writeln!(f, "  none, since no record can match")?;
        }
        let several = self.listings.len() > 1;
        for (index, listing) in self.listings.iter().take(SHOWN).enumerate() {
            if several {
                writeln!(f, "  Listing {} of {}", index + 1, self.listings.len())?;
            }
            self.write_listing(f, listing)?;
        }
        match self.listings.len().saturating_sub(SHOWN) {
            0 => {}
            1 => writeln!(f, "  One more listing is like these.")?,
            more => writeln!(f, "  {more} more listings are like these.")?,
        }
        if !self.conditions.is_empty() || self.limit.is_some() {
            writeln!(f, "\nFilter")?;
            self.conditions.iter().try_for_each(|condition| write!(f, "{condition}"))?;
        }
        if let Some(limit) = self.limit {
            writeln!(f, "  LIMIT {limit}\n    the run ends there")?;
        }
        write!(f, "\nAccess\n{}", self.access)
    }
}

impl Explanation {
    fn write_listing(&self, f: &mut Formatter<'_>, listing: &Listed) -> fmt::Result {
        for (index, way) in listing.ways.iter().enumerate() {
            writeln!(f, "  {}GET {}", if index == 0 { "" } else { "or " }, way.get)?;
            writeln!(f, "    {way}")?;
        }
        if let Some(window) = &self.window {
            writeln!(f, "  each with {window}")?;
        }
        for ways in &listing.among {
            for (index, way) in ways.iter().enumerate() {
                writeln!(f, "  {} GET {}", if index == 0 { "among" } else { "or" }, way.get)?;
            }
        }
        let above = listing.above.unwrap_or_default();
        if let Some(then) = &listing.then {
            writeln!(f, "  then GET {then}\n    for each {above}")?;
        }
        match listing.array {
            Some(array) => writeln!(f, "  The records are in {array} of each {above}."),
            None => Ok(()),
        }
    }
}

impl Display for Request {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let source = match self.source {
            Source::Records => "fresh",
            Source::Index => "indexed and may lag",
        };
        match self.reason.starts_with("Okta refused") {
            true => write!(f, "{source}, where {}", self.reason)?,
            false => write!(f, "{source}: {}", self.reason)?,
        }
        match &self.then {
            Some(then) => write!(f, "\n  then GET {then}\n    for each reference"),
            None => Ok(()),
        }
    }
}

impl Display for Condition {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let who = match self.selects {
            Selection::Okta => "Okta selects by it",
            Selection::OktaInPart => "Okta selects by a part of it, and it is tested here",
            Selection::Here => "tested here",
        };
        writeln!(f, "  {}\n    {who}: {}", self.condition, self.reason)
    }
}

impl Display for Access {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let scopes = if self.scopes.len() == 1 { "Scope" } else { "Scopes" };
        writeln!(f, "  {scopes}: {}", self.scopes.join(", "))?;
        writeln!(f, "  Admin role: {}", self.admin_role)?;
        match self.feature {
            Some(feature) => writeln!(f, "  Edition: {feature}"),
            None => Ok(()),
        }
    }
}
