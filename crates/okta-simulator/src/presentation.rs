//! Records are shown here: with what is embedded, and without what was not asked for.
//!
//! Embedding comes first, so `fields` can leave out `_embedded` like anything else.

use std::borrow::Cow;

use crate::call::Call;
use crate::collection::{Collection, Expansion, Listing};
use crate::error::OktaError;
use crate::expand::{embed, expansions};
use crate::projection::{Fields, Omissions};
use crate::record::Record;
use crate::view::View;

/// A caller asks for these to be added to records and to be left out of them.
pub(crate) struct Presentation {
    expansions: Vec<Expansion>,
    fields: Option<Fields>,
    omissions: Omissions,
}

impl Presentation {
    pub(crate) fn read(
        view: View<'_>,
        collection: Collection,
        listing: &Listing,
    ) -> Result<Self, OktaError> {
        let projects = listing.projects && view.behaviour.projection;
        let fields = view.call.param("fields").filter(|_| projects);
        Ok(Self {
            expansions: expansions(view.call, collection)?,
            fields: fields.map(Fields::parse).transpose()?,
            omissions: omissions(view.call, collection),
        })
    }

    /// Shows the record that is kept under `id`, as JSON text.
    pub(crate) fn show<'a>(&self, view: View<'_>, id: &str, record: &'a Record) -> Cow<'a, str> {
        if self.expansions.is_empty() && self.fields.is_none() && self.omissions.is_empty() {
            return Cow::Borrowed(record.json());
        }
        let mut shown = self.omissions.apply(record.value());
        for &expansion in &self.expansions {
            embed(expansion, view, id, &mut shown);
        }
        let shown = match &self.fields {
            Some(fields) => fields.apply(shown),
            None => shown,
        };
        Cow::Owned(shown.to_string())
    }
}

/// Reads what the caller asks to be left out of objects that have credentials.
pub(crate) fn omissions(call: &Call, collection: Collection) -> Omissions {
    match call.header(&http::header::CONTENT_TYPE) {
        Some(content_type) if collection.row().has_credentials => Omissions::parse(content_type),
        _ => Omissions::default(),
    }
}
