//! How a record is shown: with what is embedded, and without what was not asked for.
//!
//! Embedding comes first, so `fields` can leave out `_embedded` like anything else.

use std::borrow::Cow;

use serde_json::Value;

use crate::Collection;
use crate::error::OktaError;
use crate::expand::Expansion;
use crate::listing::Listing;
use crate::projection::{Fields, Omissions};
use crate::request::Call;
use crate::view::{Projection, View};

/// How a record is shown.
pub(crate) struct Shape {
    expansion: Option<Expansion>,
    fields: Option<Fields>,
    omissions: Omissions,
}

impl Shape {
    pub(crate) fn read(view: View<'_>, listing: &Listing) -> Result<Self, OktaError> {
        let projects = listing.projects && view.settings.projection == Projection::Supported;
        let fields = view.call.param("fields").filter(|_| projects);
        Ok(Self {
            expansion: Expansion::read(view, listing.collection)?,
            fields: fields.map(Fields::parse).transpose()?,
            omissions: omissions(view.call, listing.collection),
        })
    }

    pub(crate) fn show<'a>(&self, view: View<'_>, id: &str, record: &'a Value) -> Cow<'a, Value> {
        if self.expansion.is_none() && self.fields.is_none() && self.omissions.is_empty() {
            return Cow::Borrowed(record);
        }
        let mut shown = self.omissions.apply(record.clone());
        if let Some(expansion) = &self.expansion {
            expansion.apply(view, id, &mut shown);
        }
        Cow::Owned(match &self.fields {
            Some(fields) => fields.apply(shown),
            None => shown,
        })
    }
}

/// What the caller asks to be left out of users.
pub(crate) fn omissions(call: &Call, collection: Collection) -> Omissions {
    match call.header(&http::header::CONTENT_TYPE) {
        Some(content_type) if collection == Collection::Users => Omissions::parse(content_type),
        _ => Omissions::default(),
    }
}
